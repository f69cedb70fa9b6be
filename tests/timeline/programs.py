"""Random conversations, carried out by a real lab over real TCP.

A program is a list of turns. Where each side waits for the other, nothing is left to chance; a burst leaves much to it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hypothesis import strategies as st

from wslab import Lab

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

Verb = Literal["ask", "print", "ping", "binary", "long", "push", "burst"]


@dataclass(frozen=True)
class Turn:
    """One exchange, begun by the client unless it is a push."""

    verb: Verb
    count: int = 1


@dataclass(frozen=True)
class Program:
    """A whole conversation: its turns, who the client is, who closes, and with what."""

    turns: tuple[Turn, ...]
    client: Literal["browser", "library"]
    closer: Literal["client", "server"]
    code: int


def programs(*, bursts: bool) -> st.SearchStrategy[Program]:
    """Conversations in which each side waits for the other; or, with bursts, in which neither does."""
    waiting = st.sampled_from(["ask", "print", "ping", "binary", "long", "push"])
    turn = st.builds(Turn, st.just("burst") if bursts else waiting, st.integers(1, 4))
    return st.builds(
        Program,
        st.lists(turn, min_size=1, max_size=5).map(tuple),
        st.sampled_from(["browser", "library"]),
        st.sampled_from(["client", "server"]),
        st.sampled_from([1000, 4001]),
    )


async def carry_out(program: Program) -> tuple[str, str]:
    """Run a program in a lab of its own.

    Returns:
        The transcript by cause, and by direction.
    """
    async with Lab("programs") as lab:
        server = await lab.serve(_handler(program))
        if program.client == "browser":
            await _browse(lab, server.url, program)
        else:
            await _use_library(lab, server.url, program)
        await lab.settled(timeout=30)
        return str(lab.transcript()), str(lab.transcript(by="direction"))


def _handler(program: Program) -> Any:
    """The server's part: it answers each turn as the turn says."""

    async def handler(connection: ServerConnection) -> None:
        for number, turn in enumerate(program.turns):
            if turn.verb == "push":
                # The client answers each push, so that the next one has a cause.
                for index in range(turn.count):
                    await connection.send(f"push {number}.{index}")
                    await connection.recv()
                continue
            if turn.verb == "burst":
                for index in range(turn.count):
                    await connection.send(f"burst {number}.{index}")
                for _ in range(turn.count):
                    await connection.recv()
                continue
            for index in range(turn.count):
                said = await connection.recv()
                if turn.verb == "print":
                    print(f"turn {number}.{index}: {said!r:.20}")
                elif turn.verb == "ping":
                    await (await connection.ping(f"{number}"))
                await connection.send(said)
        if program.closer == "server":
            await connection.close(program.code, "done")
        await connection.wait_closed()

    return handler


def _words(turn: Turn, number: int, index: int) -> str | bytes:
    """What the client says."""
    if turn.verb == "binary":
        return bytes([number, index]) * 3
    if turn.verb == "long":
        return f"{number}.{index} " * 3000
    return f"{turn.verb} {number}.{index}"


async def _browse(lab: Lab, url: str, program: Program) -> None:
    """The client's part, by a browser's WebSocket."""
    socket = lab.WebSocket(url)
    socket.onmessage = lambda event: print("event", str(event.data)[:20])
    await socket.opened(timeout=30)
    for number, turn in enumerate(program.turns):
        if turn.verb == "burst":
            for index in range(turn.count):
                socket.send(_words(turn, number, index))
            for _ in range(turn.count):
                await socket.next("message", timeout=30)
            continue
        for index in range(turn.count):
            if turn.verb == "push":
                await socket.next("message", timeout=30)
                socket.send(f"thanks {number}.{index}")
                continue
            socket.send(_words(turn, number, index))
            await socket.next("message", timeout=30)
    if program.closer == "client":
        socket.close(program.code, "bye")
    await socket.closed(timeout=30)


async def _use_library(lab: Lab, url: str, program: Program) -> None:
    """The client's part, by the websockets library."""
    connection = await lab.connect(url)
    for number, turn in enumerate(program.turns):
        if turn.verb == "burst":
            for index in range(turn.count):
                await connection.send(_words(turn, number, index))
            for _ in range(turn.count):
                await connection.recv()
            continue
        for index in range(turn.count):
            if turn.verb == "push":
                await connection.recv()
                await connection.send(f"thanks {number}.{index}")
                continue
            await connection.send(_words(turn, number, index))
            await connection.recv()
    if program.closer == "client":
        await connection.close(program.code, "bye")
    await asyncio.wait_for(connection.wait_closed(), 30)
