"""What each close code says about the side that sent it, and what to do (RFC 6455 section 7.4, IANA registry).

In the words below ``{one}`` is the side that closed and ``{two}`` the side across.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wslab.wire import broken_by_close

if TYPE_CHECKING:
    from wslab.timeline.diagnosis.fact_records import Side
    from wslab.wire import Violation


class Meaning(NamedTuple):
    """What a close code means.

    Attributes:
        cause: As in `wslab.timeline.diagnosis.result.CAUSES`.
        why: What it says.
        advice: What to do.
        error: Whether it tells of an error: then the sender need not wait for an answer (RFC 6455 section 7.1.7).
    """

    cause: str
    why: str
    advice: str
    error: bool = False


_CODES: dict[int | None, Meaning] = {
    None: Meaning(
        "no-status",
        "it gave no reason, and programs are told 1005",
        "nothing is wrong; close(1000) instead of close() would say that it was done",
    ),
    1000: Meaning("normal", "it was done", "nothing is wrong"),
    1001: Meaning("going-away", "it goes away", "nothing is wrong; connect again when you need it"),
    1002: Meaning(
        "protocol-error",
        "it received bytes that break the protocol",
        "look at the last bytes that the {two} sent (wslab.dissect names the rule), and mend what wrote them",
        error=True,
    ),
    1003: Meaning(
        "unsupported-data",
        "it received a kind of data that it does not take",
        "send text where text is expected, and bytes where bytes are",
        error=True,
    ),
    1007: Meaning(
        "bad-data",
        "it received data that is not what it says",
        "send text as UTF-8 (text.encode()), and anything else as a binary message",
        error=True,
    ),
    1008: Meaning(
        "policy", "what the {two} did is against its rules", "read the reason and the rules of the {one}", error=True
    ),
    1009: Meaning(
        "too-big",
        "a message was larger than it takes: the limit is the {one}'s",
        "send smaller messages from the {two}, or raise the limit of the {one} (max_size in websockets)",
        error=True,
    ),
    1010: Meaning(
        "mandatory-extension",
        "it needs an extension that was not agreed on",
        "offer an extension that both sides have, or none",
        error=True,
    ),
    1011: Meaning(
        "internal-error", "its program failed", "read the traceback of the {one}'s program, and mend it", error=True
    ),
    1012: Meaning(
        "service-restart",
        "it starts again",
        "connect again after a random pause, so that not all clients come at once",
        error=True,
    ),
    1013: Meaning(
        "try-again-later", "it has too much to do", "connect again after a pause that grows each time", error=True
    ),
    1014: Meaning(
        "bad-gateway",
        "it is a gateway and got no right answer from the server behind it",
        "look at the server behind the gateway, then connect again",
        error=True,
    ),
}
_OWN = Meaning(
    "private-code", "the code is the application's own, for a reason that only it knows", "look the code up in the application"
)  # fmt: skip
_LIBRARY = Meaning(
    "registered-code",
    "the code is one that a library or framework has registered",
    "look the code up in the IANA registry of close codes, or in the library",
)
_NEVER = Meaning(
    "protocol-error", "that code must not stand in a Close frame", "use 1000, or 3000 to 4999, in the {one}'s program",
    error=True,
)  # fmt: skip


_RULES = {
    "close-body": "protocol-error",
    "close-reason": "bad-data",
}  # of a Close frame that is wrong whatever its code


def meaning_of(code: int | None, one: Side, two: Side, violations: tuple[Violation, ...] = ()) -> Meaning:
    """What a Close frame means.

    Args:
        code: Its code; None where it has none.
        one: Who sent it.
        two: The side across.
        violations: The rules that it breaks.
    """
    broken = {each.rule: each.what for each in violations}
    rule = next((rule for rule in _RULES if rule in broken), None)
    if rule is not None:
        advice = f"mend what writes the Close frame in the {one}'s program"
        return Meaning(_RULES[rule], f"that Close frame is wrong: {broken[rule]}", advice, error=True)
    if code in _CODES:
        found = _CODES[code]
    elif code is None or broken_by_close(code.to_bytes(2, "big")):
        found = _NEVER
    else:
        found = _LIBRARY if code < 4000 else _OWN
    words = {"one": one, "two": two}
    return Meaning(found.cause, found.why.format(**words), found.advice.format(**words), found.error)
