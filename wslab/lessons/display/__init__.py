"""The things that lessons show. Each is rich in a notebook, follows JupyterLab's theme, and says the same as text.

    markup          small pieces of HTML: a card, a table, a session; and the same as text
    how_it_ended    the diagnosis of the newest connection, as a card
    side_by_side    several handshakes in one table
    story           the transcript of one conversation, waited for
    throwaway       cells that run in a kernel which is thrown away afterwards

Nothing here knows of exercises.
"""

from __future__ import annotations

from wslab.lessons.display.how_it_ended import HowItEnded, how_it_ended
from wslab.lessons.display.markup import Tone, card, columns, prose, table, visible
from wslab.lessons.display.side_by_side import SideBySide, side_by_side
from wslab.lessons.display.story import Story, TranscriptPart
from wslab.lessons.display.throwaway import Cell, Throwaway, throwaway_kernel

__all__ = [  # noqa: RUF022  (in groups)
    # in a lesson
    "Story",
    "how_it_ended",
    "side_by_side",
    "throwaway_kernel",
    # what they answer with
    "Cell",
    "HowItEnded",
    "SideBySide",
    "Throwaway",
    "TranscriptPart",
    # for whoever shows something else
    "Tone",
    "card",
    "columns",
    "prose",
    "table",
    "visible",
]
