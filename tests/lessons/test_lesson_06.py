"""The exercises of lesson 06 take every right answer, not only the one in the solutions."""

from __future__ import annotations

import pytest

from tests.lessons.answers import result_of
from wslab.lessons import find

RIGHT = [
    pytest.param(
        "06.1",
        """
def page_may_send(code):
    if code == 1000:
        return True
    return code // 1000 in (3, 4)
""",
        id="06.1 thousands",
    ),
    pytest.param(
        "06.1",
        """
from wslab import DOMException
from wslab.net import check_close

def page_may_send(code):
    try:
        check_close(code, "")
    except DOMException:
        return False
    return True
""",
        id="06.1 asks the browser's rule itself",
    ),
    pytest.param(
        "06.2",
        """
import struct

def read_close(payload):
    if len(payload) == 0:
        return (1005, "")
    (code,) = struct.unpack("!H", payload[:2])
    return (code, str(payload[2:], "utf-8"))
""",
        id="06.2 struct",
    ),
    pytest.param(
        "06.2",
        """
def read_close(payload):
    code = payload[0] * 256 + payload[1] if payload else 1005
    return code, payload[2:].decode()
""",
        id="06.2 by hand",
    ),
    pytest.param(
        "06.4",
        """
async def doorman(connection):
    async for message in connection:
        if message == "bye":
            await connection.close(reason="bye")
        elif not isinstance(message, str):
            await connection.close(code=1003, reason="text only")
            break
        elif len(message) > 20:
            await connection.close(4000, "too long")
            return
        else:
            await connection.send(message)
""",
        id="06.4 break, return, and 1000 by default",
    ),
    pytest.param(
        "06.4",
        """
import websockets

async def doorman(connection):
    while True:
        try:
            message = await connection.recv()
        except websockets.ConnectionClosed:
            return
        if isinstance(message, (bytes, bytearray)):
            await connection.close(1003, "text only")
        elif len(message) > 20:
            await connection.close(4000, "too long")
        elif message == "bye":
            await connection.close(1000, "bye")
        else:
            await connection.send(message)
""",
        id="06.4 recv",
    ),
]


@pytest.mark.parametrize(("number", "code"), RIGHT)
def test_another_right_answer_passes(number: str, code: str) -> None:
    result = result_of(find(number), code)

    assert result.passed, result
