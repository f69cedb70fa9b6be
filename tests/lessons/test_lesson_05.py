"""The exercises of lesson 05 take every right answer, not only the one in the solutions."""

from __future__ import annotations

import pytest

from tests.lessons.answers import result_of
from wslab.lessons import find

RIGHT = [
    pytest.param(
        "05.1",
        """
def fit(text, size):
    while len(text.encode()) > size:
        text = text[:-1]
    return text
""",
        id="05.1 a character fewer until it fits",
    ),
    pytest.param(
        "05.1",
        """
def fit(text, size):
    taken, room = "", size
    for character in text:
        room -= len(character.encode("utf-8"))
        if room < 0:
            break
        taken += character
    return taken
""",
        id="05.1 character by character",
    ),
    pytest.param(
        "05.2",
        """
def reply(message):
    match _read(message):
        case {"type": "say", "text": text}:
            return json.dumps({"text": text, "type": "said"}, ensure_ascii=False)
        case {"type": "add", "numbers": list(numbers)}:
            return json.dumps({"type": "sum", "value": sum(numbers)})
        case _:
            return json.dumps({"type": "error", "reason": ""})


def _read(message):
    try:
        return json.loads(message)
    except ValueError:
        return None
""",
        id="05.2 match, and another order of keys",
    ),
    pytest.param(
        "05.2",
        """
def reply(message):
    try:
        asked = json.loads(message)
        kind = asked.pop("type")
        answer = {"say": lambda text: {"type": "said", "text": text}, "add": lambda numbers: {"type": "sum", "value": sum(numbers)}}
        return json.dumps(answer[kind](**asked))
    except Exception as error:
        return json.dumps({"type": "error", "reason": str(error), "see": "the manual"})
""",
        id="05.2 a table of functions",
    ),
    pytest.param(
        "05.3",
        """
async def in_pieces(connection, pieces):
    async def between():
        async for piece in pieces:
            yield piece
            await (await connection.ping())

    await connection.send(between())
""",
        id="05.3 waits for each pong",
    ),
    pytest.param(
        "05.3",
        """
async def in_pieces(connection, pieces):
    class WithPings:
        first = True

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.first:
                await connection.ping()
            self.first = False
            return await anext(pieces)

    await connection.send(WithPings())
""",
        id="05.3 an iterator as a class",
    ),
]


@pytest.mark.parametrize(("number", "code"), RIGHT)
def test_another_right_answer_passes(number: str, code: str) -> None:
    result = result_of(find(number), code)

    assert result.passed, result
