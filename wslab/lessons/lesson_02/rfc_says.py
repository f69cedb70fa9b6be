"""Exercise 02.4: read a handshake that was refused, and say what RFC 6455 would have answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.lesson_02.keys import random_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

ACCEPTS, REFUSES, OTHER_VERSION = (101, None), (400, None), (426, "13")


@dataclass
class Evidence:
    """The requests that were tried by case, in random order, and what `rfc_says` said of each."""

    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    returned: dict[str, object] = field(default_factory=dict)


async def trial(rfc_says: Callable[[dict[str, str]], object], stage: Stage, evidence: Evidence) -> None:
    """Show right requests and wrong ones to `rfc_says`, each with a key of its own."""
    for case in stage.random.sample(sorted(CHANGES), len(CHANGES)):
        headers: dict[str, str | None] = {
            "host": "127.0.0.1:8080",
            "upgrade": "websocket",
            "connection": "Upgrade",
            "sec-websocket-key": random_key(stage),
            "sec-websocket-version": "13",
            **CHANGES[case],
        }
        if case == "version":
            headers["sec-websocket-version"] = str(stage.random.randrange(1, 13))
        if case == "key size":
            headers["sec-websocket-key"] = random_key(stage, stage.random.choice([6, 12, 24]))
        sent = {name: value for name, value in headers.items() if value is not None}
        evidence.headers[case] = dict(sent)
        evidence.returned[case] = stage.value(rfc_says(sent))


CHANGES: dict[str, dict[str, str | None]] = {
    "right": {},
    "other spelling": {"upgrade": "WebSocket", "connection": "keep-alive, upgrade", "origin": "http://localhost"},
    "version": {},
    "host": {"host": None},
    "upgrade": {"upgrade": None},
    "another protocol": {"upgrade": "h2c"},
    "connection": {"connection": "keep-alive"},
    "key": {"sec-websocket-key": None},
    "key size": {},
    "not base64": {"sec-websocket-key": "not a key"},
}
"""What each case changes in a right request; None leaves a header out."""

ALSO: dict[str, tuple[object, ...]] = {
    "upgrade": ((426, None), OTHER_VERSION),
    "another protocol": ((426, None), OTHER_VERSION),
    "connection": ((426, None), OTHER_VERSION),
}
"""Answers that are right too: the RFC says "such as 400", and HTTP has 426 for a request that must ask for an upgrade."""


def _is_pair(value: object) -> bool:
    return (
        type(value) is tuple
        and len(value) == 2
        and type(value[0]) is int
        and (value[1] is None or type(value[1]) is str)
    )


def _wanted(case: str) -> tuple[object, ...]:
    first = ACCEPTS if case in ("right", "other spelling") else OTHER_VERSION if case == "version" else REFUSES
    return first, *ALSO.get(case, ())


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first case, in the order of the conditions, that was judged wrongly."""
    returned = attempt.evidence.returned
    if not all(_is_pair(value) for value in returned.values()):
        return "pair"
    said = returned.get("version")
    if said == (426, None):
        return "tells the version"
    return next((case for case in HINTS if case in returned and returned[case] not in _wanted(case)), "")


def _condition(name: str, hint: str) -> Condition[Evidence]:
    case = "version" if name == "tells the version" else name

    def shows(attempt: Attempt[Evidence]) -> str:
        lines = [f"{header}: {value}" for header, value in attempt.evidence.headers.get(case, {}).items()]
        return "\n".join([*lines, "", f"returned: {attempt.evidence.returned.get(case)!r:.80}"])

    return Condition(name, hint, lambda attempt: _fault(attempt) != name, shows)


def _shows_types(attempt: Attempt[Evidence]) -> str:
    return "\n".join(
        dict.fromkeys(f"returned: {value!r:.80}" for value in attempt.evidence.returned.values() if not _is_pair(value))
    )


HINTS = {
    "right": "Nothing is wrong with this request. The server answers 101: return `(101, None)`.",
    "version": 'A version that the server does not know has a status of its own in section 4.2.2, 426: return `(426, "13")`.',
    "host": "`Host` is missing, which HTTP/1.1 demands of every request. Return `(400, None)`.",
    "upgrade": "`Upgrade` is missing, so nobody asks for WebSocket. Return `(400, None)`; `headers.get(...)` never raises.",
    "another protocol": "This request asks for another protocol. Look at the value of `upgrade`.",
    "connection": "`Connection` does not hold `Upgrade` here. Look at its value.",
    "key": "There is no key here. Return `(400, None)`.",
    "key size": "This key is base64, but not of 16 bytes. Look at the length of what `base64.b64decode` gives.",
    "not base64": "This key is no base64 at all, and still it passed. `accept_steps(key).key_bytes` is 16 for a key that is right.",
    "other spelling": "`WebSocket` may be spelled in any case, and `Connection` may be a list. This request is right: `(101, None)`.",
}

REASONS = {
    "version": 'if headers.get("sec-websocket-version") != "13":\n        return 426, "13"',
    "upgrade": 'if headers.get("upgrade", "").lower() != "websocket":\n        return 400, None',
    "connection": 'if "upgrade" not in headers.get("connection", "").lower():\n        return 400, None',
    "key": 'if accept_steps(headers.get("sec-websocket-key", "")).key_bytes != 16:\n        return 400, None',
    "host": 'if "host" not in headers:\n        return 400, None',
}


def _answer(**changed: str) -> str:
    """The solution, with some of its reasons changed; an empty one is left out."""
    reasons = [reason for reason in (REASONS | changed).values() if reason]
    return "def rfc_says(headers):\n" + "".join(f"    {reason}\n" for reason in reasons) + "    return 101, None\n"


RFC_SAYS = Exercise(
    number="02.4",
    title="What the RFC would have answered",
    goal=(
        "You are the server. `rfc_says(headers)` is given the headers of a `GET` request, a dict with the names in lower case. "
        "It returns a pair: the status that RFC 6455 names, and the version to tell the client, or `None`. That is `(101, None)` for a "
        'request that is right, `(426, "13")` for another version than 13, and `(400, None)` for everything else that is wrong.'
    ),
    example=('headers = {"host": "127.0.0.1", ..., "sec-websocket-version": "12"}\nrfc_says(headers)  # (426, "13")'),
    answer="rfc_says",
    wants="def",
    parameters=("headers",),
    needs="from wslab import accept_steps",
    stub="""
def rfc_says(headers):
    if headers.get("sec-websocket-version") != "13":
        return 400, None  # as websockets does
    return 101, None
""",
    start=(
        "This looks at the version only, and answers as `websockets` does. Answer it as the RFC does, then look at "
        "`upgrade`, `connection`, `sec-websocket-key` and `host` as well."
    ),
    solution=_answer(),
    afterwards=(
        "Ten requests, and the status that the RFC names for each. When a server refuses you, you can now say which line it was, "
        "and whether the server is right."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "pair",
            "`rfc_says` should return a pair for every request: a status, and a version as text or `None`. Write `return 400, None`.",
            lambda attempt: _fault(attempt) != "pair",
            _shows_types,
        ),
        _condition(
            "tells the version",
            '426 is right, and the client still does not know which version to use. Tell it: `return 426, "13"`.',
        ),
        *(_condition(name, hint) for name, hint in HINTS.items()),
    ),
    wrong=(
        Wrong("returns a status only", "def rfc_says(headers):\n    return 400\n", "pair"),
        Wrong(
            "426 and no version",
            _answer(version=REASONS["version"].replace('426, "13"', "426, None")),
            "tells the version",
        ),
        Wrong("refuses everybody", "def rfc_says(headers):\n    return 400, None\n", "right"),
        Wrong(
            "answers another version as websockets does",
            _answer(version=REASONS["version"].replace('426, "13"', "400, None")),
            "version",
        ),
        Wrong("does not look at Host", _answer(host=""), "host"),
        Wrong(
            "looks at Upgrade only where it is there",
            _answer(upgrade=REASONS["upgrade"].replace('"upgrade", ""', '"upgrade", "websocket"')),
            "upgrade",
        ),
        Wrong(
            "is content with any Upgrade",
            _answer(upgrade='if "upgrade" not in headers:\n        return 400, None'),
            "another protocol",
        ),
        Wrong("does not look at Connection", _answer(connection=""), "connection"),
        Wrong(
            "looks at the key only where it is there",
            _answer(key='if "sec-websocket-key" in headers and ' + REASONS["key"].removeprefix("if ")),
            "key",
        ),
        Wrong(
            "is content with any base64",
            _answer(key=REASONS["key"].replace("!= 16", "in (None, 0)")),
            "key size",
        ),
        Wrong(
            "excludes only what has another size",
            _answer(
                key='if "sec-websocket-key" not in headers:\n        return 400, None\n    '
                + REASONS["key"].replace("!= 16", "not in (None, 16)")
            ),
            "not base64",
        ),
        Wrong(
            "expects one spelling",
            _answer(upgrade=REASONS["upgrade"].replace(".lower()", "")),
            "other spelling",
        ),
    ),
)
