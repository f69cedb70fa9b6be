"""Exercise 03.3: masking, which is unmasking too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import as_hex, came, unless
from wslab.wire import unmask

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

EXAMPLE = bytes.fromhex("37 fa 21 3d")
FOUR = 4


@dataclass
class Evidence:
    """Payloads and keys, and what `mask` made of them."""

    given: list[tuple[bytes, bytes]] = field(default_factory=list)
    returned: list[Any] = field(default_factory=list)


async def trial(mask: Callable[[bytes, bytes], object], stage: Stage, evidence: Evidence) -> None:
    """Mask payloads of several lengths; take the mask off one of them; and mask a long one."""
    chance = stage.random
    texts = [b"Hello", b"", *(chance.randbytes(size) for size in (3, 4, chance.randrange(20, 40), 100_003))]
    payloads = [*texts, unmask(texts[-2], key := chance.randbytes(4))]
    keys = [EXAMPLE, *(chance.randbytes(4) for _ in texts[1:]), key]
    for case in zip(payloads, keys, strict=True):
        evidence.given.append(case)
        evidence.returned.append(stage.value(mask(*case)))


def _case(payload: bytes, key: bytes, value: Any) -> str:
    if type(value) not in {bytes, bytearray}:
        return "bytes"
    right = unmask(payload, key)
    if value == right:
        return ""
    if len(value) != len(payload):
        return "every byte"
    if value == unmask(payload, EXAMPLE):
        return "the key"
    return "xor" if value[:FOUR] != right[:FOUR] else "round and round"


def _first(evidence: Evidence) -> tuple[str, str]:
    """The first diagnosis, and the facts of its case."""
    for (payload, key), value in zip(evidence.given, evidence.returned, strict=False):
        if name := _case(payload, key, value):
            facts = f"payload:  {as_hex(payload)}\nkey:      {as_hex(key)}\nexpected: {as_hex(unmask(payload, key))}"
            return name, f"{facts}\nreturned: {came(value)[:200]}"
    return "", ""


def diagnose(evidence: Evidence) -> str:
    """Name what is wrong."""
    return _first(evidence)[0]


def _shows(attempt: Attempt[Evidence]) -> str:
    return _first(attempt.evidence)[1]


HEAD = "def mask(payload, key):\n"

MASK = Exercise(
    number="03.3",
    title="Mask",
    goal=(
        "`mask(payload, key)` is given a payload and a masking key of four bytes, and returns the masked payload as `bytes`. "
        "The payload may have any length, also none."
    ),
    example=(
        'mask(b"Hello", bytes.fromhex("37 fa 21 3d")).hex(" ")  # \'7f 9f 4d 51 58\'\n'
        'mask(bytes.fromhex("7f 9f 4d 51 58"), bytes.fromhex("37 fa 21 3d"))  # b\'Hello\''
    ),
    answer="mask",
    wants="def",
    parameters=("payload", "key"),
    needs="",
    stub="""
def mask(payload, key):
    return bytes(byte ^ key[0] for byte in payload)
""",
    start=(
        "This uses the first byte of the key for all. Byte `i` of the payload belongs to byte `i % 4` of the key; "
        "`enumerate(payload)` gives each byte with its place."
    ),
    solution="""
def mask(payload, key):
    return bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))
""",
    afterwards=(
        "Your function masked payloads of several lengths with keys it had not seen before, and took the mask off again. "
        "It is how a client masks, and how a server unmasks."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        unless("bytes", "`mask` should return `bytes`. `bytes(...)` makes them from numbers.", diagnose, _shows),
        unless(
            "every byte",
            "The result is not as long as the payload. Every byte of the payload is masked, and nothing is added.",
            diagnose,
            _shows,
        ),
        unless("the key", "This is masked with the key of the example. Use the parameter `key`.", diagnose, _shows),
        unless(
            "xor",
            "The first four bytes are not right. Each is the payload's byte XOR the key's byte, in Python `a ^ b`.",
            diagnose,
            _shows,
        ),
        unless(
            "round and round",
            "The first four bytes are right, and what follows is not. Behind its last byte the key begins again: `key[i % 4]`.",
            diagnose,
            _shows,
        ),
    ),
    wrong=(
        Wrong("returns a list", f"{HEAD}    return [byte ^ key[i % 4] for i, byte in enumerate(payload)]\n", "bytes"),
        Wrong(
            "stops where the key ends", f"{HEAD}    return bytes(a ^ b for a, b in zip(payload, key))\n", "every byte"
        ),
        Wrong(
            "puts the key in front",
            f"{HEAD}    return key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))\n",
            "every byte",
        ),
        Wrong(
            "uses the key of the example",
            f'{HEAD}    key = bytes.fromhex("37 fa 21 3d")\n'
            "    return bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))\n",
            "the key",
        ),
        Wrong("or", f"{HEAD}    return bytes(byte | key[i % 4] for i, byte in enumerate(payload))\n", "xor"),
        Wrong(
            "adds",
            f"{HEAD}    return bytes((byte + key[i % 4]) % 256 for i, byte in enumerate(payload))\n",
            "xor",
        ),
        Wrong(
            "goes on with the last byte of the key",
            f"{HEAD}    return bytes(byte ^ key[min(i, 3)] for i, byte in enumerate(payload))\n",
            "round and round",
        ),
    ),
)
