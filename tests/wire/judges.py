"""Judges of different origin over the same bytes, and what each of them makes of a stream.

    wslab        `dissect` and the rows of the log, which must say the same
    websockets   its Sans-I/O protocol: whether it fails the connection, at which byte, with which code, and what it received
    RFC 3629     its ABNF as a regular expression: whether text is UTF-8

`judge` compares them frame by frame (`tests.wire.comparison`), and raises where they differ in anything that is not a row of
`tests.wire.differences`.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from tests.wire.differences import Disagreement
from tests.wire.streams import CLOSE, Stream, header_size

if TYPE_CHECKING:
    from types import ModuleType

UP, DOWN = "client to server", "server to client"
PREVIEW = 804
MOST = 20
_URI = parse_uri("ws://localhost/")


class Theirs(NamedTuple):
    """What websockets made of a stream.

    Attributes:
        code: The close code with which it failed the connection, or None.
        at: How many bytes it had been fed when it failed, or received a Close; None where neither happened.
        frames: What it received: opcode, FIN and data of each frame, inflated.
    """

    code: int | None
    at: int | None
    frames: list[tuple[int, bool, bytes]]


def theirs(stream: Stream) -> Theirs:
    """Feed a stream to websockets, byte by byte where it matters."""
    protocol: Any = (
        ServerProtocol(state=State.OPEN, max_size=stream.max_size)
        if stream.up
        else ClientProtocol(_URI, state=State.OPEN, max_size=stream.max_size)
    )
    if stream.deflated is not None:
        bits, takeover = stream.deflated
        protocol.extensions = [PerMessageDeflate(not takeover, False, bits, 15)]
    frames: list[tuple[int, bool, bytes]] = []
    start = 0
    for stop in range(1, len(stream.wire) + 1):
        if any(low < stop < high for low, high in stream.long):
            continue
        protocol.receive_data(stream.wire[start:stop])
        start = stop
        if protocol.close_expected():
            frames += received(protocol)
            if frames and frames[-1][0] == CLOSE:
                return Theirs(None, stop, frames)
            return Theirs(sent_code(protocol.data_to_send(), masked=not stream.up), stop, frames)
    protocol.receive_eof()
    return Theirs(None, None, frames + received(protocol))


def received(protocol: Any) -> list[tuple[int, bool, bytes]]:
    """The frames that a protocol has received."""
    events = [event for event in protocol.events_received() if isinstance(event, Frame)]
    return [(int(event.opcode), event.fin, bytes(event.data)) for event in events]


def sent_code(writes: list[bytes], *, masked: bool) -> int:
    """The code of the Close frame that a protocol sends last."""
    last = [data for data in writes if data][-1]
    if last[0] != 0x88:
        raise Disagreement(f"websockets ended with {last.hex()}, which is no Close frame")
    body = bytes(byte ^ key for byte, key in zip(last[6:8], last[2:4], strict=True)) if masked else last[2:4]
    return int.from_bytes(body, "big")


def dissected(stream: Stream, wire: ModuleType) -> Any:
    """What wslab's `dissect` makes of a stream, its head in front.

    Args:
        stream: The bytes.
        wire: `wslab.wire`, or a copy of it with a mistake.
    """
    deflate = wire.Deflate(*stream.deflated) if stream.deflated else None
    data = (request() if stream.up else response(stream)) + stream.wire
    return wire.dissect(data, direction=UP if stream.up else DOWN, deflate=deflate, max_size=stream.max_size)


def request() -> bytes:
    """The head in front of a client's frames."""
    return b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


def response(stream: Stream) -> bytes:
    """The head in front of a server's frames; it says what was agreed on."""
    head = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    if stream.deflated is not None:
        side = b"client" if stream.up else b"server"
        keeps = b"" if stream.deflated.takeover else b"; %b_no_context_takeover" % side
        says = b"permessage-deflate; %b_max_window_bits=%d%b" % (side, stream.deflated.bits, keeps)
        head += b"Sec-WebSocket-Extensions: %b\r\n" % says
    return head + b"\r\n"


def logged(stream: Stream, wire: ModuleType) -> list[Any]:
    """What the log makes of a stream that comes in pieces: everything behind the handshake."""
    dice = random.Random(stream.wire)
    decoder = wire.StreamDecoder(UP if stream.up else DOWN)
    if stream.up:
        decoder.negotiate(wire.parse_head(response(stream).removesuffix(b"\r\n\r\n")))
    decoder.feed(request() if stream.up else response(stream))
    size = len(stream.wire)
    cuts = sorted(dice.randrange(size + 1) for _ in range(dice.choice([0, 1, 4, 40])))
    pieces = [stream.wire[start:stop] for start, stop in itertools.pairwise([0, *cuts, size])]
    return [*(item for piece in pieces for item in decoder.feed(piece)), *decoder.finish()]


def check_log(items: list[Any], found: Any) -> None:
    """See that the rows of the log say what the dissection says.

    Raises:
        Disagreement: They do not.
    """
    rows = {item.start: item for item in items}
    said = {start: [(each.rule, each.what) for each in item.violations] for start, item in rows.items()}
    if said != (expected := by_row(found)):
        raise Disagreement(f"the log says {said}, dissect {expected}")
    for item in items:
        if item.violations and item.problem != f"{item.violations[0].what} ({item.violations[0].section})":
            raise Disagreement(f"a row shows {item.problem!r}, and its violations are {item.violations}")
    whole = found.size - len(found.rest)
    for message in found.messages:
        item, content = rows[message.first.offset], message.content
        if content is not None and item.stop <= whole and (item.size, item.data) != (len(content), content[:PREVIEW]):
            raise Disagreement(f"the log keeps {item.data!r} of {item.size} bytes, and the message says {content!r}")


def by_row(found: Any) -> dict[int, list[tuple[str, str]]]:
    """What a dissection finds wrong, by the offset of the row of the log that shows it. The limit is the dissector's own."""
    rows: dict[int, list[tuple[str, str]]] = {}
    open_row = -1
    frames = [(frame.offset, frame.opcode, frame.fin, frame.violations) for frame in found]
    if found.partial is not None:
        frames.append((found.partial.offset, found.rest[0] & 15, False, found.partial.violations))
    for place, (offset, opcode, fin, violations) in enumerate(frames):
        whole = place < len(found)
        begins = 0 < opcode < CLOSE and (whole or header_size(found.rest) is not None)
        # What the end cuts off in the middle of a message is shown with it, a control frame too.
        row = offset if begins or open_row < 0 or (opcode >= CLOSE and whole) else open_row
        rows.setdefault(row, []).extend((each.rule, each.what) for each in violations if each.rule != "size")
        if opcode < CLOSE and (begins or open_row >= 0):
            open_row = -1 if fin else row
    return {row: kept(violations) for row, violations in rows.items()}


def kept(violations: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a row keeps of so many: the first twenty, and the first of each other rule."""
    out: list[tuple[str, str]] = []
    for rule, what in violations:
        if len(out) < MOST or rule not in {known for known, _ in out}:
            out.append((rule, what))
    return out
