"""Awaiting a socket: `opened`, `next`, `closed` and ``async for``; every wait has a limit and a sentence."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.harness import CLOSE, LIMIT, TEXT, Peer, RawServer, frame, rows, until
from tests.net.websocket.test_websocket import block_until
from wslab import BadValue, CloseEvent, ConnectionEnded, Lab, MessageEvent, TimedOut

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


async def counts(connection: ServerConnection) -> None:
    for number in range(5):
        await connection.send(str(number))
    await connection.close(4000, "counted")


async def test_opened_may_be_awaited_at_any_time() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        first = await socket.opened()
        assert first.type == "open"
        assert await socket.opened() is first
        socket.close()
        await socket.closed()
        assert await socket.opened() is first


async def test_opened_may_be_awaited_by_many() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        assert len(set(await asyncio.gather(*(socket.opened() for _ in range(3))))) == 1


async def test_closed_may_be_awaited_at_any_time_and_by_many() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        waiting = [asyncio.ensure_future(socket.closed()) for _ in range(3)]
        await until(lambda: len(socket._mailbox._lookers["close"]) == 3)
        socket.close(1000, "bye")
        one = await socket.closed()
        assert {id(await each) for each in waiting} == {id(one)}
        assert await socket.closed() is one


async def test_next_gives_the_oldest_event_that_nobody_has_taken() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(counts)).url)
        await socket.closed()
        assert [(await socket.next()).data for _ in range(5)] == list("01234")
        assert (await socket.next("close")).code == 4000
        assert (await socket.next("open")).type == "open"


async def test_several_who_wait_are_served_in_order() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(counts)).url)
        waiting = [asyncio.ensure_future(socket.next()) for _ in range(5)]
        assert [event.data for event in await asyncio.gather(*waiting)] == list("01234")


async def test_after_the_close_next_says_what_ended_it() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(counts)).url)
        texts = [event.data async for event in socket]
        assert texts == list("01234")
        with pytest.raises(ConnectionEnded) as caught:
            await socket.next()
        assert str(caught.value) == "the socket closed: code 4000, reason 'counted'; the log says what happened"
        assert caught.value.event.reason == "counted"
        assert isinstance(caught.value, ConnectionError)


async def test_whoever_waits_when_it_closes_is_told() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        waiting = [asyncio.ensure_future(socket.next(kind)) for kind in ("message", "error", "message")]
        await asyncio.sleep(0)
        socket.close()
        for each in waiting:
            with pytest.raises(ConnectionEnded, match="code 1005"):
                await each


async def test_async_for_ends_with_the_connection() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.send("a")
        texts = []
        async for event in socket:
            texts.append(event.data)
            if len(texts) == 3:
                socket.close()
            else:
                socket.send("b")
        assert texts == ["a", "b", "b"]


async def test_a_wait_that_is_not_met_says_what_did_not_happen() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        with pytest.raises(TimedOut) as caught:
            await socket.next(timeout=0.05)
        assert str(caught.value) == (
            f"no message event within 0.05 s; the socket is <WebSocket {socket.url} OPEN>, and the log says what did happen"
        )
        assert caught.value.waited == 0.05
        assert isinstance(caught.value, TimeoutError)
        with pytest.raises(TimedOut, match=r"no close event within 0\.05 s"):
            await socket.closed(timeout=0.05)
        with pytest.raises(TimedOut, match=r"no error event within 0\.05 s"):
            await socket.next("error", 0.05)


async def test_opened_says_so_too() -> None:
    async def silent(peer: Peer) -> None:
        await peer.gone()

    async with RawServer(silent) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        with pytest.raises(TimedOut, match=r"no open event within 0\.05 s; the socket is <WebSocket .* CONNECTING>"):
            await socket.opened(timeout=0.05)


async def test_an_event_that_comes_when_its_waiter_gives_up_is_for_the_next() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        waiting = asyncio.ensure_future(socket.next(timeout=LIMIT))
        await until(lambda: socket._mailbox._waiters["message"])
        socket._mailbox.arrived(MessageEvent(data="not lost"))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await socket.next()).data == "not lost"


@pytest.mark.parametrize("kind", ["message", "close"])
async def test_an_event_that_comes_just_when_the_limit_is_reached_is_given_all_the_same(kind: str) -> None:
    # So it is where a cell has blocked past the limit: event and limit then wait in the same turn of the loop.
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        limit = 0.5
        wait = socket.next(timeout=limit) if kind == "message" else socket.closed(timeout=limit)
        waiting = asyncio.ensure_future(wait)
        await asyncio.sleep(0)  # it waits now
        event = MessageEvent(data="in time") if kind == "message" else CloseEvent(code=1000)
        asyncio.get_running_loop().call_soon(socket._mailbox.arrived, event)
        time.sleep(limit * 1.1)  # noqa: ASYNC251
        assert await waiting is event


async def test_a_waiter_that_gave_up_takes_nothing() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        waiting = asyncio.ensure_future(socket.next())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert not socket._mailbox._waiters["message"]
        socket.send("for the next")
        assert (await socket.next()).data == "for the next"


async def test_an_event_that_does_not_exist_is_named_with_those_that_do() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        with pytest.raises(
            BadValue, match=r"has the events open, message, error, close, not 'data'; write await socket\.next"
        ):
            socket.next("data")
        await socket.opened()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("opened", "await socket.opened()"),
        ("closed", "await socket.closed()"),
        ("next", 'event = await socket.next("message")'),
    ],
)
async def test_a_forgotten_await_says_what_to_write_and_warns_of_nothing(name: str, write: str) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            forgotten = getattr(socket, name)()
            assert repr(forgotten) == f"<nothing has happened yet: an await is missing. Write: {write}>"
            with pytest.raises(AttributeError, match=r"so there is no \.data: an await is missing"):
                _ = forgotten.data
            del forgotten
            gc.collect()
        await socket.opened()


async def test_events_wait_while_a_cell_blocks_and_then_come_in_order() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(counts)).url)
        seen: list[Any] = []
        socket.onmessage = lambda event: seen.append(event.data)
        await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251  a cell that blocks
        assert seen == []
        await socket.closed()
        assert seen == list("01234")


async def test_what_is_recorded_and_not_yet_told_counts_as_an_event_that_waits() -> None:
    # Else `lab.settled()`, which looks at the record and then at what waits, might return just between the two.
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        seen: list[Any] = []
        socket.onmessage = lambda event: seen.append(event.data)
        await socket.opened()
        await lab.settled()
        assert socket.backlog() == (0, 0)
        protocol, go_on = socket._wire._connection._protocol, threading.Event()
        receive, before = protocol.receive_data, socket.end.received.stop

        def late(data: bytes | bytearray) -> None:
            go_on.wait(LIMIT)
            receive(data)

        protocol.receive_data = late  # type: ignore[method-assign]
        socket.send("hi")
        await until(lambda: socket.end.received.stop > before)
        assert socket.backlog()[0] == 1
        go_on.set()
        await lab.settled(timeout=LIMIT)
        assert seen == ["hi"]


async def test_what_is_told_in_the_very_moment_in_which_somebody_asks_counts_too() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        await lab.settled()
        connection, inbox, go_on = socket._wire._connection, socket._wire._inbox, threading.Event()
        receive, before, waiting = connection._protocol.receive_data, socket.end.received.stop, inbox.waiting

        def late(data: bytes | bytearray) -> None:
            go_on.wait(LIMIT)
            receive(data)

        def told_meanwhile() -> tuple[int, int]:
            found = waiting()
            go_on.set()
            block_until(lambda: waiting()[0] and not connection._takes)
            return found

        connection._protocol.receive_data = late  # type: ignore[method-assign]
        socket.send("hi")
        await until(lambda: socket.end.received.stop > before)
        inbox.waiting = told_meanwhile  # type: ignore[method-assign]
        assert socket.backlog()[0] == 1
        inbox.waiting = waiting  # type: ignore[method-assign]
        assert (await socket.next()).data == "hi"


async def test_an_end_that_is_recorded_and_not_yet_told_counts_as_an_event_that_waits() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        go_on, finish = threading.Event(), socket._wire._connection._finish

        def late() -> None:
            go_on.wait(LIMIT)
            finish()

        socket._wire._connection._finish = late  # type: ignore[method-assign]
        socket.close()
        await until(lambda: socket.end.closed is not None)
        assert socket.backlog()[0] > 0
        go_on.set()
        await lab.settled(timeout=LIMIT)
        assert socket.readyState == socket.CLOSED


async def test_an_interrupt_in_a_callback_leaves_the_rest_of_the_queue_to_come() -> None:
    async def three(peer: Peer) -> None:
        await peer.request()
        peer.write(peer.response(), frame(TEXT, b"one"), frame(TEXT, b"two"), frame(TEXT, b"three"))
        await peer.gone()

    async with RawServer(three) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen: list[str] = []

        def interrupted(event: Any) -> None:
            seen.append(event.data)
            if event.data == "one":
                raise asyncio.CancelledError

        socket.onmessage = interrupted
        loop, told = asyncio.get_running_loop(), []
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        await until(lambda: len(seen) == 3)
        assert seen == ["one", "two", "three"]
        socket.abort()
        await socket.closed()


async def test_what_nobody_takes_is_bounded_and_a_row_says_how_much_went() -> None:
    async def talks(peer: Peer) -> None:
        await peer.request()
        peer.write(peer.response(), *(frame(TEXT, str(number).encode()) for number in range(1500)), frame(CLOSE))
        await peer.frame()
        peer.writer.close()

    async with RawServer(talks) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.closed()
        assert (await socket.next()).data == "476"
        assert (await socket.next()).data == "477"
        told = [row.text for row in rows(lab, name="next()")]
        assert told == ["476 older message events were let go: next() keeps 1024, or 16 MiB, that nobody has taken"]
        rest = [event.data async for event in socket]
        assert rest[-1] == "1499"


async def test_large_messages_that_nobody_takes_are_bounded_by_their_bytes() -> None:
    async def talks(peer: Peer) -> None:
        await peer.open()
        for number in range(40):
            peer.write(frame(TEXT, bytes([65 + number % 26]) * 1024 * 1024))
            await peer.writer.drain()
        peer.write(frame(CLOSE))
        await peer.frame()
        peer.writer.close()

    async with RawServer(talks) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.closed(60)
        kept = [event.data[0] async for event in socket]
        assert kept == [chr(65 + number % 26) for number in range(24, 40)]
