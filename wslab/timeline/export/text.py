"""A recording as text: the transcript with times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.order import transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline.connection import Recording


def write_text(recording: Recording) -> Iterator[bytes]:
    """The lines of the transcript.

    Args:
        recording: The recording.
    """
    text = transcript(recording.rows, recording.connections, times=True, dropped=recording.dropped)
    for line in text.splitlines():
        yield line.encode("utf-8", "backslashreplace") + b"\n"
