"""A small exercise, for tests of the machinery of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.lessons import Exercise
from wslab.lessons.authoring import facts, same

if TYPE_CHECKING:
    from wslab.lessons.authoring import Trial


async def doubles(double: Any, t: Trial) -> None:
    number = t.random.randrange(100, 1000)
    returned = await t.call(double, number)
    t.expect("doubles", same(returned, 2 * number), "That is not twice the number.", facts(returned=returned))


DOUBLE = Exercise(
    number="99.1",
    title="Double",
    goal="Double a number.",
    example="await double(2)  # 4",
    answer="double",
    wants="async def",
    parameters=("number",),
    needs="",
    stub="async def double(number):\n    ...\n",
    start="Begin with `return`.",
    solution="async def double(number):\n    return 2 * number\n",
    afterwards="It doubles.",
    check=doubles,
    wrong=(),
)
