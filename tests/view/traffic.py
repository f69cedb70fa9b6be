"""Conversations written straight into a timeline, as the taps of a client and a server would: no sockets, no waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

if TYPE_CHECKING:
    from wslab.timeline import Timeline

REQUEST = (
    "GET /chat HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:8888\r\n\r\n"
)
RESPONSE = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n{}\r\n"
)


class Conversation:
    """A connection, open, with both of its ends recorded."""

    _ports = iter(range(40_000, 60_000))

    def __init__(
        self, timeline: Timeline, *, deflate: bool = False, client: str = "client", server: str = "server"
    ) -> None:
        mine, theirs = ("127.0.0.1", next(self._ports)), ("127.0.0.1", 8000)
        self.client = timeline.client_end(client, port=8000)
        self.client.connected(mine, theirs)
        self.server = timeline.server_end(server, theirs, mine)
        self._out = {
            True: (self.client.tap(self.client.sent), self.server.tap(self.server.received)),
            False: (self.server.tap(self.server.sent), self.client.tap(self.client.received)),
        }
        self._extensions = [PerMessageDeflate(False, False, 15, 15)] if deflate else []
        self.write(REQUEST.encode(), up=True)
        extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if deflate else ""
        self.write(RESPONSE.format(extension).encode(), up=False)

    def write(self, data: bytes, *, up: bool) -> None:
        """Bytes written at one end and read at the other."""
        for record in self._out[up]:
            record(data)

    def frame(self, opcode: Opcode, payload: bytes, *, up: bool = True, fin: bool = True) -> None:
        """One frame."""
        self.write(Frame(opcode, payload, fin).serialize(mask=up, extensions=self._extensions), up=up)

    def text(self, text: str, *, up: bool = True) -> None:
        """One text message."""
        self.frame(Opcode.TEXT, text.encode(), up=up)

    def echo(self, text: str) -> None:
        """A text message, its calls and events, and its echo."""
        self.client.note("event", "send()", text, size=len(text), link=("client to server", self.client.sent.stop))
        self.text(text)
        self.text(text, up=False)
        self.client.note("event", "message", text, size=len(text), link=("server to client", self.client.received.stop))

    def heartbeat(self) -> None:
        """A Ping from the server and the Pong to it."""
        self.frame(Opcode.PING, b"\x01\x02\x03\x04", up=False)
        self.frame(Opcode.PONG, b"\x01\x02\x03\x04", up=True)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """The closing handshake, begun by the client."""
        body = code.to_bytes(2, "big") + reason.encode()
        self.frame(Opcode.CLOSE, body, up=True)
        self.frame(Opcode.CLOSE, body, up=False)
        for end in (self.server, self.client):
            end.lost()


def sample(timeline: Timeline) -> Conversation:
    """A little of everything: what a first lesson leaves in the log."""
    timeline.note("server started", "ws://127.0.0.1:40123")
    one = Conversation(timeline)
    one.client.note("event", "open", link=("server to client", one.client.received.stop))
    one.echo("Hello, server!")
    one.heartbeat()
    one.echo('{"type": "chat", "from": "Ann", "text": "Good morning", "tags": ["a", "b"]}')
    one.server.note("print", "print", "client says: Good morning")
    one.frame(Opcode.BINARY, bytes(range(256)))
    two = Conversation(timeline, deflate=True, client="page", server="chat")
    two.text("na " * 100 + "Batman!", up=False)
    one.frame(Opcode.TEXT, b"one ", fin=False)
    one.frame(Opcode.CONT, b"message in ", fin=False)
    one.frame(Opcode.CONT, b"three frames")
    one.text("\u4f60\u597d\uff0c\u670d\u52a1\u5668 \U0001f44b", up=False)
    two.text('<img src=x onerror="document.title=\'owned\'"> <script>document.title = "owned"</script>')
    two.text("right to left \u202e override, bell \x07, line\nbreak, nul \x00")
    one.heartbeat()
    timeline.note("delay 200 ms", "server to client", kind="fault")
    one.text("x" * 40_000, up=False)
    two.close(4001, "wrong password")
    return one
