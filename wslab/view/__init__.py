"""The view: what is seen of a timeline, in a notebook and without one. It knows no network.

    log/        the live message log                     console/   what a program in another runtime prints
    inspector/  every bit of a frame, line of a head     controls/  the panel to act with, the player of recordings
    ladder/     the sequence diagram                     pictures/  states and buffers, live
    tables/     handshakes, compression                  static/    the page's half: plain ES modules and style sheets

Below them stand `flusher`, the one thread that brings news to the page; `closed_widgets`, what stays there after a lab is closed;
`related_rows` and `static_files`.
"""

from __future__ import annotations

from wslab.view.console import Console as Console
from wslab.view.console import transcripts as transcripts
from wslab.view.controls import FAULT_CHOICES as FAULT_CHOICES
from wslab.view.controls import Ends as Ends
from wslab.view.controls import Panel as Panel
from wslab.view.controls import Player as Player
from wslab.view.controls import play as play
from wslab.view.inspector import Dissection as Dissection
from wslab.view.inspector import dissect as dissect
from wslab.view.ladder import Ladder as Ladder
from wslab.view.log import Log as Log
from wslab.view.pictures import Gauge as Gauge
from wslab.view.pictures import StateDiagram as StateDiagram
from wslab.view.tables import CompressionTable as CompressionTable
from wslab.view.tables import accept_steps as accept_steps
from wslab.view.tables import explain as explain

__all__ = [
    "FAULT_CHOICES",
    "CompressionTable",
    "Console",
    "Dissection",
    "Ends",
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
