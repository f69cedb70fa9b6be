"""The state of a connection, and the ends that write it.

    state        Connection, EndState: plain records, which everything above reads
    direction    one byte stream: its decoders, and the rows that are kept
    end          End: an EndState that is recorded live         note    what it noted beside its bytes
    intake       what all who write to a timeline share         message_index    where the nth message stands
    recording    all of it, copied at one moment

Nothing here makes rows: see `wslab.timeline.rows`.
"""

from __future__ import annotations

from wslab.timeline.connection.direction import Direction as Direction
from wslab.timeline.connection.end import End as End
from wslab.timeline.connection.intake import Intake as Intake
from wslab.timeline.connection.note import TCP_ENDED as TCP_ENDED
from wslab.timeline.connection.note import Countable as Countable
from wslab.timeline.connection.note import Note as Note
from wslab.timeline.connection.note import Nth as Nth
from wslab.timeline.connection.note import weight as weight
from wslab.timeline.connection.recording import Recording as Recording
from wslab.timeline.connection.recording import copy_connection as copy_connection
from wslab.timeline.connection.state import Connection as Connection
from wslab.timeline.connection.state import EndState as EndState
from wslab.timeline.connection.state import Restatement as Restatement

__all__ = [
    "TCP_ENDED",
    "Connection",
    "Countable",
    "Direction",
    "End",
    "EndState",
    "Intake",
    "Note",
    "Nth",
    "Recording",
    "Restatement",
    "copy_connection",
    "weight",
]
