"""What the panel drives: the ends of open connections, from either side and from any thread."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.lab.turns import turned
from tests.net.harness import LIMIT, rows, until
from wslab import BadValue, DOMException, Lab, LabClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from websockets.asyncio.client import ClientConnection

    from wslab import Server, WebSocket
    from wslab.lab.actions import LabEnds


class Stage:
    """A lab with an echo server, a WebSocket (#1) and a client of `lab.connect` (#2)."""

    def __init__(self, lab: Lab, server: Server, socket: WebSocket, client: ClientConnection) -> None:
        self.lab, self.server, self.socket, self.client = lab, server, socket, client
        self.ends: LabEnds = lab._ends

    @classmethod
    async def set(cls, lab: Lab) -> Stage:
        server = await lab.serve(name="echo")
        socket = lab.WebSocket(server.url)
        await socket.opened()
        stage = cls(lab, server, socket, await lab.connect(server.url))
        await until(lambda: len(stage.ends.choices()) == 4)
        await turned(lab)
        return stage

    def key(self, label: str) -> Hashable:
        return dict(self.ends.choices())[label]

    def frames(self, number: int, source: str) -> list[str]:
        return [
            f"{row.name} {row.text}".strip()
            for row in rows(self.lab, connection=number, source=source)
            if row.kind in ("message", "close", "control")
        ]


LABELS = ["#1 client", "#1 server (echo)", "#2 client", "#2 server (echo)"]


async def test_every_open_end_may_act() -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        assert [label for label, _ in stage.ends.choices()] == LABELS
        assert [stage.ends.can_ping(stage.key(label)) for label in LABELS] == [False, True, True, True]
        stage.socket.close()
        await stage.socket.closed()
        await until(lambda: [label for label, _ in stage.ends.choices()] == LABELS[2:])
        await stage.client.close()
        await until(lambda: stage.ends.choices() == [])


@pytest.mark.parametrize("in_thread", [False, True])
@pytest.mark.parametrize("label", LABELS)
async def test_each_end_sends_text_and_bytes(label: str, in_thread: bool) -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        key, number = stage.key(label), int(label[1])
        source = "client to server" if "client" in label else "server to client"
        for data in ("hello", b"\x01\x02"):
            if in_thread:
                await asyncio.to_thread(stage.ends.send, key, data)
            else:
                stage.ends.send(key, data)
        await until(lambda: stage.frames(number, source)[:2] == ["text hello", "binary 01 02"])


@pytest.mark.parametrize("label", LABELS[1:])
async def test_each_end_but_the_pages_pings(label: str) -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        number, mine = int(label[1]), "client to server" if "client" in label else "server to client"
        other = "server to client" if "client" in label else "client to server"
        await asyncio.to_thread(stage.ends.ping, stage.key(label))
        await until(lambda: any(text.startswith("pong") for text in stage.frames(number, other)))
        assert any(text.startswith("ping") for text in stage.frames(number, mine))


async def test_the_page_cannot_ping_and_says_who_can() -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        with pytest.raises(
            BadValue, match=r"a browser's WebSocket has no ping\(\): only the server's end can ping here"
        ):
            stage.ends.ping(stage.key("#1 client"))


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(("code", "reason", "seen"), [(4001, "enough", 4001), (None, "", None)])
async def test_each_end_closes(label: str, code: int | None, reason: str, seen: int | None) -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        await asyncio.to_thread(stage.ends.close, stage.key(label), code, reason)
        expected = seen or (1005 if label == "#1 client" else 1000)
        if label.startswith("#1"):
            event = await stage.socket.closed()
            assert (event.code, event.reason, event.wasClean) == (expected, reason, True)
        else:
            await until(lambda: stage.client.close_code is not None)
            assert (stage.client.close_code, stage.client.close_reason) == (expected, reason)
            with pytest.raises(ConnectionClosed):
                await stage.client.recv()
        await lab.settled(LIMIT)


@pytest.mark.parametrize(
    ("label", "error"), [("#1 client", DOMException), ("#1 server (echo)", BadValue), ("#2 client", BadValue)]
)
async def test_what_cannot_be_closed_with_is_refused_at_once(label: str, error: type[Exception]) -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        for code, reason, told in (
            (999, "", "999"),
            (1005, "", "1005"),
            (70000, "", "70000"),
            (1000, "x" * 124, "123 bytes"),
        ):
            with pytest.raises(error, match=told):
                stage.ends.close(stage.key(label), code, reason)
        assert len(stage.ends.choices()) == 4


async def test_an_end_that_is_gone_says_so() -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        keys = [stage.key(label) for label in LABELS]
        stage.socket.close()
        await stage.socket.closed()
        await stage.client.close()
        await until(lambda: stage.ends.choices() == [])
        acts: list[Callable[[Any], None]] = [
            lambda key: stage.ends.send(key, "x"),
            stage.ends.ping,
            lambda key: stage.ends.close(key, None, ""),
        ]
        for key in [*keys, "no key", None]:
            for act in acts:
                with pytest.raises(
                    BadValue, match=r"that connection is closed; choose another, or make one: socket = lab\.WebSocket"
                ):
                    act(key)


async def test_watchers_are_told_when_the_choices_change() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        told = threading.Semaphore(0)
        unwatch = lab._ends.watch(told.release)
        client = await lab.connect(server.url)
        await until(lambda: told.acquire(blocking=False))
        await until(lambda: len(lab._ends.choices()) == 2)
        while told.acquire(blocking=False):
            pass
        await client.close()
        await until(lambda: told.acquire(blocking=False))
        await until(lambda: not server.connections)
        await turned(lab)  # the server's thread has told what it had to tell
        unwatch()
        unwatch()
        while told.acquire(blocking=False):
            pass
        await lab.connect(server.url)
        await until(lambda: len(lab._ends.choices()) == 2)
        await turned(lab)
        assert not told.acquire(blocking=False)


async def test_clients_whose_loop_has_ended_say_so() -> None:
    ended = asyncio.new_event_loop()
    ended.close()
    async with Lab() as lab:
        stage = await Stage.set(lab)
        keys = stage.key("#1 client"), stage.key("#2 client")
        home, stage.socket._home = stage.socket._home, ended
        clients = dict(lab._ends._clients)
        lab._ends._clients = {end: (client, ended) for end, (client, _) in clients.items()}
        for key, error in zip(keys, (LabClosed, BadValue), strict=True):
            with pytest.raises(error, match=r"has ended; make (one|another): "):
                stage.ends.send(key, "x")
        stage.socket._home, lab._ends._clients = home, clients


async def test_the_panel_of_a_lab_acts_on_it() -> None:
    async with Lab() as lab:
        stage = await Stage.set(lab)
        panel: Any = lab.panel
        panel._refresh()
        assert [label for label, _ in panel.end.options] == LABELS
        panel.end.value = stage.key("#1 server (echo)")
        panel.message.value = "from the panel"
        panel.send_button.click()
        assert (await stage.socket.next()).data == "from the panel"
        panel.code.value, panel.reason.value = "4002", "by hand"
        panel.close_button.click()
        event = await stage.socket.closed()
        assert (event.code, event.reason) == (4002, "by hand")
    panel.close()
