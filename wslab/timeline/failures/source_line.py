"""Which line of somebody's code it was, in the words of the person who wrote it.

A frame is the learner's own unless its file belongs to Python, to an installed package or to wslab.
"""

from __future__ import annotations

import linecache
import os
import re
import sysconfig
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

_OURS = str(Path(__file__).resolve().parents[2])
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


class SourceLine(NamedTuple):
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


def raised_at(error: BaseException) -> SourceLine | None:
    """The innermost line of the learner's own code that an exception went through; of a group, that of its first member."""
    for member in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        if found := raised_at(member):
            return found
    return source_line(steps_of(error))


def steps_of(error: BaseException) -> list[tuple[FrameType, int]]:
    """The frames that an exception went through, innermost first, each with its line."""
    return [*traceback.walk_tb(error.__traceback__)][::-1]


def is_own_code(frame: FrameType) -> bool:
    """True if a frame runs the learner's own code."""
    name = frame.f_code.co_filename
    return not name.startswith(("<frozen", *_LIBRARIES)) and not _PACKAGES.search(name)


def source_line(
    steps: Iterable[tuple[FrameType, int]], is_own: Callable[[FrameType], bool] = is_own_code
) -> SourceLine | None:
    """The innermost line of the learner's own code.

    Args:
        steps: Frames, innermost first, each with its line.
        is_own: Says whose code a frame runs.
    """
    for frame, line in steps:
        if is_own(frame):
            code = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
            return SourceLine(frame.f_code.co_name, line, code)
    return None
