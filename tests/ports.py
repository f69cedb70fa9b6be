"""Ports that nobody else takes by chance.

Whoever asks the system for a free port, and every client that connects, gets one of its ephemeral range. Tests run side by
side, so a port of that range that was free a moment ago, or has just been given back, may be somebody else's when it is wanted.
The ports here lie below that range. Each worker of a run has some of its own, and gives none of them twice.
"""

from __future__ import annotations

import itertools
import os
import random
import socket
from pathlib import Path

_WORKERS = 16
_LOWEST = 12_000  # below it, services have their ports
_SPREAD = 1000  # ports of one worker


def free_port() -> int:
    """A port of 127.0.0.1 and ::1 that is free, and stays so until the test takes it; also when it gives it back for a while."""
    for port in _mine:
        if all(_is_free(host, kind, port) for host, kind in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))):
            return port
    raise AssertionError("unreachable")


def _is_free(host: str, kind: socket.AddressFamily, port: int) -> bool:
    try:
        sock = socket.socket(kind)
    except OSError:  # the system has no such addresses
        return True
    with sock:
        try:
            sock.bind((host, port))
        except OSError as error:
            return kind == socket.AF_INET6 and not _is_taken(error)
    return True


def _is_taken(error: OSError) -> bool:
    return error.errno in (13, 48, 98, 10013, 10048)  # EACCES and EADDRINUSE, on Linux, macOS and Windows


def _ports() -> itertools.cycle[int]:
    try:
        ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        ephemeral = 49_152  # RFC 6335 section 6
    spread = min(_SPREAD, max(100, (ephemeral - _LOWEST) // _WORKERS))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    first = _LOWEST + worker * spread
    begin = random.randrange(spread)  # another run may go on beside this one
    return itertools.cycle([first + (begin + number) % spread for number in range(spread)])


_mine = _ports()
