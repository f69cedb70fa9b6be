"""What a client's opening handshake must say (RFC 6455 section 4.1 and 4.2.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wslab.wire.handshake.accept import key_size
from wslab.wire.handshake.checks import ONCE, START, HeaderChecks, elements, is_token, missing_word, only_value
from wslab.wire.handshake.extensions import deflate_problem, extension

if TYPE_CHECKING:
    from wslab.wire.handshake.head import Head

_TARGET = re.compile(r"/[!-~]*|(https?|wss?)://[!-~]+", re.IGNORECASE)


def request_checks(head: Head) -> HeaderChecks:
    """Judge a request.

    Args:
        head: Its head.

    Returns:
        What is right and what is wrong; headers that the handshake does not depend on are in neither.
    """
    checks = HeaderChecks()
    checks.note(START, _start(head))
    checks.note("host", only_value(head, "host", "host and port of the server")[1])
    checks.note("upgrade", missing_word(head, "upgrade", "websocket"))
    checks.note("connection", missing_word(head, "connection", "Upgrade"))
    checks.note("sec-websocket-key", _key(head))
    checks.note("sec-websocket-version", _version(head))
    if len(head.values("origin")) > 1:
        checks.note("origin", ONCE)
    if head.values("sec-websocket-protocol"):
        checks.note("sec-websocket-protocol", _protocols(head))
    if head.values("sec-websocket-extensions"):
        checks.note("sec-websocket-extensions", _extensions(head))
    if head.values("sec-websocket-accept"):
        checks.note("sec-websocket-accept", "only a server sends it")
    return checks


def _start(head: Head) -> str:
    if not head.is_http or head.status is not None:
        return "this is no HTTP/1.1 request"
    method, target, version = head.start_line.split(" ")
    if method != "GET":
        return f"the method must be GET, got {method[:20]!r}"
    if not re.fullmatch(r"HTTP/\d\.\d", version, re.ASCII):
        return f"the version must be HTTP/1.1 or higher, got {version[:20]!r}"
    if version < "HTTP/1.1":
        return f"the version must be at least HTTP/1.1, got {version}"
    if not _TARGET.fullmatch(target):
        return f"the target must be a path that begins with '/', or an http URL, got {target[:40]!r}"
    return ""


def _key(head: Head) -> str:
    key, problem = only_value(head, "sec-websocket-key", "16 random bytes in base64")
    if problem:
        return problem
    size = key_size(key)
    if size is None:
        return "it is no base64"
    return "" if size == 16 else f"it must decode to 16 bytes, got {size}"


def _version(head: Head) -> str:
    version, problem = only_value(head, "sec-websocket-version", "13")
    return problem or ("" if version == "13" else f"it must be 13, got {version[:20]!r}")


def _protocols(head: Head) -> str:
    offered = elements(head, "sec-websocket-protocol")
    if not offered:
        return "it must offer at least one subprotocol"
    bad = next((name for name in offered if not is_token(name)), None)
    if bad is not None:
        return f"a subprotocol is a token without spaces and separators, got {bad[:40]!r}"
    return "each subprotocol must be offered once" if len(set(offered)) < len(offered) else ""


def _extensions(head: Head) -> str:
    offers = elements(head, "sec-websocket-extensions")
    if not offers:
        return "it must offer at least one extension"
    for offer in offers:
        name, parameters = extension(offer)
        if not is_token(name):
            return f"an extension begins with a token, got {name[:40]!r}"
        if name == "permessage-deflate" and (problem := deflate_problem(parameters, answer=False)):
            return problem
    return ""
