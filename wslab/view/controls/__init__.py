"""Buttons and fields: the panel to act with, and the player of recordings.

    panel   choose an end, send, ping, close  ──► ends   what a panel acts on; `wslab.lab` has it
            fault_row   make a line go wrong  ──►
    player  step through a saved recording    ──► a log and a sequence diagram

Their callbacks may run on any thread, with any loop or none: they hand work over and create no tasks.
"""

from __future__ import annotations

from wslab.view.controls.ends import Ends as Ends
from wslab.view.controls.fault_row import FAULT_CHOICES as FAULT_CHOICES
from wslab.view.controls.panel import Panel as Panel
from wslab.view.controls.player import Player as Player
from wslab.view.controls.player import play as play

__all__ = [
    "FAULT_CHOICES",
    "Ends",
    "Panel",
    "Player",
    "play",
]
