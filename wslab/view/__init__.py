"""What is seen: the live message log, the panel to act with, the states of a socket, the sequence diagram."""

from __future__ import annotations

from wslab.view.compression import CompressionTable as CompressionTable
from wslab.view.console import Console as Console
from wslab.view.console_view import transcripts as transcripts
from wslab.view.dissection import Dissection as Dissection
from wslab.view.dissection import dissect as dissect
from wslab.view.ends import Ends as Ends
from wslab.view.filter import Filter as Filter
from wslab.view.gauge import Gauge as Gauge
from wslab.view.handshake import accept_steps as accept_steps
from wslab.view.handshake import explain as explain
from wslab.view.ladder import Ladder as Ladder
from wslab.view.log import Log as Log
from wslab.view.panel import Panel as Panel
from wslab.view.player import Player as Player
from wslab.view.player import play as play
from wslab.view.states import StateDiagram as StateDiagram

__all__ = [
    "CompressionTable",
    "Console",
    "Dissection",
    "Ends",
    "Filter",
    "Gauge",
    "Ladder",
    "Log",
    "Panel",
    "Player",
    "StateDiagram",
    "accept_steps",
    "dissect",
    "explain",
    "play",
    "transcripts",
]
