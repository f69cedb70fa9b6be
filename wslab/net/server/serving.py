"""What runs on a server's own thread: listeners, connections, handlers, and their end.

stop     listeners close, open connections get a Close frame
1.0 s    handlers that go on are cancelled
0.3 s    transports are aborted; a handler that swallowed the cancellation is closed from inside
abandon  for a thread that is stuck in somebody's code, from outside: sockets are shut down, the thread is interrupted
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
import weakref
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve

from wslab.net.faults import ServerFaults
from wslab.net.recording import QUIET, AlreadyReported, printing_to
from wslab.net.server.connection import recorded_server
from wslab.net.server.handlers import Handler, explain_end
from wslab.net.server.handshake_hooks import HandshakeHooks
from wslab.net.server.origins import LOOPBACK, Origins, allowed
from wslab.net.sockets import Life, Stage
from wslab.net.tasks import spawn
from wslab.net.threads import LoopStopped, LoopThread
from wslab.timeline import Watchers, error_words, raised_at
from wslab.wire import one_line

if TYPE_CHECKING:
    from websockets.http11 import Request, Response

    from wslab.net.recording import Markers
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
        changes: Told when `links` has changed.
        thread: Its own thread.
        life: Its port, and how far it is.
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
        self.changes = Watchers(f"a watcher of server {name}", timeline.failed)
        self.thread = LoopThread(f"wslab-server-{name}", self._nobody_caught, lambda: self.stop(1011, ""))
        self.life = Life(self.thread)
        self.thread.ended.add_done_callback(lambda _: self._thread_ended())
        self.faults = ServerFaults(name, timeline, secure=options.get("ssl") is not None)
        self._handler = handler
        self._timeline = timeline
        self._origins = origins
        self._markers = markers
        self._hooks = HandshakeHooks(options, self.life)
        self._listeners: list[Listener] = []
        self._running: dict[asyncio.Task[Any], tuple[End, Any]] = {}
        self._all: weakref.WeakSet[ServerConnection] = weakref.WeakSet()

    def pending_handlers(self) -> int:
        """How many handlers still run although their connection is over."""
        return sum(end.closed is not None for end, _ in list(self._running.values()))

    async def listen(self, sockets: list[socket.socket]) -> None:
        """Serve on listening sockets. On the thread."""
        options = {"logger": QUIET, **self._hooks.options}
        factory = recorded_server(self._accepted, self.faults, self._markers)
        for sock in sockets:
            serving = serve(self._serve, sock=sock, create_connection=factory, process_request=self._ask, **options)
            self._listeners.append(await serving)

    async def stop(self, code: int, reason: str) -> None:
        """Close everything, politely and then firmly. On the thread; takes at most `GRACE` and a little."""
        self.life.reach(Stage.CLOSES)
        for listener in self._listeners:
            listener.close(code=code, reason=reason)
        failed = functools.partial(self._timeline.failed, f"closing server {self.name} failed")
        closing = [spawn(listener.wait_closed(), failed) for listener in self._listeners]
        if closing:
            _, late = await asyncio.wait(closing, timeout=GRACE)
            if late:
                await self._press(late)
        self.changes.tell()

    def abandon(self) -> None:
        """Give up on a thread that is stuck in somebody's code. From any other thread.

        The kernel drops its connections and frees its port now; its loop cleans up behind itself when it gets to run again.
        """
        self.life.give_up()
        self.links = {}
        for connection in list(self._all):
            with contextlib.suppress(OSError, AttributeError):
                connection.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self.retire()
        self.thread.interrupt()
        self.changes.tell()

    def retire(self) -> None:
        """Stop without anybody who waits for it, and end the thread. From any other thread."""
        self.thread.post(
            lambda: spawn(self._clean_up(), functools.partial(self._timeline.failed, "retiring a server failed"))
        )

    def _thread_ended(self) -> None:
        if not self.life.closes:  # its loop has broken, and has closed nothing
            self.abandon()
        self.life.end()

    async def _clean_up(self) -> None:
        try:
            await self.stop(1011, "")
        finally:
            self.thread.stop()

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
        return await self._hooks.process_request(connection, request)

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
        self.links[end] = connection
        self.changes.tell()
        try:
            with printing_to(end.printed):
                body = self._handler(connection)
                self._running[task] = (end, body)
                await body
        except BaseException as error:
            if not self.life.closes:
                explain_end(end, error, self.handler_name)
            elif not isinstance(error, Exception):  # it was cancelled, because the server ends
                raise
            raise AlreadyReported from error  # `exit()` in a handler ends that handler, not the server
        finally:
            self.links.pop(end, None)
            self._running.pop(task, None)  # the last: who sees that no handler lingers sees no link of it either
            connection.transport.read_on()  # type: ignore[attr-defined]
            self.changes.tell()

    def _nobody_caught(self, _what: str, error: BaseException) -> None:
        """Tell of an error on the loop: of a task or a callback of the handler's, or else of wslab itself."""
        if self.life.closes:  # handlers are cancelled then, and sockets shut under asyncio's hands
            return
        ended = not self.thread.alive
        if not ended and error.__traceback__ is not None and raised_at(error) is None:
            self._timeline.failed(f"server {self.name} failed", error)
            return
        name, problem = f"server {self.name}: nobody caught an error in one of its tasks", "unhandled"
        if ended:
            name, problem = f"server {self.name} has ended", "nobody is served any more; run its cell again"
        self._timeline.failures.tell(
            name,
            error,
            lambda name, _text: self._timeline.note(name, error_words(error), problem=problem),
            # The learner's own code: a row is enough. But for a loop that has broken.
            level=logging.ERROR if ended and not isinstance(error, LoopStopped) else logging.INFO,
        )
