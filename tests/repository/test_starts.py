"""Threads, sockets, tasks and callbacks start in a few places, so that threads and sockets can be replaced, and exceptions are heard.

    a thread, an event loop    `start_thread` and `LoopThread` (wslab.net.threads), the screen's own
    a socket                   wslab.net.sockets; what `websockets` opens or serves, where its `connect` and `serve` are imported
    a task                     `spawn` (wslab.net.tasks)
    a callback of a loop       anything, on a loop of ours: `LoopThread` tells what it raises
                               only `guarded`, or what is named here, on a loop that may be the learner's

`wslab.lessons` runs somebody else's code apart, on threads and tasks whose exceptions are its result; it is looked at by itself.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[2] / "wslab"
APART = ("lessons/",)

NEVER = [
    "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "run_in_executor", "to_thread", "ensure_future", "TaskGroup",
    "socketpair", "fromfd", "sock_accept", "connect_accepted_socket", "create_datagram_endpoint", "create_unix_connection",
    "create_unix_server", "open_connection", "open_unix_connection", "start_server", "start_unix_server", "unix_connect", "unix_serve",
    "urlopen", "HTTPConnection", "HTTPSConnection", "HTTPServer", "ThreadingHTTPServer", "TCPServer",
]  # fmt: skip
"""What starts something, and stands nowhere."""

STARTS: dict[str, dict[str, str]] = {
    "Thread": {"net/threads.py": "where threads start", "view/flusher.py": "the screen's, in a room beside"},
    "create_task": {"net/tasks.py": "where tasks start"},
    "gather": {"lab/shutdown.py": "what it returns is looked at", "lab/hosting.py": "awaited"},
    "run_coroutine_threadsafe": {
        "net/threads.py": "its result is awaited by whoever asks",
        "net/raw/taking.py": "its result is awaited",
        "lab/shutdown.py": "tells what it raises by itself",
        "peers/browser/run.py": "its result is awaited",
    },
    "new_event_loop": {"net/threads.py": "where loops start"},
    "set_exception_handler": {"net/threads.py": "what tells"},
    "register": {
        "net/websocket/client_host.py": "atexit: closes sockets, which cannot raise",
        "lab/lab.py": "atexit: each lab by itself",
        "view/flusher.py": "atexit: ends a thread",
    },
    "finalize": {"net/raw/socket.py": "posts to a thread, which cannot raise", "view/flusher.py": "sets flags"},
    **{name: {} for name in NEVER},
    "socket": {"net/sockets/ports.py": "listens", "net/sockets/connections.py": "connects from a port that is known before"},
    "create_server": {"net/sockets/connections.py": "where connections are accepted", "command/checks.py": "doctor: does loopback work?"},
    "create_connection": {"net/sockets/connections.py": "where connections are made", "command/checks.py": "doctor: does loopback work?"},
    "sock_connect": {"net/sockets/connections.py": "connects from a port that is known before"},
    "connect": {"net/client/connect.py": "the client that is recorded, which opens its own socket"},
    "serve": {
        "net/server/serving.py": "the server, given its sockets", "peers/browser/control.py": "the channel to a page, given its socket",
        "lab/argument_checks.py": "reads which options it has",
    },
}  # fmt: skip
"""What starts something, and where it may stand, each with its reason."""

SCHEDULES = {"call_soon", "call_soon_threadsafe", "call_later", "call_at", "add_done_callback"}
OURS = {"net/threads.py", "net/websocket/connection.py", "peers/on_thread.py", "peers/browser/session.py"}
"""Modules whose callbacks run on a loop of ours."""

SAFE = {
    "self._take": "the queue of a socket tells what its steps raise",
    "self._outbox.post": "puts something into a queue",
    "self.loosen": "sets a flag",
    "self._pump_later": "guarded where it is made",
    "transport.abort": "asyncio's own",
    "act": "spawns",
    "_fulfil": "raises where it is waited for",
    "_running.discard": "a set's own",
    "lambda _: work.close()": "closes a coroutine that has ended, or never began",
    "lambda _: wires.discard(wire)": "a set's own",
    "lambda _: life.end()": "closes sockets, on the thread that has ended",
    "lambda _: self._thread_ended()": "closes sockets, on the thread that has ended",
}
"""What may be called on a loop that is not ours, unguarded, each with its reason."""


def offences(package: Path) -> list[str]:
    """Says everything that breaks the rules of this module."""
    found = []
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if not name.startswith(APART):
            found += [f"{name}, {text}" for text in offences_in(ast.parse(path.read_text(encoding="utf-8")), name)]
    return found


def offences_in(tree: ast.Module, name: str) -> Iterator[str]:
    """The offences of one module."""
    for node in ast.walk(tree):
        what = name_of(node.func if isinstance(node, ast.Call) else node)
        for each in [what] if not isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]:
            if each in STARTS and name not in STARTS[each] and starts(each, node):
                yield f"line {line_of(node)}: {each} starts something; use spawn, start_thread, LoopThread or what wslab.net.sockets offers"
        if isinstance(node, ast.Call) and what in SCHEDULES and name not in OURS:
            given = node.args[1 if what in ("call_later", "call_at") else 0]
            call = isinstance(given, ast.Call) and ast.unparse(given.func) == "guarded"
            if not call and ast.unparse(given) not in SAFE:
                yield f"line {node.lineno}: {what}({ast.unparse(given)}) is not guarded, on a loop that may be the learner's"


def name_of(node: ast.AST) -> str:
    """What a piece of code calls, or names."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def starts(what: str, node: ast.AST) -> bool:
    """True if a name of `STARTS` means what it says there."""
    text = ast.unparse(node)
    if what in {
        "connect",
        "serve",
        "unix_connect",
        "unix_serve",
    }:  # of `websockets`: imported, or called by its whole name
        module = node.module or "" if isinstance(node, ast.ImportFrom) else text.rpartition(".")[0]
        return isinstance(node, (ast.ImportFrom, ast.Attribute)) and module.split(".")[0] == "websockets"
    if isinstance(node, ast.ImportFrom):
        return False  # it starts where it is used
    if what in {"Thread", "socket"} and not isinstance(node, ast.Call):
        return False  # a type, or a module
    return "register" not in text or text.startswith("atexit.")


def line_of(node: ast.AST) -> int:
    """Where a piece of code stands."""
    return getattr(node, "lineno", 0)


def test_threads_sockets_tasks_and_callbacks_start_where_somebody_hears_what_they_raise() -> None:
    assert offences(PACKAGE) == []


def test_every_place_that_is_allowed_is_there() -> None:
    allowed = {(name, place) for name, places in STARTS.items() for place in places}
    used = set()
    for name, place in allowed:
        if name in (PACKAGE / place).read_text(encoding="utf-8"):
            used.add((name, place))
    assert allowed == used
    assert all((PACKAGE / place).is_file() for place in OURS)
    everything = "\n".join(ast.unparse(ast.parse(path.read_text(encoding="utf-8"))) for path in PACKAGE.rglob("*.py"))
    assert {text for text in SAFE if text not in everything} == set()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import asyncio\nasyncio.create_task(f())", "line 2: create_task starts something"),
        ("loop.create_task(f())", "line 1: create_task"),
        ("make = loop.create_task", "line 1: create_task"),
        ("map(asyncio.ensure_future, works)", "line 1: ensure_future"),
        ("import threading\nthreading.Thread(target=f).start()", "line 2: Thread"),
        ("from threading import Thread\nThread(target=f).start()", "line 2: Thread"),
        ("loop.run_in_executor(None, f)", "line 1: run_in_executor"),
        ("async def g():\n  await asyncio.to_thread(f)", "line 2: to_thread"),
        ("import atexit\natexit.register(f)", "line 2: register"),
        ("import atexit\n@atexit.register\ndef f(): ...", "line 2: register"),
        ("import asyncio\nloop = asyncio.new_event_loop()", "line 2: new_event_loop"),
        ("import socket\nsock = socket.socket(socket.AF_INET)", "line 2: socket"),
        ("from socket import socket\nsock = socket()", "line 2: socket"),
        ("import socket\nsocket.create_connection(address)", "line 2: create_connection"),
        ("import socket\nsocket.create_server(address)", "line 2: create_server"),
        ("make = loop.create_connection", "line 1: create_connection"),
        ("async def g():\n  await loop.create_server(f, sock=sock)", "line 2: create_server"),
        ("async def g():\n  await asyncio.open_connection(host, port)", "line 2: open_connection"),
        ("async def g():\n  await asyncio.start_server(f)", "line 2: start_server"),
        ("async def g():\n  await loop.sock_connect(sock, address)", "line 2: sock_connect"),
        ("from urllib.request import urlopen\nurlopen(url)", "line 2: urlopen"),
        ("import websockets\nwebsockets.connect(url)", "line 2: connect"),
        ("from websockets.asyncio.server import ServerConnection, serve", "line 1: serve"),
        ("from websockets.sync.client import connect as c", "line 1: connect"),
        ("loop.call_soon(f)", "call_soon(f) is not guarded"),
        ("loop.call_later(1, self.f)", "call_later(self.f) is not guarded"),
        ("task.add_done_callback(lambda _: f())", "add_done_callback(lambda _: f()) is not guarded"),
        ("loop.call_soon_threadsafe(partial(f, 1))", "call_soon_threadsafe(partial(f, 1)) is not guarded"),
    ],
)
def test_every_way_to_break_the_rules_is_seen(source: str, said: str) -> None:
    assert said in "\n".join(offences_in(ast.parse(source), "net/new.py"))


@pytest.mark.parametrize(
    "source",
    [
        "spawn(f(), failed)",
        "loop.call_soon(guarded(f, failed))",
        "loop.call_later(1, guarded(f, failed), 5)",
        "loop.call_soon_threadsafe(act, work, end)",
        "from x import create_task_list\ncreate_task_list()",
        "registry.register(f)",
        "LoopThread('wslab-x', failed)",
        "import socket\ndef f(sock: socket.socket) -> list[socket.socket]: ...",
        "lab.serve(handler)\nself.connect(url)\nsock.connect(address)",
        "from wslab.net.sockets import connect, listen\nconnect(f, host, port, 5)\nlisten(0)",
        "serve(handler, create_connection=factory)",
    ],
)
def test_what_is_in_order_passes(source: str) -> None:
    assert list(offences_in(ast.parse(source), "net/new.py")) == []
