"""What runtimes that are not ours use of a lab: relays, ports, guests."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from tests.net.harness import LIMIT, rows, until
from tests.ports import free_port
from wslab import Lab, PortTaken
from wslab.lab import NoLab, current_lab, hosting
from wslab.lab.actions import LabEnds
from wslab.net import BadValue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from websockets.asyncio.server import ServerConnection

    from wslab.net import Relay


async def _echo(connection: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message)


@contextlib.asynccontextmanager
async def peer_behind(lab: Lab, name: str = "node") -> AsyncIterator[Relay]:
    """A relay of a lab in front of a server that is not the lab's."""
    async with serve(_echo, "127.0.0.1", 0) as server:
        relay = await lab.hosting.relay(name, 0)
        relay.forward(server.sockets[0].getsockname()[1])
        yield relay


class Staying:
    """A guest that remembers why it was ended."""

    description = "a page that waits"

    def __init__(self, *, stubborn: bool = False) -> None:
        self.why = ""
        self.stubborn = stubborn

    async def end(self, why: str) -> None:
        self.why = why
        if self.stubborn:
            await asyncio.sleep(3600)


async def test_a_client_talks_through_a_relay_and_both_ends_are_on_the_timeline() -> None:
    async with Lab() as lab, peer_behind(lab) as relay:
        socket = lab.WebSocket(relay.url)
        await socket.opened()
        socket.send("hello")
        assert (await socket.next("message")).data == "hello"
        socket.close()
        await socket.closed()
        await lab.settled(LIMIT)
        assert [row.text for row in rows(lab, connection=1, kind="message")] == ["hello", "hello"]
        assert lab.timeline.connections()[0].server == "node"


async def test_the_panel_offers_the_relays_end_and_can_only_break_its_line() -> None:
    async with Lab() as lab, peer_behind(lab) as relay:
        socket = lab.WebSocket(relay.url)
        await socket.opened()
        ends: LabEnds = lab._ends
        key = dict(ends.choices())["#1 server (node)"]
        assert not ends.can_act(key)
        assert not ends.can_ping(key)
        with pytest.raises(BadValue, match="another program's code"):
            ends.send(key, "x")
        with pytest.raises(BadValue, match="another program's code"):
            ends.ping(key)
        with pytest.raises(BadValue, match="another program's code"):
            ends.close(key, 1000, "")
        assert [(number, side) for number, side, _ in ends.buffers()] == [(1, "client"), (1, "server")]
        ends.fault(key, "reset", None, None)
        assert (await socket.closed()).code == 1006


async def test_ports_are_those_of_servers_and_relays_and_changes_are_told() -> None:
    async with Lab() as lab:
        told: list[dict[int, str]] = []
        unwatch = lab.hosting.ports.watch(lambda: told.append(lab.hosting.ports.taken()))
        server = await lab.serve()
        async with peer_behind(lab) as relay:
            assert lab.hosting.ports.taken() == {server.port: "server", relay.port: "node"}
            assert told[-1] == lab.hosting.ports.taken()
            await lab.hosting.drop(relay)
            assert told[-1] == {server.port: "server"}
        await server.stop()
        await until(lambda: told[-1] == {})
        unwatch()
        await lab.serve()
        assert told[-1] == {}


async def test_a_taken_port_names_who_of_the_lab_has_it() -> None:
    async with Lab() as lab:
        server = await lab.serve(name="chat")
        with pytest.raises(PortTaken, match=r'taken by server "chat" of this lab \(await server.stop\(\) ends it\)'):
            await lab.hosting.relay("node", server.port)
        async with peer_behind(lab) as relay:
            with pytest.raises(PortTaken, match=r'taken by the Node cell "node" of this lab \(%node --stop ends it\)'):
                await lab.serve(name="other", port=relay.port)


async def test_guests_and_relays_end_with_the_lab_even_stubborn_ones() -> None:
    lab = Lab()
    await lab.serve()
    guest, stubborn = Staying(), Staying(stubborn=True)
    lab.hosting.join(guest)
    lab.hosting.join(stubborn)
    assert "a page that waits" in repr(lab)
    async with peer_behind(lab) as relay:
        await lab.close()
        assert not relay.running
    assert "this lab is closed" in guest.why
    assert "this lab is closed" in stubborn.why


async def test_a_guest_ends_when_another_lab_takes_over() -> None:
    async with Lab("twice") as lab:
        guest = Staying()
        await lab.serve()
        lab.hosting.join(guest)
        async with Lab("twice") as second:
            await second.serve()
            await until(lambda: bool(guest.why))
            assert "replaced by a newer Lab" in guest.why


async def test_the_current_lab_is_the_newest_open_one_or_that_of_a_name() -> None:
    with pytest.raises(NoLab, match=r"there is no lab yet; run: from wslab import Lab; lab = Lab\(\)"):
        current_lab()
    async with Lab("one") as one:
        async with Lab("two") as two:
            assert current_lab() is two
            assert current_lab("one") is one
            with pytest.raises(NoLab, match="no lab named 'three', the labs are 'one', 'two'"):
                current_lab("three")
            newer = Lab("one")
            assert current_lab() is newer
            await newer.close()
        with pytest.raises(NoLab):
            current_lab()


async def test_a_guest_begins_to_end_however_late_the_thread_gets_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "_GOODBYE", 0)
    lab, guest, go_on = Lab(), Staying(), threading.Event()
    lab.hosting.join(guest)
    lab._io().post(go_on.wait, LIMIT)
    closing = asyncio.ensure_future(lab.close())
    for _ in range(200):  # everything that does not wait for the thread has happened
        await asyncio.sleep(0)
    go_on.set()
    await closing
    assert "this lab is closed" in guest.why


async def test_what_is_told_last_of_the_ports_is_what_holds_whichever_thread_tells_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now: dict[int, str] = {}
    looked, go_on = threading.Event(), threading.Event()

    def look() -> dict[int, str]:
        found = dict(now)
        if threading.current_thread() is late:
            looked.set()
            go_on.wait(LIMIT)
        return found

    async with Lab() as lab:
        told: list[dict[int, str]] = []
        lab.hosting.ports.watch(lambda: told.append(dict(now)))
        with monkeypatch.context() as patched:
            patched.setattr(lab.hosting.ports, "taken", look)
            late, other = (threading.Thread(target=lab.hosting.ports.may_have_changed) for _ in "ab")
            late.start()
            assert looked.wait(LIMIT)
            now[8080] = "chat"
            other.start()
            other.join(0.1)  # as far as it gets
            go_on.set()
            for thread in (late, other):
                thread.join(LIMIT)
        assert told == [{8080: "chat"}]
        assert lab.hosting.ports._told == {8080: "chat"}


async def test_one_server_starts_at_a_time_though_two_loops_ask_for_it() -> None:
    async with Lab() as lab:

        def serve() -> int:
            async def main() -> int:
                return (await lab.serve(name="chat")).port

            return asyncio.run(main())

        first = (await lab.serve(name="chat", port=free_port())).port
        assert set(await asyncio.gather(*(asyncio.to_thread(serve) for _ in range(4)))) == {first}
        assert [server.name for server in lab.servers] == ["chat"]
