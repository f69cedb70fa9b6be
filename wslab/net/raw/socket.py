"""A raw socket: bytes out exactly as a learner writes them, bytes in exactly as they come.

Nothing is added, answered or checked; every byte is on the timeline.

    await raw.send(b"...")                    any bytes
    await raw.head(), await raw.upgrade()     the head of a response; a request and that head
    await raw.frame()                         one whole frame
    await raw.receive()                       whatever has come, at least a byte
    raw.end_sending(), raw.reset()            FIN, RST
    await raw.ended()                         how the peer ended TCP

The bytes themselves are built by `wslab.wire`: `request`, `frame`, `close_body`.
"""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Self

from wslab.net.awaitable import awaited
from wslab.net.errors import BadType, BadValue
from wslab.net.raw.errors import RawEnded, at_end
from wslab.net.raw.taking import Taking, frame_size, head_size
from wslab.net.raw.wire import LIMIT
from wslab.wire import Frame, request

if TYPE_CHECKING:
    from types import TracebackType

    from wslab.net.dom import SocketURL
    from wslab.net.raw.wire import RawWire
    from wslab.net.threads import LoopThread
    from wslab.wire.handshake import Headers


class RawSocket(Taking):
    """A TCP connection, open. Made by `await lab.raw(url)`; it ends when it is closed, or when nobody holds it any more.

    Attributes:
        url: Where it is connected to.
    """

    def __init__(self, url: SocketURL, wire: RawWire, thread: LoopThread) -> None:
        self.url = url.href
        super().__init__(wire, thread)
        self._url = url
        self._over = ""
        self._end = wire.end
        self._finalizer = weakref.finalize(self, thread.post, wire.close)
        self._finalizer.atexit = False

    @awaited("await raw.send(data)", "_end")
    async def send(self, data: bytes | bytearray | memoryview, *, timeout: float = 5.0) -> None:  # noqa: ASYNC109
        """Send bytes, exactly these.

        Args:
            data: The bytes.
            timeout: The longest to wait while the peer does not read, in seconds.

        Raises:
            BadType: It is something else than bytes.
            RawEnded: The connection is over, or `end_sending` was called.
            TimedOut: The peer does not read.
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            advice = "write raw.send(text.encode())" if isinstance(data, str) else "write raw.send(b'...')"
            raise BadType(f"raw.send takes bytes, not {type(data).__name__} {data!r:.40}; {advice}")
        self._check_sending()
        await self._run(
            lambda: self._wire.send(bytes(data)),
            timeout,
            lambda: (
                f"the peer has not read what was sent within {timeout:g} s; it waits for you to read, or it is stuck"
            ),
        )

    @awaited("data = await raw.receive()", "_end")
    async def receive(self, n: int | None = None, *, timeout: float = 5.0) -> bytes:  # noqa: ASYNC109
        """Take what has come.

        Args:
            n: Exactly so many bytes; by default whatever has come, at least a byte.
            timeout: The longest to wait, in seconds.

        Returns:
            The bytes. Nothing, when `n` was left out and the peer has ended its direction (FIN).

        Raises:
            BadType, BadValue: `n` is no whole number from 1 to 16 MiB.
            RawEnded: TCP ended before there were `n` bytes, or by a reset.
            TimedOut: They did not come in time.
        """
        if n is None:
            data = await self._receive(len, timeout, "at least a byte")
            if data or self._wire.ending == "FIN":
                return data
            raise at_end("at least a byte", b"", self._wire.ending)
        size: object = n  # callers need not have read the annotation
        if isinstance(size, bool) or not isinstance(size, int):
            raise BadType(f"raw.receive takes a number of bytes, not {n!r:.40}; leave it out for whatever has come")
        if not 1 <= size <= LIMIT:
            raise BadValue(f"raw.receive takes 1 to {LIMIT} bytes at once, not {n}; leave it out for whatever has come")
        wanted = f"{n} byte{'s' * (n > 1)}"
        return await self._whole(lambda buffer: n if len(buffer) >= n else 0, timeout, wanted)

    @awaited("head = await raw.head()", "_end")
    async def head(self, *, timeout: float = 5.0) -> bytes:  # noqa: ASYNC109
        """Take the head of an HTTP response: everything up to the blank line, which is its end.

        Args:
            timeout: The longest to wait, in seconds.

        Returns:
            The bytes. What comes behind them is left for `frame` and `receive`.

        Raises:
            RawEnded: TCP ended before the blank line.
            TimedOut: It did not come in time.
            BadValue: 64 KiB came without a blank line.
        """
        return await self._whole(head_size, timeout, "a head with its blank line")

    @awaited("head = await raw.upgrade()", "_end")
    async def upgrade(
        self,
        path: str | None = None,
        headers: Headers | None = None,
        *,
        key: str | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109
    ) -> bytes:
        """Send an opening handshake, as `wslab.wire.request` builds it, and take the head of the response.

        Args:
            path: Path and query; those of the URL when left out.
            headers: Headers to replace, to add, to repeat (a list of values) or to leave out (None).
            key: Sec-WebSocket-Key; a random one when left out.
            timeout: The longest to wait for the response, in seconds.

        Returns:
            The head of the response: 101, or a refusal.

        Raises:
            RawEnded, TimedOut: There was no response.
        """
        host = f"[{self._url.host}]" if ":" in self._url.host else self._url.host
        target = self._url.resource if path is None else path
        await self.send(request(target, headers, host=f"{host}:{self._url.port}", key=key), timeout=timeout)
        return await self.head(timeout=timeout)

    @awaited("frame = await raw.frame()", "_end")
    async def frame(self, *, timeout: float = 5.0) -> Frame:  # noqa: ASYNC109
        """Take one whole frame, legal or not.

        Args:
            timeout: The longest to wait, in seconds.

        Raises:
            RawEnded: TCP ended before the frame did.
            TimedOut: It did not come in time.
            BadValue: What comes is the head of a response, or a frame of more than 16 MiB.
        """
        frame = Frame.take(await self._whole(frame_size, timeout, "a whole frame"))
        assert frame is not None
        return frame

    @awaited("how = await raw.ended()", "_end")
    async def ended(self, *, timeout: float = 5.0) -> str:  # noqa: ASYNC109
        """Wait until the peer has ended TCP. What came before that is left for `receive`.

        Args:
            timeout: The longest to wait, in seconds.

        Returns:
            How: ``FIN`` (it ended its direction), ``RST`` (it reset the connection), ``closed here`` or other words.

        Raises:
            TimedOut: The connection is still open.
        """
        await self._receive(lambda _: 0, timeout, "the end of TCP")
        return self._wire.ending

    @property
    def closed(self) -> bool:
        """Whether the connection is over, or ends because of us."""
        return bool(self._over) or self._wire.gone.done()

    def end_sending(self) -> None:
        """End our direction with FIN. What the peer still sends can be received.

        Raises:
            RawEnded: It is over already.
            BadValue: TLS has no half-closed connections.
        """
        self._check_sending()
        if self._url.secure:
            raise BadValue("TLS cannot end one direction only; write await raw.close(), or use a ws: server")
        self._over = "end_sending() was called"
        self._thread.post(self._wire.end_sending)

    def reset(self) -> None:
        """End the connection at once with RST, as a crash does. Nothing happens where it is over."""
        self._over = "reset() was called"
        self._thread.post(self._wire.reset)

    @awaited("await raw.close()", "_end")
    async def close(self) -> None:
        """End the connection with FIN, without any Close frame, and wait until it is over. Closing twice does nothing."""
        self._over = self._over or "close() was called"
        self._thread.post(self._wire.close)
        if self._thread.alive:
            await asyncio.wait({asyncio.wrap_future(self._wire.gone)}, timeout=3)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        waiting = len(self._wire.buffer)
        more = f", {waiting} B to receive" if waiting else ""
        return f"<RawSocket {self.url} {f'ended: {self._wire.ending}' if self._wire.ending else 'open'}{more}>"

    # Inside

    def _check_sending(self) -> None:
        if self._over or self._wire.gone.done():
            why = self._over or f"TCP ended ({self._wire.ending})"
            raise RawEnded(
                f"nothing more can be sent: {why}; write raw = await lab.raw({self.url!r})", self._wire.ending
            )
