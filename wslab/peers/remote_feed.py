"""What the code of a page, or of Node, says that its sockets did: a feed of small dicts, made into rows of the timeline.

    {"k": "socket", ...}     a client was made        ──► an end of its own, which pairs with the server's by a marker
    {"k": "accepted", ...}   a Node server has one    ──► the relay's end of that connection
    {"k": "event" | "call" | "print", "id": ...}      ──► a row of that end, about the nth message of its stream
    {"k": "print" | "raised", "id": None, ...}        ──► a row of the lab

The feed comes out of somebody else's code, so nothing in it is trusted: what is not as it must be is counted and dropped.
Names, texts and sizes of rows are those of a `WebSocket` of the lab (`wslab.net.websocket.events`, `wslab.net.websocket.websocket`).
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from wslab.peers.feed_items import CALLS, EVENTS, LEVELS, MAX_TEXT, number_of, shown, text_of, without_password
from wslab.timeline import CODE_GONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline import Countable, End, Nth, Source, Timeline

MAX_ROWS = 10_000
"""The most rows of one run."""


class _Socket:
    """A socket that is told of.

    Attributes:
        end: Its end on the timeline.
        opened: Whether what it sends becomes messages.
        closing: Whether it has begun to close, so that it does not any more.
        closed: Whether its last event was told.
        counts: How many messages, pings and pongs were told, by way.
    """

    def __init__(self, end: End, *, opened: bool) -> None:
        self.end = end
        self.opened = opened
        self.closing = self.closed = False
        self.counts: Counter[tuple[Source, Countable]] = Counter()

    def way(self, *, sent: bool) -> Source:
        """The direction in which it sends, or receives."""
        return "client to server" if (self.end.side == "client") == sent else "server to client"

    def next(self, what: Countable, *, sent: bool) -> Nth:
        """The next one of a kind."""
        way = self.way(sent=sent)
        number = self.counts[way, what]
        self.counts[way, what] += 1
        return way, what, number


class RemoteFeed:
    """The sockets of one run of somebody else's code. Any thread may use it.

    Args:
        timeline: Where the rows go.
        label: What the run's clients are called: ``browser`` or ``node``.
        key: The key of its markers.
        end_of: Finds the end of a connection that a Node server has accepted, by the port at the other end (`remotePort`).

    Attributes:
        dropped: How many items were not as they must be.
    """

    def __init__(
        self, timeline: Timeline, label: str, key: str, *, end_of: Callable[[int], End | None] = lambda _port: None
    ) -> None:
        self.dropped = 0
        self._timeline = timeline
        self._label = label
        self._key = key
        self._end_of = end_of
        self._lock = threading.Lock()
        self._sockets: dict[int, _Socket] = {}
        self._rows = 0
        self._left = False
        self._takers: dict[str, Callable[[dict[str, Any]], bool]] = {
            "socket": self._socket,
            "accepted": self._accepted,
            "event": self._event,
            "call": self._call,
            "print": self._print,
            "raised": self._raised,
        }

    def take(self, item: Any) -> None:
        """Take the next item of the feed. It never raises; after `leave` it does nothing."""
        with self._lock:
            if self._left:
                return
            try:
                take = self._takers.get(text_of(item, "k") or "") if isinstance(item, dict) else None
                taken = take is not None and take(item)
            except Exception as error:  # noqa: BLE001  (told, and the next item is taken)
                self._timeline.failed(f"taking what {self._label} tells failed", error)
                taken = False
            if not taken:
                self.dropped += 1

    def leave(self, why: str) -> None:
        """Say that the code is gone, and with it all its sockets: the page was closed, the process ended.

        Args:
            why: Which of these, in words.
        """
        with self._lock:
            if self._left:
                return
            self._left = True
            for socket in self._sockets.values():
                if socket.end.witness and not socket.closed:
                    socket.end.note("note", CODE_GONE, why)
                    socket.end.lost(why)
            self._sockets.clear()

    # Each returns whether the item was as it must be

    def _socket(self, item: dict[str, Any]) -> bool:
        number, n, port = (number_of(item, key) for key in ("id", "n", "port"))
        url = text_of(item, "url")
        marked = item.get("marked")
        if number is None or number in self._sockets or url is None or not isinstance(marked, bool):
            return False
        if marked and n is None:
            return False
        if self._room():
            marker, port = (f"{self._key}.{n}", port) if marked else ("", None)
            end = self._timeline.witness_end(self._label, marker=marker, port=port)
            end.note("event", "new WebSocket()", without_password(url), link=("client to server", 0))
            self._sockets[number] = _Socket(end, opened=False)
        return True

    def _accepted(self, item: dict[str, Any]) -> bool:
        number, port = number_of(item, "id"), number_of(item, "port")
        if number is None or number in self._sockets or port is None:
            return False
        end = self._end_of(port)
        if end is None:
            return False
        if self._room():
            socket = self._sockets[number] = _Socket(end, opened=True)
            end.note("event", "connection", about=(socket.way(sent=False), "handshake", 0))
        return True

    def _event(self, item: dict[str, Any]) -> bool:
        socket, name, text, size = self._said(item)
        if socket is None or name not in EVENTS or text is None or socket.closed:
            return False
        if name == "message" and size is None:
            return False
        about: Nth | None = None
        got = socket.way(sent=False)
        if name == "message":
            about = socket.next("message", sent=False)
        elif name in ("ping", "pong"):
            about = socket.next("ping" if name == "ping" else "pong", sent=False)
            text = ""  # what a heartbeat carries differs from run to run
        elif name == "close" and text.endswith(", clean"):
            about = (got, "close", 0)
        elif name == "open" or not (socket.opened or socket.closing):
            about = (got, "handshake", 0)
        socket.opened = socket.opened or name == "open"
        socket.closed = name == "close"
        sized = name in ("message", "ping", "pong")
        binary = sized and (name != "message" or item.get("binary") is True)
        if self._room():
            socket.end.note("event", name, shown(name, text), size=size if sized else None, binary=binary, about=about)
        if socket.closed and socket.end.witness:
            socket.end.lost()
        return True

    def _call(self, item: dict[str, Any]) -> bool:
        socket, name, text, size = self._said(item)
        if socket is None or name not in CALLS or text is None or (name == "send()" and size is None):
            return False
        about: Nth | None = None
        if socket.opened and not socket.closing and not socket.closed:
            if name == "send()":
                about = socket.next("message", sent=True)
            elif name in ("ping()", "pong()"):
                about = socket.next("ping" if name == "ping()" else "pong", sent=True)
            elif name == "close()":
                about = (socket.way(sent=True), "close", 0)
        if name in ("ping()", "pong()"):
            text = ""
        socket.closing = socket.closing or name in ("close()", "terminate()")
        sized = name in ("send()", "ping()", "pong()")
        binary = sized and (name != "send()" or item.get("binary") is True)
        if self._room():
            socket.end.note("event", name, shown(name, text), size=size if sized else None, binary=binary, about=about)
        return True

    def _print(self, item: dict[str, Any]) -> bool:
        text = text_of(item, "text")
        if text is None or item.get("level") not in LEVELS:
            return False
        socket = self._known(item)
        if self._room():
            if socket is not None:
                socket.end.printed(text)
            else:
                self._timeline.note(self._label, text, kind="print")
        return True

    def _raised(self, item: dict[str, Any]) -> bool:
        text, where = text_of(item, "text"), text_of(item, "where")
        if text is None or where is None:
            return False
        socket, said = self._known(item), f"{text[:MAX_TEXT]} at {where[:200]}" if where else text[:MAX_TEXT]
        if self._room():
            if socket is not None:
                socket.end.note("note", "callback raised", said, problem="nobody caught it")
            else:
                self._timeline.note(f"{self._label} raised", said, problem="nobody caught it")
        return True

    def _said(self, item: dict[str, Any]) -> tuple[_Socket | None, str | None, str | None, int | None]:
        """Of an event or a call: whose, its name, what it carried, and of which size."""
        return self._known(item), text_of(item, "name"), text_of(item, "text"), number_of(item, "size")

    def _known(self, item: dict[str, Any]) -> _Socket | None:
        number = number_of(item, "id")
        return None if number is None else self._sockets.get(number)

    def _room(self) -> bool:
        """Whether one more row may be made."""
        self._rows += 1
        if self._rows == MAX_ROWS + 1:
            said = f"it has made {MAX_ROWS} rows, and no more of it is recorded; run its cell again to go on"
            self._timeline.note(self._label, said, problem="not recorded")
        return self._rows <= MAX_ROWS
