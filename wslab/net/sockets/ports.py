"""Listening sockets on loopback: 127.0.0.1 and ::1, the same port on both.

A name such as ``localhost`` may mean either address, and a browser tries both, so a server listens on both.
Who holds a taken port is said where the system tells.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket

import psutil

from wslab.net.errors import PortTaken

LOOPBACK = ("127.0.0.1", "::1")
"""This machine's own addresses."""

_TRIES = 20


def listen(port: int, hosts: tuple[str, ...] = LOOPBACK) -> list[socket.socket]:
    """Listen on a port.

    Args:
        port: The port, or 0 for a free one.
        hosts: Addresses; the first must work, the others are left out where the system has no such address.

    Returns:
        One listening socket for each address.

    Raises:
        PortTaken: Somebody else listens there.
    """
    for attempt in range(_TRIES):
        first = _bind(hosts[0], port)
        sockets = [first]
        try:
            for host in hosts[1:]:
                with contextlib.suppress(_NoSuchAddress):
                    sockets.append(_bind(host, first.getsockname()[1]))
        except PortTaken:
            for sock in sockets:
                sock.close()
            if port or attempt == _TRIES - 1:
                raise
            continue
        return sockets
    raise AssertionError("unreachable")


class _NoSuchAddress(Exception):
    pass


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # asyncio switches Nagle's algorithm off only where a socket, and so each that it accepts, says that it is TCP's.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise _NoSuchAddress from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(port, holder(port, host)) from None
        if family == socket.AF_INET6:
            raise _NoSuchAddress from error
        raise
    sock.settimeout(0)
    return sock


def holder(port: int, host: str = "127.0.0.1") -> str:
    """Which program listens on a port, in words; empty where the system does not tell."""
    if port < 1024:
        return "the system: ports below 1024 need administrator rights, or another program has it"
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status != psutil.CONN_LISTEN or connection.laddr.port != port or not connection.pid:
                continue
            if connection.laddr.ip not in (host, "0.0.0.0", "::"):  # noqa: S104
                continue  # the same port of another address, where we may just have begun to listen
            name = "this kernel itself" if connection.pid == os.getpid() else psutil.Process(connection.pid).name()
            return f"{name} (process {connection.pid})"
    return ""
