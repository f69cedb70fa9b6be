"""The verdict in two columns: what RFC 6455 says the answer to a request must be, and what a server did.

the request is                       the answer must be                                   section
right                                101, if the server accepts                           4.2.2
of a version the server lacks        an error such as 426, with Sec-WebSocket-Version     4.2.2, 4.4
without Host, or with two            400                                                  RFC 9112 3.2
wrong in any other way               an appropriate error, such as 400                    4.2.1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.wire.handshake.accept import accept_steps
from wslab.wire.handshake.checks import START, HeaderChecks, elements
from wslab.wire.text import one_line

if TYPE_CHECKING:
    from wslab.wire.handshake.head import Head

_DECISIVE = (START, "host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version")
_WHY = {
    405: "405 with Allow is the error that HTTP has for the method (RFC 9110 section 15.5.6)",
    426: "426 is the error that HTTP has for a request that must ask for another protocol (RFC 9110 section 15.5.22)",
    505: "505 is the error that HTTP has for its version (RFC 9110 section 15.6.6)",
}
_REFUSALS = {
    401: "the server wants to know who asks first, which section 4.2.2 allows",
    403: "the server refuses, as it may: section 4.2.2 names 403 for an Origin that it does not accept",
    404: "the server has nothing at this target, and section 4.2.2 lets it answer so",
    503: "the server cannot take a connection now",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the verdict.

    Attributes:
        name: ``status``, or a header.
        rfc: What RFC 6455 says it must be.
        did: What the server sent; empty when it sent nothing, None when no response is at hand.
        section: Where the RFC says so.
        level: ``MUST`` and so on.
        agrees: Whether the server did what the RFC says; None when no response is at hand.
        why: Why they differ, or why another answer is right too, where that is known.
    """

    name: str
    rfc: str
    did: str | None
    section: str
    level: str
    agrees: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answer must be, and what it was.

    Attributes:
        status: The status that RFC 6455 says or suggests; None when no request is at hand.
        reason: Why this status.
        section: Where the RFC says so.
        answer: The status that the server sent; None when no response is at hand.
        rows: Both, row by row.
        firm: Whether it must be that status; False where the RFC says "such as".
    """

    status: int | None
    reason: str
    section: str
    answer: int | None
    rows: tuple[Point, ...]
    firm: bool = False

    @property
    def agrees(self) -> bool | None:
        """Whether the server did all that the RFC says; None when no response is at hand."""
        judged = [row.agrees for row in self.rows if row.agrees is not None]
        return all(judged) if judged else None

    def __str__(self) -> str:
        lines = [self.reason]
        for row in self.rows:
            did = "" if row.did is None else f" | server: {row.did or 'nothing'}"
            sign = {True: "+", False: "!", None: " "}[row.agrees]
            lines.append(f"{sign} {row.name}: RFC: {row.rfc}{did} ({row.section})")
            if row.why:
                lines.append(f"      {row.why}")
        return "\n".join(lines)


def verdict(request: Head | None, response: Head | None, wrong: HeaderChecks, found: HeaderChecks) -> Verdict:
    """Say what the answer must be, and compare.

    Args:
        request: The client's head, or None.
        response: The server's head, or None.
        wrong: What was found in the request.
        found: What was found in the response.

    Returns:
        Both columns.
    """
    answer = response.status if response else None
    problems = [name for name in _DECISIVE if name in wrong.problems]
    if request is None:
        rows = _accepting(None, response, found) if answer == 101 else ()
        return Verdict(None, "the request is not at hand", "", answer, rows)
    if not problems:
        reason, section = "the request is right: the server answers 101 if it accepts", "RFC 6455 section 4.2.2"
        rows = (
            _status_of_right(response, section),
            *(_accepting(request, response, found) if answer in (101, None) else ()),
        )
        return Verdict(101, reason, section, answer, rows, firm=True)
    name = problems[0]
    if problems == ["sec-websocket-version"] and len(request.values(name)) == 1:
        reason = f"the server does not know version {one_line(request.values(name)[0], 20)}"
        section = "RFC 6455 section 4.2.2"
        return Verdict(426, reason, section, answer, _versions(response, section))
    what = "request line" if name == START else HeaderChecks.spelled(name)
    reason = f"{what}: {wrong.problems[name]}"
    if name == "host":
        section = "RFC 9112 section 3.2"
        row = _status(response, "400 Bad Request", section, {400}, "")
        return Verdict(400, reason, section, answer, (row,), firm=True)
    section = "RFC 6455 section 4.2.1"
    row = _status(response, "an appropriate error, such as 400 Bad Request", section, range(400, 600), "")
    return Verdict(400, reason, section, answer, (row,))


def _did(response: Head | None) -> str | None:
    if response is None:
        return None
    return response.name


def _status(response: Head | None, rfc: str, section: str, good: range | set[int], why: str) -> Point:
    answer = response.status if response else None
    if response is None:
        return Point("status", rfc, None, section, "MUST", None)
    agrees = answer in good
    if agrees and answer is not None:
        why = why or _WHY.get(answer, "")
    elif answer == 101:
        why = "the server accepts what it must refuse"
        if "websockets/" in " ".join(response.values("server")):
            why = (
                "websockets does not look at Host: it leaves that to the HTTP server before it"
                if good == {400}
                else why
            )
    return Point("status", rfc, _did(response), section, "MUST", agrees, why)


def _status_of_right(response: Head | None, section: str) -> Point:
    rfc, answer = "101 Switching Protocols, if the server accepts", response.status if response else None
    if response is None:
        return Point("status", rfc, None, section, "MUST", None)
    refused = answer is not None and 300 <= answer < 600
    why = ""
    if answer is not None and refused:
        why = _REFUSALS.get(answer, "the server refuses for a reason of its own, as it may" if answer >= 400 else "")
        why = why or "the server sends the client elsewhere, as it may; a browser fails the connection"
    elif answer != 101:
        why = "it neither accepts nor refuses: this server does not seem to speak WebSocket"
    return Point("status", rfc, _did(response), section, "MUST", answer == 101 or refused, why)


def _versions(response: Head | None, section: str) -> tuple[Point, ...]:
    """The rows for a version that the server lacks."""
    told = ", ".join(elements(response, "sec-websocket-version")) if response else None
    answer = response.status if response else None
    ours = response is not None and "websockets/" in " ".join(response.values("server"))
    why = ""
    if answer == 400:
        why = "websockets answers every header with a wrong value by 400; " if ours else ""
        why += "the RFC names 426 as an example, so another error is no violation"
    status = _status(response, "an appropriate error, such as 426 Upgrade Required", section, range(400, 600), why)
    header = Point(
        "Sec-WebSocket-Version",
        "the versions that the server understands, such as 13",
        None if told is None else one_line(told),
        "RFC 6455 section 4.4",
        "MUST",
        None if response is None else bool(told) and answer != 101,
        ""
        if told or response is None
        else f"{'websockets' if ours else 'this server'} does not tell which versions it knows",
    )
    return status, header


def _accepting(request: Head | None, response: Head | None, found: HeaderChecks) -> tuple[Point, ...]:
    """The rows for the headers of a 101."""
    keys = request.values("sec-websocket-key") if request else []
    offered = elements(request, "sec-websocket-protocol") if request else []
    extensions = elements(request, "sec-websocket-extensions") if request else []
    wanted = [
        ("Upgrade", "websocket", "4.2.2", "MUST"),
        ("Connection", "Upgrade", "4.2.2", "MUST"),
        ("Sec-WebSocket-Accept", accept_steps(keys[0]).accept if keys else "the hash of the key", "4.2.2", "MUST"),
        (
            "Sec-WebSocket-Protocol",
            f"one of {one_line(', '.join(offered))}, or left out" if offered else "left out: none was offered",
            "4.2.2",
            "MAY" if offered else "MUST NOT",
        ),
        (
            "Sec-WebSocket-Extensions",
            f"some of {one_line(', '.join(extensions))}, or left out" if extensions else "left out: none was offered",
            "9.1",
            "MAY" if extensions else "MUST NOT",
        ),
    ]
    rows = []
    for name, rfc, section, level in wanted:
        key = name.lower()
        did = one_line(", ".join(response.values(key))) if response else None
        problem = found.problems.get(key, "")
        rows.append(
            Point(
                name, rfc, did, f"RFC 6455 section {section}", level, None if response is None else not problem, problem
            )
        )
    return tuple(rows)
