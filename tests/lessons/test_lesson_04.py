"""The exercises of lesson 04 take every right answer, not only the one in the solutions."""

from __future__ import annotations

import pytest

from tests.lessons.answers import result_of
from wslab.lessons import find

RIGHT = [
    pytest.param(
        "04.1",
        """
def watch(socket, seen):
    def opened(event):
        seen.append("open")

    async def received(event):
        seen.append(event.data)

    socket.addEventListener("open", opened)
    socket.onmessage = received
    socket.addEventListener("error", lambda event: seen.append(event.type))
    socket.onclose = lambda event: seen.append(event.code)
""",
        id="04.1 listeners, a coroutine, functions with names",
    ),
    pytest.param(
        "04.2",
        """
def send_when_open(socket, text):
    socket.addEventListener("open", lambda event: event.target.send(text), once=True)
""",
        id="04.2 a listener",
    ),
    pytest.param(
        "04.2",
        """
def send_when_open(socket, text):
    async def say(event):
        socket.send(text)

    socket.onopen = say
""",
        id="04.2 a coroutine",
    ),
    pytest.param(
        "04.4",
        """
def on_first(socket, callback):
    def listener(event):
        socket.removeEventListener("message", listener)
        callback(event.data)

    socket.addEventListener("message", listener)
""",
        id="04.4 a listener that takes itself away",
    ),
]


@pytest.mark.parametrize(("number", "code"), RIGHT)
def test_another_right_answer_passes(number: str, code: str) -> None:
    result = result_of(find(number), code)

    assert result.passed, result
