"""Connecting raw sockets, and closing those of a lab."""

from __future__ import annotations

import asyncio
import ssl as tls
from typing import TYPE_CHECKING

from wslab.net.awaitable import Pending
from wslab.net.dom import DOMException, parse_url
from wslab.net.errors import BadType, BadValue
from wslab.net.raw.errors import RawEnded
from wslab.net.raw.socket import RawSocket
from wslab.net.raw.taking import check_timeout
from wslab.net.raw.wire import RawWire
from wslab.net.sockets import connect
from wslab.net.tcp import GOODBYE_SECONDS, why_no_tcp

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from wslab.net.dom import SocketURL
    from wslab.net.threads import LoopThread
    from wslab.timeline import Timeline

_WRITE = "raw = await lab.raw(server.url)"


class RawConnect(Pending[RawSocket]):
    """A raw socket that is about to be connected: to be awaited, or used with ``async with``."""

    __slots__ = ("_raw",)

    async def __aenter__(self) -> RawSocket:
        self._raw = await self
        return self._raw

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._raw.close()


class Raws:
    """The raw sockets of one lab.

    Args:
        thread: Gives the lab's own thread, which does the I/O.
        timeline: Where they record.
    """

    def __init__(self, thread: Callable[[], LoopThread], timeline: Timeline) -> None:
        self._thread = thread
        self._timeline = timeline
        self._wires: set[RawWire] = set()

    def connect(
        self, url: str, *, half_open: bool = False, ssl: tls.SSLContext | None = None, timeout: float = 5.0
    ) -> RawConnect:
        """Open a TCP connection. The arguments are those of `Lab.raw`."""
        parsed = _parse(url)
        check_timeout(timeout)
        if ssl is not None and not isinstance(ssl, tls.SSLContext):
            raise BadType(f"ssl takes an ssl.SSLContext, not {ssl!r:.40}; write ssl.create_default_context(cafile=...)")
        if half_open and parsed.secure:
            raise BadValue("TLS has no half-open connections; leave half_open out, or use a ws: server")
        context = (ssl or tls.create_default_context()) if parsed.secure else None
        return RawConnect(lambda: self._connect(parsed, context, timeout, half_open=half_open), _WRITE, self._timeline)

    @property
    def urls(self) -> list[str]:
        """Where the open ones are connected to."""
        return [wire.url for wire in sorted(self._wires, key=lambda wire: wire.created)]

    def abort(self) -> None:
        """End all of them at once. On the thread."""
        for wire in list(self._wires):
            wire.abort()

    async def close(self) -> None:
        """Close all of them; those that have not closed soon after are aborted. Runs on any loop."""
        wires = list(self._wires)
        if not wires:
            return
        thread = self._thread()
        for wire in wires:
            thread.post(wire.close)
        await asyncio.wait([asyncio.wrap_future(wire.gone) for wire in wires], timeout=GOODBYE_SECONDS)
        for wire in wires:
            thread.post(wire.abort)
        await asyncio.wait([asyncio.wrap_future(wire.gone) for wire in wires], timeout=GOODBYE_SECONDS)

    async def _connect(
        self, url: SocketURL, context: tls.SSLContext | None, limit: float, *, half_open: bool
    ) -> RawSocket:
        thread, timeline, wires = self._thread(), self._timeline, self._wires
        end = timeline.client_end("raw client", port=url.port)
        wire = RawWire(end, url.href, half_open=half_open)

        async def begin() -> None:
            await connect(lambda: wire, url.host, url.port, limit, ssl=context)
            wires.add(wire)
            wire.gone.add_done_callback(lambda _: wires.discard(wire))

        try:
            await thread.begin(begin())
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            thread.post(wire.abort)
            why = why_no_tcp(error, url.host, url.port)
            end.note("note", "TCP connection failed", why)
            end.lost(why)
            if isinstance(error, asyncio.CancelledError) and (task := asyncio.current_task()) and task.cancelling():
                raise  # we were cancelled, not the lab closed
            raise RawEnded(
                f"no TCP connection to {url.href}: {why}; start a server: server = await lab.serve()"
            ) from error
        return RawSocket(url, wire, thread)


def _parse(url: object) -> SocketURL:
    if not isinstance(url, str):
        raise BadType(f"lab.raw takes a URL as text, not {type(url).__name__} {url!r:.40}; write {_WRITE}")
    try:
        return parse_url(url if "://" in url else f"ws://{url}")
    except DOMException as error:
        raise BadValue(f"{error.message}; or host and port: lab.raw('127.0.0.1:8080')") from None
