"""What is seen: the live message log, and the panel to act with."""

from __future__ import annotations

from wslab.view.filter import Filter as Filter
from wslab.view.log import Log as Log
from wslab.view.panel import Ends as Ends
from wslab.view.panel import panel as panel

__all__ = ["Ends", "Filter", "Log", "panel"]
