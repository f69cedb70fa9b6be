"""What is seen: the live message log, the panel to act with, the states of a socket, the sequence diagram."""

from __future__ import annotations

from wslab.view.filter import Filter as Filter
from wslab.view.ladder import Ladder as Ladder
from wslab.view.log import Log as Log
from wslab.view.panel import Ends as Ends
from wslab.view.panel import panel as panel
from wslab.view.states import StateDiagram as StateDiagram

__all__ = ["Ends", "Filter", "Ladder", "Log", "StateDiagram", "panel"]
