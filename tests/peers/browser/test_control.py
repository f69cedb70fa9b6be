"""The channel between a run and its page: one token, one page, bounded."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.net.harness import LIMIT
from tests.peers.left_behind import listening_on
from wslab.peers.browser import Control
from wslab.peers.browser import control as module

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class Heard:
    """A listener that notes what it is told, and grants the first page that says hello."""

    def __init__(self) -> None:
        self.hellos: list[tuple[dict[str, Any], str | None]] = []
        self.messages: list[dict[str, Any]] = []
        self.left = 0
        self.news = asyncio.Event()

    def grant(self, hello: dict[str, Any], origin: str | None) -> dict[str, Any] | None:
        self.hellos.append((hello, origin))
        return {"ports": [8080]} if len(self.hellos) == 1 else None

    def take(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        self.news.set()

    def gone(self) -> None:
        self.left += 1
        self.news.set()

    async def next(self) -> None:
        await asyncio.wait_for(self.news.wait(), LIMIT)
        self.news.clear()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not said hello yet is not sent away because the machine has much to do."""
    monkeypatch.setattr(module, "_HELLO", LIMIT)


def with_control(test: Callable[[Control, Heard], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        heard = Heard()
        control = Control(heard.grant, heard.take, heard.gone)
        await control.listen()
        try:
            await test(control, heard)
        finally:
            await control.close()

    asyncio.run(main())


def page(control: Control, path: str | None = None) -> connect:
    where = control.token if path is None else path
    return connect(f"ws://127.0.0.1:{control.port}/{where}", origin="http://localhost:8888", proxy=None)  # type: ignore[arg-type]


async def hello(socket: ClientConnection) -> Any:
    await socket.send(json.dumps({"hello": "http://localhost:8888", "route": "direct"}))
    return json.loads(await socket.recv())


async def closed_with(socket: ClientConnection) -> int | None:
    """Hear it out, and say which code it was closed with."""
    async with asyncio.timeout(LIMIT):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


def test_a_page_that_knows_the_token_gets_the_run_and_is_heard() -> None:
    async def test(control: Control, heard: Heard) -> None:
        async with page(control) as socket:
            assert await hello(socket) == {"go": True, "ports": [8080]}
            assert heard.hellos[0][1] == "http://localhost:8888"
            await socket.send('{"done": true}')
            await heard.next()
            assert heard.messages == [{"done": True}]
            assert control.say({"ports": [1, 2]})
            assert control.say({"stop": "why"})
            assert [json.loads(await socket.recv()) for _ in range(2)] == [{"ports": [1, 2]}, {"stop": "why"}]
        await heard.next()
        assert heard.left == 1
        assert not control.say({"stop": "why"})

    with_control(test)


@pytest.mark.parametrize("path", ["", "wrong", "token/", "?token"])
def test_who_does_not_know_the_token_finds_nothing(path: str) -> None:
    async def test(control: Control, heard: Heard) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await page(control, path.replace("token", control.token))
        assert refused.value.response.status_code == 404
        assert heard.hellos == []

    with_control(test)


def test_a_second_page_hears_that_the_run_has_gone_and_the_first_goes_on() -> None:
    async def test(control: Control, heard: Heard) -> None:
        async with page(control) as first, page(control) as second:
            assert (await hello(first))["go"] is True
            assert await hello(second) == {"go": False}
            assert await closed_with(second) == 1000
            assert heard.left == 0
            await first.send('{"done": true}')
            await heard.next()
            assert heard.messages == [{"done": True}]

    with_control(test)


def test_a_message_that_is_too_long_ends_the_channel() -> None:
    async def test(control: Control, heard: Heard) -> None:
        async with page(control) as socket:
            await hello(socket)
            await socket.send(json.dumps({"items": ["x" * 1024 * 1024]}))
            await heard.next()
            assert await closed_with(socket) == 1009
            assert (heard.messages, heard.left) == ([], 1)

    with_control(test)


@pytest.mark.parametrize("said", ["no JSON", "[1]", "3", b"{}", "[" * 100_000])
def test_what_is_no_message_ends_the_channel(said: str | bytes) -> None:
    async def test(control: Control, heard: Heard) -> None:
        async with page(control) as socket:
            await hello(socket)
            await socket.send(said)
            assert await closed_with(socket) == 1008
            await heard.next()
            assert (heard.messages, heard.left) == ([], 1)

    with_control(test)


def test_who_does_not_say_hello_first_leaves_the_run_to_others() -> None:
    async def test(control: Control, heard: Heard) -> None:
        async with page(control) as rude:
            await rude.send('{"items": []}')
            assert await closed_with(rude) == 1008
        assert (heard.hellos, heard.messages) == ([], [])
        async with page(control) as polite:
            assert (await hello(polite))["go"] is True

    with_control(test)


def test_a_crowd_is_turned_away() -> None:
    async def test(control: Control, _heard: Heard) -> None:
        async with contextlib.AsyncExitStack() as crowd:
            for _ in range(8):
                await crowd.enter_async_context(page(control))
            with pytest.raises(InvalidStatus) as refused:
                await page(control)
            assert refused.value.response.status_code == 503

    with_control(test)


def test_when_it_closes_the_page_is_told_and_nobody_listens() -> None:
    async def test(control: Control, heard: Heard) -> None:
        port = control.port
        async with page(control) as socket:
            await hello(socket)
            await control.close()
            assert await closed_with(socket) == 1001
        while not heard.left:
            await heard.next()
        assert (heard.left, control.port) == (1, 0)
        assert port not in listening_on()

    with_control(test)
