"""Whatever a learner's code raises, wherever it does: a row says so, with the line, and everything else goes on."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus, NegotiationError

from tests.net.harness import LIMIT, rows, until
from tests.net.hostile import KINDS, Strange, error_of
from wslab import Event, Lab

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from websockets.asyncio.server import ServerConnection

    from wslab.timeline import Row

each_kind = pytest.mark.parametrize("kind", KINDS)


async def said(lab: Lab, name: str, kind: str) -> Row:
    """The row of an exception. It says what came, and on which line."""
    await until(lambda: rows(lab, name=name), name)
    (row,) = rows(lab, name=name)
    words = KINDS[kind][1]
    if kind == "huge":
        assert words in row.text
        assert row.text.startswith("at line "), "the place comes first where it would be cut off"
    else:
        assert row.text.startswith(words)
        assert "at line " in row.text
    assert row.problem
    return row


async def serves(url: str) -> None:
    """See that a server goes on."""
    async with websockets.connect(url) as client:
        await client.send("stay")
        assert await asyncio.wait_for(client.recv(), LIMIT) == "here"


@each_kind
async def test_raised_in_a_handler(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    async def handler(connection: ServerConnection) -> None:
        if await connection.recv() == "leave":
            raise error_of(kind)
        await connection.send("here")

    async with Lab() as lab:
        server = await lab.serve(handler)
        async with websockets.connect(server.url) as client:
            await client.send("leave")
            with pytest.raises(ConnectionClosed) as caught:
                await asyncio.wait_for(client.recv(), LIMIT)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1011
        await serves(server.url)
        await said(lab, "handler handler raised", kind)
        await lab.settled(LIMIT)
    assert capfd.readouterr() == ("", "")


@each_kind
@pytest.mark.parametrize("function", ["process_request", "process_response", "select_subprotocol"])
async def test_raised_in_what_a_server_is_asked_while_it_opens(
    function: str, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    leave = [True]

    def raises(*_: object) -> Any:
        if leave.pop():
            raise error_of(kind)
        leave.append(False)
        return None

    async def handler(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send("here")

    async with Lab() as lab:
        options: dict[str, Any] = {function: raises}
        if function == "select_subprotocol":
            options["subprotocols"] = ["chat"]
        server = await lab.serve(handler, **options)
        with pytest.raises(InvalidStatus) as caught:
            await asyncio.wait_for(websockets.connect(server.url), LIMIT)
        assert caught.value.response.status_code == 500
        row = await said(lab, f"{function} raised", kind)
        assert row.problem == "the server answers 500"
        leave.append(False)
        await serves(server.url)
    assert capfd.readouterr() == ("", "")


@each_kind
@pytest.mark.parametrize(
    "way", ["onmessage", "addEventListener", "handleEvent", "async", "async later", "plain, returns a coroutine"]
)
async def test_raised_in_an_event_callback(way: str, kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    def raises(_event: Event) -> None:
        raise error_of(kind)

    async def raises_at_once(event: Event) -> None:
        raises(event)

    async def raises_later(event: Event) -> None:
        await asyncio.sleep(0)
        raises(event)

    class Handles:
        def handleEvent(self, event: Event) -> None:  # noqa: N802
            raises(event)

    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        second: list[str] = []
        if way == "onmessage":
            socket.onmessage = raises
        else:
            listener: dict[str, Any] = {
                "addEventListener": raises, "handleEvent": Handles(), "async": raises_at_once, "async later": raises_later,
                "plain, returns a coroutine": lambda event: raises_later(event) if event else None,
            }  # fmt: skip
            socket.addEventListener("message", listener[way])
        socket.addEventListener("message", lambda event: second.append(event.data))
        told: list[Any] = []
        if kind in (
            "of no known kind",
            "BaseExceptionGroup",
        ):  # nobody can say what these are for: asyncio has them too
            asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        await socket.opened()
        socket.send("one")
        assert (await socket.next()).data == "one"
        await said(lab, "onmessage raised", kind)
        assert second == ["one"] or told
        assert socket.readyState == socket.OPEN
        lab.timeline.clear()
        socket.onmessage = None
        socket.send("two")
        assert (await socket.next()).data == "two"
    assert capfd.readouterr() == ("", "")


@each_kind
async def test_raised_in_a_listener_that_is_called_by_hand(kind: str) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()

        def raises(_event: Event) -> None:
            raise error_of(kind)

        socket.addEventListener("ring", raises)
        if kind in ("of no known kind", "BaseExceptionGroup"):
            with pytest.raises(BaseException) as caught:  # noqa: PT011
                socket.dispatchEvent(Event("ring"))
            assert isinstance(caught.value, (Strange, BaseExceptionGroup))
        else:
            assert socket.dispatchEvent(Event("ring"))
        await said(lab, "onring raised", kind)


@each_kind
async def test_raised_in_lab_call_is_raised_where_it_was_called(kind: str) -> None:
    async with Lab() as lab:
        error = error_of(kind)
        if kind in ("of no known kind", "BaseExceptionGroup"):
            asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)

        def raises() -> None:
            raise error

        def attempt() -> object:
            try:
                lab.call(raises)
            except BaseException as caught:  # noqa: BLE001
                return caught
            return None

        assert await asyncio.to_thread(attempt) is error


@each_kind
@pytest.mark.parametrize("how", ["task", "callback"])
async def test_raised_in_a_task_or_a_callback_of_a_handler(
    kind: str, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    def raises() -> None:
        raise error_of(kind)

    async def raises_too() -> None:
        raises()

    kept: list[asyncio.Task[None]] = []

    async def handler(connection: ServerConnection) -> None:
        await connection.recv()
        if how == "task":
            kept.append(asyncio.create_task(raises_too()))
            await asyncio.wait(kept)
            kept.clear()
        else:
            asyncio.get_running_loop().call_soon(raises)
            await asyncio.sleep(0)
        await connection.send("here")

    async with Lab() as lab:
        server = await lab.serve(handler)
        await serves(server.url)
        if not (how == "task" and kind == "CancelledError"):  # that task is cancelled, which is no error
            name = "server server: nobody caught an error in one of its tasks"
            await until(lambda: rows(lab, name=name, problem="unhandled"), "the row")
            assert rows(lab, name=name)[0].text.startswith(KINDS[kind][1])
        await serves(server.url)
    assert capfd.readouterr() == ("", "")


async def test_a_refusal_by_select_subprotocol_is_no_error() -> None:
    def refuses(*_: object) -> None:
        raise NegotiationError("chat only")

    async with Lab() as lab:
        server = await lab.serve(select_subprotocol=refuses, subprotocols=["chat"])
        with pytest.raises(InvalidStatus) as caught:
            await websockets.connect(server.url)
        assert caught.value.response.status_code == 400
        assert not rows(lab, name="select_subprotocol raised")


@pytest.mark.parametrize(
    ("function", "returned", "told"),
    [
        ("process_request", (403, [], b""), r"process_request returns None or a Response, not tuple (403, [], b'')"),
        ("process_request", "no", "process_request returns None or a Response, not str 'no'"),
        ("process_response", 403, "process_response returns None or a Response, not int 403"),
        ("select_subprotocol", 5, "select_subprotocol returns one of chat, or None, not int 5"),
    ],
)
async def test_something_else_that_is_returned_is_named_and_answered_500(
    function: str, returned: Any, told: str
) -> None:
    async with Lab() as lab:
        server = await lab.serve(**{function: lambda *_: returned}, subprotocols=["chat"])  # type: ignore[arg-type]
        with pytest.raises(InvalidStatus) as caught:
            await websockets.connect(server.url, subprotocols=["chat"])  # type: ignore[list-item]
        assert caught.value.response.status_code == 500
        (row,) = rows(lab, name=f"{function} raised")
        assert told in row.text


async def test_functions_of_the_opening_handshake_may_be_async_or_plain_and_answer() -> None:
    async def process_request(connection: ServerConnection, request: Any) -> Any:
        await asyncio.sleep(0)
        return connection.respond(418, "tea") if request.path == "/tea" else None

    def process_response(_connection: ServerConnection, _request: Any, response: Any) -> None:
        response.headers["X-Seen"] = "yes"

    async with Lab() as lab:
        server = await lab.serve(
            process_request=process_request,
            process_response=process_response,
            select_subprotocol=lambda _connection, offered: offered[-1] if offered else None,
            subprotocols=["a", "b"],
        )
        async with websockets.connect(server.url, subprotocols=["a", "b"]) as client:  # type: ignore[list-item]
            assert client.subprotocol == "b"
            assert client.response is not None
            assert client.response.headers["X-Seen"] == "yes"
        with pytest.raises(InvalidStatus) as caught:
            await websockets.connect(f"{server.url}/tea")
        assert caught.value.response.status_code == 418


async def test_a_process_request_that_takes_too_long_leaves_a_row_with_its_line() -> None:
    async def process_request(_connection: object, _request: object) -> None:
        await asyncio.sleep(3600)

    async with Lab() as lab:
        server = await lab.serve(process_request=process_request, open_timeout=0.05)
        with pytest.raises((websockets.InvalidMessage, ConnectionClosed, EOFError)):
            await websockets.connect(server.url)
        await until(lambda: rows(lab, name="process_request raised"), "the row")
        (row,) = rows(lab, name="process_request raised")
        assert row.text.startswith("TimeoutError: the opening handshake took longer than open_timeout, 0.05 s at line ")
        assert row.problem == "TCP is closed"


async def test_a_handler_that_raises_before_it_is_awaited_leaves_a_row() -> None:
    class Handler:
        async def __call__(self, connection: ServerConnection) -> None: ...

    def broken(_self: object, _connection: object) -> Coroutine[Any, Any, None]:
        raise LookupError("at once")

    async with Lab() as lab:
        server = await lab.serve(Handler())
        Handler.__call__ = broken  # type: ignore[assignment,method-assign]
        async with websockets.connect(server.url) as client:
            with pytest.raises(ConnectionClosed):
                await client.recv()
        await until(lambda: rows(lab, name="handler Handler raised"), "the row")


async def test_a_handler_that_stops_its_loop_has_ended_its_server_and_a_row_says_so() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send("stopping")
        asyncio.get_running_loop().stop()
        await asyncio.sleep(3600)

    async with Lab() as lab:
        server = await lab.serve(handler)
        assert server.running
        async with websockets.connect(server.url) as client:
            assert await client.recv() == "stopping"
            with pytest.raises(ConnectionClosed) as caught:
                await asyncio.wait_for(client.recv(), LIMIT)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1011
        assert not server.running
        assert repr(server) == "<Server 'server' stopped>"
        assert lab.servers == ()
        (row,) = rows(lab, name="server server has ended")
        assert row.text == "LoopStopped: the event loop was stopped by code that runs on it"
        assert row.problem == "nobody is served any more; run its cell again"
        await server.stop()
        again = await lab.serve()
        assert again.port == server.port
        assert again.running


def test_a_log_at_debug_gets_nothing_of_an_echo_that_the_server_does_not_log(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        async with Lab() as lab:
            server = await lab.serve()
            async with lab.connect(server.url) as client:
                await client.send("hi")
                assert await client.recv() == "hi"
            socket = lab.WebSocket(server.url)
            await socket.opened()
            socket.send("hi")
            await socket.next()
            socket.close()
            await socket.closed()
            async with lab.raw(server.url) as raw:
                await raw.upgrade()
            await lab.settled(LIMIT)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(talk())
    assert {record.name for record in caplog.records} <= {"asyncio"}, "asyncio says which selector each loop has"
    assert not [record for record in caplog.records if "selector" not in record.getMessage()]


def test_a_logger_that_is_asked_for_gets_everything(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        async with Lab() as lab:
            mine = logging.getLogger("mine")
            server = await lab.serve(logger=mine)
            async with lab.connect(server.url, logger=mine) as client:
                await client.ping()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(talk())
    assert [record for record in caplog.records if record.name == "mine"]


@pytest.mark.parametrize("side", ["client", "server"])
async def test_an_error_that_websockets_did_not_expect_is_a_row_of_its_end(side: str, failures: list[str]) -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send("\ud800")

    async with Lab() as lab:
        server = await lab.serve(handler)
        client = await lab.connect(server.url)
        if side == "client":
            with pytest.raises(ConnectionClosed):
                await client.send("\ud800")
        else:
            await client.send("go")
            with pytest.raises(ConnectionClosed):
                await client.recv()
        await until(lambda: rows(lab, name="websockets: unexpected internal error", source=side), "the row")
        (row,) = rows(lab, name="websockets: unexpected internal error")
        assert row.text.startswith("UnicodeEncodeError")
        assert "\\ud800" in row.text, "the line"
    assert "ERROR websockets: unexpected internal error: UnicodeEncodeError" in failures
