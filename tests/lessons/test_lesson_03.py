"""The exercises of lesson 03 take every right answer, not only the one in the solutions, and judge as the RFC does."""

from __future__ import annotations

import pytest

from tests.lessons.answers import result_of
from wslab.lessons import find

RIGHT = [
    pytest.param(
        "03.1",
        """
def decode(data):
    first, length = data[0], data[1] & 0x7F
    return bool(first >> 7), first % 16, bytes(data[2:][:length])
""",
        id="03.1 shifts and remainders",
    ),
    pytest.param(
        "03.2",
        """
import struct

def payload_length(data):
    seven = data[1] % 128
    if seven < 126:
        return seven
    return struct.unpack_from(">H" if seven == 126 else ">Q", data, 2)[0]
""",
        id="03.2 struct",
    ),
    pytest.param(
        "03.3",
        """
from itertools import cycle

def mask(payload, key):
    return bytes(a ^ b for a, b in zip(payload, cycle(key)))
""",
        id="03.3 a cycle",
    ),
    pytest.param(
        "03.3",
        """
def mask(payload, key):
    size = len(payload)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")
""",
        id="03.3 all at once",
    ),
    pytest.param(
        "03.5",
        """
def messages(frames):
    return [message.text for message in frames.messages if message.complete]
""",
        id="03.5 the tool's own messages",
    ),
]


@pytest.mark.parametrize(("number", "code"), RIGHT)
def test_another_right_answer_passes(number: str, code: str) -> None:
    result = result_of(find(number), code)

    assert result.passed, result


HOSTILE = [
    pytest.param("03.1", "def decode(data):\n    return (True, 1, float('nan'))\n", id="03.1"),
    pytest.param("03.2", "def payload_length(data):\n    return True\n", id="03.2 True is no length"),
    pytest.param("03.3", "def mask(payload, key):\n    return bytes(10 ** 6)\n", id="03.3 a megabyte of nothing"),
    pytest.param("03.5", "def messages(frames):\n    return frames.wire if 0 else [str]\n", id="03.5 a type"),
]


@pytest.mark.parametrize(("number", "code"), HOSTILE)
def test_a_strange_answer_is_told_what_is_wrong_and_no_check_breaks(number: str, code: str) -> None:
    result = result_of(find(number), code)

    assert not result.passed
    assert result.condition in {condition.name for condition in find(number).conditions}, result
    assert len(str(result)) < 3000
