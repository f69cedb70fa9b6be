"""The channel between a run and its page: a WebSocket server on the lab's thread, for one page, once.

Messages of widgets wait while a cell blocks the kernel; a WebSocket to a thread does not. The page must know a token that only
the notebook has; the first page that says hello gets the run, every other one hears that it has gone. What comes from a page
is bounded in size and number here, and looked at elsewhere (`wslab.peers.browser.session`).

    page      {"hello": origin, "route": "direct"}    {"items": [...]}    {"done": true}
    kernel    {"go": true, ...} or {"go": false}      {"ports": [...]}    {"stop": why}
"""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from wslab.net import QUIET, listen, spawn
from wslab.timeline import log_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import Server
    from websockets.http11 import Request, Response

    from wslab.timeline import Failed

_LARGEST = 1024 * 1024  # bytes of one message
_WAITING = 16  # messages that wait to be read; then the page has to
_HELLO = 15.0  # seconds in which a page must say hello
_CROWD = 8  # connections at once: a page, and others that ask
_GOODBYE = 0.3  # seconds for a closing handshake


class Control:
    """A server for the page of one run. The functions that it is given are called on the lab's thread.

    Args:
        grant: Answers a page that says hello: what it needs to run the code, or None when it may not. Given what the page said
            and the Origin of its handshake, which no page can forge; None where there was none.
        take: Takes a message of the page that has the run.
        gone: Called when the page that had the run is gone.
        failed: Told what these raise, and what sending raises.

    Attributes:
        token: What a page must know: the path of its URL.
        port: Where it listens on 127.0.0.1; 0 while it does not.
    """

    def __init__(
        self,
        grant: Callable[[dict[str, Any], str | None], dict[str, Any] | None],
        take: Callable[[dict[str, Any]], None],
        gone: Callable[[], None],
        failed: Failed = log_failure,
    ) -> None:
        self._grant = grant
        self._take = take
        self._gone = gone
        self._failed = failed
        self.token = secrets.token_urlsafe(24)
        self.port = 0
        self._server: Server | None = None
        self._page: ServerConnection | None = None
        self._connections = 0

    async def listen(self) -> None:
        """Listen on a free port of 127.0.0.1.

        Raises:
            OSError: There is none.
        """
        (sock,) = listen(0, ("127.0.0.1",))
        self._server = await serve(
            self._hear,
            sock=sock,
            process_request=self._ask,
            compression=None,
            max_size=_LARGEST,
            max_queue=_WAITING,
            open_timeout=_HELLO,
            close_timeout=_GOODBYE,
            server_header=None,
            logger=QUIET,
        )
        self.port = sock.getsockname()[1]

    def say(self, message: dict[str, Any]) -> bool:
        """Tell the page something. On the lab's thread; returns at once.

        Returns:
            Whether there is a page that hears this way.
        """
        page = self._page
        if page is None:
            return False
        spawn(_send(page, message), partial(self._failed, "telling a page failed"))
        return True

    async def close(self) -> None:
        """Stop listening, and let the page go. On the lab's thread."""
        server, self._server = self._server, None
        self.port = 0
        if server is not None:
            server.close(code=1001)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), _GOODBYE)

    def _ask(self, connection: ServerConnection, request: Request) -> Response | None:
        """Turn away who does not know the token."""
        if not secrets.compare_digest(request.path.encode("utf-8", "replace"), f"/{self.token}".encode()):
            return connection.respond(http.HTTPStatus.NOT_FOUND, "There is nothing here.\n")
        if self._connections >= _CROWD:
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages ask for this run.\n")
        return None

    async def _hear(self, connection: ServerConnection) -> None:
        """Serve one page: who is not the first is told so."""
        self._connections += 1
        try:
            with contextlib.suppress(ConnectionClosed, TimeoutError):
                await self._serve(connection)
        except Exception as error:  # noqa: BLE001  (told; the page sees its channel close)
            self._failed("serving a page failed", error)
        finally:
            self._connections -= 1
            if self._page is connection:
                self._page = None
                self._heard(self._gone)

    async def _serve(self, connection: ServerConnection) -> None:
        hello = _read(await asyncio.wait_for(connection.recv(), _HELLO))
        if hello is None or "hello" not in hello:
            await connection.close(1008, "say hello first")
            return
        request = connection.request
        origins = request.headers.get_all("Origin") if request is not None else []
        go = self._grant(hello, origins[0] if origins else None)
        if go is None:
            await _send(connection, {"go": False})
            await connection.close(1000)
            return
        self._page = connection
        await _send(connection, {"go": True, **go})
        async for data in connection:
            message = _read(data)
            if message is None:
                await connection.close(1008, "this is no message of a run")
                return
            self._heard(self._take, message)

    def _heard(self, hear: Callable[..., None], *said: dict[str, Any]) -> None:
        """Say what came. What one message leads to keeps the next from nothing."""
        try:
            hear(*said)
        except Exception as error:  # noqa: BLE001  (told)
            self._failed("taking what a page says failed", error)


def _read(data: str | bytes) -> dict[str, Any] | None:
    """A message of a page; None where it is none."""
    try:
        message = json.loads(data) if isinstance(data, str) else None
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


async def _send(page: ServerConnection, message: dict[str, Any]) -> None:
    with contextlib.suppress(ConnectionClosed):
        await page.send(json.dumps(message))
