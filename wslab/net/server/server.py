"""A server: a real `websockets` server on a thread and an event loop of its own, every byte of its end recorded.

It goes on answering while a cell blocks, on every ipykernel; a handler that blocks freezes only its own server, as in life.
This is the half that others hold; the half on the thread is `wslab.net.server.serving`.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from wslab.net.awaitable import awaited
from wslab.net.recording import buffers_of_connection
from wslab.net.server.serving import GRACE, Serving
from wslab.net.sockets import LOOPBACK, START, Stage
from wslab.net.tasks import act
from wslab.net.threads import where

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from websockets.asyncio.server import ServerConnection

    from wslab.net.faults import Faults
    from wslab.net.recording import Buffers, Markers
    from wslab.net.server.handlers import Handler
    from wslab.net.server.origins import Origins
    from wslab.timeline import Connection, End, SourceLine, Timeline

_STOP = GRACE + 2.0
_DEAF = 1.0  # a loop that has not answered for so long is blocked


class Server:
    """A running server. Made by `Lab.serve`.

    Attributes:
        name: Its name; a lab has one server of each.
    """

    def __init__(
        self,
        name: str,
        handler: Handler,
        timeline: Timeline,
        origins: Origins,
        options: dict[str, Any],
        markers: Markers | None = None,
    ) -> None:
        self.name = name
        self._timeline = timeline
        options = dict(options)
        host = options.pop("host", None)
        self._hosts = (host,) if host else LOOPBACK
        self._secure = options.get("ssl") is not None
        self._serving = Serving(name, handler, timeline, origins, options, markers)
        self._life = self._serving.life
        self._asked = self._answered = time.monotonic()

    # What a learner uses

    @property
    def port(self) -> int:
        """The TCP port it listens on, at 127.0.0.1 and ::1."""
        return self._life.port

    @property
    def url(self) -> str:
        """Where it listens, such as ``ws://127.0.0.1:40123``."""
        host = self._hosts[0]
        if host in ("0.0.0.0", "::"):  # noqa: S104  (somebody asked for it by name)
            host = "127.0.0.1"
        return f"ws{'s' * self._secure}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def running(self) -> bool:
        """True if it accepts connections."""
        return self._life.serves

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Its open connections as the timeline has them, by number."""
        ends = set(self._serving.links)
        return tuple(c for c in self._timeline.connections() if c.server_end in ends)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose at all its connections, those to come included."""
        return self._serving.faults

    @awaited("await server.stop()", "_timeline")
    async def stop(self, code: int = 1001, reason: str = "") -> None:
        """Stop serving. To be awaited; stopping a stopped server does nothing.

        Args:
            code: What open connections are closed with; 1001 is "going away" (RFC 6455 section 7.4.1).
            reason: At most 123 bytes of UTF-8.
        """
        await self.shut_down(code, reason)

    def __repr__(self) -> str:
        state = f"at {self.url}, {len(self._serving.links)} open" if self.running else "stopped"
        return f"<Server {self.name!r} {state}>"

    # What the lab uses

    async def start(self, port: int) -> None:
        """Listen on a port, or on a free one for 0, and serve.

        Raises:
            PortTaken: Somebody else listens there.
        """
        serving, sentence = self._serving, f"server {self.name} did not start within {START:g} s"
        try:
            await self._life.listen(port, serving.listen, sentence, self._hosts)
        except BaseException:
            serving.thread.stop()
            await serving.thread.wait_ended(1)
            raise

    async def shut_down(self, code: int, reason: str = "") -> None:
        """Stop, within `GRACE` and a little whatever the handlers do."""
        serving = self._serving
        if not (self._life.reach(Stage.STOPS) and serving.thread.alive):  # asked before, or ended by itself
            if not await self._life.wait_over(_STOP):
                serving.abandon()
            return
        self.probe()
        await asyncio.sleep(0)
        deadline = time.monotonic() + _STOP
        stopping = serving.thread.begin(serving.stop(code, reason))
        try:
            while not stopping.done():
                await asyncio.wait({stopping}, timeout=0.1)
                if self.blocked_for() or time.monotonic() > deadline:
                    break
        except asyncio.CancelledError:  # a learner interrupted the cell: it goes on by itself
            stopping.cancel()
            serving.retire()
            raise
        if not stopping.done():
            stopping.cancel()
            serving.abandon()
            return
        try:
            await stopping
        finally:
            serving.thread.stop()
        if not await serving.thread.wait_ended(1):
            serving.abandon()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Be told, on the server's thread, when a connection opens or closes. The callback must return at once."""
        self._serving.changes.add(callback)

    def links(self) -> dict[End, ServerConnection]:
        """Its open connections by recorded end."""
        return dict(self._serving.links)

    def buffers(self) -> list[tuple[End, Buffers | None]]:
        """What the ends of its open connections hold, in bytes; None for one that is closed by now."""
        return [(end, buffers_of_connection(link)) for end, link in self.links().items()]

    def pending_handlers(self) -> int:
        """How many handlers still run although their connection is over."""
        return self._serving.pending_handlers()

    def act(self, work: Callable[[], Coroutine[Any, Any, Any]], end: End | None = None) -> None:
        """Start a coroutine on the server's own loop, from any thread. What it raises is a row, of an end where one is given."""
        self._serving.thread.post(act, work, end or self._timeline)

    async def turn(self) -> None:
        """Let its loop run what is ready, or find that it is blocked."""
        await self._serving.thread.turn()

    def probe(self) -> None:
        """Ask the loop for a sign of life, unless it still owes one."""
        if self._answered >= self._asked:
            self._asked = time.monotonic()
            self._serving.thread.post(self._answer)

    def blocked_for(self) -> tuple[float, SourceLine] | None:
        """For how long the server has been blocked, in seconds, and on which line; None when it is not."""
        silent = time.monotonic() - self._asked
        if self._answered >= self._asked or silent < _DEAF:
            return None
        place = where(self._serving.thread.thread)
        return (silent, place) if place else None

    def blocked_reason(self) -> str:
        """A sentence for whoever waits for this server while it is blocked; empty when it is not."""
        blocked = self.blocked_for()
        if blocked is None:
            return ""
        seconds, place = blocked
        return f"handler {self._serving.handler_name} has blocked its server for {seconds:.0f} s at {place}; {place.suggestion}"

    def blocked_row(self) -> tuple[str, str] | None:
        """Name and text of the row that says that a handler blocks its server; None when none does."""
        blocked = self.blocked_for()
        if blocked is None:
            return None
        return (
            f"handler {self._serving.handler_name} blocks server {self.name}",
            f"at {blocked[1]}; {blocked[1].suggestion}",
        )

    def _answer(self) -> None:
        self._answered = time.monotonic()
