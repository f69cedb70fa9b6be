"""How TCP ends, or never comes to be, in words."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import NamedTuple


class Ending(NamedTuple):
    """How a client's connection ended: what its `close` event says, and whether an `error` event comes before it.

    `stop` is the offset behind the last byte that was received.
    """

    failed: bool
    clean: bool
    code: int
    reason: str
    stop: int


def how_it_ended(error: BaseException | None) -> str:
    """How an established TCP connection ended.

    Returns:
        A phrase; empty for an orderly end.
    """
    if error is None:
        return ""
    if isinstance(error, ConnectionResetError):
        return "reset by the peer (RST)"
    if isinstance(error, BrokenPipeError):
        return "written to after the peer was gone"
    return str(error) or type(error).__name__


def why_no_tcp(error: BaseException, host: str, port: int) -> str:
    """Why no TCP connection could be established.

    Args:
        error: What came out of connecting.
        host: Where to.
        port: Which port.
    """
    at = f"{f'[{host}]' if ':' in host else host}:{port}"
    codes = {getattr(part, "errno", None) for part in (error, *getattr(error, "exceptions", ()))}
    if isinstance(error, ConnectionRefusedError) or errno.ECONNREFUSED in codes or "Errno 111" in str(error):
        return f"refused: nobody listens at {at}"
    if isinstance(error, socket.gaierror):
        return f"the name {host} cannot be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: the certificate of {at} is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed at {at}: {error.reason or error}"
    if isinstance(error, TimeoutError):
        return f"no answer from {at} in time"
    return str(error) or type(error).__name__
