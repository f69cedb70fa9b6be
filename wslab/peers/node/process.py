"""A Node process and everything it starts: begun together, ended together.

    kernel ──stdin──►  a Worker in Node: when stdin ends, the kernel is gone, and the Worker kills the whole group
                       (so too when a lab ends, perhaps with its kernel: that Worker goes on when the kernel has gone)
    kernel ──signal──► the process group: SIGTERM, and SIGKILL for what has not gone soon after
    after the end      what left the group is found by the run's mark in its environment

So nothing outlives the run, whichever of the two ends first and however.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from wslab.net import start_thread
from wslab.peers.socket_wrapper import socket_wrapper
from wslab.timeline import log_failure

if TYPE_CHECKING:
    from collections.abc import Generator

    from wslab.peers.node.find import Node
    from wslab.timeline import Failed

STATIC = Path(__file__).parent / "static"
MARK = "WSLAB_NODE_RUN"
_CHUNK = 64 * 1024


class NodeProcess:
    """Node, running a cell.

    Args:
        node: Which Node.
        config: What main.cjs is told first, see there; what all runs are told is added here.
        packages: A folder of packages that ``require`` looks into last.
        failed: Told what the thread that waits for Node raises.
    """

    def __init__(self, node: Node, config: dict[str, Any], packages: Path | None, failed: Failed = log_failure) -> None:
        packaged = None if packages is None else str(packages)
        self._config = {**config, "socket": socket_wrapper(), "kernel": os.getpid(), "ws": packaged}
        self._mark = secrets.token_hex(16)
        environment = node.environment() | {MARK: self._mark}
        if packages is not None:
            places = (os.environ.get("NODE_PATH", ""), str(packages / "node_modules"))
            environment["NODE_PATH"] = os.pathsep.join(filter(None, places))
        self._writing = threading.Lock()
        self._open = True
        self._begun = False
        self._early: list[bytes] | None = None  # what it is told while it reads what it is told first
        self._process = subprocess.Popen(  # noqa: S603  Node, as `find_node` found it
            [node.path, "--experimental-vm-modules", str(STATIC / "main.cjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # one stream, so that all of it keeps its order
            bufsize=0,
            env=environment,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._watcher = start_thread(f"wslab node {self.pid}", self._watch, failed)

    @property
    def code(self) -> int | None:
        """Its exit code; the negative number of a signal that ended it; None while it runs."""
        return self._process.returncode

    def chunks(self) -> Generator[bytes, None, None]:
        """What it writes, until it and all it has started are gone. Blocks. Whoever leaves it in the midst ends Node first."""
        self._begin()
        assert self._process.stdout is not None
        try:
            with contextlib.suppress(OSError, ValueError):
                while chunk := os.read(self._process.stdout.fileno(), _CHUNK):
                    yield chunk
        finally:
            self._watcher.join()
            with self._writing:
                self._open = False
                for pipe in (self._process.stdin, self._process.stdout):
                    if pipe is not None:
                        pipe.close()

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message to Node. Returns at once: where Node does not listen any more, nothing is sent."""
        line = json.dumps(message).encode() + b"\n"
        with self._writing:
            if not self._begun:
                self._config |= message  # with all that it reads first: its cell has it from the beginning
            elif self._early is not None:
                self._early.append(line)
            elif self._open:
                self._write(line)

    def hang_up(self) -> None:
        """End it as the end of this process would: its Worker kills what the run has started, and then Node. Returns at once.

        That goes on when this process is gone, which a search for what has left Node's group may not live to finish.
        """
        if sys.platform == "win32":
            self.signal(kill=True)
            return
        with self._writing:
            self._open = False
            if self._begun and self._early is None and self._process.stdin is not None:
                self._process.stdin.close()

    def signal(self, *, kill: bool = False) -> None:
        """Ask the whole group to end, or kill it. Returns at once."""
        if self._process.returncode is not None:
            return
        if sys.platform == "win32":
            _kill_tree(self.pid)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL if kill else signal.SIGTERM)

    def _begin(self) -> None:
        """Sends what Node is told first: it may be long, and Node reads it before anything else."""
        assert self._process.stdin is not None
        pipe = self._process.stdin.fileno()
        with self._writing:
            self._begun, self._early = True, []
            rest = memoryview(json.dumps(self._config).encode() + b"\n")
        with contextlib.suppress(OSError):  # nobody else writes yet, and nobody waits for this
            while rest:
                rest = rest[os.write(pipe, rest) :]
        with self._writing:
            if sys.platform != "win32":
                os.set_blocking(pipe, False)
            early, self._early = self._early or [], None
            for line in early:
                self._write(line)
            if not self._open:  # it was hung up on meanwhile
                self._process.stdin.close()

    def _write(self, line: bytes) -> None:
        """Writes a few hundred bytes at most: a pipe takes them whole or not at all."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            os.write(self._process.stdin.fileno(), line)

    def _watch(self) -> None:
        """Waits for Node, and kills what it has left behind."""
        self._process.wait()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(MARK) == self._mark:
                    process.kill()


def _kill_tree(pid: int) -> None:
    """Kills a process and what it has started, where there are no process groups."""
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        for process in (*parent.children(recursive=True), parent):
            with contextlib.suppress(psutil.Error):
                process.kill()
