"""The queue to the home loop: one step at a time, and a turn of the loop after each, however its two threads meet."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from tests.net.harness import until
from wslab.net.websocket.delivery import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable


def nothing(*_: object) -> None:
    """What an inbox calls where a test has no use for it."""


class Meeting(deque[Any]):
    """The steps of an inbox; another thread does something in the very moment in which the home loop asks whether any is left."""

    def __init__(self) -> None:
        super().__init__()
        self.meets: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        if self.meets:
            other = threading.Thread(target=self.meets.pop(0))
            other.start()
            other.join()
        return len(self) > 0


def stepping(inbox: Inbox, order: list[str]) -> Callable[[str], None]:
    """A function that posts a step of this name, which says when it runs and when the loop has had its turn."""
    loop = asyncio.get_running_loop()

    def step(name: str) -> None:
        order.append(name)
        loop.call_soon(order.append, f"a turn after {name}")

    return lambda name: inbox.post(step, name)


async def test_a_step_that_is_posted_just_when_the_queue_ran_empty_is_scheduled_once() -> None:
    inbox, order = Inbox(asyncio.get_running_loop(), nothing, nothing, nothing), list[str]()
    post = stepping(inbox, order)
    inbox._steps = steps = Meeting()

    def late() -> None:
        for name in ("two", "three", "four"):
            post(name)

    post("one")
    steps.meets = [nothing, late]  # asked before the first step, and behind it
    await until(lambda: len(order) == 8)
    assert order == [text for name in ("one", "two", "three", "four") for text in (name, f"a turn after {name}")]


async def test_a_step_that_was_posted_before_the_last_one_ended_is_not_forgotten() -> None:
    inbox, order = Inbox(asyncio.get_running_loop(), nothing, nothing, nothing), list[str]()
    post = stepping(inbox, order)
    inbox._after = lambda: post("two") if order == ["one"] else None
    post("one")
    await until(lambda: len(order) == 4)
    assert order == ["one", "a turn after one", "two", "a turn after two"]


async def test_after_it_was_shut_no_step_runs_not_even_one_that_was_being_posted() -> None:
    inbox, order = Inbox(asyncio.get_running_loop(), nothing, nothing, nothing), list[str]()
    post = stepping(inbox, order)
    post("one")
    inbox.shut()
    post("two")
    inbox._steps.append((order.append, ("three",), 0))  # its thread had asked just before
    for _ in range(3):
        await asyncio.sleep(0)
    assert order == []
