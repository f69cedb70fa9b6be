"""How TCP ends, or never comes to be, in words."""

from __future__ import annotations

import errno
import socket
import ssl

from wslab.timeline import tcp_words

_NO_WAY = (errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN)


def how_it_ended(error: BaseException | None) -> str:
    """How an established TCP connection ended.

    Returns:
        A phrase; empty for an orderly end.
    """
    if error is None:
        return ""
    if isinstance(error, ConnectionResetError):
        return tcp_words.RESET
    if isinstance(error, BrokenPipeError) or getattr(error, "errno", None) == errno.ENOTCONN:
        return tcp_words.GONE
    if isinstance(error, OSError) and error.errno in _NO_WAY:
        return f"{tcp_words.SYSTEM}: {error.strerror}"
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
        return f"{tcp_words.REFUSED}: nobody listens at {at}"
    if isinstance(error, socket.gaierror):
        return f"the name {host} {tcp_words.UNRESOLVED}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{tcp_words.TLS}: the certificate of {at} is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return f"{tcp_words.TLS} failed at {at}: {error.reason or error}"
    if isinstance(error, ConnectionResetError) and "Connect call failed" in str(error):  # it was up for an instant
        return f"{tcp_words.RESET} as soon as it was established: {at} could not serve it"
    if isinstance(error, ConnectionResetError):  # never of TCP's own handshake: there it would be refused
        return f"{tcp_words.TLS} failed at {at}: the server ended TCP in the middle of the TLS handshake"
    if isinstance(error, TimeoutError):
        return f"{tcp_words.NO_ANSWER} {at} in time"
    return str(error) or type(error).__name__
