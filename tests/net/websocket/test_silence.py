"""What raises in a queue of a socket is a row and a log record, and what waits behind it goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.net.harness import LIMIT, rows, telling, until
from tests.net.hostile import raises, raises_once
from wslab import Lab
from wslab.net import LoopThread
from wslab.net.websocket.delivery import Inbox, Outbox

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


async def test_an_outbox_whose_send_raised_once_sends_what_waits_behind_it(failures: list[str]) -> None:
    heard: list[str] = []

    async def listens(connection: ServerConnection) -> None:
        heard.extend([str(message) async for message in connection])

    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(listens)).url)
        await socket.opened()
        connection = socket._wire._connection
        connection.send = raises_once(connection.send)  # type: ignore[method-assign]
        for text in ("lost", "one", "two"):
            socket.send(text)
        await until(lambda: len(rows(lab, kind="message")) == 2, "one and two, without a third")
        assert "LookupError: broken once at line" in await telling(lab, "a call failed")
        socket.close()
        await socket.closed()
        await lab.settled(LIMIT)
        assert heard == ["one", "two"]
    assert failures == ["ERROR a call failed: LookupError"]


async def test_a_call_whose_frames_cannot_be_made_holds_back_no_row_and_no_amount(failures: list[str]) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        protocol = socket._wire._connection._protocol
        protocol.send_text = raises_once(protocol.send_text)  # type: ignore[method-assign]
        socket.send("lost")
        socket.send("kept")
        assert (await socket.next()).data == "kept"
        await lab.settled(LIMIT)
        assert [row.text for row in rows(lab, name="send()")] == ["lost", "kept"]
        await until(lambda: socket.bufferedAmount == 0)
    assert failures == ["ERROR a call failed: LookupError"]


async def test_a_write_that_raises_holds_back_no_row(failures: list[str]) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(compression=None)).url)
        await socket.opened()
        transport = socket._wire._connection.transport
        assert transport is not None
        transport.write = raises_once(transport.write)
        socket.send("lost")
        await telling(lab, "a call failed")
        socket.send("kept")
        assert (await socket.next()).data == "kept"
        await lab.settled(LIMIT)
        assert [row.text for row in rows(lab, name="send()")] == ["lost", "kept"]
    assert failures


async def test_a_close_that_raises_leaves_the_socket_closing_and_it_is_closed_in_time(
    failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wslab.net.websocket.connection.CLOSE_LIMIT", 0.1)
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket._wire._connection._protocol.send_close = raises  # type: ignore[method-assign]
        socket.close(1000)
        assert (await socket.closed()).code == 1006
        await lab.settled(LIMIT)
        assert rows(lab, name="close()")
    assert failures == ["ERROR a call failed: LookupError"]


@pytest.mark.parametrize("step", ["open", "message", "closing"])
async def test_an_inbox_whose_step_raised_once_goes_on(step: str, failures: list[str]) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        if step != "open":
            await socket.opened()
        events = socket._events
        setattr(events, step, raises_once(getattr(events, step)))
        if step == "open":
            await telling(lab, "an event failed")
            socket._wire._inbox.post(events.open, "", "", 0)
            await socket.opened()
        socket.send("one")
        socket.send("two")
        event = await socket.next()
        assert event.data == ("two" if step == "message" else "one")
        socket.close()
        assert (await socket.closed()).wasClean
        if step != "closing":
            await telling(lab, "an event failed")
    assert failures == (["ERROR an event failed: LookupError"] if step != "closing" else failures)


async def test_what_runs_after_a_step_may_raise_and_the_next_step_comes() -> None:
    told: list[BaseException] = []
    order: list[int] = []
    inbox = Inbox(asyncio.get_running_loop(), lambda: None, raises, told.append)
    for number in range(3):
        inbox.post(order.append, number)
    await until(lambda: order == [0, 1, 2])
    assert len(told) == 3
    assert not inbox.running


async def test_what_runs_after_a_batch_of_calls_may_raise_and_the_next_batch_comes() -> None:
    told: list[BaseException] = []
    order: list[int] = []
    thread = LoopThread("wslab-outbox")
    outbox = Outbox(thread, raises, lambda error, *_: told.append(error))
    for number in range(3):
        outbox.post(raises)
        outbox.post(order.append, number)
        await until(lambda number=number: order == list(range(number + 1)))  # type: ignore[misc]
    thread.stop()
    assert await thread.wait_ended(LIMIT)
    assert len(told) >= 4


@pytest.mark.parametrize("error", [SystemExit(), asyncio.CancelledError(), GeneratorExit(), LookupError()])
async def test_a_call_may_raise_whatever_it_likes(error: BaseException) -> None:
    told: list[BaseException] = []
    order: list[str] = []
    thread = LoopThread("wslab-outbox")
    outbox = Outbox(thread, lambda: None, lambda error, *_: told.append(error))
    outbox.post(raises_once(lambda: None, error))
    outbox.post(order.append, "next")
    await until(lambda: order == ["next"])
    thread.stop()
    assert await thread.wait_ended(LIMIT)
    assert told == [error]
