"""How a TCP connection is ended on purpose, and in words how it ended, or never came to be.

send_fin     this direction ends in good order; the other may go on
send_rst     both end at once; the peer loses what it has not read
abort_later  for whoever has sent FIN, or closed, and does not wait for ever
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
import struct

from wslab.timeline import tcp_words

ORDERLY_END_SECONDS = 1.0
"""How long TCP may take to end in good order."""

GOODBYE_SECONDS = 0.4
"""How long the end of a loop, or of a lab, may wait for its connections to have closed."""

_RST_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: l_onoff, l_linger
_NO_WAY = (errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN)


def send_fin(transport: asyncio.WriteTransport) -> None:
    """End this direction of a connection, behind what is written."""
    with contextlib.suppress(OSError):  # the peer has just reset the connection: that is about to be told
        transport.write_eof()


def send_rst(transport: asyncio.WriteTransport) -> None:
    """End a connection at once."""
    with contextlib.suppress(OSError):  # it is closed already
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
    transport.abort()


def abort_later(transport: asyncio.WriteTransport) -> asyncio.TimerHandle:
    """Abort a connection unless it has ended in good order by then, and this timer is cancelled.

    Whoever has sent FIN waits for the peer's with an open socket: bytes that nobody has read turn the FIN of a closing one into RST.
    """
    return asyncio.get_running_loop().call_later(ORDERLY_END_SECONDS, transport.abort)


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
