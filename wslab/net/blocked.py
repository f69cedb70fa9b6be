"""Where a thread stands, in the words of the person who wrote the code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from wslab.timeline import SourceLine, source_line_of
from wslab.timeline import is_own_code as _is_own

if TYPE_CHECKING:
    import threading


def where(thread: threading.Thread) -> SourceLine | None:
    """Where a thread stands in the learner's code right now.

    Returns:
        The innermost line that is the learner's own, or None when the thread runs none.
    """
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001  (documented, underscore and all)
    while frame is not None:
        if _is_own(frame):
            return source_line_of(frame, frame.f_lineno)
        frame = frame.f_back
    return None
