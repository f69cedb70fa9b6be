"""A recording as Wireshark reads it: pcapng with made-up IP and TCP headers around the recorded bytes.

    SYN, SYN ACK, ACK       when the connection appeared
    PSH ACK + bytes         each recorded chunk at its time, cut to 65,000 bytes and 100 frames
    FIN ACK, or RST         when an end was over

Of each direction the sender's recording is taken where that end is recorded, else the receiver's. Addresses and ports are the real ones where they are known. A chunk is a write or a read, not a packet that travelled: how TCP
cut the bytes is not recorded. Where the bounds have let an opening handshake go, a short one is made up in its place and says
so in a comment, else Wireshark would not know these bytes for WebSocket.
Format: draft-ietf-opsawg-pcapng; RFC 791, RFC 8200 and RFC 9293 for the headers.
"""

from __future__ import annotations

import heapq
import struct
from typing import TYPE_CHECKING

from wslab.timeline.redaction import REDACTION, redacted
from wslab.timeline.segments import ACK, FIN, PSH, RST, SYN, Conversation
from wslab.wire import Walker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline.connection import Connection
    from wslab.timeline.ends import End
    from wslab.timeline.records import Source
    from wslab.timeline.timeline import Timeline

SEGMENT = 65_000
"""The most bytes of a packet's payload: with headers they stay below 64 KiB, as an IPv4 packet must."""

FRAMES = 100
"""The most frames of a packet: Wireshark shows 500 layers of one at most, and a compressed frame takes more than one."""

_ABOUT = f"recorded by wslab: bytes and times are real, IP and TCP headers are made up; {REDACTION}"
_RAW = 101  # LINKTYPE_RAW: packets begin with an IP header
_INVENTED = "made up by wslab: the real one is no longer kept"
_UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n"

Packet = tuple[int, bytes, str]
"""Time, the IP packet, and a comment."""


def write_pcapng(timeline: Timeline) -> Iterator[bytes]:
    """The blocks of a capture file.

    Args:
        timeline: A recording to which nothing is added meanwhile.
    """
    yield _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _options((1, _ABOUT), (4, "wslab")))
    yield _block(1, struct.pack("<HHI", _RAW, 0, 0) + _options((2, "wslab"), (9, b"\x09")))  # times in nanoseconds
    began = int(timeline.started * 1e9) - timeline.zero
    streams = [_packets(connection) for connection in timeline.connections()]
    for time, packet, comment in heapq.merge(*streams, key=lambda found: found[0]):
        when, size = began + time, len(packet)
        head = struct.pack("<IIIII", 0, when >> 32 & 0xFFFFFFFF, when & 0xFFFFFFFF, size, size)
        body = head + packet + b"\0" * (-size % 4) + (_options((1, comment)) if comment else b"")
        yield _block(6, body)


def _packets(connection: Connection) -> Iterator[Packet]:
    """The packets of one connection, in the order of their times."""
    ends = connection.ends
    if not any(end.local for end in ends):
        return  # TCP never came to be
    first = min((when for end in ends for way in (end.sent, end.received) for _, when, _ in way.timed()), default=None)
    born = ends[-1].created  # the server's end, where it is recorded: a client's is made before it connects
    time = born if first is None else min(first, born)
    talk = Conversation(*_addresses(connection))
    about = f"connection {connection.number}: {connection.client} to {connection.server}"
    yield time, talk.segment("client", SYN), about
    yield time, talk.segment("server", SYN | ACK), ""
    yield time, talk.segment("client", ACK), ""
    chunks = [_chunks(connection, "client to server", time), _chunks(connection, "server to client", time)]
    for when, side, data, comment in heapq.merge(*chunks, key=lambda found: found[0]):
        time = max(time, when)
        for piece in data:
            yield time, talk.segment(side, PSH | ACK, piece), comment
    for when, side, flags in _endings(ends):
        time = max(time, when)
        yield time, talk.segment(side, flags), ""
        if flags & FIN:
            yield time, talk.segment("server" if side == "client" else "client", ACK), ""


def _chunks(connection: Connection, source: Source, time: int) -> Iterator[tuple[int, str, list[bytes], str]]:
    """Time, sender and bytes of what went by in one direction, and a comment."""
    direction, side = connection.directions[source], source.split(" ", 1)[0]
    stream, start = direction.stream, 0
    if stream is None:
        return
    response = connection.response
    cut = _Cutter()
    if stream.first and response is not None and response.status == 101:
        start = direction.entrance().fed
        if side == "client":
            head = f"GET / HTTP/1.1\r\nHost: {_INVENTED.split(':', 1)[0].replace(' ', '-')}\r\n{_UPGRADE}\r\n"
        else:
            agreed = [value for name, value in response.headers if name.lower() == "sec-websocket-extensions"]
            extensions = "".join(f"Sec-WebSocket-Extensions: {value}\r\n" for value in agreed)
            head = f"HTTP/1.1 101 Switching Protocols\r\n{_UPGRADE}{extensions}\r\n"
        invented = head.encode("latin-1", "replace")
        yield time, side, cut.feed(invented), _INVENTED
    for at, when, data in redacted(connection, source, stream):
        if at + len(data) > start:
            yield when, side, cut.feed(data[max(0, start - at) :]), ""


class _Cutter:
    """Cuts the chunks of one direction that are too large for a packet, or hold too many frames."""

    def __init__(self) -> None:
        self._walker = Walker()
        self._fed = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes; returns what goes into each packet."""
        cuts = [stop - self._fed for stop in self._walker.frame_boundaries(data)[FRAMES - 1 :: FRAMES]]
        self._fed += len(data)
        out: list[bytes] = []
        at = 0
        for stop in [*cuts, len(data)]:
            out += [data[begin : min(begin + SEGMENT, stop)] for begin in range(at, stop, SEGMENT)]
            at = stop
        return out


def _endings(ends: list[End]) -> list[tuple[int, str, int]]:
    """Time, sender and flags of the segments that end a connection."""
    out: list[tuple[int, str, int]] = []
    for end in ends:
        if end.closed is None:
            continue
        other = "server" if end.side == "client" else "client"
        if end.ending.startswith("reset by the peer"):
            return [(end.closed, other, RST | ACK)]
        if end.ending:
            return [(end.closed, end.side, RST | ACK)]
        out.append((end.closed, end.side, FIN | ACK))
        if len(ends) == 1:
            out.append((end.closed, other, FIN | ACK))
    return sorted(out)


def _addresses(connection: Connection) -> tuple[tuple[str, int], tuple[str, int]]:
    """Where client and server are; a place on this machine where that is not known."""
    client = server = None
    for end in connection.ends:
        mine, theirs = end.local, end.remote
        if end.side == "server":
            mine, theirs = theirs, mine
        client, server = client or mine, server or theirs
    return client or ("127.0.0.1", 1024 + connection.number % 60_000), server or ("127.0.0.1", 80)


def _block(kind: int, body: bytes) -> bytes:
    size = len(body) + 12
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def _options(*options: tuple[int, str | bytes]) -> bytes:
    out = b""
    for code, value in options:
        data = value[:1000].encode("utf-8", "replace") if isinstance(value, str) else value
        out += struct.pack("<HH", code, len(data)) + data + b"\0" * (-len(data) % 4)
    return out + struct.pack("<HH", 0, 0)
