"""The console under a ``%%browser`` or ``%%node`` cell.

    a program ──line(), state()──► console ──► lines    the newest ones, bounded
                                           ──► widget   what stands on the page, and which closed consoles stay there

A console never waits for the page, and the page never for a program.
"""

from __future__ import annotations

from wslab.view.console.console import Console as Console
from wslab.view.console.widget import transcripts as transcripts

__all__ = ["Console", "transcripts"]
