"""Exercise 05.2: answer a JSON envelope, whatever it holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import unless

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

GOOD = ("said", "sum")
"""The cases that are answered; all others are told an error."""


@dataclass
class Case:
    """One message, the reply it should get (None: any error), and the one it got."""

    message: str | bytes
    wanted: dict[str, Any] | None
    returned: Any = None
    raised: str = ""


@dataclass
class Evidence:
    """What was tried, by case."""

    cases: dict[str, Case] = field(default_factory=dict)


async def trial(reply: Callable[[str | bytes], object], stage: Stage, evidence: Evidence) -> None:
    """Send good messages, then broken ones of every kind."""
    text, numbers = f"{stage.phrase()} ü", [stage.random.randrange(100) for _ in range(3)]
    evidence.cases = {
        "said": Case(json.dumps({"type": "say", "text": text}), {"type": "said", "text": text}),
        "sum": Case(json.dumps({"type": "add", "numbers": numbers}), {"type": "sum", "value": sum(numbers)}),
        "unknown": Case(json.dumps({"type": stage.phrase(), "text": text}), None),
        "no type": Case(json.dumps({"text": text}), None),
        "not JSON": Case(stage.phrase(), None),
        "not an object": Case(json.dumps(numbers), None),
        "field": Case(json.dumps({"type": "say"}), None),
        "binary": Case(bytes([255, stage.random.randrange(256), 0, 1]), None),
    }
    for name, case in evidence.cases.items():
        try:
            case.returned = stage.value(reply(case.message))
        except Exception as error:
            if name in GOOD:
                raise
            case.raised = f"{type(error).__name__}: {error}"[:100]


def _told(value: object) -> Any:
    """The object that a reply holds, or None."""
    if type(value) is not str:
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _right(case: Case) -> bool:
    told = _told(case.returned)
    if case.wanted is not None:
        return bool(told == case.wanted)
    return isinstance(told, dict) and told.get("type") == "error" and type(told.get("reason")) is str


def diagnose(evidence: Evidence) -> str:
    """Name the first case, in the order of the conditions, that was answered wrongly."""
    cases = evidence.cases
    if any(_told(cases[name].returned) is None for name in GOOD if name in cases):
        return "JSON"
    return next((name for name, case in cases.items() if not _right(case)), "")


def _shows(attempt: Attempt[Evidence]) -> str:
    name = diagnose(attempt.evidence)
    case = attempt.evidence.cases["said" if name == "JSON" else name]
    came = f"raised:   {case.raised}" if case.raised else f"returned: {case.returned!r:.200}"
    return f"message:  {case.message!r}\n{came}"


HINTS = {
    "JSON": "A reply should be JSON text: `json.dumps({...})`.",
    "said": 'The reply to `say` is not right. It is `{"type": "said", "text": ...}`, with the text that came.',
    "sum": 'The reply to `add` is not right. It is `{"type": "sum", "value": ...}`, with `sum(asked["numbers"])`.',
    "unknown": 'This type is unknown. Reply with `{"type": "error", "reason": ...}`, so that the other side hears of it.',
    "no type": 'There is no `type` in this message. `asked["type"]` raises `KeyError` then: reply with an error instead.',
    "not JSON": "This message is not JSON. Catch what `json.loads` raises, `ValueError`, and reply with an error.",
    "not an object": "This is JSON, and a list instead of an object. Reply with an error: catch `TypeError`, or look with `isinstance(asked, dict)`.",
    "field": "The type is `say`, and there is no `text`. Reply with an error: catch `KeyError` around that line too.",
    "binary": "This message is binary and no UTF-8. `json.loads` raises `UnicodeDecodeError`, which is a `ValueError` like the others.",
}

TOP = "def reply(message):\n    try:\n        asked = json.loads(message)\n"
SAY = '        if asked["type"] == "say":\n            return json.dumps({"type": "said", "text": asked["text"]})\n'
ADD = '        if asked["type"] == "add":\n            return json.dumps({"type": "sum", "value": sum(asked["numbers"])})\n'
UNKNOWN = '        reason = "unknown type"\n'
CATCH = "    except (ValueError, KeyError, TypeError):\n"
REST = '        reason = "not understood"\n    return json.dumps({"type": "error", "reason": reason})\n'
GET = '        kind = asked.get("type") if isinstance(asked, dict) else None\n'


def _answer(top: str = TOP, say: str = SAY, add: str = ADD, unknown: str = UNKNOWN, catch: str = CATCH) -> str:
    """The solution, with a part of it changed."""
    return f"{top}{say}{add}{unknown}{catch}{REST}"


REPLY = Exercise(
    number="05.2",
    title="Answer an envelope",
    goal=(
        '`reply(message)` is given a message, `str` or `bytes`, and returns the reply as JSON text. To `{"type": "say", "text": T}` '
        'the reply is `{"type": "said", "text": T}`, and to `{"type": "add", "numbers": [...]}` it is `{"type": "sum", "value": N}`. '
        'To anything else it is `{"type": "error", "reason": ...}`, with a reason of your own. `reply` raises nothing, whatever comes.'
    ),
    example=(
        'reply(\'{"type": "add", "numbers": [1, 2, 3]}\')  # \'{"type": "sum", "value": 6}\'\n'
        'reply("Hello, server!")                         # \'{"type": "error", "reason": "..."}\''
    ),
    answer="reply",
    wants="def",
    parameters=("message",),
    needs="import json",
    stub="""
def reply(message):
    asked = json.loads(message)
    return json.dumps({"type": "said", "text": asked["text"]})
""",
    start='This answers `say` and nothing else. Look at `asked["type"]` first, and put a `try` around it all.',
    solution=_answer(),
    afterwards=(
        "Two good messages and six broken ones, and each got its reply. A handler that calls this function stays in its loop: "
        "one bad message no longer costs the connection."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=tuple(unless(name, hint, diagnose, _shows) for name, hint in HINTS.items()),
    wrong=(
        Wrong("returns a dict", _answer(say=SAY.replace("json.dumps(", "(")), "JSON"),
        Wrong("echoes the type", _answer(say=SAY.replace('"said"', '"say"')), "said"),
        Wrong("counts the numbers", _answer(add=ADD.replace("sum(", "len(")), "sum"),
        Wrong("echoes what it does not know", _answer(unknown="        return message\n"), "unknown"),
        Wrong(
            "expects a type in every object",
            f'def reply(message):\n    try:\n        asked = json.loads(message)\n    except ValueError:\n        asked = {{"type": 0}}\n'
            f'    if not isinstance(asked, dict):\n        asked = {{"type": 0}}\n    kind = asked["type"]\n    try:\n'
            f"{SAY}{ADD}{UNKNOWN}    except KeyError:\n{REST}",
            "no type",
        ),
        Wrong(
            "expects JSON in every text",
            "def reply(message):\n    asked = json.loads(message) if isinstance(message, str) else {}\n    try:\n"
            f"{SAY}{ADD}{UNKNOWN}    except (KeyError, TypeError):\n{REST}",
            "not JSON",
        ),
        Wrong("expects an object", _answer(catch="    except (ValueError, KeyError):\n"), "not an object"),
        Wrong(
            "looks at the type only",
            f"def reply(message):\n    try:\n        asked = json.loads(message)\n{GET}"
            '    except ValueError:\n        kind = None\n    if kind == "say":\n'
            '        return json.dumps({"type": "said", "text": asked["text"]})\n    if kind == "add":\n'
            '        return json.dumps({"type": "sum", "value": sum(asked["numbers"])})\n'
            '    return json.dumps({"type": "error", "reason": "not understood"})\n',
            "field",
        ),
        Wrong(
            "catches what JSON raises, and not what UTF-8 raises",
            _answer(catch="    except (json.JSONDecodeError, KeyError, TypeError):\n"),
            "binary",
        ),
    ),
)
