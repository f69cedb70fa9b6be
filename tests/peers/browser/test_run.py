"""A run in a page, seen from the kernel: the page is a program here, which says what a page says."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any, Self

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as connect_at_once
from websockets.typing import Origin

from tests.net.harness import LIMIT
from tests.peers.left_behind import listening_on
from wslab import BadType, BadValue, Lab, LabClosed, LabError, TimedOut
from wslab.peers.browser import BrowserRun, progress, session

ORIGIN = "http://localhost:8888"


class FakePage:
    """Says what a page says.

    Args:
        run: The run to ask for.
        origin: The Origin of its handshake.
        says: The Origin that it reports; the same when left out.
    """

    def __init__(self, run: BrowserRun, origin: str = ORIGIN, says: str = "", route: str = "direct") -> None:
        assert run.page is not None
        url = f"ws://127.0.0.1:{run.page.port}/{run.page.token}"
        self.socket = connect_at_once(url, origin=Origin(origin), proxy=None, open_timeout=LIMIT).__enter__()
        self.say({"hello": says or origin, "route": route})
        self.go = self.hear()

    def say(self, message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self) -> Any:
        return json.loads(self.socket.recv(LIMIT))

    def tell(self, *items: Any) -> None:
        self.say({"items": items})

    def opens(self, number: int = 1) -> None:
        url = "ws://localhost:8080/"
        self.tell({"k": "socket", "id": number, "n": number, "marked": True, "url": url, "port": 8080})
        self.tell({"k": "event", "id": number, "name": "open", "text": ""})

    def closes(self, number: int = 1) -> None:
        self.tell({"k": "event", "id": number, "name": "close", "text": "1000, clean"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def started(lab: Lab, code: str = "1", **how: Any) -> BrowserRun:
    run = BrowserRun(lab, code, **how)
    run.start()
    return run


def rows(lab: Lab) -> list[str]:
    return [f"{row.name} {row.text}".strip() for row in lab.timeline.rows()]


def becomes(lab: Lab, *wanted: str) -> list[str]:
    """Wait until rows that begin like this are there, in this order."""
    deadline = time.monotonic() + LIMIT
    while True:
        there = iter(found := rows(lab))
        if all(any(row.startswith(one) for row in there) for one in wanted):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.01)  # between two looks


def test_a_page_gets_the_code_and_what_it_tells_is_on_the_timeline_and_on_the_console(lab: Lab) -> None:
    run = started(lab, "let x;", mode="iframe", first=3)
    with FakePage(run) as page:
        assert (page.go["go"], page.go["mode"], page.go["code"], page.go["ports"]) == (True, "iframe", "\n\nlet x;", [])
        page.tell({"k": "print", "id": None, "level": "warn", "text": "连接"})
        page.opens()
        page.tell({"k": "print", "id": 1, "level": "log", "text": "已打开"})
        page.tell({"k": "raised", "id": None, "text": "TypeError: no", "where": "line 3"})
        page.closes()
        page.say({"done": True})
        run.wait_closed(LIMIT)
        assert run.console.text == (
            "browser: ended, its socket is closed\nwarning: 连接\n已打开\nerror, line 3: TypeError: no"
        )
    found = becomes(lab, "browser: page closed its tab was closed")
    assert "browser 连接" in found
    becomes(lab, "new WebSocket() ws://localhost:8080/", "open", "print 已打开", "close 1000, clean")
    assert "browser: page attached it speaks with the kernel directly" in found
    assert "browser raised TypeError: no at line 3" in found
    assert run.over


def test_a_page_that_is_loaded_again_and_a_second_tab_do_not_get_it(lab: Lab) -> None:
    run = started(lab)
    assert run.page is not None
    assert not run.page.granted
    with FakePage(run) as page, FakePage(run) as second:
        assert (page.go["go"], second.go) == (True, {"go": False})
        assert run.page.granted
        page.say({"done": True})
        run.wait_closed(LIMIT)
    becomes(lab, "browser: page closed")
    assert sum(row.startswith("browser: page attached") for row in rows(lab)) == 1


def test_wait_says_that_no_page_has_taken_the_cell(lab: Lab) -> None:
    with pytest.raises(TimedOut, match=r"^no page has taken this cell within 0.01 s: open the notebook in JupyterLab"):
        started(lab).wait_closed(0.01)


def test_wait_names_what_is_not_over(lab: Lab) -> None:
    run = started(lab)
    with FakePage(run) as page:
        with pytest.raises(
            TimedOut, match=r"after 0.01 s it is not over: the cell's code has not ended; .* --wait 0.02$"
        ):
            run.wait_closed(0.01)
        page.say({"done": True})
        for number in range(1, 8):
            page.opens(number)
        page.tell({"k": "print", "id": 1, "level": "log", "text": "all open"})
        becomes(lab, "print all open")
        with pytest.raises(TimedOut, match=r"not over: ws://localhost:8080/ is OPEN, .* and 2 more sockets; close"):
            run.wait_closed(0.01)


def test_wait_ends_when_all_sockets_are_closed_while_the_kernel_does_nothing_else(lab: Lab) -> None:
    run, closing = started(lab), threading.Event()

    def act() -> None:
        with FakePage(run) as page:
            page.opens()
            page.say({"done": True})
            page.opens(2)
            page.closes(1)
            page.closes(2)
            closing.wait(LIMIT)

    threading.Thread(target=act, daemon=True).start()
    run.wait_closed(LIMIT)
    assert run.console.text == "browser: ended, all its sockets are closed\nno output yet"
    closing.set()


def test_code_that_raised_is_said_to_have_failed(lab: Lab) -> None:
    run = started(lab)
    with FakePage(run) as page:
        page.say({"done": False})
        run.wait_closed(LIMIT)
        assert run.console.text.startswith("browser: failed")


def test_running_the_cell_again_ends_the_run_before_it_first(lab: Lab) -> None:
    first = started(lab)
    with FakePage(first) as old:
        old.opens()

        def leave() -> None:
            assert "stop" in old.hear()
            old.socket.close()

        thread = threading.Thread(target=leave)
        thread.start()
        second = started(lab)
        assert first.over
        thread.join(LIMIT)
        with FakePage(second) as new:
            assert new.go["key"] != old.go["key"]
            assert not second.over
            becomes(
                lab,
                "browser: page attached",
                "browser: run replaced a newer run of this name took over",
                "browser: page attached",
            )
            becomes(lab, "its code is gone a newer run of this name took over")
            assert first.console.text.startswith("browser: stopped, a newer run of this name took over")


def test_a_page_that_does_not_answer_is_given_up(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_LEAVE", 0.05)
    run = started(lab)
    with FakePage(run) as page:
        page.opens()
        run.stop()
        assert page.hear() == {"stop": "somebody stopped it"}
        assert run.wait_over(LIMIT)
        becomes(lab, "browser: run stopped somebody stopped it")
        with pytest.raises(ConnectionClosed):
            page.hear()
        assert "0 sockets" in run._session.description


def test_a_run_that_no_page_has_taken_is_stopped_at_once_and_none_gets_it_later(lab: Lab) -> None:
    run = started(lab)
    assert run.page is not None
    port = run.page.port
    assert port in listening_on()
    run.stop()
    assert run.wait_over(LIMIT)
    deadline = time.monotonic() + LIMIT
    while run.page.comm is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)  # between two looks
    assert lab.hosting.runs == ()
    assert lab.hosting.ports._watchers == []
    assert port not in listening_on()
    run.wait_closed(0.01)  # nothing goes on any more


def test_other_runs_are_not_replaced(lab: Lab) -> None:
    first, second = started(lab, name="a"), started(lab, name="b")
    assert not first.over
    assert not second.over
    assert "%%browser cell 'a', no page has taken it yet" in repr(lab)


@pytest.mark.parametrize(
    "items",
    [
        "text",
        5,
        [1, None, [], "x", {}],
        [{"k": "socket"}, {"k": "socket", "id": True}, {"k": "event", "id": 1, "name": "close"}],
        [{"k": "print", "text": 3}, {"k": "print", "id": {}, "level": [], "text": "x"}, {"k": ["print"]}],
        [{"k": "raised", "text": "x", "where": 3}, {"k": "event", "id": 10**30, "name": {}}],
    ],
)
def test_a_feed_that_is_not_as_it_must_be_does_no_harm(lab: Lab, items: Any) -> None:
    run = started(lab)
    with FakePage(run) as page:
        page.say({"items": items, "done": "yes"})
        page.say({"ports": [1], "go": True})
        page.tell({"k": "print", "id": None, "level": "log", "text": "<b>still here</b>\u202e"})
        page.say({"done": True})
        run.wait_closed(LIMIT)
        becomes(lab, "browser <b>still here</b>⟨RLO⟩")
        assert run.console.text == "browser: ended\n<b>still here</b>⟨RLO⟩"


def test_a_flood_is_cut_and_its_end_is_still_seen(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_ITEMS", 10)
    run = started(lab)
    with FakePage(run) as page:
        page.opens()
        page.tell(*({"k": "print", "id": None, "level": "log", "text": f"line {n}"} for n in range(20)))
        page.closes()
        page.say({"done": True})
        run.wait_closed(LIMIT)
        assert run.console.text.splitlines()[-1] == "line 7"


def test_a_flood_of_sockets_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SOCKETS", 2)
    kept = progress.Progress()
    for number in range(5):
        kept.take({"k": "socket", "id": number, "url": "ws://localhost"})
    assert (kept.open, kept.seen) == (2, 2)


def test_a_page_that_lies_about_its_origin_does_not_get_the_run(lab: Lab) -> None:
    run = started(lab)
    with FakePage(run, origin="https://evil.example", says=ORIGIN) as page:
        assert page.go == {"go": False}
    with FakePage(run) as page:
        assert page.go["go"] is True


@pytest.mark.parametrize(
    "hello", [{"hello": 1}, {"hello": ""}, {"hello": "x" * 301}, {"hello": ORIGIN, "route": "tunnel"}]
)
def test_a_hello_that_is_none_is_refused(lab: Lab, hello: dict[str, Any]) -> None:
    run = started(lab)
    assert run._session.grant({"route": "proxied", **hello}, ORIGIN) is None
    assert not run._session.taken


def test_the_console_says_what_a_proxy_changes(lab: Lab) -> None:
    run = started(lab)
    with FakePage(run, origin="http://127.0.0.1:1", says=ORIGIN, route="proxied") as page:
        assert page.go["go"] is True
        page.say({"done": True})
        run.wait_closed(LIMIT)
        for word in ("permessage-deflate", "1005", "refused handshake fires open"):
            assert word in run.console.text
        becomes(lab, "browser: page attached it speaks with the kernel through jupyter-server-proxy")


class Messages:
    """A page that has no way but messages of the widget."""

    def __init__(self, run: BrowserRun, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.run, self.view = run, view
        self.heard: list[dict[str, Any]] = []
        self.news = threading.Semaphore(0)
        assert run.page is not None
        before = run.page.send

        def send(message: dict[str, Any], *rest: Any) -> None:
            before(message, *rest)
            if message.get("view") == view:
                self.heard.append(message)
                self.news.release()

        monkeypatch.setattr(run.page, "send", send)

    def say(self, message: Any) -> None:
        assert self.run.page is not None
        self.run.page._handle_custom_msg({"view": self.view, **message}, [])

    def hear(self) -> dict[str, Any]:
        assert self.news.acquire(timeout=LIMIT)
        return self.heard.pop(0)


def test_without_a_channel_a_page_has_messages_of_the_widget(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(lab)
    page, second = Messages(run, "1-1", monkeypatch), Messages(run, "2-2", monkeypatch)
    hello = {"hello": ORIGIN, "route": "messages"}
    page.say(hello)
    assert page.hear()["go"] is True
    second.say(hello)
    assert second.hear() == {"view": "2-2", "go": False}
    second.say({"items": [{"k": "print", "id": None, "level": "log", "text": "not mine to tell"}]})
    page.say({"items": [{"k": "print", "id": None, "level": "log", "text": "told"}], "done": True})
    run.wait_closed(LIMIT)
    assert run.console.text.splitlines()[-1] == "told"
    assert "python -m pip install jupyter-server-proxy" in run.console.text
    run.stop()
    assert page.hear()["stop"] == "somebody stopped it"
    page.say({"bye": True})
    assert run.wait_over(LIMIT)
    assert not any("not mine" in row for row in becomes(lab, "browser: run stopped"))


def test_the_page_is_told_when_the_labs_servers_change() -> None:
    async def main() -> None:
        async with Lab("pages") as lab:
            server = await lab.serve()
            run = started(lab)
            page = await asyncio.to_thread(FakePage, run)
            assert page.go["ports"] == [server.port]
            other = await lab.serve(name="other")
            assert await asyncio.to_thread(page.hear) == {"ports": sorted([server.port, other.port])}
            await other.stop()
            assert await asyncio.to_thread(page.hear) == {"ports": [server.port]}
            page.socket.close()

    asyncio.run(main())


def test_a_server_lets_the_origin_of_the_page_pass_for_this_run_only() -> None:
    far = "https://hub.example.org"

    async def main() -> None:
        async with Lab("pages") as lab:
            server = await lab.serve()
            run = started(lab)
            page = await asyncio.to_thread(FakePage, run, far)
            url = f"{server.url}/?wslab-marker={page.go['key']}"
            async with connect(f"{url}.1", origin=Origin(far), proxy=None) as socket:
                await socket.send("hello")
                assert await socket.recv() == "hello"
            for where, origin in (
                (server.url, far),
                (f"{url}.1", far),
                (f"{url}.2", "null"),
                (f"{url}.3", "https://x.example"),
            ):
                with pytest.raises(InvalidStatus):
                    await connect(where, origin=Origin(origin), proxy=None)
            await asyncio.to_thread(page.socket.close)
            assert await asyncio.to_thread(run.wait_over, LIMIT)
            with pytest.raises(InvalidStatus):
                await connect(f"{url}.4", origin=Origin(far), proxy=None)
            await asyncio.to_thread(becomes, lab, "Origin allowed for this run")

    asyncio.run(main())


def test_a_lab_that_closes_ends_its_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wslab.lab.hosting._GOODBYE", LIMIT)

    async def main() -> None:
        lab = Lab("pages")
        run, waiting = started(lab, name="taken"), started(lab, name="waiting")
        page = await asyncio.to_thread(FakePage, run)
        await lab.close()
        assert run.over
        assert waiting.over
        assert "stop" in await asyncio.to_thread(page.hear)
        with pytest.raises(LabClosed):
            BrowserRun(lab, "1").start()

    asyncio.run(main())


def test_a_run_is_started_once(lab: Lab) -> None:
    run = started(lab)
    assert repr(run) == "<BrowserRun 'browser' waiting for a page>"
    with pytest.raises(LabError, match="a run runs once; make another"):
        run.start()


def test_what_cannot_be_run_is_said(lab: Lab) -> None:
    with pytest.raises(BadType, match="JavaScript as text, not int 3"):
        BrowserRun(lab, 3)  # type: ignore[arg-type]
    with pytest.raises(BadValue, match="one of page, iframe, sandbox, not in 'tab'"):
        BrowserRun(lab, "1", mode="tab")
    with pytest.raises(BadValue, match="the name of a run"):
        BrowserRun(lab, "1", name="\n")


def test_who_sees_that_a_run_is_over_sees_nothing_of_it_that_still_holds(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(lab)
    was_over: list[bool] = []
    revoke = lab.hosting.markers.revoke

    def revoked(key: str) -> None:
        was_over.append(run.over)
        revoke(key)

    monkeypatch.setattr(lab.hosting.markers, "revoke", revoked)
    monkeypatch.setattr(run.console, "close", lambda: was_over.append(run.over))
    run.stop()
    assert run.wait_over(LIMIT)
    assert was_over == [False, False]


def test_a_run_is_over_even_when_its_lab_waits_no_longer(lab: Lab) -> None:
    run = started(lab)
    run._session.taken = "direct"  # by a page that does not answer

    async def cut_short() -> None:
        ending = asyncio.ensure_future(run._session.end("the lab ends"))
        await asyncio.sleep(0)
        ending.cancel()
        await asyncio.wait({ending})

    asyncio.run_coroutine_threadsafe(cut_short(), lab.hosting.thread().loop).result(LIMIT)
    assert run.over
    run.wait_closed(0.01)
