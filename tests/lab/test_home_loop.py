"""`lab.call`: from widget callbacks and other threads to the home loop."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from tests.net.harness import LIMIT, run, until
from wslab import Lab, NoLoop, TimedOut
from wslab.lab import home_loop as module


async def in_thread(function: Any) -> Any:
    return await asyncio.to_thread(function)


async def test_it_runs_on_the_home_loop_and_gives_the_result() -> None:
    async with Lab() as lab:
        home = threading.get_ident()
        assert await in_thread(lambda: lab.call(threading.get_ident)) == home
        assert lab.call(threading.get_ident) == home  # from the home loop itself: at once


async def test_what_it_raises_is_raised_in_the_caller() -> None:
    async with Lab() as lab:
        for error in (LookupError("no room"), TimeoutError("mine"), KeyboardInterrupt()):

            def raises(error: BaseException = error) -> None:
                raise error

            def attempt(raises: Any = raises) -> BaseException:
                try:
                    lab.call(raises)
                except BaseException as caught:  # noqa: BLE001
                    return caught
                raise AssertionError

            assert await in_thread(attempt) is error


async def test_sockets_are_used_from_three_threads() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        seen: list[tuple[str, str]] = []

        def work(name: str) -> None:
            socket = lab.call(lambda: lab.WebSocket(server.url))
            got = threading.Semaphore(0)
            ready = threading.Event()

            def on_message(event: Any) -> None:
                seen.append((name, event.data))
                got.release()

            def prepare() -> None:
                socket.onmessage = on_message
                socket.onopen = lambda _event: ready.set()
                if socket.readyState == socket.OPEN:
                    ready.set()

            lab.call(prepare)
            assert ready.wait(LIMIT)
            for number in range(30):
                lab.call(lambda number=number: socket.send(f"{name}{number}"))  # type: ignore[misc]
                assert got.acquire(timeout=LIMIT)
            lab.call(socket.close)

        await asyncio.gather(*(in_thread(lambda name=name: work(name)) for name in "abc"))
        for name in "abc":
            assert [data for who, data in seen if who == name] == [f"{name}{number}" for number in range(30)]
        await until(lambda: not lab._host.sockets)


async def test_a_blocked_home_loop_is_named_and_the_function_does_not_run_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_CALL", 0.2)
    async with Lab() as lab:
        ran: list[int] = []
        told: list[BaseException] = []

        def attempt() -> None:
            try:
                lab.call(lambda: ran.append(1))
            except TimedOut as error:
                told.append(error)

        thread = threading.Thread(target=attempt)
        thread.start()
        while thread.is_alive():
            time.sleep(0.01)  # noqa: ASYNC251  the home loop is blocked
        assert str(told[0]) == "the notebook's loop did not get to it within 0.2 s: a cell is blocking it"
        for _ in range(5):
            await asyncio.sleep(0)
        assert ran == []


def test_without_a_loop_it_says_what_to_do_first() -> None:
    lab = Lab("no loop")
    with pytest.raises(NoLoop, match="make it, or serve, in a notebook cell or an async function first"):
        lab.call(print)

    async def close() -> None:
        await lab.close()

    run(close())
    with pytest.raises(NoLoop, match="no event loop"):
        lab.call(print)


def test_a_socket_made_on_a_new_loop_makes_it_the_home_loop() -> None:
    lab = Lab("new loop")
    servers: list[Any] = []

    async def first() -> None:
        servers.append(await lab.serve())

    async def second() -> None:
        socket = lab.WebSocket(servers[0].url)
        await socket.opened()
        home = threading.get_ident()
        assert await in_thread(lambda: lab.call(threading.get_ident)) == home
        await lab.close()

    asyncio.run(first())
    run(second())
