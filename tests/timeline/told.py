"""A socket of a page, seen from both sides: a server's end that records bytes, and a witness of what the page's code did."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from tests.timeline.pair import Pair

if TYPE_CHECKING:
    from wslab.timeline import End, Nth, Source, Timeline

UP: Source = "client to server"
DOWN: Source = "server to client"
_markers = itertools.count(1)


def marker() -> str:
    """A marker that no other socket of these tests has."""
    return f"key.{next(_markers)}"


class Told:
    """A page's socket. Its bytes go by at the server's end only; its rows are told.

    Args:
        timeline: Where both are recorded.
        end: Whether the server's end is there at once.
        witness: Whether the witness is there at once.
        deflate: Whether the response agrees to permessage-deflate.
    """

    def __init__(self, timeline: Timeline, *, end: bool = True, witness: bool = True, deflate: bool = False) -> None:
        self.timeline = timeline
        self.marker = marker()
        self.deflate = deflate
        self.pair: Any = None
        self.witness: Any = None
        self._counts = {"send()": 0, "message": 0}
        if witness:
            self.tell_of()
        if end:
            self.accept()

    @property
    def server(self) -> End:
        """The server's end."""
        end: End = self.pair.server
        return end

    def tell_of(self) -> None:
        """The page tells of its socket."""
        self.witness = self.timeline.witness_end("browser", marker=self.marker, port=8000)
        self.witness.note("event", "new WebSocket()", "ws://127.0.0.1:8000/chat", link=(UP, 0))

    def accept(self) -> None:
        """The server accepts, and the request is there."""
        self.pair = Pair(self.timeline, "server", deflate=self.deflate, begin=False)
        self.pair.server.marker = self.marker
        self.pair.open()

    def opened(self) -> None:
        """The page tells of its open event."""
        self.witness.note("event", "open", about=(DOWN, "handshake", 0))

    def send(self, text: str) -> None:
        """The page tells of a call to send."""
        self._tell("send()", text, UP)

    def message(self, text: str) -> None:
        """The page tells of a message event."""
        self._tell("message", text, DOWN)

    def close(self, said: str = "1000") -> None:
        """The page tells of a call to close."""
        self.witness.note("event", "close()", said, about=(UP, "close", 0))

    def closed(self, said: str = "1000, clean") -> None:
        """The page tells of its close event."""
        about: Nth | None = (DOWN, "close", 0) if said.endswith(", clean") else None
        self.witness.note("event", "close", said, about=about)
        self.witness.lost()

    def whole(self) -> None:
        """A small conversation from the open event to the end."""
        self.opened()
        self.send("hello")
        self.pair.text("client", "hello")
        self.pair.text("server", "hello")
        self.message("hello")
        self.witness.printed("got hello")
        self.close()
        self.pair.close()
        self.closed()

    def _tell(self, name: str, text: str, way: Source) -> None:
        number = self._counts[name]
        self._counts[name] += 1
        self.witness.note("event", name, text, size=len(text.encode()), about=(way, "message", number))


WHOLE = """\
#1  client           event      new WebSocket()  ws://127.0.0.1:PORT/chat
#1  client → server  handshake  GET /chat  Upgrade: websocket
#1  server → client  handshake  101 Switching Protocols  Upgrade: websocket
#1  client           event      open
#1  client           event      send()  "hello"  5 B
#1  client → server  message    text  "hello"  5 B
#1  server → client  message    text  "hello"  5 B
#1  client           event      message  "hello"  5 B
#1  client           print      got hello
#1  client           event      close()  1000
#1  client → server  close      close 1000  normal closure
#1  server → client  close      close 1000  normal closure
#1  client           event      close  1000, clean"""
"""The transcript of `Told.whole`."""
