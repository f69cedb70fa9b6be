"""Whatever is printed while wslab runs somebody's code is a row too, and print itself stays what it was."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import io
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from IPython.utils.capture import capture_output

from tests.net.harness import rows, until
from wslab import Lab

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.timeline import Row

ORIGINAL = builtins.print


def printed(lab: Lab) -> list[tuple[str, str]]:
    """Who printed, and what, in order."""
    return [(row.source, row.text) for row in rows(lab, kind="print")]


async def said_by(handler: Callable[[ServerConnection], Awaitable[None]]) -> list[Row]:
    """Run a handler for one connection, and give the rows of what it printed."""
    async with Lab() as lab:
        async with websockets.connect((await lab.serve(handler)).url) as client:
            with contextlib.suppress(websockets.ConnectionClosed):
                await client.recv()
        await lab.settled()
        return rows(lab, kind="print")


async def test_a_handler_prints(capsys: pytest.CaptureFixture[str]) -> None:
    async def handler(connection: ServerConnection) -> None:
        print("got", 1, None)

    (row,) = await said_by(handler)
    assert (row.source, row.connection, row.text) == ("server", 1, "got 1 None")
    assert capsys.readouterr().out == "got 1 None\n"


async def test_subtasks_and_threads_of_a_handler_print_for_it() -> None:
    async def handler(connection: ServerConnection) -> None:
        await asyncio.create_task(subtask())
        await asyncio.gather(subtask(), subtask())
        await asyncio.to_thread(print, "from a thread")
        asyncio.get_running_loop().call_soon(print, "called soon")
        await asyncio.sleep(0)

    async def subtask() -> None:
        print("from a task")

    assert [row.text for row in await said_by(handler)] == ["from a task"] * 3 + ["from a thread", "called soon"]


async def test_event_callbacks_print_for_their_own_socket() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        sockets = [lab.WebSocket(server.url), lab.WebSocket(server.url)]

        async def later(event: Any) -> None:
            await asyncio.sleep(0)
            print("later", event.data)

        for socket in sockets:
            socket.onopen = lambda _event: print("opened")
            socket.onmessage = lambda event: print("now", event.data)
            socket.addEventListener("message", later)
        for socket in sockets:
            await socket.opened()
            socket.send("a")
            await socket.next()
        await until(lambda: len(printed(lab)) == 6)
        print("not in a callback")
        for number in (1, 2):
            texts = [row.text for row in rows(lab, kind="print", connection=number)]
            assert texts == ["opened", "now a", "later a"]
        assert {source for source, _ in printed(lab)} == {"client"}


async def test_prints_of_unrelated_code_are_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        print("from a cell")
        thread = threading.Thread(target=print, args=("from a plain thread",))
        thread.start()
        thread.join()
        async with websockets.connect(server.url) as client:
            print("beside a connection")
            await client.send("hi")
            await client.recv()
        await lab.settled()
        assert printed(lab) == []
    assert "from a cell\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "options", "text", "out"),
    [
        (("a", "b"), {"sep": "-"}, "a-b", "a-b\n"),
        (("a", "b"), {"sep": None, "end": None}, "a b", "a b\n"),
        (("a",), {"end": ""}, "a", "a"),
        (("a",), {"end": "!\n"}, "a!", "a!\n"),
        ((), {}, "", "\n"),
        (("a\nb",), {}, "a\u2936b", "a\nb\n"),
        (("a",), {"flush": True}, "a", "a\n"),
        (("a",), {"file": None}, "a", "a\n"),
        ((b"a", "\u4f60"), {}, "b'a' \u4f60", "b'a' \u4f60\n"),
    ],
)
async def test_print_keeps_its_arguments(
    arguments: tuple[Any, ...], options: dict[str, Any], text: str, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def handler(connection: ServerConnection) -> None:
        print(*arguments, **options)

    (row,) = await said_by(handler)
    assert capsys.readouterr().out == out
    if "\n" in arguments[:1]:
        assert "\n" not in row.text
    elif "\u2936" not in text:
        assert row.text == text
    else:
        assert "\n" not in row.text
        assert row.text[0] + row.text[-1] == "ab"


async def test_what_goes_to_another_stream_is_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    other = io.StringIO()

    async def handler(connection: ServerConnection) -> None:
        print("an error", file=sys.stderr)
        print("into a file", file=other)
        print("on purpose", file=sys.stdout)

    assert [row.text for row in await said_by(handler)] == ["on purpose"]
    assert capsys.readouterr() == ("on purpose\n", "an error\n")
    assert other.getvalue() == "into a file\n"


async def test_an_object_is_asked_for_its_text_once() -> None:
    asked = []

    class Counts:
        def __str__(self) -> str:
            asked.append(1)
            return "counted"

    async def handler(connection: ServerConnection) -> None:
        print(Counts())

    assert [row.text for row in await said_by(handler)] == ["counted"]
    assert asked == [1]


async def test_an_object_that_cannot_say_what_it_is_raises_in_the_handler() -> None:
    class Broken:
        def __str__(self) -> str:
            raise LookupError("no text")

    async def handler(connection: ServerConnection) -> None:
        try:
            print("before", Broken())
        except LookupError:
            print("caught")

    assert [row.text for row in await said_by(handler)] == ["caught"]


async def test_wrong_arguments_are_refused_as_print_refuses_them() -> None:
    told: list[str] = []

    async def handler(connection: ServerConnection) -> None:
        for wrong in ({"sep": 5}, {"end": b""}, {"colour": "red"}):
            try:
                print("a", **wrong)
            except TypeError as error:
                told.append(str(error))

    assert await said_by(handler) == []
    assert told[:2] == ["sep must be None or a string, not int", "end must be None or a string, not bytes"]
    assert "unexpected keyword argument 'colour'" in told[2] or "invalid keyword argument" in told[2]


@pytest.mark.parametrize("which", ["capture_output", "redirect_stdout"])
async def test_captured_output_is_captured_and_a_row(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def handler(connection: ServerConnection) -> None:
        async for message in connection:
            print("handler", message)
            await connection.send(message)

    async with Lab() as lab, websockets.connect((await lab.serve(handler)).url) as client:
        for number in range(3):
            buffer = io.StringIO()
            captured: Any = None
            with contextlib.ExitStack() as stack:
                if which == "redirect_stdout":
                    stack.enter_context(contextlib.redirect_stdout(buffer))
                else:
                    captured = stack.enter_context(capture_output())
                print("cell", number)
                await client.send(str(number))
                await client.recv()
            caught = captured.stdout if captured else buffer.getvalue()
            assert caught == f"cell {number}\nhandler {number}\n"
        print("outside")
        await lab.settled()
        assert printed(lab) == [("server", f"handler {number}") for number in range(3)]
    assert capsys.readouterr().out == "outside\n"


async def test_the_streams_are_never_touched() -> None:
    streams = sys.stdout, sys.stdout.write, sys.stderr
    async with Lab() as lab:
        await lab.serve()
        assert (sys.stdout, sys.stdout.write, sys.stderr) == streams


async def test_after_the_last_lab_is_closed_print_is_the_original() -> None:
    assert builtins.print is ORIGINAL
    async with Lab("one"):
        assert builtins.print is not ORIGINAL
        assert builtins.print.__name__ == "print"
        assert builtins.print.__doc__ == ORIGINAL.__doc__
        async with Lab("two"), Lab("one"):
            assert builtins.print is not ORIGINAL
    assert builtins.print is ORIGINAL


async def test_two_labs_keep_their_prints_apart() -> None:
    async def handler(connection: ServerConnection) -> None:
        print("for", await connection.recv())
        await connection.send("done")

    async with Lab("one") as one, Lab("two") as two:
        for lab in (one, two):
            async with websockets.connect((await lab.serve(handler)).url) as client:
                await client.send(lab.name)
                await client.recv()
        assert printed(one) == [("server", "for one")]
        assert printed(two) == [("server", "for two")]


async def test_a_print_that_somebody_else_has_wrapped_goes_on_working(capsys: pytest.CaptureFixture[str]) -> None:
    async def handler(connection: ServerConnection) -> None:
        print("hello")

    async with Lab():
        ours = builtins.print
        builtins.print = lambda *values, **options: ours(">", *values, **options)
    try:
        for _ in range(2):
            rows_of_one = await said_by(handler)
            assert [row.text for row in rows_of_one] in (["> hello"], ["hello"])
        print("outside")
    finally:
        builtins.print = ORIGINAL
    out = capsys.readouterr().out
    assert out.splitlines() == ["> hello", "> hello", "> outside"]
