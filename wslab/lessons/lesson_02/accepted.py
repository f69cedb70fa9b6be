"""Exercise 02.3: check a server's answer, as every client must."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.lesson_02.keys import random_key
from wslab.wire import accept_steps, response

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

RIGHT = ("right", "other spelling", "a list")
"""The cases that a client must take for an open connection; all others it must not."""


@dataclass
class Evidence:
    """The answers that were tried by case, in random order, and what `accepted` said of each."""

    heads: dict[str, str] = field(default_factory=dict)
    returned: dict[str, object] = field(default_factory=dict)


async def trial(accepted: Callable[[str, str], object], stage: Stage, evidence: Evidence) -> None:
    """Show right answers and wrong ones to `accepted`, all to one random key."""
    key = random_key(stage)
    cases = _answers(key, random_key(stage))
    for case in stage.random.sample(sorted(cases), len(cases)):
        evidence.heads[case] = cases[case].decode()
        evidence.returned[case] = stage.value(accepted(key, evidence.heads[case]))


def _answers(key: str, other: str) -> dict[str, bytes]:
    mine = accept_steps(key).accept
    return {
        "right": response(key=key),
        "other spelling": response(key=key, headers={"Upgrade": "WebSocket", "Connection": "upgrade"})
        .replace(b"Upgrade: ", b"UPGRADE: ")
        .replace(b"Sec-WebSocket-Accept", b"sec-websocket-accept"),
        "a list": response(key=key, headers={"Connection": "keep-alive, Upgrade"}),
        "status": response(
            status=200,
            headers={"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": mine},
        ),
        "accept": response(key=other),
        "case": response(key=key, headers={"Sec-WebSocket-Accept": mine.swapcase()}),
        "no accept": response(key=key, headers={"Sec-WebSocket-Accept": None}),
        "upgrade": response(key=key, headers={"Upgrade": "h2c"}),
        "connection": response(key=key, headers={"Connection": "close"}),
    }


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first case, in the order of the conditions, that was judged wrongly."""
    returned = attempt.evidence.returned
    if any(type(value) is not bool for value in returned.values()):
        return "true or false"
    return next((case for case in HINTS if case in returned and returned[case] is not (case in RIGHT)), "")


def _condition(name: str, hint: str) -> Condition[Evidence]:
    def shows(attempt: Attempt[Evidence]) -> str:
        head = attempt.evidence.heads.get(name, "").replace("\r\n", "\n").strip()
        return f"{head}\n\nreturned: {attempt.evidence.returned.get(name)!r:.80}"

    return Condition(name, hint, lambda attempt: _fault(attempt) != name, shows)


def _shows_types(attempt: Attempt[Evidence]) -> str:
    return ", ".join(sorted({type(value).__name__ for value in attempt.evidence.returned.values()}))


HINTS = {
    "right": "This answer is right in every line, and `accepted` did not return `True`.",
    "status": "Everything is there but the status: 200 is a page, not an upgrade. Look at the first line.",
    "no accept": "There is no `Sec-WebSocket-Accept` here, so nothing proves that the server understood. Return `False`.",
    "accept": "`Sec-WebSocket-Accept` answers another key, one that you did not send. Compare it with `accept_steps(key).accept`.",
    "case": "In base64 `a` and `A` are different. Compare `Sec-WebSocket-Accept` as it is, without `.lower()`.",
    "upgrade": "The server upgrades to `h2c`, which is not WebSocket. Look at the value of `Upgrade`.",
    "connection": "Without `Upgrade` in its `Connection` header this is no upgrade. Look at that header too.",
    "other spelling": "Names of headers, `websocket` and `Upgrade` may be spelled in capital or small letters. Compare these in lower case.",
    "a list": "`Connection` is a list: `keep-alive, Upgrade` holds what is needed. Ask whether `upgrade` is in it.",
}

READ = """def accepted(key, head):
    status, *lines = head.split("\\r\\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
"""
RETURNS = {
    "status": 'status.startswith("HTTP/1.1 101 ")',
    "upgrade": 'headers.get("upgrade", "").lower() == "websocket"',
    "connection": '"upgrade" in headers.get("connection", "").lower()',
    "accept": 'headers.get("sec-websocket-accept") == accept_steps(key).accept',
}


def _answer(read: str = READ, **changed: str) -> str:
    """The solution, with some of what it asks changed; an empty one is left out."""
    asked = [part for part in (RETURNS | changed).values() if part]
    return f"{read}    return (\n        " + "\n        and ".join(asked) + "\n    )\n"


ACCEPTED = Exercise(
    number="02.3",
    title="Is it open?",
    goal=(
        "You are the client. `accepted(key, head)` is given the key you sent and the head of the server's answer, as text. It returns "
        "`True` where the connection is open, and `False` where a client must not believe it. Look at four things: the status, "
        "`Upgrade`, `Connection`, `Sec-WebSocket-Accept`."
    ),
    example='accepted(KEY, "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: ...")  # True, or False',
    answer="accepted",
    wants="def",
    parameters=("key", "head"),
    needs="from wslab import accept_steps",
    stub=f"""
{READ}    return status.startswith("HTTP/1.1 101 ")
""",
    start=(
        "101 is easily said. Look at `headers` too: return `True` only where `upgrade`, `connection` and `sec-websocket-accept` "
        "are right as well."
    ),
    solution=_answer(),
    afterwards=(
        "Nine answers, three of them right though they look different. You believed those, and none of the others. "
        "This is what every client does before it fires `open`."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "true or false",
            "`accepted` should return `True` or `False`, nothing else.",
            lambda attempt: _fault(attempt) != "true or false",
            _shows_types,
        ),
        *(_condition(name, hint) for name, hint in HINTS.items()),
    ),
    wrong=(
        Wrong("returns the header", f'{READ}    return headers.get("sec-websocket-accept")\n', "true or false"),
        Wrong("believes nobody", f"{READ}    return False\n", "right"),
        Wrong("does not look at the status", _answer(status=""), "status"),
        Wrong(
            "compares only what is there",
            _answer(accept='headers.get("sec-websocket-accept", accept_steps(key).accept) == accept_steps(key).accept'),
            "no accept",
        ),
        Wrong("is content with any answer", _answer(accept='"sec-websocket-accept" in headers'), "accept"),
        Wrong(
            "compares in lower case",
            _answer(accept='headers.get("sec-websocket-accept", "").lower() == accept_steps(key).accept.lower()'),
            "case",
        ),
        Wrong("does not look at Upgrade", _answer(upgrade=""), "upgrade"),
        Wrong("does not look at Connection", _answer(connection=""), "connection"),
        Wrong("expects one spelling", _answer(upgrade='headers.get("upgrade") == "websocket"'), "other spelling"),
        Wrong("names as they are", _answer(READ.replace("name.lower()", "name")), "right"),
        Wrong(
            "expects one word in Connection",
            _answer(connection='headers.get("connection", "").lower() == "upgrade"'),
            "a list",
        ),
    ),
)
