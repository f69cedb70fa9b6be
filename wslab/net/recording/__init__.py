"""Recording: whatever a connection carries, and whatever else happens at its end, becomes rows of the timeline.

    mixin.py             the half of a connection class that records: RecordingMixin, from asyncio's calls
    tap.py               the transport that records what is written
    request_line.py      takes url_marker.py's markers out of a request before anybody sees them
    request_heads.py     hides jupyter_cookies.py's cookies from whoever serves, behind the recording
    prints.py, quiet.py  what code prints while wslab runs it, and what the library logs as an error
    buffers.py           what is buffered where, in bytes

Nothing here knows of faults, servers or sockets: they stand on it.
"""

from __future__ import annotations

from wslab.net.recording.buffers import Buffers, buffers_of_connection, measure
from wslab.net.recording.mixin import RecordingMixin
from wslab.net.recording.prints import install_prints, printing_to, uninstall_prints
from wslab.net.recording.quiet import QUIET, AlreadyReported, quiet_logger
from wslab.net.recording.request_heads import RequestHeads
from wslab.net.recording.tap import TapTransport
from wslab.net.recording.url_marker import Markers

__all__ = [
    "QUIET",
    "AlreadyReported",
    "Buffers",
    "Markers",
    "RecordingMixin",
    "RequestHeads",
    "TapTransport",
    "buffers_of_connection",
    "install_prints",
    "measure",
    "printing_to",
    "quiet_logger",
    "uninstall_prints",
]
