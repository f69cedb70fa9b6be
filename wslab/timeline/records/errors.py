"""What goes wrong with a recording: its file, its format, or that it is over."""

from __future__ import annotations

from wslab.wire import LabError


class RecordingError(LabError, ValueError):
    """A recording cannot be saved, loaded, replayed or added to. It says what was expected, what came, and what to type.

    Attributes:
        path: The file; empty where none is concerned.
        line: The number of the line that is wrong, from 1; 0 where none is.
    """

    def __init__(self, message: str, *, path: str = "", line: int = 0) -> None:
        self.path = path
        self.line = line
        super().__init__(message)
