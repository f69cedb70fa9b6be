"""What somebody gets wrong: each a clear error of ours, at once, that says what to type next."""

from __future__ import annotations

from typing import Any

import pytest

from tests.net.harness import run
from wslab import BadType, BadValue, DOMException, Lab, LabClosed, LabError, NoLoop


@pytest.mark.parametrize(
    ("arguments", "options", "error", "told"),
    [
        (("nope",), {}, BadType, ["async function of one argument, not str 'nope'", "Leave it out for an echo server, or write:", "async def handler(connection):"]),
        ((), {"port": 80000}, BadValue, ["1 to 65535, or 0 for a free one, not 80000", "leave it out"]),
        ((), {"port": "8080"}, BadType, ["a port is a whole number, not str '8080'", "leave it out"]),
        ((), {"port": 80.5}, BadType, ["not float 80.5"]),
        ((), {"port": True}, BadType, ["not bool True"]),
        ((), {"name": 5}, BadType, ['the name of a server is text such as "server", not int 5']),
        ((), {"name": ""}, BadValue, ["1 to 40 printable characters, not ''"]),
        ((), {"name": "x" * 41}, BadValue, ["1 to 40 printable characters"]),
        ((), {"name": "two\nlines"}, BadValue, ["1 to 40 printable characters"]),
        ((), {"prot": 8080}, BadValue, ["no option 'prot'; did you mean port?"]),
        ((), {"origin": []}, BadValue, ["no option 'origin'; did you mean origins?"]),
    ],
)  # fmt: skip
async def test_serve(arguments: Any, options: Any, error: type[LabError], told: list[str]) -> None:
    async with Lab() as lab:
        with pytest.raises(error) as caught:
            lab.serve(*arguments, **options)  # before anything is awaited
        for part in told:
            assert part in str(caught.value)
        assert isinstance(caught.value, LabError)
        assert lab.servers == ()


@pytest.mark.parametrize(
    ("arguments", "options", "error", "told"),
    [
        ((5,), {}, BadType, 'the name of a lab is text such as "lab", not int 5'),
        (("",), {}, BadValue, "1 to 40 printable characters"),
        ((), {"keep": 0}, BadValue, "keep is a positive whole number, not 0; leave it out for the default"),
        ((), {"keep": "many"}, BadType, "keep is a positive whole number, not 'many'; leave it out"),
        ((), {"keep_bytes": -5}, BadValue, "keep_bytes is a positive whole number, not -5"),
        ((), {"keep_bytes": 1.5}, BadType, "keep_bytes is a positive whole number, not 1.5"),
    ],
)
def test_lab(arguments: Any, options: Any, error: type[LabError], told: str) -> None:
    with pytest.raises(error) as caught:
        Lab(*arguments, **options)
    assert told in str(caught.value)
    assert isinstance(caught.value, LabError)


async def test_a_url_with_a_slip() -> None:
    async with Lab() as lab:
        with pytest.raises(DOMException) as caught:
            lab.WebSocket("http//x")
        assert str(caught.value) == (
            "SyntaxError: the URL 'http//x' cannot be parsed; write it like \"ws://127.0.0.1:8080\" (or server.url)"
        )


def test_a_socket_without_a_running_loop() -> None:
    lab = Lab("loopless")
    with pytest.raises(NoLoop) as caught:
        lab.WebSocket("ws://127.0.0.1:1")
    assert isinstance(caught.value, RuntimeError)
    assert "make it in a notebook cell or inside an async function" in str(caught.value)

    async def close() -> None:
        await lab.close()

    run(close())


async def test_a_payload_that_is_none() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        with pytest.raises(BadType) as caught:
            socket.send(object())  # type: ignore[arg-type]
        assert str(caught.value).startswith("send() takes text, bytes or a Blob, not object <object object at ")
        assert str(caught.value).endswith("; for other values write socket.send(json.dumps(value))")


async def test_a_forgotten_await() -> None:
    async with Lab() as lab:
        with pytest.raises(AttributeError) as caught:
            _ = lab.serve().url
        assert str(caught.value) == (
            "nothing has happened yet, so there is no .url: an await is missing. Write: server = await lab.serve()"
        )


async def test_a_closed_lab() -> None:
    lab = Lab()
    await lab.close()
    with pytest.raises(LabClosed) as caught:
        lab.serve()
    assert str(caught.value) == "this lab is closed; make a new one: lab = Lab()"
    assert isinstance(caught.value, RuntimeError)
    await lab.close()


async def test_a_transcript_by_something_else() -> None:
    async with Lab() as lab:
        with pytest.raises(ValueError, match=r"cause.*direction.*not 'time'"):
            lab.transcript("time")  # type: ignore[arg-type]
