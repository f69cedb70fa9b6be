"""One timeline: every byte and every event of either end, in one bounded, thread-safe store."""

from __future__ import annotations

from wslab.timeline.address import Address as Address
from wslab.timeline.causal import GONE as GONE
from wslab.timeline.compression import Compression as Compression
from wslab.timeline.compression import compression_of as compression_of
from wslab.timeline.connection import Connection as Connection
from wslab.timeline.diagnosis import CAUSES as CAUSES
from wslab.timeline.diagnosis import Diagnosis as Diagnosis
from wslab.timeline.diagnosis import Evidence as Evidence
from wslab.timeline.ends import End as End
from wslab.timeline.ends import Note as Note
from wslab.timeline.error_words import error_and_place as error_and_place
from wslab.timeline.error_words import error_text as error_text
from wslab.timeline.error_words import error_words as error_words
from wslab.timeline.errors import RecordingError as RecordingError
from wslab.timeline.failures import CONTAINED as CONTAINED
from wslab.timeline.failures import Failed as Failed
from wslab.timeline.failures import log_failure as log_failure
from wslab.timeline.own_line import Place as Place
from wslab.timeline.own_line import is_own as is_own
from wslab.timeline.own_line import place_of as place_of
from wslab.timeline.own_line import raised_at as raised_at
from wslab.timeline.records import KINDS as KINDS
from wslab.timeline.records import PREVIEW as PREVIEW
from wslab.timeline.records import SOURCES as SOURCES
from wslab.timeline.records import Detail as Detail
from wslab.timeline.records import Dropped as Dropped
from wslab.timeline.records import Kind as Kind
from wslab.timeline.records import Row as Row
from wslab.timeline.records import Seen as Seen
from wslab.timeline.records import Source as Source
from wslab.timeline.replay import Replay as Replay
from wslab.timeline.timeline import Timeline as Timeline
from wslab.timeline.watchers import Watchers as Watchers

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
