"""What cannot be a fault is refused with what was expected, what came and what to type, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.net.harness import rows
from wslab import Lab
from wslab.net import BadType, BadValue
from wslab.net.faults.settings import WAYS

UP = WAYS[0]
WRONG: list[tuple[str, type[Exception], str]] = [
    ("faults.latency = '200ms'", BadType, "latency is a number of seconds, such as 0.2, not '200ms'"),
    ("faults.latency = 200", BadValue, "latency is 0 to 60 seconds, not 200; for milliseconds write latency=0.2"),
    ("faults.latency = -1", BadValue, "latency is 0 to 60 seconds, not -1"),
    ("faults.latency = float('nan')", BadValue, "latency is 0 to 60 seconds, not nan"),
    ("faults.jitter = True", BadType, "jitter is a number of seconds, such as 0.2, not True"),
    ("faults.bandwidth = 0.5", BadValue, "bandwidth is bytes a second, such as 10_000, or None for no limit, not 0.5"),
    (
        "faults.bandwidth = 'slow'",
        BadType,
        "bandwidth is bytes a second, such as 10_000, or None for no limit, not 'slow'",
    ),
    ("faults.slice = 1.5", BadType, "slice is a whole number of bytes, such as 1, or None for no limit, not 1.5"),
    ("faults.slice = -1", BadValue, "slice is a whole number of bytes, such as 1, or None for no limit, not -1"),
    ("faults.latancy = 1", AttributeError, "did you mean latency?"),
    ("faults.set()", BadValue, "write for example faults.set(latency=0.2"),
    (
        "faults.set(latency=1, direction='up')",
        BadValue,
        "a direction is 'client to server' or 'server to client', or left out",
    ),
    (
        "faults.stall(3)",
        BadType,
        "a direction is 'client to server' or 'server to client', or left out for both, not 3",
    ),
    ("faults.resume('both')", BadValue, "or left out for both, not 'both'"),
    ("faults.corrupt('bad op code')", BadValue, "did you mean 'bad opcode'?"),
    ("faults.corrupt(1)", BadType, "corrupt takes the name of a fault, one of 'bad opcode'"),
    ("faults.corrupt('unmasked', direction='server to client')", BadValue, "write corrupt('masked', direction='server"),
    ("faults.corrupt('masked', direction='client to server')", BadValue, "write corrupt('unmasked', direction='client"),
    ("faults.drop_after()", BadType, "drop_after takes one of bytes, seconds and idle"),
    ("faults.drop_after(bytes=1, seconds=1)", BadType, "drop_after takes one of bytes, seconds and idle"),
    ("faults.drop_after(bytes=0)", BadValue, "bytes is at least 1, not 0; to drop at once write .drop()"),
    ("faults.drop_after(bytes='1k')", BadType, "bytes is a whole number, such as 1000, not '1k'"),
    ("faults.drop_after(seconds=0)", BadValue, "seconds is 0.001 to 86400 seconds, not 0"),
    ("faults.drop_after(seconds=1, direction='client to server')", BadType, "a direction goes with bytes only"),
]


@pytest.mark.parametrize(("statement", "error", "said"), WRONG)
async def test_it_is_refused_in_words_and_nothing_is_switched_on(
    statement: str, error: type[Exception], said: str
) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        for faults in (server.faults, socket.faults):
            with pytest.raises(error) as caught:
                exec(statement, {"faults": faults})
            assert said in str(caught.value)
            assert repr(faults).endswith(": none>")
        assert not rows(lab, kind="fault")


async def test_what_is_not_there_cannot_break() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        with pytest.raises(BadValue, match="server server has no open connection that could break; make one"):
            server.faults.reset()
        socket = lab.WebSocket(server.url)
        with pytest.raises(BadValue, match="there is no connection yet that could break; write await socket"):
            socket.faults.drop()
        await socket.opened()
        socket.close()
        await socket.closed()
        for break_it in (socket.faults.reset, socket.faults.stall, socket.faults.clear):
            with pytest.raises(BadValue, match="that connection is closed; make another"):
                break_it()
        assert not rows(lab, kind="fault")


async def test_no_limit_can_be_said_in_several_ways_and_the_values_can_be_read() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        faults = server.faults
        faults.set(latency=0.1, bandwidth=1000, slice=7)
        faults.stall(UP)
        assert (faults.latency, faults.jitter, faults.bandwidth, faults.slice) == (0.1, 0.0, 1000, 7)
        said = "latency 0.1 s, bandwidth 1000 B/s, slices of 7 B"
        assert repr(faults) == (
            f"<faults of server server: {said}, stalled, client to server; {said}, server to client>"
        )
        for nothing in (None, 0):
            faults.latency = faults.bandwidth = faults.slice = nothing
        faults.resume()
        assert repr(faults) == "<faults of server server: none>"
        unused: Any = faults.stalled
        assert unused == ()


async def test_the_faults_of_a_socket_are_its_own() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        with pytest.raises(AttributeError, match="read-only"):
            socket.faults = None  # type: ignore[misc, assignment]
        assert socket.faults is socket.faults
        await socket.opened()
