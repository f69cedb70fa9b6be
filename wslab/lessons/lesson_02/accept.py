"""Exercise 02.2: compute Sec-WebSocket-Accept by hand."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.lesson_02.keys import SAMPLE_ACCEPT, random_key
from wslab.wire import accept_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage


@dataclass
class Evidence:
    """A key, and what `accept` made of it."""

    key: str = ""
    returned: object = None


async def trial(accept: Callable[[str], object], stage: Stage, evidence: Evidence) -> None:
    """Ask for the answer to a random key."""
    evidence.key = random_key(stage)
    evidence.returned = stage.value(accept(evidence.key))


def _base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the mistake that leads to exactly this value; empty when it is right."""
    key, value = attempt.evidence.key, attempt.evidence.returned
    if type(value) is not str:
        return "text"
    steps = accept_steps(key)
    known = {
        steps.accept: "",
        steps.accept + "\n": "one line",
        steps.sha1: "base64",
        _base64_of(steps.sha1.encode()): "digest",
        _base64_of(_sha1(key.encode())): "GUID",
        _base64_of(_sha1((steps.guid + key).encode())): "order",
        _base64_of(_sha1(base64.b64decode(key) + steps.guid.encode())): "key as text",
    }
    return known.get(value, "accept")


def _shows(attempt: Attempt[Evidence]) -> str:
    key = attempt.evidence.key
    return f"key:      {key}\nexpected: {accept_steps(key).accept}\nreturned: {attempt.evidence.returned!r:.120}"


def _condition(name: str, hint: str) -> Condition[Evidence]:
    return Condition(name, hint, lambda attempt: _fault(attempt) != name, _shows)


HEAD = "def accept(key):\n"
JOINED = "(key + GUID).encode()"

ACCEPT = Exercise(
    number="02.2",
    title="The answer to a key",
    goal=(
        "`accept(key)` is given the text of a `Sec-WebSocket-Key` header and returns the text that a server must send back as "
        "`Sec-WebSocket-Accept`. Use `hashlib` and `base64`."
    ),
    example=f'accept("dGhlIHNhbXBsZSBub25jZQ==")  # {SAMPLE_ACCEPT!r}',
    answer="accept",
    wants="def",
    parameters=("key",),
    needs='import base64\nimport hashlib\n\nGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"',
    stub="""
def accept(key):
    joined = key + GUID
    return joined
""",
    start="Key and GUID are joined. Two steps are left: `hashlib.sha1(joined.encode()).digest()`, and its base64 as text.",
    solution="""
def accept(key):
    digest = hashlib.sha1((key + GUID).encode()).digest()
    return base64.b64encode(digest).decode()
""",
    afterwards=(
        "A random key, and the answer that every WebSocket server in the world gives to it. No secret was needed: the key is a "
        "question that shows whether the other side knows the protocol."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        _condition("text", "`accept` should return text, as a header carries it. Bytes become text with `.decode()`."),
        _condition("one line", "There is a line break at the end, which would end the header. Use `base64.b64encode`."),
        _condition("base64", "These are the right 20 bytes, in hex. The header carries them in base64."),
        _condition(
            "digest",
            "This is the base64 of the hex text, 40 characters. Take the 20 bytes themselves: `.digest()`, not `.hexdigest()`.",
        ),
        _condition("GUID", "This is the hash of the key alone. Append the GUID before you hash: `key + GUID`."),
        _condition("order", "The GUID stands before the key. It comes behind it: `key + GUID`."),
        _condition("key as text", "You decoded the key. The server takes its text as it came, and hashes that."),
        _condition("accept", "This is not the answer to this key. Look at the steps once more: join, SHA-1, base64."),
    ),
    wrong=(
        Wrong(
            "returns bytes",
            f"{HEAD}    return base64.b64encode(hashlib.sha1({JOINED}).digest())\n",
            "text",
        ),
        Wrong(
            "base64 with a line break",
            f"{HEAD}    return base64.encodebytes(hashlib.sha1({JOINED}).digest()).decode()\n",
            "one line",
        ),
        Wrong("hex instead of base64", f"{HEAD}    return hashlib.sha1({JOINED}).hexdigest()\n", "base64"),
        Wrong(
            "base64 of the hex text",
            f"{HEAD}    return base64.b64encode(hashlib.sha1({JOINED}).hexdigest().encode()).decode()\n",
            "digest",
        ),
        Wrong(
            "leaves the GUID out",
            f"{HEAD}    return base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()\n",
            "GUID",
        ),
        Wrong(
            "GUID first",
            f"{HEAD}    return base64.b64encode(hashlib.sha1((GUID + key).encode()).digest()).decode()\n",
            "order",
        ),
        Wrong(
            "decodes the key",
            f"{HEAD}    return base64.b64encode(hashlib.sha1(base64.b64decode(key) + GUID.encode()).digest()).decode()\n",
            "key as text",
        ),
        Wrong("returns the answer of the example", f"{HEAD}    return {SAMPLE_ACCEPT!r}\n", "accept"),
        Wrong(
            "another hash",
            f"{HEAD}    return base64.b64encode(hashlib.sha256({JOINED}).digest()).decode()\n",
            "accept",
        ),
    ),
)
