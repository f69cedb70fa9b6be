"""The home loop is a page: when it ends, its sockets close with 1001, and nobody is told."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.sync.server import ServerConnection, serve

from tests.net.harness import LIMIT
from wslab import WebSocket

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


@contextmanager
def server_of_its_own(codes: list[int | None], ended: threading.Semaphore, *, echoes: bool = False) -> Iterator[str]:
    """A server that outlives every loop of a test and keeps the close code of each connection."""

    def handler(connection: ServerConnection) -> None:
        for message in connection:
            if echoes:
                connection.send(message)
        codes.append(connection.close_code)
        ended.release()

    with serve(handler, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()
    shared = WebSocket.host.thread()  # it is shared by all such sockets of a process, and stays
    shared.stop()
    shared.ended.result(LIMIT)


def test_when_asyncio_run_ends_its_sockets_close_with_1001_and_no_event_comes() -> None:
    codes: list[int | None] = []
    ended = threading.Semaphore(0)
    seen: list[str] = []

    async def page(url: str) -> list[WebSocket]:
        sockets = [WebSocket(url) for _ in range(3)]
        for socket in sockets:
            socket.onclose = lambda event: seen.append(event.type)
            socket.onerror = lambda event: seen.append(event.type)
            await socket.opened()
        return sockets

    with server_of_its_own(codes, ended) as url:
        sockets = asyncio.run(page(url))
        for _ in sockets:
            assert ended.acquire(timeout=3 * LIMIT)
    assert codes == [1001, 1001, 1001]
    assert seen == []
    assert [socket.readyState for socket in sockets] == [3, 3, 3]
    assert not any(socket in WebSocket.host.sockets for socket in sockets)


def test_a_second_loop_is_a_page_of_its_own() -> None:
    codes: list[int | None] = []
    ended = threading.Semaphore(0)

    async def page(url: str) -> Any:
        socket = WebSocket(url)
        await socket.opened()

    with server_of_its_own(codes, ended) as url:
        for turn in range(3):
            asyncio.run(page(url))
            assert ended.acquire(timeout=3 * LIMIT)
            assert codes == [1001] * (turn + 1)


def test_a_loop_that_was_closed_without_a_word_is_noticed_at_the_next_event() -> None:
    codes: list[int | None] = []
    ended = threading.Semaphore(0)

    async def page(url: str) -> WebSocket:
        socket = WebSocket(url)
        await socket.opened()
        return socket

    with server_of_its_own(codes, ended, echoes=True) as url:
        loop = asyncio.new_event_loop()
        socket = loop.run_until_complete(page(url))
        loop.close()
        socket.send("an echo of this cannot be told of")
        assert ended.acquire(timeout=3 * LIMIT)
        assert socket not in WebSocket.host.sockets
    assert codes == [1001]


PROGRAM = """
import asyncio, sys
from wslab import WebSocket
from wslab.net.websocket import client_host
client_host.GOODBYE_SECONDS = 60  # how long it may take is another question
async def cell():
    global socket
    socket = WebSocket(sys.argv[1])
    await socket.opened()
# As a kernel does: the loop is stopped and not closed, the names live on, then the interpreter ends.
loop = asyncio.new_event_loop()
loop.run_until_complete(cell())
"""


@pytest.mark.filterwarnings("default")
def test_at_exit_a_socket_of_no_lab_closes_with_1001_too() -> None:
    codes: list[int | None] = []
    ended = threading.Semaphore(0)
    with server_of_its_own(codes, ended) as url:
        done = subprocess.run(
            [sys.executable, "-W", "ignore::ResourceWarning", "-c", PROGRAM, url],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert ended.acquire(timeout=3 * LIMIT)
    assert codes == [1001]
