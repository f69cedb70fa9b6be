"""The vocabulary of the timeline: plain records, and words that everything above uses.

    row           Row, Detail, Seen, Dropped: what a reader holds
    bytestream    the raw bytes of one direction at one end, with their times
    address       where an end is
    tcp_words     how an end says that TCP ended
    masking       text without what differs from run to run
    errors        RecordingError

Nothing here knows a connection.
"""

from __future__ import annotations

from wslab.timeline.records import tcp_words as tcp_words
from wslab.timeline.records.address import Address as Address
from wslab.timeline.records.bytestream import ByteStream as ByteStream
from wslab.timeline.records.errors import RecordingError as RecordingError
from wslab.timeline.records.masking import masked as masked
from wslab.timeline.records.row import KINDS as KINDS
from wslab.timeline.records.row import PREVIEW as PREVIEW
from wslab.timeline.records.row import SOURCES as SOURCES
from wslab.timeline.records.row import Detail as Detail
from wslab.timeline.records.row import Dropped as Dropped
from wslab.timeline.records.row import Kind as Kind
from wslab.timeline.records.row import Row as Row
from wslab.timeline.records.row import Seen as Seen
from wslab.timeline.records.row import Source as Source

__all__ = [
    "KINDS",
    "PREVIEW",
    "SOURCES",
    "Address",
    "ByteStream",
    "Detail",
    "Dropped",
    "Kind",
    "RecordingError",
    "Row",
    "Seen",
    "Source",
    "masked",
    "tcp_words",
]
