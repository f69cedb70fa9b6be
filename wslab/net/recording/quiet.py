"""The logger that `websockets` gets from wslab, for servers and clients alike.

It stands outside the tree of loggers: nothing of it reaches a cell, however the root is set up, and `websockets` formats no
frames for it. An error that the library did not expect becomes a row of the connection's end.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from wslab.timeline import log_failure

if TYPE_CHECKING:
    from wslab.timeline import End, Failed


class AlreadyReported(RuntimeError):
    """An exception of a learner's function that is a row already."""


class _Rows(logging.Handler):
    """Takes what `websockets` logs as an error."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None or isinstance(error, AlreadyReported):
            return
        end = getattr(record, "end", None) or getattr(getattr(record, "websocket", None), "end", None)
        failed: Failed = log_failure if end is None else end.failed
        failed(f"websockets: {record.getMessage()}", error)


QUIET = logging.Logger("wslab.websockets")  # noqa: LOG001
"""The logger, for connections of `websockets`: these say in each record which one it is."""

QUIET.setLevel(logging.ERROR)  # a logger without a level debugs
QUIET.addHandler(_Rows())


def quiet_logger(end: End) -> logging.LoggerAdapter[Any]:
    """The same for a Sans-I/O protocol, which knows no connection."""
    return logging.LoggerAdapter(QUIET, {"end": end})
