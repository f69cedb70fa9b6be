"""What a page or Node tells may make our own code raise: a row says so, and the next thing that is told is taken."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.net.harness import LIMIT, rows, until
from tests.peers.noding import need_node, running
from tests.peers.noding import until as node_until
from wslab import Lab
from wslab.net import LoopThread
from wslab.peers import on_thread
from wslab.peers.browser import BrowserRun, Control
from wslab.peers.remote_feed import RemoteFeed

if TYPE_CHECKING:
    from collections.abc import Callable


def raises(*_: object, **_options: object) -> Any:
    raise LookupError("broken")


def raises_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but for its first call."""
    calls: list[int] = []

    def call(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise LookupError("broken once")
        return function(*arguments)

    return call


class Broken:
    """A listener that raises at everything but a hello."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def grant(self, hello: dict[str, Any], origin: str | None) -> dict[str, Any] | None:
        return {"hello": hello["hello"], "origin": origin}

    def take(self, message: dict[str, Any]) -> None:
        self.heard.append(message["text"])
        raise LookupError("cannot take it")

    def gone(self) -> None:
        self.heard.append("gone")
        raise LookupError("cannot let it go")


def page(control: Control) -> connect:
    return connect(f"ws://127.0.0.1:{control.port}/{control.token}", proxy=None)


async def test_a_listener_of_a_page_that_raises_hears_the_next_message_all_the_same() -> None:
    told: list[tuple[str, str]] = []
    listener = Broken()
    control = Control(listener.grant, listener.take, listener.gone, lambda what, error: told.append((what, str(error))))
    await control.listen()
    try:
        async with page(control) as client:
            await client.send(json.dumps({"hello": "x"}))
            await client.recv()
            for text in ("one", "two"):
                await client.send(json.dumps({"text": text}))
            await until(lambda: listener.heard == ["one", "two"])
        await until(lambda: listener.heard == ["one", "two", "gone"])
        assert set(told) == {
            ("taking what a page says failed", "cannot take it"),
            ("taking what a page says failed", "cannot let it go"),
        }
    finally:
        await control.close()


async def test_a_page_that_cannot_be_served_is_let_go_and_a_word_says_why() -> None:
    told: list[str] = []
    listener = Broken()
    listener.grant = raises  # type: ignore[method-assign]
    control = Control(listener.grant, listener.take, listener.gone, lambda what, _error: told.append(what))
    await control.listen()
    try:
        async with page(control) as client:
            await client.send(json.dumps({"hello": "x"}))
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(client.recv(), LIMIT)
        await until(lambda: told == ["serving a page failed"])
    finally:
        await control.close()


async def test_what_cannot_be_said_to_a_page_is_told() -> None:
    told: list[str] = []
    listener = Broken()
    control = Control(listener.grant, listener.take, listener.gone, lambda what, _error: told.append(what))
    await control.listen()
    try:
        async with page(control) as client:
            await client.send(json.dumps({"hello": "x"}))
            await client.recv()
            assert control.say({"not": {"json"}})
            await until(lambda: told == ["telling a page failed"])
            assert control.say({"text": "this is"})
            assert json.loads(await client.recv()) == {"text": "this is"}
    finally:
        await control.close()


async def test_the_channel_of_a_page_logs_nothing_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        listener = Broken()
        control = Control(listener.grant, listener.take, listener.gone)
        await control.listen()
        silent = logging.Logger("silent")  # noqa: LOG001  the client's own
        async with connect(f"ws://127.0.0.1:{control.port}/{control.token}", proxy=None, logger=silent):
            pass
        await control.close()
    assert [record.name for record in caplog.records] == []


async def test_an_item_of_a_feed_that_breaks_us_is_a_row_and_the_next_is_taken(failures: list[str]) -> None:
    async with Lab() as lab:
        feed = RemoteFeed(lab.timeline, "browser", "key")
        feed._takers["print"] = raises_once(feed._takers["print"])
        for text in ("lost", "kept"):
            feed.take({"k": "print", "id": None, "level": "log", "text": text})
        assert [row.text for row in rows(lab, kind="print")] == ["kept"]
        (row,) = rows(lab, name="taking what browser tells failed")
        assert row.text.startswith("LookupError: broken once")
        assert row.problem
        assert feed.dropped == 1
    assert failures == ["ERROR taking what browser tells failed: LookupError"]


async def test_an_item_of_a_page_that_breaks_us_is_a_row_and_the_run_goes_on_and_ends(failures: list[str]) -> None:
    async with Lab() as lab:
        run = BrowserRun(lab, "1")
        await asyncio.to_thread(run.start)
        session = run._session
        session._console.line = raises_once(session._console.line)  # type: ignore[method-assign]
        async with page(session.control) as client:
            await client.send(json.dumps({"hello": "http://localhost:8888", "route": "direct"}))
            assert not json.loads(await client.recv())["go"], "it has no Origin"
        lab._io().post(session.take, {"items": [{"k": "print", "level": "log", "text": text} for text in "ab"]})
        await until(lambda: rows(lab, name="taking what a page tells failed"))
        assert "b" in run.console.text.splitlines()
        session._feed.leave = raises  # type: ignore[method-assign]
        run.stop()
        assert await asyncio.to_thread(run.wait_over, LIMIT), "whoever waits for it is let go"
        await until(lambda: not lab.hosting.runs)
    assert "ERROR taking what a page tells failed: LookupError" in failures
    assert "ERROR thread wslab-lab failed: LookupError" in failures


async def test_a_guest_that_cannot_end_keeps_no_other_and_no_lab_from_ending(failures: list[str]) -> None:
    ended: list[str] = []

    class HostedRun:
        def __init__(self, name: str) -> None:
            self.description = name

        async def end(self, why: str) -> None:
            if self.description == "broken":
                raise LookupError(why)
            ended.append(self.description)

    async with Lab() as lab:
        server = await lab.serve()
        for name in ("broken", "sound"):
            lab.hosting.join(HostedRun(name))
    assert ended == ["sound"]
    assert not server.running
    assert rows(lab, name="the end of HostedRun failed")
    assert failures == ["ERROR the end of HostedRun failed: LookupError"]


async def test_work_on_the_labs_thread_tells_what_it_raised_and_is_over() -> None:
    told: list[str] = []
    thread = LoopThread("wslab-work", lambda what, _error: told.append(what))

    async def fails() -> None:
        raise LookupError

    over = on_thread.begin(thread, fails)
    await asyncio.wait_for(asyncio.wrap_future(over), LIMIT)
    await asyncio.to_thread(on_thread.finish, thread, fails, LIMIT)
    thread.stop()
    assert await thread.wait_ended(LIMIT)
    name = test_work_on_the_labs_thread_tells_what_it_raised_and_is_over.__name__
    assert told == [f"{name}.<locals>.fails failed"] * 2


@pytest.mark.node
async def test_what_node_tells_may_break_us_and_the_next_line_is_read(failures: list[str]) -> None:
    need_node()
    async with Lab() as lab:
        async with running(lab, 'setTimeout(() => { console.log("one"); console.log("two"); }, 300);') as run:
            run._news._console = Bad(run.console)  # type: ignore[assignment]
            await node_until(lambda: run.exit_code is not None)
        assert rows(lab, name='taking what node "node" tells failed')
        assert "two" in run.console.text
        assert rows(lab, name='node "node" ended')
    assert failures == ['ERROR taking what node "node" tells failed: LookupError']


@pytest.mark.node
async def test_a_reader_of_node_that_breaks_ends_the_run_and_nobody_waits_for_ever(failures: list[str]) -> None:
    need_node()
    async with Lab() as lab:
        async with running(lab, "setInterval(() => console.log(1), 10);") as run:
            run._output.feed = raises  # type: ignore[method-assign]
            await node_until(lambda: run.exit_code is not None)
        assert run.wait_ended(LIMIT)
        assert not [thread for thread in threading.enumerate() if thread.name == "wslab node" and thread.is_alive()]
        assert rows(lab, name="thread wslab node failed")
    assert failures == ["ERROR thread wslab node failed: LookupError"]


class Bad:
    """A console whose first line cannot be shown."""

    def __init__(self, console: Any) -> None:
        self._console = console
        self.line = raises_once(console.line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._console, name)
