"""Which line of somebody's code it was, in the words of the person who wrote it.

A frame is the learner's own unless its file belongs to Python, to an installed package or to wslab.
"""

from __future__ import annotations

import linecache
import os
import re
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from types import FrameType, TracebackType

_OURS = str(Path(__file__).resolve().parent.parent)
_LIBRARIES = tuple(
    folder + os.sep
    for folder in {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {_OURS}
)
_PACKAGES = re.compile(
    r"[/\\](?:site|dist)-packages[/\\]"
)  # also those of the user, or of the Python below an environment
_SUGGESTIONS = (
    (re.compile(r"\btime\.sleep\(|(?<![.\w])sleep\("), "use await asyncio.sleep"),
    (re.compile(r"\brequests\.|\burlopen\("), "use await asyncio.to_thread(...) for it"),
    (re.compile(r"\binput\("), "a server cannot wait for a keyboard; send it a message instead"),
)


class Place(NamedTuple):
    """A line of the learner's code."""

    function: str
    line: int
    code: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}" if self.code else f"line {self.line}"

    @property
    def suggestion(self) -> str:
        """What to write instead of a line that blocks."""
        for pattern, suggestion in _SUGGESTIONS:
            if pattern.search(self.code):
                return suggestion
        return "move slow work to await asyncio.to_thread(...), or let others run with await asyncio.sleep(0)"


def raised_at(error: BaseException) -> Place | None:
    """The innermost line of the learner's own code that an exception went through; of a group, that of its first member."""
    for member in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        if found := raised_at(member):
            return found
    found = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        if is_own(step.tb_frame):
            found = place_of(step.tb_frame, step.tb_lineno)
        step = step.tb_next
    return found


def is_own(frame: FrameType) -> bool:
    """True if a frame runs the learner's own code."""
    name = frame.f_code.co_filename
    return not name.startswith(("<frozen", *_LIBRARIES)) and not _PACKAGES.search(name)


def place_of(frame: FrameType, line: int) -> Place:
    """A line of a frame's code."""
    code = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
    return Place(frame.f_code.co_name, line, code)
