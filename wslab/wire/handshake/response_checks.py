"""What a server's answer must say, and when a client must fail the connection (RFC 6455 section 4.1 and 4.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.wire.handshake.checks import ONCE, START, HeaderChecks, elements, missing_word
from wslab.wire.handshake.extensions import deflate_problem, extension

if TYPE_CHECKING:
    from wslab.wire.handshake.head import Head


def response_checks(request: Head | None, response: Head, accept: str | None) -> HeaderChecks:
    """Judge a response as the client must.

    Args:
        request: The request that it answers, or None when it is not at hand.
        response: Its head.
        accept: What Sec-WebSocket-Accept must be; None when no key is known.

    Returns:
        What is right and what is wrong. Of a response that does not accept, only what HTTP demands is judged.
    """
    checks = HeaderChecks()
    if not response.is_http or response.status is None:
        checks.note(START, "this is no HTTP/1.1 response")
        return checks
    if response.status != 101:
        if response.status == 426:
            words = elements(response, "upgrade")
            checks.note("upgrade", "" if words else "required in a 426, and not there: websocket")
        return checks
    checks.note(START, "" if response.start_line.startswith("HTTP/1.1 ") else "the version must be HTTP/1.1")
    checks.note("upgrade", missing_word(response, "upgrade", "websocket"))
    checks.note("connection", missing_word(response, "connection", "Upgrade"))
    values = response.values("sec-websocket-accept")
    if not values:
        checks.note("sec-websocket-accept", "required, and not there" + (f": {accept}" if accept else ""))
    elif len(values) > 1:
        checks.note("sec-websocket-accept", ONCE)
    elif accept is not None:
        wrong = values[0] != accept
        checks.note("sec-websocket-accept", f"it must be {accept} for this key" if wrong else "")
    if response.values("sec-websocket-protocol"):
        checks.note("sec-websocket-protocol", _protocol(request, response))
    if response.values("sec-websocket-extensions"):
        checks.note("sec-websocket-extensions", _extensions(request, response))
    if response.values("sec-websocket-key"):
        checks.note("sec-websocket-key", "only a client sends it")
    return checks


def _protocol(request: Head | None, response: Head) -> str:
    chosen = response.values("sec-websocket-protocol")
    if len(chosen) > 1 or "," in chosen[0]:
        return "it must name exactly one subprotocol"
    if request is None:
        return ""
    offered = elements(request, "sec-websocket-protocol")
    if chosen[0] in offered:
        return ""
    return f"{chosen[0][:40]!r} was not offered; the client must fail the connection"


def _extensions(request: Head | None, response: Head) -> str:
    offers: dict[str, list[dict[str, str | None]]] = {}
    for offer in elements(request, "sec-websocket-extensions") if request else []:
        name, parameters = extension(offer)
        offers.setdefault(name, []).append(parameters)
    for agreed in elements(response, "sec-websocket-extensions"):
        name, parameters = extension(agreed)
        if request is not None and name not in offers:
            return f"{name[:40]!r} was not offered; the client must fail the connection"
        if name != "permessage-deflate":
            continue
        if problem := deflate_problem(parameters, answer=True):
            return problem
        if (
            request is not None
            and "client_max_window_bits" in parameters
            and not any("client_max_window_bits" in offer for offer in offers[name])
        ):
            return "client_max_window_bits was not offered, so it must not be in the answer"
    return ""
