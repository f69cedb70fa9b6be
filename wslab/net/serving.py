"""What runs on a server's own thread: listeners, connections, handlers, and their end.

stop     listeners close, open connections get a Close frame
1.0 s    handlers that go on are cancelled
0.3 s    transports are aborted; a handler that swallowed the cancellation is closed from inside
abandon  for a thread that is stuck in somebody's code, from outside: sockets are shut down, the thread is interrupted
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import socket
import weakref
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve

from wslab.net import prints
from wslab.net.faults_at import ServerFaults
from wslab.net.handlers import Handler, explain_end, explain_raise
from wslab.net.origins import LOOPBACK, Origins, allowed
from wslab.net.tap import recorded_server
from wslab.net.threads import LoopThread
from wslab.wire import one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.http11 import Request, Response

    from wslab.net.marker import Markers
    from wslab.timeline import End, Timeline

GRACE = 1.0
"""How long handlers may go on after a stop before they are cancelled, in seconds."""

_NOTICE = 0.3  # between cancelling and aborting
_ROUNDS = 100


class Serving:
    """The server's half that lives on its own thread.

    Args:
        name: The server's name.
        handler: The learner's handler.
        timeline: Where both directions of every connection are recorded.
        origins: Who may connect.
        options: Further options of `websockets.serve`.
        markers: Which markers are taken out of URLs, and which page's Origin each stands for.

    Attributes:
        links: Open connections by recorded end. Written on the thread, read anywhere.
        changed: Called when `links` has changed.
        faults: What goes wrong on purpose at its connections.
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
        self.handler_name = getattr(handler, "__name__", type(handler).__name__)
        self.links: dict[End, ServerConnection] = {}
        self.changed: Callable[[], None] = lambda: None
        self.thread = LoopThread(f"wslab-server-{name}", self._nobody_caught)
        self.faults = ServerFaults(name, timeline, secure=options.get("ssl") is not None)
        self._handler = handler
        self._timeline = timeline
        self._origins = origins
        self._markers = markers
        self._options = dict(options)
        self._also_ask = self._options.pop("process_request", None)
        self._sockets: list[socket.socket] = []
        self._listeners: list[Listener] = []
        self._running: dict[asyncio.Task[Any], tuple[End, Any]] = {}
        self._all: weakref.WeakSet[ServerConnection] = weakref.WeakSet()
        self._stopping = False

    def lingering(self) -> int:
        """How many handlers still run although their connection is over."""
        return sum(end.closed is not None for end, _ in list(self._running.values()))

    async def listen(self, sockets: list[socket.socket]) -> None:
        """Serve on listening sockets. On the thread."""
        self._sockets = sockets
        # Outside the tree of loggers: nothing reaches an old cell.
        log = logging.Logger(f"wslab.server.{self.name}")  # noqa: LOG001
        log.setLevel(logging.CRITICAL)  # a logger without a level debugs: websockets would format every frame
        log.addHandler(logging.NullHandler())
        options = {"logger": log, **self._options}
        factory = recorded_server(self._accepted, self.faults, self._markers)
        for sock in sockets:
            serving = serve(self._serve, sock=sock, create_connection=factory, process_request=self._ask, **options)
            self._listeners.append(await serving)

    async def stop(self, code: int, reason: str) -> None:
        """Close everything, politely and then firmly. On the thread; takes at most `GRACE` and a little."""
        self._stopping = True
        for listener in self._listeners:
            listener.close(code=code, reason=reason)
        closing = [asyncio.create_task(listener.wait_closed()) for listener in self._listeners]
        if closing:
            _, late = await asyncio.wait(closing, timeout=GRACE)
            if late:
                await self._press(late)
        self.changed()

    def abandon(self) -> None:
        """Give up on a thread that is stuck in somebody's code. From any other thread.

        The kernel drops its connections and frees its port now; its loop cleans up behind itself when it gets to run again.
        """
        self._stopping = True
        self.links = {}
        for sock in [
            *self._sockets,
            *(connection.transport.get_extra_info("socket") for connection in list(self._all)),
        ]:
            with contextlib.suppress(OSError, AttributeError):
                sock.shutdown(socket.SHUT_RDWR)
        self.retire()
        self.thread.interrupt()
        self.changed()

    def retire(self) -> None:
        """Stop without anybody who waits for it, and end the thread. From any other thread."""
        self.thread.post(lambda: self.thread.loop.create_task(self._clean_up()))

    async def _clean_up(self) -> None:
        await self.stop(1011, "")
        self.thread.loop.stop()

    async def _press(self, late: set[asyncio.Task[None]]) -> None:
        for task in list(self._running):
            task.cancel()
        _, late = await asyncio.wait(late, timeout=_NOTICE)
        for task, (_, body) in list(self._running.items()):
            # It swallowed the cancellation. Throwing GeneratorExit in ends it all the same, unless it swallows that too.
            with contextlib.suppress(RuntimeError, ValueError):
                body.close()
            task.cancel()
        for connection in list(self._all):  # also those whose handler is gone and whose client never answered the Close
            connection.transport.abort()
        for _ in range(_ROUNDS):
            if not late:
                break
            _, late = await asyncio.wait(late, timeout=0.01)

    def _accepted(self, connection: ServerConnection, transport: asyncio.Transport) -> End:
        self._all.add(connection)
        return self._timeline.server_end(self.name, *map(transport.get_extra_info, ("sockname", "peername")))

    async def _ask(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse foreign Origins with 403 and a row; then let the learner's own `process_request` decide."""
        origins = request.headers.get_all("Origin")
        end: End = connection.end  # type: ignore[attr-defined]
        if not self._may_connect(origins, end):
            said = (
                one_line(origins[0], 100)
                if len(origins) == 1
                else f"{len(origins)} Origin headers"
                if origins
                else "(none)"
            )
            end.note("note", "Origin refused", f"{said}; pass origins=[...] to lab.serve() to allow it")
            return connection.respond(403, f"Origin {said} may not connect to this server.\n")
        if self._also_ask is None:
            return None
        try:
            answer: Response | Awaitable[Response | None] | None = self._also_ask(connection, request)
            return await answer if inspect.isawaitable(answer) else answer
        except Exception as error:
            explain_raise(end, error, "process_request", "the server answers 500")
            raise

    def _may_connect(self, origins: list[str], end: End) -> bool:
        """Whether a handshake with these Origins may pass; with the default rule that of a cell's own page may too."""
        origin = origins[0] if origins else None
        if len(origins) < 2 and allowed(origin, self._origins):
            return True
        if len(origins) != 1 or self._origins is not LOOPBACK or self._markers is None:
            return False
        if origin != self._markers.origin(end.marker):
            return False
        end.note("note", "Origin allowed for this run", one_line(origins[0], 100))
        return True

    async def _serve(self, connection: ServerConnection) -> None:
        """Run the learner's handler for one connection."""
        end: End = connection.end  # type: ignore[attr-defined]
        task = asyncio.current_task()
        assert task is not None
        body = self._handler(connection)
        self.links[end] = connection
        self._running[task] = (end, body)
        self.changed()
        try:
            with prints.printing_to(end.printed):
                await body
        except BaseException as error:
            if not self._stopping and self.thread.loop.is_running():
                explain_end(end, error, self.handler_name)
                if not isinstance(error, Exception):  # `exit()` in a handler ends that handler, not the server
                    raise RuntimeError(f"{type(error).__name__} in a handler") from error
            raise
        finally:
            self.links.pop(end, None)
            self._running.pop(task, None)  # the last: who sees that no handler lingers sees no link of it either
            connection.transport.read_on()  # type: ignore[attr-defined]
            self.changed()

    def _nobody_caught(self, what: str) -> None:
        if not self._stopping:
            self._timeline.note(
                f"server {self.name}: nobody caught an error in one of its tasks", what, problem="unhandled"
            )
