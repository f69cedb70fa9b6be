"""One timeline: every byte and every event of either end, in one bounded, thread-safe store."""

from __future__ import annotations

from wslab.timeline.compression import Compression as Compression
from wslab.timeline.compression import compression_of as compression_of
from wslab.timeline.connection.end import End as End
from wslab.timeline.connection.note import Note as Note
from wslab.timeline.connection.state import Connection as Connection
from wslab.timeline.diagnosis.result import CAUSES as CAUSES
from wslab.timeline.diagnosis.result import Diagnosis as Diagnosis
from wslab.timeline.diagnosis.result import Evidence as Evidence
from wslab.timeline.failures.error_words import error_and_place as error_and_place
from wslab.timeline.failures.error_words import error_text as error_text
from wslab.timeline.failures.error_words import error_words as error_words
from wslab.timeline.failures.reporting import CONTAINED as CONTAINED
from wslab.timeline.failures.reporting import Failed as Failed
from wslab.timeline.failures.reporting import log_failure as log_failure
from wslab.timeline.failures.source_line import Place as Place
from wslab.timeline.failures.source_line import is_own as is_own
from wslab.timeline.failures.source_line import place_of as place_of
from wslab.timeline.failures.source_line import raised_at as raised_at
from wslab.timeline.failures.watchers import Watchers as Watchers
from wslab.timeline.order.causal_order import GONE as GONE
from wslab.timeline.records.address import Address as Address
from wslab.timeline.records.errors import RecordingError as RecordingError
from wslab.timeline.records.row import KINDS as KINDS
from wslab.timeline.records.row import PREVIEW as PREVIEW
from wslab.timeline.records.row import SOURCES as SOURCES
from wslab.timeline.records.row import Detail as Detail
from wslab.timeline.records.row import Dropped as Dropped
from wslab.timeline.records.row import Kind as Kind
from wslab.timeline.records.row import Row as Row
from wslab.timeline.records.row import Seen as Seen
from wslab.timeline.records.row import Source as Source
from wslab.timeline.replay import Replay as Replay
from wslab.timeline.timeline import Timeline as Timeline

__all__ = [
    "CAUSES",
    "CONTAINED",
    "GONE",
    "KINDS",
    "PREVIEW",
    "SOURCES",
    "Address",
    "Compression",
    "Connection",
    "Detail",
    "Diagnosis",
    "Dropped",
    "End",
    "Evidence",
    "Failed",
    "Kind",
    "Note",
    "Place",
    "RecordingError",
    "Replay",
    "Row",
    "Seen",
    "Source",
    "Timeline",
    "Watchers",
    "compression_of",
    "error_and_place",
    "error_text",
    "error_words",
    "is_own",
    "log_failure",
    "place_of",
    "raised_at",
]
