"""A conversation over real TCP is one connection, and what was recorded of it is there at once, whoever reads it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.harness import LIMIT, until
from wslab import Lab
from wslab.timeline import Timeline
from wslab.view import Log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wslab.timeline import Row

SAID = ["GET /", "101 Switching Protocols", "text", "text"]


@pytest.fixture(scope="module", autouse=True)
def screen() -> None:
    """The screen's thread lives as long as the process: no test of these leaves it behind."""
    log = Log(Timeline())
    log._flusher.start()
    log.close()


def frames(rows: list[Row]) -> list[str]:
    """The names of what went by as bytes, stream by stream and in the order of each."""
    return [row.name for row in sorted(rows, key=lambda row: (row.index, row.source)) if row.start >= 0]


def on_screen(lab: Lab) -> None:
    """Show the log, as the end of a cell does: its thread reads from now on."""
    lab.log._repr_mimebundle_()
    assert lab.log._flusher.running


async def test_a_client_whose_loop_was_blocked_while_the_server_accepted_is_one_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TCP is up, the server has accepted, everybody has seen that, and it was two seconds ago, before the client's loop goes on."""
    shown: list[int] = []

    async with Lab() as lab:
        server = await lab.serve()
        on_screen(lab)
        loop = asyncio.get_running_loop()
        connect = loop.sock_connect

        async def and_block(*where: Any) -> None:
            await connect(*where)
            deadline = time.monotonic() + LIMIT
            while not (accepted := [c for c in lab.timeline.connections() if c.server_end]):
                assert time.monotonic() < deadline, "the server has a thread of its own, and accepts"
                time.sleep(0.001)  # noqa: ASYNC251  (this is what blocks the loop)
            shown.extend(connection.number for connection in accepted)
            time.sleep(2)  # noqa: ASYNC251
            assert [c.number for c in lab.timeline.connections() if c.server_end] == shown

        monkeypatch.setattr(loop, "sock_connect", and_block)
        async with lab.connect(server.url, compression=None) as connection:
            monkeypatch.undo()
            await connection.send("hello")
            await connection.recv()
            await lab.settled(LIMIT)
            (one,) = lab.timeline.connections()
            assert [end.side for end in one.ends] == ["client", "server"]
            assert frames(lab.timeline.rows()) == SAID
            assert one is lab.timeline.connection(shown[0])
            assert len({label.split()[0] for label, _ in lab._ends.choices()}) == 1
            assert lab._ends.client_numbers() == [one.number]
        await lab.settled(LIMIT)
        assert one.diagnosis is not None
        assert (one.diagnosis.cause, one.diagnosis.certainty) == ("normal", "certain")
        assert {line.split()[0] for line in lab.transcript().splitlines() if line[0] == "#"} == {f"#{one.number}"}


async def test_a_handler_that_blocks_accepts_a_client_that_is_gone_and_it_is_one_connection() -> None:
    released, blocked = threading.Event(), threading.Event()

    async def blocks(_connection: object) -> None:
        blocked.set()
        released.wait(LIMIT)

    async with Lab() as lab:
        server = await lab.serve(blocks)
        on_screen(lab)
        try:
            async with lab.connect(server.url):
                await until(blocked.is_set)
                gone = await lab.raw(server.url)
                await gone.send(b"GET /gone HTTP/1.1\r\n\r\n")
                gone.reset()
                await until(lambda: not any(c.open for c in lab.timeline.connections() if c.client == "raw client"))
                released.set()
        finally:
            released.set()
        await until(lambda: all(c.server_end for c in lab.timeline.connections()), "the accept of both")
        await lab.settled(LIMIT)
        assert len(lab.timeline.connections()) == 2
        assert [row.connection for row in lab.timeline.rows() if row.name == "GET /gone"] == [2]


@pytest.mark.parametrize("log", [False, True])
async def test_what_was_recorded_is_there_in_the_same_cell_without_an_await(log: bool) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        if log:
            on_screen(lab)
        async with lab.connect(server.url, compression=None) as connection:
            await connection.send("hello")
            await connection.recv()
            # From here on nothing is awaited, as in the rest of a cell.
            assert frames(lab.timeline.rows()) == SAID
            (one,) = lab.timeline.connections()
            assert (one.number, one.open) == (1, True)
            assert server.connections == (one,)
            assert lab.timeline.end - lab.timeline.first == len(lab.timeline.rows())
            assert "client #1 of lab.connect()" in repr(lab)
            assert 'text  "hello"  5 B' in lab.transcript()
            assert 'text "hello" 5 B' in lab.ladder().text
            assert "hello" in repr(lab.compression())
            assert [label for label, _ in lab._ends.choices()] == ["#1 client", "#1 server (server)"]
            assert {number for number, _, _ in lab._ends.buffers()} == {1}


async def test_what_was_recorded_is_there_for_every_thread(tmp_path: Path) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        on_screen(lab)
        found: dict[str, Any] = {}
        async with lab.connect(server.url, compression=None) as connection:
            for number in range(20):
                await connection.send(str(number))
                await connection.recv()
                readers: dict[str, Callable[[], Any]] = {
                    "rows": lambda: [row.text for row in lab.timeline.rows() if row.name == "text"][-2:],
                    "transcript": lambda: lab.transcript().count("text"),
                    "saved": lambda: len(
                        lab.timeline.export(tmp_path / "a.txt").read_text(encoding="utf-8").splitlines()
                    ),
                }
                for name, read in readers.items():
                    thread = threading.Thread(target=lambda name=name, read=read: found.update({name: read()}))
                    thread.start()
                    thread.join(LIMIT)
                # A server's row, two of the handshake, and two messages each time.
                assert found == {"rows": [str(number)] * 2, "transcript": 2 * number + 2, "saved": 3 + 2 * number + 2}


@pytest.mark.slow
async def test_five_thousand_connections_are_five_thousand_while_somebody_reads() -> None:
    """5,044 and more were counted, each frame of some of them twice, and they never settled."""
    resource = pytest.importorskip("resource", reason="the limit of open files is asked for as POSIX has it")
    count, at_once = 5000, 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * count + 1000
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"{count} connections need {wanted} open files, and this system allows {hard}; type: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    done = threading.Event()

    def read(lab: Lab) -> None:
        position = 0
        while not done.is_set():
            position += len(lab.timeline.rows(position))
            lab.timeline.unsettled()
            done.wait(0.1)

    try:
        async with Lab(keep=100_000) as lab:
            server = await lab.serve(compression=None, open_timeout=None, ping_interval=None)
            on_screen(lab)
            reader = threading.Thread(target=read, args=(lab,))
            reader.start()
            gate, all_open, close = asyncio.Semaphore(at_once), asyncio.Event(), asyncio.Event()
            opened = 0

            async def one(number: int) -> None:
                nonlocal opened
                async with gate:
                    how: dict[str, Any] = {"compression": None, "open_timeout": None, "ping_interval": None}
                    connection = await lab.connect(server.url, **how)
                    await connection.send(f"{number}")
                    assert await connection.recv() == f"{number}"
                    opened += 1
                    if opened == count:
                        all_open.set()
                await close.wait()
                await connection.close()

            async with asyncio.TaskGroup() as group:
                for number in range(count):
                    group.create_task(one(number))
                await all_open.wait()
                await lab.settled(120)
                connections = lab.timeline.connections()
                assert [each.number for each in connections] == list(range(1, count + 1))
                assert all(len(each.ends) == 2 for each in connections)
                said = Counter((row.source, row.name, row.text) for row in lab.timeline.rows() if row.name == "text")
                assert len(said) == 2 * count
                assert set(said.values()) == {1}
                close.set()
            await lab.settled(120)
            assert len(lab.timeline.connections()) == count
            assert len([row for row in lab.timeline.rows() if row.start >= 0]) == 6 * count
            done.set()
            reader.join(LIMIT)
    finally:
        done.set()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
