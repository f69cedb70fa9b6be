"""Judges one answer: what `check` of an exercise may do beside what its surroundings (`TrialEnvironment`) offer.

    expect      one thing must hold, or the trial ends there and its hint is given
    unless      the same, for an exception that the answer lets out
    call        the answer, however it is written: what matters is what calling it does
    over        what is known only once the answer has ended

What the answer did is frozen where something does not hold, before anything is taken down: an exception that our own closing
causes is not the answer's.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed

from wslab.lessons.trial import node, source_location
from wslab.lessons.trial.environment import TrialEnvironment
from wslab.lessons.trial.node import Script
from wslab.lessons.trial.outcome import Ending, Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from websockets.asyncio.connection import Connection
    from websockets.asyncio.server import ServerConnection

    from wslab.lessons.trial.answer_spec import AnswerSpec
    from wslab.lessons.trial.environment import Handler
    from wslab.lessons.trial.unawaited import UnawaitedListener

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A condition of its own that an exercise has, as its check asks it.

    Attributes:
        name: Short and unique within its exercise.
        hint: What to say where it does not hold.
        urgent: Asked before the conditions that all exercises share, because it names the cause more exactly.
        sharper: Answers that it catches do not pass without it either; it only says better why.
        facts: What was seen, where it did not hold.
    """

    name: str
    hint: str
    urgent: bool = False
    sharper: bool = False
    facts: str = ""


class Unmet(BaseException):
    """Ends a trial at the first thing that does not hold."""


class NodeEnded(BaseException):
    """Ends a trial whose Node did not get as far as waiting for something."""


class Trial(TrialEnvironment):
    """One trial of an answer.

    Args:
        spec: The answer that the exercise asks for.
        listener: Listens to the answer's threads.
        seed: Of its random inputs; None for new ones each time.
        without: Name of a condition that is left out. Only tests do this.
    """

    def __init__(
        self, spec: AnswerSpec, listener: UnawaitedListener, *, seed: int | None = None, without: str = ""
    ) -> None:
        super().__init__(f"check {spec.number} #{next(_numbers)}", listener)
        self.random.seed(seed)
        self.expectations: dict[str, Expectation] = {}
        self.unmet: Expectation | None = None
        self.returned_nothing = False
        self._spec = spec
        self._without = without
        self._frozen: tuple[Ending, Failure] | None = None
        self._raised: BaseException | None = None

    async def run(self, check: Callable[[Any, Trial], Awaitable[None]], answer: Any) -> None:
        """Run an exercise's check to its end, or to the first thing that does not hold."""
        try:
            await check(answer, self)
        except (Unmet, NodeEnded) as stop:
            if (
                stop.__context__ is not None
            ):  # coroutines that its frames still hold are thrown away now, while the check listens
                traceback.clear_frames(stop.__context__.__traceback__)
        except Exception as error:
            if error is self._raised:  # whatever code it came from, the answer let it out
                self.ending, self.failure = Ending.RAISED, source_location.failure_of(error, self._answer_file)
            raise
        finally:
            self._raised = None

    def expect(
        self,
        name: str,
        holds: object,
        hint: str,
        facts: str | Callable[[], str] = "",
        *,
        urgent: bool = False,
        sharper: bool = False,
    ) -> None:
        """Go on if something holds; else end the trial and give the hint.

        Args:
            name: Of the condition: short, unique within its exercise.
            holds: Whether it holds.
            hint: What is missing, and what to type next. Backquotes mark code.
            facts: What was seen: what was expected, what was returned.
            urgent: Names the cause more exactly than a missing ``await`` or an exception would, and is given before those.
            sharper: No wrong answer would pass without it; it only says better why.
        """
        self.expectations.setdefault(name, Expectation(name, hint, urgent, sharper))
        if not holds and name != self._without:
            self._fail(Expectation(name, hint, urgent, sharper, facts() if callable(facts) else facts))

    @contextlib.contextmanager
    def unless(self, error: type[BaseException], name: str, hint: str, text: str = "") -> Iterator[None]:
        """Give the hint, before those that all exercises share, if the answer lets an exception out.

        Args:
            error: Of this kind.
            name: Of the condition.
            hint: What to say.
            text: A part of its message, where not every exception of this kind is meant.
        """
        self.expectations.setdefault(name, Expectation(name, hint, urgent=True, sharper=True))
        try:
            yield
        except error as raised:
            if name == self._without or raised is not self._raised or text not in str(raised):
                raise
            self._fail(
                Expectation(
                    name,
                    hint,
                    urgent=True,
                    sharper=True,
                    facts=str(source_location.failure_of(raised, self._answer_file)),
                )
            )

    async def call(self, answer: Callable[..., Any], *arguments: object) -> Any:
        """Call the answer, await what has to be awaited, and return what it returned."""
        try:
            value = answer(*arguments)
            if inspect.isawaitable(value):
                if self._spec.wants == "def":
                    self._refuse("plain", f"Nothing in `{self._spec.answer}` has to wait")
                    return self.value(value)
                value = await value
            elif self._spec.wants == "async def":
                if inspect.isasyncgen(value) or inspect.isgenerator(value):
                    name = self._spec.answer
                    hint = f"A `yield` makes a generator of `{name}`: calling it runs nothing of it. Put the `yield` into a function inside."
                    self._fail(Expectation("async", hint, urgent=True))
                self._refuse("async", "Only an `async def` can use `await`")
        except Exception as error:
            self._raised = error
            raise
        value = self.value(value)
        self.returned_nothing |= value is None
        return value

    async def ask(self, connection: Connection, message: str | bytes) -> str | bytes | None:
        """Send a message to a watched handler and wait for the reply; None where none came, or the connection has ended."""
        try:
            await connection.send(message)
            return await self.reply(connection)
        except ConnectionClosed:
            return None

    async def in_node(self, text: str, tail: str) -> Script:
        """Run an answer in JavaScript, in a Node of its own; see `as_client` and `as_server`."""
        script = self._script = Script(self.lab, text, self._spec.answer, tail)
        if not await script.start():
            await self.conclude()
            if self.ending is Ending.FINISHED:
                hint = (
                    "Node ended before your function was called. Leave out what ends it: a page, or a server, goes on."
                )
                self._fail(Expectation("goes on", hint))
            raise NodeEnded
        return script

    async def as_client(self, text: str, *urls: str, then: str = "") -> Script:
        """Hand a new socket for each address to the answer, as a page would (`node.as_client`)."""
        return await self.in_node(text, node.as_client(self._spec.answer, *urls, then=then))

    async def as_server(self, text: str) -> Script:
        """Let the answer serve each connection of a new server in Node (`node.as_server`)."""
        return await self.in_node(text, node.as_server(self._spec.answer))

    async def over(self) -> bool:
        """Wait until a watched handler has ended, or end Node; what it raised is in `failure` from now on."""
        if self._script is None:
            return await super().over()
        await self.conclude()
        return True

    async def close(self) -> None:
        """Take down what was built. What the answer does while it happens does not count."""
        await super().close()
        if self._frozen is not None:
            self.ending, self.failure = self._frozen

    async def _serve(self, handler: Handler, connection: ServerConnection) -> object:
        """Call a watched handler, on its server's thread."""
        value: object = handler(connection)
        if inspect.isawaitable(value):
            return await value
        with contextlib.suppress(Unmet):  # the trial goes on elsewhere, and comes to its end
            self._refuse("async", "Only an `async def` can use `await`")
        return value

    def _refuse(self, name: str, hint: str) -> None:
        """End the trial by a condition that all exercises share."""
        if name != self._without:
            self._fail(Expectation(name, f"{hint}: begin it with `{self._spec.signature}`.", urgent=True))

    def _fail(self, unmet: Expectation) -> None:
        if self.unmet is None:
            self.unmet, self._frozen = unmet, (self.ending, self.failure)
        raise Unmet
