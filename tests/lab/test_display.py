"""What a lab shows of a real conversation: the sequence diagram, the same in each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.net.harness import LIMIT
from wslab import Lab
from wslab.wire import frame

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from wslab.view import Ladder


async def parts(connection: ServerConnection) -> None:
    """Answers each message in two fragments."""
    async for message in connection:
        print("got", message)
        await connection.send(["you said ", str(message)])


async def talk() -> Ladder:
    """A conversation in which each side waits for the other, and its diagram."""
    async with Lab() as lab:
        server = await lab.serve(parts, compression=None)
        socket = lab.WebSocket(f"{server.url}/chat")
        await socket.opened()
        for text in ("Hello", "<b>"):
            socket.send(text)
            await socket.next("message")
        socket.close(1000, "bye")
        await socket.closed()
        await lab.settled(LIMIT)
        async with lab.raw(server.url) as raw:
            await raw.upgrade()
            await raw.send(frame(b"", "pong", mask=True))
            await raw.send(frame("not masked"))
            await raw.frame()
            await raw.ended()
        await lab.settled(LIMIT)
        return lab.ladder()


async def test_the_diagram_of_a_real_conversation_is_the_same_in_each_run() -> None:
    first = await talk()
    for _ in range(5):
        assert (await talk()).text.splitlines() == first.text.splitlines()
    assert (await talk()).svg == first.svg
    for said in ("new WebSocket()", "GET /chat", 'text "you said " 9 B, FIN 0', "print: got Hello", "close 1002"):
        assert said in first.text
        assert said in first.svg
    assert "&lt;b&gt;" in first.svg


async def test_an_empty_lab_says_what_to_do() -> None:
    async with Lab() as lab:
        assert "nothing to draw yet" in repr(lab.ladder())
        await lab.serve()
        assert "nothing to draw yet" in repr(lab.ladder())
