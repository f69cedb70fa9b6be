"""What the lines of an opening handshake are for, each with the section that says so."""

from __future__ import annotations

from wslab.wire.handshake.checks import START
from wslab.wire.handshake.extensions import extension

_REQUEST: dict[str, tuple[str, str]] = {
    START: ("asks for a resource with GET, in HTTP/1.1 or higher", "RFC 6455 section 4.1"),
    "host": ("the server that is meant, as in the URL; a port only when it is not the usual one", "RFC 9110 section 7.2"),
    "upgrade": ("asks to speak another protocol on this connection: websocket", "RFC 6455 section 4.1"),
    "connection": ("says that Upgrade is meant for the next hop, not to be passed on", "RFC 6455 section 4.1"),
    "sec-websocket-key": (
        "16 random bytes in base64; the server proves with them that it understood", "RFC 6455 section 11.3.1",
    ),
    "sec-websocket-version": ("the version of the protocol: 13 is the one there is", "RFC 6455 section 4.1"),
    "sec-websocket-protocol": (
        "the subprotocols that the client can speak, the preferred one first", "RFC 6455 section 11.3.4",
    ),
    "sec-websocket-extensions": ("the extensions that the client offers", "RFC 6455 section 9.1"),
    "origin": (
        "where the page comes from that opens the connection; browsers send it, and a server decides by it",
        "RFC 6455 section 10.2",
    ),
    "cookie": ("the cookies that the browser keeps for this host, whichever page asks", "RFC 6265 section 5.4"),
    "authorization": ("credentials; a browser's WebSocket cannot set them", "RFC 9110 section 11.6.2"),
    "proxy-authorization": ("credentials for a proxy", "RFC 9110 section 11.7.2"),
    "user-agent": ("which program asks", "RFC 9110 section 10.1.5"),
    "accept-encoding": ("compression of HTTP bodies; it does not matter for frames", "RFC 9110 section 12.5.3"),
    "accept-language": ("the languages that the user reads", "RFC 9110 section 12.5.4"),
    "cache-control": ("tells caches to stay out of the way", "RFC 9111 section 5.2"),
    "pragma": ("tells old caches to stay out of the way", "RFC 9111 section 5.4"),
}  # fmt: skip
_RESPONSE: dict[str, tuple[str, str]] = {
    START: ("101 accepts; with any other status there is no WebSocket", "RFC 6455 section 4.2.2"),
    "upgrade": ("the protocol that is spoken from here on, or must be asked for: websocket", "RFC 6455 section 4.2.2"),
    "connection": ("says that Upgrade is meant for this hop", "RFC 6455 section 4.2.2"),
    "sec-websocket-accept": (
        "proves that the server read the key: base64 of the SHA-1 of key and GUID", "RFC 6455 section 4.2.2",
    ),
    "sec-websocket-protocol": ("the one subprotocol that the server chose", "RFC 6455 section 11.3.4"),
    "sec-websocket-extensions": ("the extensions that the server agrees to", "RFC 6455 section 9.1"),
    "sec-websocket-version": ("the versions that the server understands, when it refuses another", "RFC 6455 section 4.4"),
    "server": ("which program answers", "RFC 9110 section 10.2.4"),
    "date": ("when it answered", "RFC 9110 section 6.6.1"),
    "content-length": ("how many bytes of body follow", "RFC 9110 section 8.6"),
    "content-type": ("what kind of body follows", "RFC 9110 section 8.3"),
    "transfer-encoding": ("how the body is cut into chunks", "RFC 9112 section 6.1"),
    "allow": ("the methods that the server would take", "RFC 9110 section 10.2.1"),
    "location": ("where to ask instead; browsers do not follow it for a WebSocket", "RFC 6455 section 4.1"),
    "www-authenticate": ("how to prove who one is", "RFC 9110 section 11.6.1"),
    "retry-after": ("when to try again", "RFC 9110 section 10.2.3"),
    "set-cookie": ("a cookie for the browser to keep", "RFC 6265 section 4.1"),
}  # fmt: skip
_STATUS: dict[int, tuple[str, str]] = {
    101: ("Switching Protocols: accepted, frames follow behind the empty line", "RFC 6455 section 4.2.2"),
    400: ("Bad Request: the server could not take the request as it is", "RFC 9110 section 15.5.1"),
    401: ("Unauthorized: the server wants to know who asks", "RFC 9110 section 15.5.2"),
    403: ("Forbidden: refused, as for an Origin that the server does not accept", "RFC 9110 section 15.5.4"),
    404: ("Not Found: there is nothing at this target", "RFC 9110 section 15.5.5"),
    405: ("Method Not Allowed: the method is not GET", "RFC 9110 section 15.5.6"),
    426: ("Upgrade Required: the client must ask for another protocol or version", "RFC 9110 section 15.5.22"),
    503: ("Service Unavailable: not now", "RFC 9110 section 15.6.4"),
    505: ("HTTP Version Not Supported: this version of HTTP is not taken", "RFC 9110 section 15.6.6"),
}
_OTHER = "not a part of the opening handshake", "RFC 6455 section 4.2.1"


def meaning_of(name: str, value: str | None, *, answer: bool) -> tuple[str, str]:
    """Say what a line is for.

    Args:
        name: The header's name in lower case; empty for the first line.
        value: Its value as shown.
        answer: Whether it is a server's.

    Returns:
        The meaning in words, and the section.
    """
    if answer and name == START and value is not None:
        status = value.split(" ")[1:2]
        number = int(status[0]) if status and status[0].isdigit() and status[0].isascii() else -1
        return _STATUS.get(number, _RESPONSE[START])
    if name == "connection" and value is not None and "upgrade" not in value.lower():
        return "what happens to the connection behind this answer: close or keep-alive", "RFC 9112 section 9.3"
    meaning, section = (_RESPONSE if answer else _REQUEST).get(name, _OTHER)
    if name == "sec-websocket-extensions" and value and "permessage-deflate" in value.lower():
        return f"{meaning}: {_deflate(value, answer=answer)}", "RFC 7692 section 7.1"
    return meaning, section


def _deflate(value: str, *, answer: bool) -> str:
    """What permessage-deflate with its parameters says."""
    offers = [extension(part) for part in value.split(",")]
    parameters = next((found for name, found in offers if name == "permessage-deflate"), {})
    says = ["messages are compressed" if answer else "messages may be compressed"]
    for side in ("client", "server"):
        if f"{side}_no_context_takeover" in parameters:
            says.append(f"each of the {side}'s messages on its own")
        bits = parameters.get(f"{side}_max_window_bits")
        if bits in {str(n) for n in range(8, 16)}:
            says.append(f"the {side}'s window has {2 ** int(bits or 15)} bytes")
        elif f"{side}_max_window_bits" in parameters and bits is None:
            says.append(f"the server may limit the {side}'s window")
    return ", ".join(says)
