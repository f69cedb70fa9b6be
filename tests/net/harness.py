"""What the tests of `wslab.net` and `wslab.lab` share.

- A test may be ``async def``: it runs by `asyncio.run`, and fails when it leaves a task behind.
- `nothing_stays`, for every test: no thread of wslab, no socket, no unraisable error, no log record of a warning stays.
- `failures`, for a test that lets something of wslab's own fail: what its log says of that.
- `until` waits for a thing, never for a time; `RawServer` and `Relay` are peers written byte by byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import logging
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil
import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

from wslab import Lab

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator

    from wslab.timeline import Connection, Row

LIMIT = 20.0
"""The longest that anything may take, in seconds, on a machine under load."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is written with ``async def``."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    run(pyfuncitem.obj(**arguments))
    return True


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a loop of its own and see that no other task stays on it."""

    async def checked() -> None:
        async with asyncio.timeout(200):  # it is there for what hangs: pytest's own limit is later
            await test
        mine = asyncio.current_task()
        deadline = time.monotonic() + LIMIT
        while (left := asyncio.all_tasks() - {mine}) and time.monotonic() < deadline:
            await asyncio.wait(left, timeout=0.1)
        assert not left, f"tasks stay: {left}"

    asyncio.run(checked())


@pytest.fixture(scope="session")
def old_objects_set_aside() -> Iterator[None]:
    """What is there already is no garbage of a test: without it each collection takes a hundredth of the time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest, old_objects_set_aside: None) -> Iterator[None]:
    """Fails a test that leaves something of wslab behind."""
    stray: list[str] = []
    records = _Records(stray)
    hooks = sys.unraisablehook, threading.excepthook
    sys.unraisablehook = lambda what: stray.append(f"unraisable: {what.exc_value!r} in {what.object!r}")
    threading.excepthook = lambda what: stray.append(f"uncaught in {what.thread}: {what.exc_value!r}")
    logging.getLogger().addHandler(records)
    # (A kernel's client keeps its message queue for the next kernel.)
    counted = not request.node.get_closest_marker("kernel")
    threads, sockets = set(threading.enumerate()), open_sockets()
    try:
        yield
        gc.collect()
        deadline = time.monotonic() + LIMIT
        while left := left_over(threads, sockets if counted else open_sockets()):
            assert time.monotonic() < deadline, f"something stays: {left}"
            time.sleep(0.01)
            gc.collect()  # a thread that ends may leave a circle behind, and a socket in it
        assert not stray, stray
    finally:
        logging.getLogger().removeHandler(records)
        sys.unraisablehook, threading.excepthook = hooks


def left_over(threads: set[threading.Thread], sockets: set[str]) -> list[str]:
    """Threads of wslab and sockets that were not there before."""
    ours = [
        thread.name for thread in threading.enumerate() if thread not in threads and thread.name.startswith("wslab")
    ]
    return ours + sorted(open_sockets() - sockets)


def open_sockets() -> set[str]:
    """The sockets of this process."""
    found = set()
    with contextlib.suppress(FileNotFoundError):
        for descriptor in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(descriptor.readlink()))
        return {name for name in found if name.startswith("socket:")}
    return {str(each) for each in psutil.Process().net_connections("inet")}


class _Records(logging.Handler):
    """Keeps what is logged as a warning or worse."""

    def __init__(self, stray: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._stray = stray

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith("Executing "):  # asyncio's debug mode: a slow machine is no defect
            self._stray.append(f"logged by {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def nothing_fails(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test in which something of wslab's own fails that it did not ask for (`failures`, or pytest's own `caplog`).

    Where `nothing_stays` is not used: an error that is told and contained would else be seen by no test.
    """
    stray: list[str] = []
    records = _Records(stray)
    logging.getLogger().addHandler(records)
    yield
    logging.getLogger().removeHandler(records)
    assert "caplog" in request.fixturenames or not [each for each in stray if each.startswith("logged by wslab:")], (
        stray
    )


@pytest.fixture
def failures() -> Iterator[list[str]]:
    """What the logger ``wslab`` says, kept from the root logger: the messages, each with the last line of its traceback."""
    said: list[str] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            said.append(f"{record.levelname} {record.getMessage()}: {type(error).__name__}")

    logger, keeps = logging.getLogger("wslab"), Keeps(logging.WARNING)
    logger.addHandler(keeps)
    logger.propagate = False
    yield said
    logger.propagate = True
    logger.removeHandler(keeps)


async def until(condition: Callable[[], object], what: str = "it", limit: float = LIMIT) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"{what} has not come within {limit:g} s"
        await asyncio.sleep(0.005)


def hears(heard: list[Any]) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """A handler that keeps what it hears, and says nothing."""
    keep = heard.append

    async def handler(websocket: Any) -> None:
        async for message in websocket:
            keep(message)

    return handler


def rows(lab: Lab, **like: Any) -> list[Row]:
    """The rows of a lab's timeline that have these attributes."""
    return [row for row in lab.timeline.rows() if all(getattr(row, name) == value for name, value in like.items())]


def said(lab: Lab, *parts: str) -> bool:
    """Whether some row says all of these."""
    return any(all(part in f"{row.name} {row.text} {row.problem}" for part in parts) for row in lab.timeline.rows())


def connection(lab: Lab, number: int = 1) -> Connection:
    """A connection by its number."""
    return next(each for each in lab.timeline.connections() if each.number == number)


@pytest.fixture
def held_port() -> Iterator[int]:
    """A port where nobody listens, and nobody but a server of ours can begin to: the system gives it to nobody else meanwhile.

    A port that was only free a moment ago may be another process's by now, or that of the very socket which connects to it.
    """
    with contextlib.ExitStack() as stack:
        port = 0
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with contextlib.suppress(OSError):  # a machine without IPv6
                sock = stack.enter_context(socket.socket(family))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((host, port))
                port = sock.getsockname()[1]
        yield port


def free_port() -> int:
    """A port that was free a moment ago. Where nobody is to listen, take `held_port`."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def frame(opcode: Opcode, payload: bytes = b"", *, fin: bool = True, mask: bool = False) -> bytes:
    """One frame as bytes, as a server writes it."""
    return Frame(opcode, payload, fin).serialize(mask=mask)


TEXT, BINARY, CONT = Opcode.TEXT, Opcode.BINARY, Opcode.CONT
CLOSE, PING, PONG = Opcode.CLOSE, Opcode.PING, Opcode.PONG


class RawServer:
    """A server that says what a test tells it to say, byte by byte.

    Args:
        script: Called for each connection with the peer.
    """

    def __init__(self, script: Callable[[Peer], Awaitable[None]]) -> None:
        self._script = script
        self.peers: list[Peer] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over = True
        self._server.close()
        for peer in self.peers:
            peer.writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._over:  # it was accepted in the last turn of the loop
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        peer = Peer(reader, writer)
        self.peers.append(peer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await self._script(peer)


class Peer:
    """The server's end of one raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = ""

    async def request(self) -> str:
        """Read the request of the opening handshake."""
        self.head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        return self.head

    def header(self, name: str) -> str:
        """The value of a header of the request; empty where it has none."""
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""

    def response(self, *extra: str, accept: str | None = None) -> bytes:
        """The response that accepts the handshake."""
        key = accept if accept is not None else accept_key(self.header("Sec-WebSocket-Key"))
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
        return "\r\n".join([*lines, f"Sec-WebSocket-Accept: {key}", *extra, "", ""]).encode()

    async def open(self, *extra: str) -> None:
        """Read the request and accept it."""
        await self.request()
        self.writer.write(self.response(*extra))

    def write(self, *parts: bytes) -> None:
        """Write in one piece."""
        self.writer.write(b"".join(parts))

    async def frame(self) -> tuple[Opcode, bytes]:
        """Read one frame of the client, unmasked."""
        head = await self.reader.readexactly(2)
        assert head[1] & 0x80, "a client masks"
        size = head[1] & 0x7F
        if size > 125:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
        mask = await self.reader.readexactly(4)
        data = await self.reader.readexactly(size)
        return Opcode(head[0] & 0x0F), bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))

    async def gone(self) -> None:
        """Read until the client has ended TCP."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass


@contextlib.asynccontextmanager
async def relay(port: int) -> AsyncIterator[Relay]:
    """Stand between a client and a server and keep every byte that passes."""
    between = Relay(port)
    server = await asyncio.start_server(between.accept, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        between.over = True
        server.close()
        await asyncio.gather(*between.tasks, return_exceptions=True)


class Relay:
    """What passed between a client and a server: `up` from the client, `down` from the server."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = 0
        self.up = bytearray()
        self.down = bytearray()
        self.over = False
        self.tasks: set[asyncio.Task[Any]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if self.over:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(self._carry(reader, other_writer, self.up), self._carry(other_reader, writer, self.down))
        for end in (writer, other_writer):
            end.close()
            with contextlib.suppress(ConnectionError):
                await end.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                kept += data
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()


async def telling(lab: Lab, name: str) -> str:
    """Waits for the one row of a name, which says that something went wrong: its text."""
    await until(lambda: rows(lab, name=name), name)
    (row,) = rows(lab, name=name)
    assert row.problem
    return row.text
