"""The rows of what an end noted itself: calls, events, printed lines, remarks, and how TCP ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.connection import TCP_ENDED
from wslab.timeline.records import PREVIEW, Row
from wslab.wire import one_line

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection, EndState, Note


def tcp_ended(connection: Connection, end: EndState) -> str:
    """What to say of a TCP connection that ended; nothing where a closing handshake, or a refusal, came before.

    It is said from where this end stands: what never came to it, or never left it, it has not seen.
    """
    if end.witness:  # it saw no TCP
        return ""
    up, down = connection.directions.values()
    went_up, went_down = (end.sent, end.received) if end.side == "client" else (end.received, end.sent)
    if connection.response is None or down.head_stop > went_down.stop:
        return "TCP ended before the server answered a handshake" if end.side == "server" else ""
    if connection.response.status != 101:
        return ""
    closes = (0 <= up.head.closed <= went_up.stop) + (0 <= down.head.closed <= went_down.stop)
    return ("TCP ended without a Close frame", "TCP ended after one Close frame only", "")[closes]


def row_of_note(connection: Connection, end: EndState, note: Note, index: int) -> Row | None:
    """The row of what an end noted; None for the end of TCP where a closing handshake came before.

    Args:
        connection: The connection.
        end: Its end.
        note: What it noted.
        index: The place of the row among this end's own.
    """
    name = tcp_ended(connection, end) if note.name == TCP_ENDED else note.name
    if not name:
        return None
    return Row(
        connection.number, end.side, index, note.kind, note.time - connection.started, name, one_line(note.text, PREVIEW),
        note.size, link=note.link, problem=note.problem, binary=note.binary,
    )  # fmt: skip
