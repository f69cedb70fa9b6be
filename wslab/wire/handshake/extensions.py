"""Extensions in a head: how one is written, whether the parameters of permessage-deflate are right, and what was agreed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.wire.deflate import Deflate

if TYPE_CHECKING:
    from wslab.wire.handshake.head import Head

_BITS = frozenset(str(bits) for bits in range(8, 16))
_PARAMETERS = {
    "server_no_context_takeover",
    "client_no_context_takeover",
    "server_max_window_bits",
    "client_max_window_bits",
}


def extension(text: str) -> tuple[str, dict[str, str | None]]:
    """Read one extension with its parameters (RFC 6455 section 9.1).

    Args:
        text: ``permessage-deflate; client_max_window_bits=10``.

    Returns:
        The name and the parameters, None for one without a value.
    """
    name, *rest = (part.strip(" \t") for part in text.split(";"))
    parameters: dict[str, str | None] = {}
    for part in rest:
        key, sign, value = part.partition("=")
        parameters[key.strip(" \t").lower()] = value.strip(' \t"') if sign else None
    return name.lower(), parameters


def deflate_problem(parameters: dict[str, str | None], *, answer: bool) -> str:
    """Judge the parameters of permessage-deflate (RFC 7692 section 7.1).

    Args:
        parameters: As `extension` gives them.
        answer: Whether a server says them.

    Returns:
        What is wrong, or nothing.
    """
    for key, value in parameters.items():
        if key not in _PARAMETERS:
            return f"permessage-deflate has no parameter {key[:40]!r}"
        if key.endswith("takeover"):
            if value is not None:
                return f"{key} has no value"
        elif value is None:
            if answer or key.startswith("server"):
                return f"{key} needs a value from 8 to 15"
        elif value not in _BITS:
            return f"{key} must be a number from 8 to 15 without leading zeros"
    return ""


def negotiated_deflate(response: Head, direction: str) -> Deflate | None:
    """Read from a server's response what it agreed to (RFC 7692 section 7.1).

    Args:
        response: The server's handshake response.
        direction: ``client to server`` or ``server to client``.

    Returns:
        The parameters, or None when messages of this direction travel as they are.
    """
    sender = "client" if direction.startswith("client") else "server"
    for value in response.values("sec-websocket-extensions"):
        for offer in value.split(","):
            name, *parameters = (part.strip().lower() for part in offer.split(";"))
            if name != "permessage-deflate":
                continue
            bits, takeover = 15, True
            for parameter in parameters:
                key, _, setting = parameter.partition("=")
                if key.strip() == f"{sender}_no_context_takeover":
                    takeover = False
                elif key.strip() == f"{sender}_max_window_bits" and setting.strip('" ') in _BITS:
                    bits = int(setting.strip('" '))
            return Deflate(bits, takeover)
    return None
