"""An opening handshake read line by line (RFC 6455 section 4): what each line means, and whether it is right."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.wire.errors import octets
from wslab.wire.handshake.accept import AcceptSteps, accept_steps
from wslab.wire.handshake.checks import START, HeaderChecks
from wslab.wire.handshake.head import END_OF_HEAD, HEAD_LIMIT, REDACTED, Head, parse_head
from wslab.wire.handshake.meanings import meaning_of
from wslab.wire.handshake.request_checks import request_checks
from wslab.wire.handshake.response_checks import response_checks
from wslab.wire.handshake.verdict import Verdict, verdict
from wslab.wire.text import one_line

_LINE = 4096


@dataclass(frozen=True, slots=True)
class HeadLine:
    """One line of a head.

    Attributes:
        name: The header's name as it was spelled; ``request line`` or ``status line`` for the first.
        value: Its value, credentials redacted; None for a required header that is not there.
        meaning: What it is for.
        section: Where that is said.
        right: Whether it is as it must be; None where nothing is to be judged.
        problem: What is wrong; empty when nothing is.
    """

    name: str
    value: str | None
    meaning: str
    section: str
    right: bool | None
    problem: str = ""

    def __str__(self) -> str:
        sign = {True: "+", False: "!", None: " "}[self.right]
        text = self.name if self.value is None else f"{self.name}: {self.value}"
        return f"{sign} {text}\n      {self.problem or self.meaning} ({self.section})"


@dataclass(frozen=True, slots=True)
class ExplainedHead:
    """A request or a response, line by line; required headers that are absent stand at the end."""

    head: Head
    lines: tuple[HeadLine, ...]

    @property
    def right(self) -> bool:
        """Whether nothing in it is wrong."""
        return all(line.right is not False for line in self.lines)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, line by line."""
        return tuple(line.problem for line in self.lines if line.problem)

    def __str__(self) -> str:
        return "\n".join(map(str, self.lines))


@dataclass(frozen=True, slots=True)
class Handshake:
    """An opening handshake explained.

    Attributes:
        request: The client's head, or None.
        response: The server's head, or None.
        accept: How Sec-WebSocket-Accept comes from the request's key; None without a key.
        verdict: What RFC 6455 says the answer must be, and what this server did.
    """

    request: ExplainedHead | None
    response: ExplainedHead | None
    accept: AcceptSteps | None
    verdict: Verdict

    @property
    def right(self) -> bool:
        """Whether the request is right, and the answer what RFC 6455 says."""
        heads = (self.request, self.response)
        return all(head is None or head.right for head in heads) and self.verdict.agrees is not False

    def __repr__(self) -> str:
        names = [head.head.name for head in (self.request, self.response) if head is not None]
        return f"<Handshake: {' -> '.join(names) or 'nothing'}>"

    def __str__(self) -> str:
        parts = [self.request, self.response, self.verdict]
        return "\n\n".join(str(part) for part in parts if part is not None)


def explain(request: bytes | Head | None, response: bytes | Head | None = None) -> Handshake:
    """Explain an opening handshake.

    Args:
        request: The client's bytes (what follows the head is not read), its head, or None when it is not at hand.
        response: The server's, likewise.

    Returns:
        Each line with its meaning, and the verdict.

    Raises:
        BadType: An argument is something else.
    """
    request_head = _head_of(request, "a request, such as b'GET / HTTP/1.1...' or wslab.request()")
    response_head = _head_of(response, "a response, such as b'HTTP/1.1 101...', or leave it out")
    keys = request_head.values("sec-websocket-key") if request_head else []
    steps = accept_steps(keys[0]) if keys else None
    wrong = request_checks(request_head) if request_head else HeaderChecks()
    found = (
        response_checks(request_head, response_head, steps.accept if steps else None)
        if response_head
        else HeaderChecks()
    )
    return Handshake(
        _explained(request_head, wrong, answer=False) if request_head else None,
        _explained(response_head, found, answer=True) if response_head else None,
        steps,
        verdict(request_head, response_head, wrong, found),
    )


def _head_of(given: bytes | Head | None, wanted: str) -> Head | None:
    if given is None or isinstance(given, Head):
        return given
    data = octets(given, f"pass the bytes of {wanted}")[:HEAD_LIMIT]
    return parse_head(data.split(END_OF_HEAD)[0])


def _explained(head: Head, checks: HeaderChecks, *, answer: bool) -> ExplainedHead:
    first = "status line" if answer else "request line"
    lines = [_line(START, first, one_line(head.start_line, _LINE), checks, answer=answer)]
    for name, value in head.headers:
        shown = "(redacted)" if name.lower() in REDACTED else one_line(value, _LINE)
        lines.append(_line(name.lower(), one_line(name), shown, checks, answer=answer))
    present = {START, *(name.lower() for name, _ in head.headers)}
    lines += [
        _line(name, checks.spelled(name), None, checks, answer=answer)
        for name in checks.problems
        if name not in present
    ]
    return ExplainedHead(head, tuple(lines))


def _line(key: str, name: str, value: str | None, checks: HeaderChecks, *, answer: bool) -> HeadLine:
    meaning, section = meaning_of(key, value, answer=answer)
    problem = checks.problems.get(key, "")
    right = False if problem else True if key in checks.right else None
    return HeadLine(name, value, meaning, section, right, problem)
