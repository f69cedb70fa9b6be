"""The conditions that all exercises share, and the mistakes they catch.

    before the trial     given, called, callable, started, parameters
    in the trial         async (or plain): by what a call returns, however the answer is written
    after the trial      awaits, yields, ends, async with, async for, await connect, unhurt, return, intact

    JavaScript, before   given, saved, started
    and after            node, parses, defines, yields, unhurt, intact

They come in an order that names the cause and not its consequence: a coroutine nobody awaited is told before the wait it led to.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import textwrap

from wslab.lessons.catalogue import Exercise, Wrong
from wslab.lessons.checks import javascript
from wslab.lessons.checks.attempt import MAX_TYPE_CHARS, Condition
from wslab.lessons.trial import Ending

MISSING = object()
"""Stands for an answer that was not handed over."""


def before_trial(exercise: Exercise) -> tuple[Condition, ...]:
    """What must hold before an answer is tried."""
    name, line = exercise.answer, exercise.check_line
    given = Condition(
        "given",
        f"Hand your answer over as well: `{line}`.",
        lambda attempt: attempt.answer is not MISSING,
    )
    if exercise.wants == "javascript":
        return (given, *javascript.before_trial(exercise))
    begin = f"begin it with `{exercise.signature}`"
    count = len(exercise.parameters)
    return (
        given,
        Condition(
            "called",
            f"You handed over a call. Hand over the function itself, without brackets behind its name: `{line}`.",
            lambda attempt: not asyncio.iscoroutine(attempt.answer),
        ),
        Condition(
            "callable",
            f"`{name}` should be a function: {begin}.",
            lambda attempt: callable(attempt.answer),
            lambda attempt: f"{name} is of type {type(attempt.answer).__name__}"[:MAX_TYPE_CHARS],
        ),
        Condition(
            "started",
            exercise.start,
            lambda attempt: not _is_stub(exercise, attempt.answer),
        ),
        Condition(
            "parameters",
            f"The check calls `{name}` with {count} argument{'' if count == 1 else 's'}: {begin}.",
            lambda attempt: _takes(attempt.answer, count),
        ),
    )


def after_trial(exercise: Exercise) -> tuple[Condition, ...]:
    """What must hold once an answer was tried; it is told before what its exercise has found, unless that is urgent."""
    awaits = Condition(
        "awaits",
        "An `await` is missing: a call made a coroutine that nobody awaited, so it never ran. Write `await` before the call.",
        lambda attempt: not attempt.unawaited,
        lambda attempt: "\n".join(attempt.unawaited),
    )
    yields = Condition(
        "yields",
        "Your code kept its thread busy until the time was up, and nothing else on its event loop could run."
        if exercise.wants != "def"
        else "Your code was still busy when the time was up.",
        lambda attempt: attempt.ending is not Ending.BLOCKED,
        lambda attempt: str(attempt.failure),
    )
    ends = Condition(
        "ends",
        "Your code was still waiting when the time was up. What it waits for never came.",
        lambda attempt: attempt.ending is not Ending.WAITING,
        lambda attempt: str(attempt.failure),
    )
    unhurt = Condition(
        "unhurt",
        "Your code ended with an exception.",
        lambda attempt: attempt.ending is not Ending.RAISED,
        lambda attempt: str(attempt.failure),
    )
    intact = Condition(
        "intact",
        "The check itself failed, not your answer. Restart the kernel and try again; if that does not help, please report it.",
        lambda attempt: (
            attempt.ending not in {Ending.BROKEN, Ending.WAITING}
        ),  # what an answer waits for is asked before
        lambda attempt: str(attempt.failure),
    )
    if exercise.wants == "javascript":
        return (*javascript.after_trial(exercise), intact)
    nothing = Condition(
        "return",
        f"`{exercise.answer}` returned `None`, which is what a function returns that does not reach a `return` with a value.",
        lambda attempt: not attempt.returned_nothing,
    )
    asked = {
        "async def": (awaits, yields, ends, *SLIPS, unhurt),
        "handler": (awaits, yields, *SLIPS, unhurt),
        "def": (yields, unhurt),
    }
    return (*asked[exercise.wants], *((nothing,) if exercise.returns else ()), intact)


def _slip(name: str, hint: str, said: str) -> Condition:
    """Make the condition for a mistake that Python names by an exception, but not in a beginner's words."""
    pattern = re.compile(said)
    return Condition(
        name,
        hint,
        lambda attempt: attempt.ending is not Ending.RAISED or not pattern.match(attempt.failure.what),
        lambda attempt: str(attempt.failure),
    )


SLIPS: tuple[Condition, ...] = (
    _slip(
        "async with",
        "Entering and leaving this block takes waiting, so it has to be `async with`.",
        r"TypeError: '(connect|\w+Connection|Lab|Timeout)' object does not support the context manager protocol",
    ),
    _slip(
        "async for",
        "The next item of this has to be waited for, so the loop has to be `async for`.",
        r"TypeError: '(\w+Connection|WebSocket|async_generator)' object is not (iterable|an iterator)",
    ),
    _slip(
        "await connect",
        "`websockets.connect(url)` alone is no connection yet. Write `await` before it, or `async with ... as connection:` around its use.",
        r"AttributeError: 'connect' object has no attribute",
    ),
)
"""Slips that are common in any async code. A missing ``await`` and a ``return`` that was forgotten show themselves otherwise."""


def mistakes(exercise: Exercise) -> tuple[Wrong, ...]:
    """The mistakes that can be made in every exercise; the code of each defines the answer's name."""
    if exercise.wants == "javascript":
        return javascript.mistakes(exercise)
    name, head = exercise.answer, f"{exercise.signature}\n"
    plain = exercise.wants == "def"
    keyword = "async def" if plain else "def"
    other = f"{keyword} {name}({', '.join(exercise.parameters)}):\n    return None\n"
    none = f"{'def' if plain else 'async def'} {name}():\n    return None\n"
    nap = "import asyncio\n\n\nasync def nap():\n    await asyncio.sleep(0)\n\n\n"
    every = [
        Wrong("a value where a function belongs", f"{name} = 42\n", "callable"),
        Wrong("a call instead of the function", f"async def call():\n    pass\n\n\n{name} = call()\n", "called"),
        Wrong("the stub, unchanged", exercise.stub, "started"),
        Wrong("the other kind of function", other, "plain" if plain else "async"),
        Wrong("no parameters", none, "parameters"),
        Wrong("an exception", f"{head}    return 1 / 0\n", "unhurt"),
        Wrong(
            "a thread that sleeps",
            f"import time\n\n\n{head}    while True:\n        time.sleep(0.01)\n",
            "yields",
        ),
        Wrong("a loop without an end", f"{head}    while True:\n        pass\n", "yields"),
    ]
    if not plain:
        every += [
            Wrong("an await is missing", f"{nap}{head}    nap()\n", "awaits"),
            Wrong(
                "with for async with",
                f"import asyncio\n\n\n{head}    with asyncio.timeout(1):\n        pass\n",
                "async with",
            ),
            Wrong(
                "for for async for",
                f"async def three():\n    yield 3\n\n\n{head}    for number in three():\n        pass\n",
                "async for",
            ),
            Wrong(
                "no await before connect",
                f"import websockets\n\n\n{head}    connection = websockets.connect('ws://localhost')\n    await connection.send(1)\n",
                "await connect",
            ),
            Wrong(
                "no await in a loop",
                f"import asyncio\n\n\n{head}    while True:\n        asyncio.sleep(0.01)\n",
                "awaits",
            ),
        ]
    if exercise.returns:
        every.append(Wrong("return forgotten", f"{head}    pass\n", "return"))
    if exercise.wants == "async def":
        every.append(
            Wrong("a wait without an end", f"import asyncio\n\n\n{head}    await asyncio.sleep(3600)\n", "ends")
        )
    return tuple(every)


def _takes(answer: object, count: int) -> bool:
    if not callable(answer):
        return False
    try:
        inspect.signature(answer).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # a built-in that does not tell its parameters
        return True
    return True


def _is_stub(exercise: Exercise, answer: object) -> bool:
    """Whether an answer is the stub as it was. Comments and blank lines do not count.

    Sources are compared, not bytecode: the compiler writes different code for `asyncio.run(...)` where the import of
    asyncio stands in the same cell.
    """
    try:
        source = inspect.getsource(answer)  # type: ignore[arg-type]
        return ast.dump(ast.parse(textwrap.dedent(source))) == ast.dump(ast.parse(exercise.stub))
    except (OSError, TypeError, SyntaxError):  # there is no source, or not that of one function
        return False
