"""Exercise 02.5: choose a subprotocol, as a server does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

OLD, NEW = "chat.v1", "chat.v2"
OFFERS: dict[str, tuple[list[str], str | None]] = {
    "one": ([OLD], OLD),
    "other": ([NEW], NEW),
    "both": ([OLD, NEW], NEW),
    "strangers": (["soap", "mqtt"], None),
    "nothing": ([], None),
    "among others": (["soap", OLD], OLD),
    "exact": ([NEW + "0"], None),
}
"""What a client offers by case, and what the server must choose."""


@dataclass
class Evidence:
    """What was chosen, by case. The cases come in random order."""

    returned: dict[str, object] = field(default_factory=dict)


async def trial(choose: Callable[[object, list[str]], object], stage: Stage, evidence: Evidence) -> None:
    """Offer lists of subprotocols, as websockets hands them to a server's `select_subprotocol`."""
    for case in stage.random.sample(sorted(OFFERS), len(OFFERS)):
        evidence.returned[case] = stage.value(choose(None, list(OFFERS[case][0])))


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first case, in the order of the conditions, that was judged wrongly."""
    returned = attempt.evidence.returned
    if any(value is not None and type(value) is not str for value in returned.values()):
        return "a name"
    return next((case for case in HINTS if case in returned and returned[case] != OFFERS[case][1]), "")


def _condition(name: str, hint: str) -> Condition[Evidence]:
    def shows(attempt: Attempt[Evidence]) -> str:
        return f"offered: {OFFERS[name][0]}\nchosen:  {attempt.evidence.returned.get(name)!r:.80}"

    return Condition(name, hint, lambda attempt: _fault(attempt) != name, shows)


def _shows_types(attempt: Attempt[Evidence]) -> str:
    types = sorted({type(value).__name__ for value in attempt.evidence.returned.values()})
    return f"it returned values of type {', '.join(types)}"


HINTS = {
    "one": "The client speaks an old version only, and the server knows it. Return that one.",
    "other": "The client speaks the new version only. Return `chat.v2`.",
    "both": "The client can speak both, and names the old one first. Which is better is for the server to say: ask for `chat.v2` first.",
    "nothing": "The client offers nothing, and whatever the server names would be wrong. Return `None`.",
    "strangers": "The server knows none of these. It must not name what was not offered, nor what it cannot speak: return `None`.",
    "among others": "The client offers what the server knows beside something else. Look at all of the list.",
    "exact": "`chat.v20` is another protocol than `chat.v2`. Compare whole names: `name in subprotocols`.",
}

HEAD = "def choose(connection, subprotocols):\n"

CHOOSE = Exercise(
    number="02.5",
    title="Choose a subprotocol",
    goal=(
        "A server speaks `chat.v1` and `chat.v2`. `choose(connection, subprotocols)` is given the list that a client offers and returns "
        "the name to agree on: `chat.v2` where it is offered, else `chat.v1` where that is offered, else `None`."
    ),
    example=(
        'choose(None, ["chat.v1", "chat.v2"])  # "chat.v2"\n'
        'server = await lab.serve(name="any", select_subprotocol=choose)  # at work in a server'
    ),
    answer="choose",
    wants="def",
    parameters=("connection", "subprotocols"),
    needs="",
    stub="""
def choose(connection, subprotocols):
    return subprotocols[0]
""",
    start=(
        "This agrees to whatever the client likes best, and an empty list has no first element. Go through the names that the "
        "server knows, the better one first, and return the one that is in `subprotocols`."
    ),
    solution="""
def choose(connection, subprotocols):
    for name in ("chat.v2", "chat.v1"):
        if name in subprotocols:
            return name
    return None
""",
    afterwards=(
        "Whatever the client offered, your server named the best version that both know, and nothing where there is none. "
        "Old clients stay, and new ones get the new version."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "a name",
            "`choose` should return a name as text, or `None`.",
            lambda attempt: _fault(attempt) != "a name",
            _shows_types,
        ),
        *(_condition(name, hint) for name, hint in HINTS.items()),
    ),
    wrong=(
        Wrong(
            "returns a list",
            f'{HEAD}    return [name for name in ("chat.v2", "chat.v1") if name in subprotocols]\n',
            "a name",
        ),
        Wrong(
            "knows the new version only",
            f'{HEAD}    return "chat.v2" if "chat.v2" in subprotocols else None\n',
            "one",
        ),
        Wrong(
            "knows the old version only",
            f'{HEAD}    return "chat.v1" if "chat.v1" in subprotocols else None\n',
            "other",
        ),
        Wrong(
            "follows the client's wish",
            f'{HEAD}    for name in subprotocols:\n        if name in ("chat.v2", "chat.v1"):\n            return name\n',
            "both",
        ),
        Wrong(
            "always names one",
            f'{HEAD}    return "chat.v2" if "chat.v2" in subprotocols else "chat.v1"\n',
            "nothing",
        ),
        Wrong(
            "agrees to what it does not know",
            f'{HEAD}    for name in ("chat.v2", "chat.v1", *subprotocols):\n'
            "        if name in subprotocols:\n            return name\n",
            "strangers",
        ),
        Wrong(
            "looks at the first only",
            f'{HEAD}    if "chat.v2" in subprotocols:\n        return "chat.v2"\n'
            '    return "chat.v1" if subprotocols[:1] == ["chat.v1"] else None\n',
            "among others",
        ),
        Wrong(
            "compares beginnings",
            f'{HEAD}    for name in ("chat.v2", "chat.v1"):\n'
            "        for offered in subprotocols:\n"
            "            if offered.startswith(name):\n                return name\n    return None\n",
            "exact",
        ),
    ),
)
