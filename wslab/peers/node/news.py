"""What Node tells about a cell, made into rows of the timeline and lines under the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.peers.feed_items import number_of, text_of
from wslab.peers.node import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net import PortTaken
    from wslab.peers.node.output import Crash
    from wslab.peers.remote_feed import RemoteFeed
    from wslab.timeline import Timeline
    from wslab.view import Console

_SERVERS = ("listen", "listening", "unlisten")


class NodeNews:
    """Takes the items and lines of a run.

    Args:
        name: The name of the run.
        console: What stands under the cell.
        timeline: Where it is recorded.
        feed: Makes the rows of its sockets.
        crash: Makes Node's words for an error readable.
        ready: Called when the cell's main part has run.
        ask: Called with ``listen``, ``listening`` or ``unlisten``, a server's number, and a port.

    Attributes:
        error: What nobody caught, with its line; empty while there is no such thing.
    """

    def __init__(
        self,
        name: str,
        console: Console,
        timeline: Timeline,
        feed: RemoteFeed,
        crash: Crash,
        ready: Callable[[], None],
        ask: Callable[[str, int, int], None],
    ) -> None:
        self.error = ""
        self._name = name
        self._console = console
        self._timeline = timeline
        self._feed = feed
        self._crash = crash
        self._ready = ready
        self._ask = ask
        self._raised: dict[str, Any] | None = None  # an error whose line is not known yet

    def take(self, item: dict[str, Any] | str) -> None:
        """Take an item of the feed, or a line."""
        if isinstance(item, str):
            self._line(item)
            return
        kind, text = item.get("k"), text_of(item, "text") or ""
        if kind == "print":
            item["text"] = text = self._crash.text(text)
            self._console.line(text, text_of(item, "level") or "log")
            self._feed.take(item)
        elif kind == "raised":
            item["text"] = self._crash.error(text)
            self._raised = item
            if item.get("where"):
                self.end()
        elif kind == "ready":
            self._ready()
        elif kind == "unrecorded":
            self._unrecorded(text, text_of(item, "advice") or "")
        elif kind in _SERVERS:
            ask, port = number_of(item, "ask"), number_of(item, "port") or 0
            if ask is not None and port < 65536:
                self._ask(kind, ask, port)
        else:
            self._feed.take(item)

    def end(self) -> None:
        """No more is known about the error that was raised, if there is one: make its row."""
        item, self._raised = self._raised, None
        if item is not None:
            where = text_of(item, "where") or ""
            self.error = f"{item['text']}{f' (cell, {where})' if where else ''}"
            self._feed.take(item)

    def taken(self, error: PortTaken) -> None:
        """Somebody else has a port that the cell wants."""
        said = f"port {error.port} is taken by {error.holder or 'another program on this machine'}"
        advice = "stop it, or listen on another port"
        self._console.line(f"{said}; {advice}", "warn")
        self._timeline.note(f'node "{self._name}" cannot listen', said, problem=advice)

    # Inside

    def _line(self, line: str) -> None:
        """A line that the cell wrote to stdout or stderr; or Node itself, about an error."""
        if self._crash.dying(line):
            return
        if not self.error and self._raised is None:
            if "JavaScript heap out of memory" in line:
                self.error = words.OUT_OF_MEMORY
            self._console.line(line)
            self._feed.take({"k": "print", "id": None, "level": "log", "text": line})
            return
        if self._raised is not None and (where := self._crash.cell_line(line)):
            self._raised["where"] = where
            self.end()
        shown = self._crash.line(line)
        if shown is not None:
            self._console.line(shown, "error")

    def _unrecorded(self, what: str, advice: str) -> None:
        said = f"{self._crash.error(what)} is left to Node, and not recorded{'; ' if advice else ''}{advice}"
        self._console.line(said, "warn")
        self._timeline.note(f'node "{self._name}"', said, problem="not recorded")
