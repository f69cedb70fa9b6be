"""A handler that blocks freezes only its own server, and whoever waits is told where it stands and what to write."""

from __future__ import annotations

import inspect
import re
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import wslab
from tests.net.harness import LIMIT, rows, until
from tests.net.server import handlers_that_stay
from tests.net.server.handlers_that_stay import BLOCKING, sleeps, spins
from wslab import Lab, TimedOut
from wslab.net import where
from wslab.timeline import SourceLine, is_own_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.net import Handler


def line_of(handler: Handler, code: str) -> int:
    """The number of a line of a handler."""
    lines, first = inspect.getsourcelines(handler)
    return next(first + number for number, line in enumerate(lines) if code in line)


@pytest.mark.parametrize("handler", BLOCKING)
async def test_other_servers_still_answer(handler: Handler) -> None:
    async with Lab() as lab:
        other = await lab.serve(name="other")
        socket = lab.WebSocket((await lab.serve(handler)).url)
        await socket.opened()
        socket.send("block")
        answers = lab.WebSocket(other.url)
        await answers.opened()
        for number in range(20):
            answers.send(str(number))
            assert (await answers.next()).data == str(number)
        assert socket.readyState == socket.OPEN


@pytest.fixture
def sleeps_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets `sleeps` sleep until the test is over, however long that takes."""
    release = threading.Event()
    monkeypatch.setattr(handlers_that_stay, "BLOCKED", 10 * LIMIT)
    monkeypatch.setattr(handlers_that_stay, "time", SimpleNamespace(sleep=release.wait))
    yield
    release.set()


async def test_whoever_waits_is_told_handler_seconds_line_code_and_cure(sleeps_on: None) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(sleeps)).url)
        await socket.opened()
        socket.send("block")
        await until(lambda: rows(lab, name="handler sleeps blocks server server"), "the row")
        row = rows(lab, name="handler sleeps blocks server server")[0]
        assert f"at line {line_of(sleeps, 'time.sleep')}: time.sleep(BLOCKED)" in row.text
        assert row.text.endswith("use await asyncio.sleep")
        assert row.problem == "nobody else is served meanwhile"
        with pytest.raises(TimedOut) as caught:
            await socket.next(timeout=0.2)
        sentence = str(caught.value)
        assert re.fullmatch(
            r"no message event within 0.2 s: handler sleeps has blocked its server for \d+ s at line "
            rf"{line_of(sleeps, 'time.sleep')}: time\.sleep\(BLOCKED\).*; use await asyncio\.sleep",
            sentence,
        ), sentence
        assert caught.value.waited == 0.2


async def test_settled_opened_and_connect_say_so_too() -> None:
    async with Lab() as lab:
        server = await lab.serve(spins, name="spinner")
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.send("block")
        await until(lambda: rows(lab, name="handler spins blocks server spinner"), "the row")
        second = lab.WebSocket(server.url)
        told = rf"handler spins has blocked its server for \d+ s at line ({line_of(spins, 'while True')}|{line_of(spins, 'pass')})"
        with pytest.raises(TimedOut, match=told):
            await second.opened(timeout=0.2)
        with pytest.raises(TimedOut, match=told):
            await lab.settled(timeout=0.2)
        assert len(rows(lab, name="handler spins blocks server spinner")) == 1


async def test_a_server_that_only_waits_is_not_called_blocked() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        with pytest.raises(TimedOut) as caught:
            await socket.next(timeout=1.7)
        assert "blocked" not in str(caught.value)
        assert f"the socket is {socket!r}" in str(caught.value)


def test_the_place_is_the_learners_own_line_not_the_librarys() -> None:
    release, ready = threading.Event(), threading.Event()

    def stand() -> None:
        ready.set()
        release.wait(60)

    thread = threading.Thread(target=stand)
    thread.start()
    assert ready.wait(60)
    place = where(thread)
    release.set()
    thread.join()
    assert place is not None
    assert (place.function, place.code) in {("stand", "release.wait(60)"), ("stand", "ready.set()")}
    assert where(thread) is None


@pytest.mark.parametrize(
    ("code", "suggestion"),
    [
        ("time.sleep(8)", "use await asyncio.sleep"),
        ("sleep(8)", "use await asyncio.sleep"),
        ("requests.get(url)", "use await asyncio.to_thread(...) for it"),
        ("urlopen(url)", "use await asyncio.to_thread(...) for it"),
        ("input('name? ')", "a server cannot wait for a keyboard; send it a message instead"),
        ("total += 1", "move slow work to await asyncio.to_thread(...), or let others run with await asyncio.sleep(0)"),
    ],
)
def test_each_blocking_line_has_its_cure(code: str, suggestion: str) -> None:
    assert SourceLine("chat", 4, code).suggestion == suggestion


def test_a_folder_beside_the_package_is_the_learners() -> None:
    package = Path(wslab.__file__).resolve().parent

    def frame_in(name: str) -> bool:
        scope: dict[str, object] = {}
        exec(compile("import sys\nframe = sys._getframe()", name, "exec"), scope)
        return is_own_code(scope["frame"])  # type: ignore[arg-type]

    assert not frame_in(str(package / "net" / "server" / "server.py"))
    assert not frame_in(inspect.getsourcefile(threading) or "")
    assert not frame_in("/home/ana/.local/lib/python3.12/site-packages/websockets/server.py")
    assert not frame_in("/usr/lib/python3/dist-packages/websockets/server.py")
    assert not frame_in("C:\\Users\\ana\\venv\\Lib\\site-packages\\websockets\\server.py")
    assert frame_in(str(package) + "-course/exercise.py")
    assert frame_in("/tmp/ipykernel_7/12.py")
