"""What a connection died of: the vocabulary of a diagnosis.

    connection.diagnosis ──► Diagnosis    cause, one sentence, advice, how certain, what cannot be told
                               └ Evidence  what was recorded, with the row that says so

A sentence holds nothing that differs from run to run; measured times stand beside the evidence, in `Evidence.when`.
How a diagnosis is made stands in `wslab.timeline.diagnosis.finding`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wslab.timeline.records import masked

if TYPE_CHECKING:
    from wslab.timeline.records import Source

_VARIES = re.compile(r"(?<=\w)/\d[\w.]*|\b[A-Za-z0-9+/]{27}=")  # versions of software; Sec-WebSocket-Accept

Certainty = Literal["certain", "likely", "unknown"]
"""``certain``: the recording shows it. ``likely``: it fits best. ``unknown``: the recording fits several causes alike."""

CAUSES: dict[str, str] = {
    # No TCP
    "refused-tcp": "nobody listens at the address",
    "dns": "the host name has no address",
    "tls": "TLS failed before any WebSocket byte",
    "tcp-timeout": "no answer at the address",
    "tcp-failed": "no TCP connection for another reason",
    "given-up": "the client gave up before the connection was open",
    # No handshake
    "no-request": "TCP was opened and nothing was asked",
    "tls-to-plain": "a client that speaks TLS met a server that does not",
    "handshake-unanswered": "TCP ended before the opening handshake was answered",
    "not-http": "what answered does not speak HTTP",
    "bad-request": "the request is no right opening handshake",
    "refused-handshake": "the server answered the opening handshake with an error",
    "wrong-path": "a web server has no WebSocket at this path",
    "redirect": "the answer leads elsewhere",
    "proxy": "something in front of the server answered",
    "handshake-failed": "the client did not accept the server's answer",
    # Close frames
    "normal": "1000: done",
    "no-status": "1005: a Close frame without a code",
    "going-away": "1001: a page was left, or a server shuts down",
    "protocol-error": "1002: bytes that break the protocol",
    "unsupported-data": "1003: a kind of data the receiver does not take",
    "bad-data": "1007: data that is not what it says, such as text that is not UTF-8",
    "policy": "1008: against the receiver's rules",
    "too-big": "1009: a message larger than its receiver takes",
    "mandatory-extension": "1010: the client needs an extension that the server did not agree to",
    "internal-error": "1011: a program failed",
    "keepalive-timeout": "1011: pings went unanswered",
    "service-restart": "1012: the server starts again",
    "try-again-later": "1013: the server has too much to do",
    "bad-gateway": "1014: a gateway got no right answer from the server behind it",
    "registered-code": "3000 to 3999: registered by a library or framework",
    "private-code": "4000 to 4999: the application's own",
    "both-closing": "both sides closed at once",
    "close-lost": "one Close frame, and no answer to it",
    # No Close frame
    "no-close": "TCP ended in order (FIN) without a Close frame",
    "reset": "TCP was reset (RST) without a Close frame",
    "cut-between": "something between the two ended TCP",
    "silent-drop": "bytes stopped arriving and nobody was told",
    "idle-cut": "bytes stopped arriving after a long silence",
    "not-kept": "the rows that would tell are no longer kept",
}
"""Every cause that a diagnosis can name."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact of the recording.

    Attributes:
        row: Identity of the row that shows it, `Row.id`; None where no single row does.
        text: The fact.
        when: When that was, measured: seconds before or after TCP ended. Differs from run to run.
    """

    row: tuple[int, Source, int] | None
    text: str
    when: str = ""

    def __str__(self) -> str:
        return self.say()

    def say(self, *, times: bool = True) -> str:
        """The fact in a line, behind the row that shows it.

        Args:
            times: Whether to say when.
        """
        where = f"[{self.row[1]} {self.row[2]}] " if self.row else ""
        return f"{where}{self.text}{f', {self.when}' if times and self.when else ''}"


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis:
    """How a connection ended, what it most likely means, and what to do.

    Attributes:
        cause: One of `CAUSES`.
        sentence: What happened, without measured times or ports.
        advice: What to do.
        certainty: ``certain``, ``likely`` or ``unknown``.
        evidence: What was recorded, in the order in which it is best read.
        doubt: What the recording cannot tell; empty where it tells all.
        first: Which side closed first, with a Close frame or by ending TCP; empty where that is neither or not known.
        code: What the closing says in a number: the code of the first Close frame, 1005 for one without, 1006 for none.
        clean: Whether both Close frames went by (RFC 6455 section 7.1.4).
    """

    cause: str
    sentence: str
    advice: str
    certainty: Certainty
    evidence: tuple[Evidence, ...] = ()
    doubt: str = ""
    first: Literal["client", "server", ""] = ""
    code: int = 1006
    clean: bool = False

    def report(self, *, times: bool = True) -> str:
        """All of it as text.

        Args:
            times: Whether to say when things happened. Without, it is the same text for the same conversation.
        """
        text = "\n".join([*self._head(), *(f"  - {each.say(times=times)}" for each in self.evidence)])
        return text if times else _VARIES.sub("\u2026", masked(text))

    def _head(self) -> list[str]:
        lines = [f"{self.cause} ({self.certainty}): {self.sentence}", f"  do: {self.advice}"]
        return lines + ([f"  cannot tell: {self.doubt}"] if self.doubt else [])

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        return "\n".join(self._head())
