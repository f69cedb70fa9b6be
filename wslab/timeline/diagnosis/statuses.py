"""What an answer other than 101 says, and who may have given it (RFC 9110 section 15)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wslab.timeline.diagnosis.result import Certainty

_FRONTS = (
    "nginx",
    "cloudflare",
    "haproxy",
    "envoy",
    "squid",
    "varnish",
    "traefik",
    "caddy",
    "apache",
    "awselb",
    "openresty",
)
_ITSELF = "from the client's end a server and a proxy in front of it look the same"


class Refusal(NamedTuple):
    """An answer other than 101, explained.

    Attributes:
        cause: As in `wslab.timeline.diagnosis.result.CAUSES`.
        sentence: What happened.
        advice: What to do.
        certainty: How sure that is.
        doubt: What cannot be told.
        lines: What of the answer shows it.
    """

    cause: str
    sentence: str
    advice: str
    certainty: Certainty
    doubt: str
    lines: tuple[str, ...]


def refusal(status: int, lines: tuple[str, ...], *, itself: bool, wrong: bool) -> Refusal:
    """Explain an answer.

    Args:
        status: Its status, not 101.
        lines: Its status line and header lines.
        itself: Whether the end of the server that answered was recorded, so that it was that server itself.
        wrong: Whether the request is wrong, as it was recorded.
    """
    front = _fronts(lines)
    shown = tuple(line for line in lines if line.lower().startswith(("location:", "server:", "via:", "retry-after:")))
    cause, why, advice = _judged(status, front=bool(front) and not itself, itself=itself, wrong=wrong)
    certainty: Certainty = "certain" if itself or cause == "redirect" else "likely"
    doubt = "" if itself else _ITSELF
    if cause == "bad-request":
        certainty = "likely"
        doubt = "a plain HTTP client and a proxy that took Upgrade out of the request look the same"
    if 300 <= status < 400:
        doubt = ""
    return Refusal(
        cause,
        f"no WebSocket: the opening handshake was answered {_name(status)}: {why}",
        advice,
        certainty,
        doubt,
        shown,
    )


def _judged(status: int, *, front: bool, itself: bool, wrong: bool) -> tuple[str, str, str]:
    who = "a proxy in front of the server" if front else "the server"
    if 300 <= status < 400:
        return (
            "redirect",
            "it leads elsewhere, and a browser's WebSocket does not follow",
            "connect to the address in Location",
        )
    if status in (400, 405, 426, 501, 505) and wrong:
        return (
            "bad-request", "the request is no right opening handshake",
            "open it with a WebSocket client, not as a page; let proxies pass Upgrade and Connection on",
        )  # fmt: skip
    if status in (404, 405, 410) or 200 <= status < 300:
        return (
            "wrong-path",
            f"{who} has no WebSocket at this path",
            "correct the path in the URL, or the proxy's rule for it",
        )
    if status == 407:
        return (
            "proxy",
            "a proxy wants to know who asks",
            "give the proxy its credentials, or leave it out (proxy=None, NO_PROXY)",
        )
    if status in (502, 504) or (status == 503 and not itself):
        return (
            "proxy", "a proxy got no right answer from the server behind it",
            "start the server behind the proxy, or correct where the proxy looks for it",
        ) if not itself else ("refused-handshake", "the server itself says so", "read the server's program: it chose this status")  # fmt: skip
    if status == 401:
        return (
            "refused-handshake",
            f"{who} wants to know who asks",
            "send credentials: a cookie, a header, or a token in the URL",
        )
    if status == 403:
        return (
            "refused-handshake", f"{who} does not let this client in, often because of its Origin",
            "allow the Origin at the server (origins=[...]), or come with the right credentials",
        )  # fmt: skip
    if status in (429, 503):
        return "refused-handshake", f"{who} has too much to do", "connect again after a pause that grows each time"
    if status >= 500:
        return "refused-handshake", f"{who} failed", "read the traceback of the server's program, and mend it"
    return "refused-handshake", f"{who} refused", "read what the answer says"


def _fronts(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The header lines that a proxy is likely to have written."""
    return tuple(
        line for line in map(str.lower, lines)
        if line.startswith(("via:", "proxy-", "x-cache:", "cf-ray:"))
        or (line.startswith("server:") and any(name in line for name in _FRONTS))
    )  # fmt: skip


def _name(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)
