"""One timeline: every byte and every event of either end, in one bounded, thread-safe store.

    timeline       what a learner asks of it: text, files, replays
    store          readers take rows from it, and it keeps to its bounds
    recorder       writers record in it
    connections    which connections there are, by number       pairing    which two ends are one
    settling       what is still under way                      compression, replay
    ───────────────────────────────────────────────────────────────────────────────
    export         JSONL, HAR, pcapng, text
    order          by cause or by direction; the transcript
    rows           made of bytes and notes, said anew, opened, let go
    connection     the state of a connection, and the ends that write it
    diagnosis      how a connection ended, from facts alone
    failures       exceptions in words, and those that nobody waits for
    records        the vocabulary: Row, Detail, raw bytes

The modules stand above the folders, and each folder imports from those below it only.
"""

from __future__ import annotations

from wslab.timeline.compression import Compression as Compression
from wslab.timeline.compression import compression_of as compression_of
from wslab.timeline.connection import Connection as Connection
from wslab.timeline.connection import Countable as Countable
from wslab.timeline.connection import Direction as Direction
from wslab.timeline.connection import End as End
from wslab.timeline.connection import EndState as EndState
from wslab.timeline.connection import Note as Note
from wslab.timeline.connection import Nth as Nth
from wslab.timeline.diagnosis import CAUSES as CAUSES
from wslab.timeline.diagnosis import Diagnosis as Diagnosis
from wslab.timeline.diagnosis import Evidence as Evidence
from wslab.timeline.failures import CONTAINED as CONTAINED
from wslab.timeline.failures import Failed as Failed
from wslab.timeline.failures import SourceLine as SourceLine
from wslab.timeline.failures import Watchers as Watchers
from wslab.timeline.failures import error_and_line as error_and_line
from wslab.timeline.failures import error_text as error_text
from wslab.timeline.failures import error_words as error_words
from wslab.timeline.failures import is_own_code as is_own_code
from wslab.timeline.failures import log_failure as log_failure
from wslab.timeline.failures import raised_at as raised_at
from wslab.timeline.failures import source_line as source_line
from wslab.timeline.failures import steps_of as steps_of
from wslab.timeline.order import CODE_GONE as CODE_GONE
from wslab.timeline.order import by_cause as by_cause
from wslab.timeline.records import KINDS as KINDS
from wslab.timeline.records import PREVIEW as PREVIEW
from wslab.timeline.records import SOURCES as SOURCES
from wslab.timeline.records import Address as Address
from wslab.timeline.records import ByteStream as ByteStream
from wslab.timeline.records import Detail as Detail
from wslab.timeline.records import Dropped as Dropped
from wslab.timeline.records import Kind as Kind
from wslab.timeline.records import RecordingError as RecordingError
from wslab.timeline.records import Row as Row
from wslab.timeline.records import Seen as Seen
from wslab.timeline.records import Source as Source
from wslab.timeline.records import masked as masked
from wslab.timeline.records import tcp_words as tcp_words
from wslab.timeline.replay import Replay as Replay
from wslab.timeline.rows import seen_by as seen_by
from wslab.timeline.timeline import Timeline as Timeline

__all__ = [
    "CAUSES",
    "CODE_GONE",
    "CONTAINED",
    "KINDS",
    "PREVIEW",
    "SOURCES",
    "Address",
    "ByteStream",
    "Compression",
    "Connection",
    "Countable",
    "Detail",
    "Diagnosis",
    "Direction",
    "Dropped",
    "End",
    "EndState",
    "Evidence",
    "Failed",
    "Kind",
    "Note",
    "Nth",
    "RecordingError",
    "Replay",
    "Row",
    "Seen",
    "Source",
    "SourceLine",
    "Timeline",
    "Watchers",
    "by_cause",
    "compression_of",
    "error_and_line",
    "error_text",
    "error_words",
    "is_own_code",
    "log_failure",
    "masked",
    "raised_at",
    "seen_by",
    "source_line",
    "steps_of",
    "tcp_words",
]
