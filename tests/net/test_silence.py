"""What raises on a thread, in a task or in a callback of ours is a row and a log record, and what waits behind it goes on."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest
import websockets

from tests.net.harness import LIMIT, TEXT, Peer, RawServer, frame, rows, telling, until
from tests.net.hostile import raises, raises_once
from wslab import Lab
from wslab.net import LoopThread, act, guarded, is_contained, spawn, start_thread

# Watchers


async def test_a_state_watcher_that_raises_loses_no_event(failures: list[str]) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        seen: list[int] = []
        socket.watch_state(raises)
        socket.watch_state(lambda: seen.append(socket.readyState))
        assert (await socket.opened()).type == "open"
        socket.close()
        await socket.closed()
        assert seen == [1, 2, 3]
        assert "LookupError: broken at line" in (await telling(lab, "a watcher of readyState raised"))
    assert failures == ["ERROR a watcher of readyState raised: LookupError"], "one of three is told"


async def test_a_watcher_of_a_server_that_raises_keeps_no_handler_from_its_connection(failures: list[str]) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        server.on_change(raises)
        for _ in range(3):
            async with websockets.connect(server.url) as client:
                await client.send("hi")
                assert await client.recv() == "hi"
        await until(lambda: not server.links())
        await telling(lab, "a watcher of server server raised")
    assert failures == ["ERROR a watcher of server server raised: LookupError"]


async def test_watchers_of_ends_and_ports_that_raise_keep_nobody_from_serving(failures: list[str]) -> None:
    async with Lab() as lab:
        lab._ends.watch(raises)
        told: list[int] = []
        lab.hosting.ports.watch(raises)
        lab.hosting.ports.watch(lambda: told.append(1))
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.send("hi")
        assert (await socket.next()).data == "hi"
        assert told
        await telling(lab, "a watcher of the ends that can act raised")
        await telling(lab, "a watcher of the lab's ports raised")
    assert len(failures) == 2


async def test_a_watcher_of_the_timeline_that_raises_keeps_no_byte_from_anybody(failures: list[str]) -> None:
    async with Lab() as lab:
        lab.timeline.watch(raises)
        server = await lab.serve()
        async with lab.connect(server.url) as client:
            for number in range(20):
                await client.send(str(number))
                assert await client.recv() == str(number)
                lab.timeline.refresh()
        await telling(lab, "a watcher of the timeline raised")
    assert "ERROR a watcher of the timeline raised: LookupError" in failures
    assert len(failures) <= 3


# Threads


async def test_a_callback_that_raises_on_the_labs_thread_is_a_row_and_the_thread_goes_on(failures: list[str]) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        thread = lab._io()
        for _ in range(3):
            thread.post(raises)
            thread.loop.call_soon_threadsafe(raises_once(raises, SystemExit("bye")))
        await until(lambda: len(rows(lab, name="thread wslab-lab failed")) == 2, "both kinds, each once")
        told = [row.text for row in rows(lab, name="thread wslab-lab failed")]
        assert told[0].startswith("LookupError: broken at line ")
        assert told[1].startswith("SystemExit: bye at line ")
        assert thread.alive
        socket.send("hi")
        assert (await socket.next()).data == "hi"
    assert failures[0] == "ERROR thread wslab-lab failed: LookupError"


async def test_a_task_that_nobody_watches_on_the_labs_thread_is_a_row(failures: list[str]) -> None:
    async def fails() -> None:
        raise LookupError("nobody looks")

    async with Lab() as lab:
        thread = lab._io()
        thread.post(lambda: thread.loop.create_task(fails()))
        assert (await telling(lab, "thread wslab-lab failed")).startswith("LookupError: nobody looks")
    assert failures


async def test_a_thread_of_no_lab_logs_what_fails_on_it(failures: list[str]) -> None:
    thread = LoopThread("wslab-alone")
    thread.post(raises)
    await until(lambda: failures)
    thread.stop()
    assert await thread.wait_ended(LIMIT)
    assert failures == ["ERROR thread wslab-alone failed: LookupError"]


async def test_whoever_is_told_may_raise_too_and_the_thread_goes_on(failures: list[str]) -> None:
    def broken(_what: str, _error: BaseException) -> None:
        raise OSError("no log")

    thread = LoopThread("wslab-alone", broken)
    thread.post(raises)
    thread.loop.call_soon_threadsafe(raises_once(raises, SystemExit()))
    assert await thread.run(asyncio.sleep(0, "runs"), LIMIT, str) == "runs"
    thread.stop()
    assert await thread.wait_ended(LIMIT)
    assert set(failures) == {"ERROR a failure on thread wslab-alone could not be told: OSError"}


async def test_a_thread_whose_loop_somebody_stops_says_so_and_ends_in_order(failures: list[str]) -> None:
    last: list[str] = []

    async def at_last() -> None:
        last.append("said goodbye")
        raise LookupError("in the end")

    thread = LoopThread("wslab-stopped", last=at_last)
    thread.post(thread.loop.stop)
    assert await thread.wait_ended(LIMIT)
    assert last == ["said goodbye"]
    assert not thread.alive
    assert thread.loop.is_closed()
    assert failures == [
        "ERROR thread wslab-stopped failed: LoopStopped",
        "ERROR thread wslab-stopped failed: LookupError",
    ]


async def test_a_loop_that_breaks_ends_its_thread_with_a_word(failures: list[str]) -> None:
    thread = LoopThread("wslab-broken")
    thread.loop._run_once = raises  # type: ignore[attr-defined]
    thread.post(lambda: None)
    assert await thread.wait_ended(LIMIT)
    assert failures == ["ERROR thread wslab-broken failed: LookupError"]


async def test_sockets_of_a_lab_whose_thread_ends_are_closed_and_new_ones_work(failures: list[str]) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        thread = lab._io()
        thread.post(thread.loop.stop)
        assert (await socket.closed()).code == 1006
        await telling(lab, "thread wslab-lab failed")
        again = lab.WebSocket(server.url)
        await again.opened()
        assert lab._io() is not thread
    assert failures


def test_a_plain_thread_tells_what_it_raised() -> None:
    told: list[tuple[str, BaseException]] = []
    for error in (LookupError("broken"), SystemExit()):
        thread = start_thread("wslab plain", raises_once(lambda: None, error), lambda *what: told.append(what))
        thread.join(LIMIT)
        assert told.pop() == ("thread wslab plain failed", error)


# Tasks and callbacks


@pytest.mark.parametrize(
    "error", [LookupError(), SystemExit(), GeneratorExit(), asyncio.CancelledError(), KeyboardInterrupt()]
)
async def test_a_spawned_task_tells_what_it_raised_and_has_no_exception_itself(error: BaseException) -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise error

    told: list[BaseException] = []
    task = spawn(fails(), told.append)
    await asyncio.wait({task})
    assert told == [error]
    assert task.exception() is None


async def test_a_spawned_task_is_kept_until_it_is_done() -> None:
    done = asyncio.Event()

    async def works() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
            gc.collect()
        done.set()

    spawn(works(), lambda _: None)
    gc.collect()
    await asyncio.wait_for(done.wait(), LIMIT)


async def test_a_spawned_task_that_is_cancelled_tells_nothing_and_leaves_nothing() -> None:
    told: list[BaseException] = []

    async def waits() -> None:
        await asyncio.sleep(3600)

    early, late = spawn(waits(), told.append), spawn(waits(), told.append)
    early.cancel()
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.wait({early, late})
    assert early.cancelled()
    assert late.cancelled()
    assert told == []


async def test_whoever_is_told_of_a_task_may_raise(failures: list[str]) -> None:
    async def fails() -> None:
        raise LookupError

    await asyncio.wait({spawn(fails(), raises)})
    assert failures == ["ERROR a failure could not be told: LookupError"]


async def test_a_guarded_callback_tells_what_it_raised() -> None:
    told: list[BaseException] = []
    loop = asyncio.get_running_loop()
    loop.call_soon(guarded(raises, told.append))
    loop.call_soon(guarded(raises_once(lambda: None, SystemExit()), told.append))
    loop.call_soon(guarded(lambda text: told.append(KeyError(text)), told.append), "argument")
    await until(lambda: len(told) == 3)
    assert [type(error) for error in told] == [LookupError, SystemExit, KeyError]


def test_a_keyboard_interrupt_is_contained_where_it_cannot_be_the_users() -> None:
    async def here() -> bool:
        return is_contained(KeyboardInterrupt())

    assert not is_contained(KeyboardInterrupt()), "Python's own handler raises it here"
    assert asyncio.run(here()), "asyncio.run cancels the task instead"
    told: list[bool] = []
    thread = threading.Thread(target=lambda: told.append(is_contained(KeyboardInterrupt())))
    thread.start()
    thread.join()
    assert told == [True], "no signal comes to another thread"


async def test_what_was_asked_of_a_connection_and_not_done_is_a_row_of_its_end() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        async with lab.connect(server.url) as client:
            await until(server.links)
            (end,) = server.links()

            async def fails() -> None:
                raise LookupError("not today")

            server.act(fails, end)
            act(fails, client.end)  # type: ignore[attr-defined]
            server.act(fails)
            await until(lambda: len(rows(lab, name="not done")) == 3)
            assert {row.source for row in rows(lab, name="not done")} == {"server", "client", "lab"}
            assert {row.text for row in rows(lab, name="not done")} == {"LookupError: not today"}


async def test_what_is_asked_of_a_socket_on_its_home_loop_may_raise_whatever_it_likes() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.on_home(raises)
        socket.on_home(raises_once(lambda: None, SystemExit("bye")))
        await until(lambda: len(rows(lab, name="not done")) == 2)
        assert all(row.problem for row in rows(lab, name="not done"))


# Wires, relays, faults


async def test_an_error_while_it_connects_closes_the_socket(
    failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Lab() as lab:
        thread = lab._io()
        monkeypatch.setattr(thread.loop, "create_connection", raises)
        socket = lab.WebSocket("ws://127.0.0.1:1/")
        assert (await socket.closed()).code == 1006
        assert "LookupError: broken" in await telling(lab, "connecting failed")
    assert failures == ["ERROR connecting failed: LookupError"]


async def test_a_request_that_cannot_be_made_closes_the_socket_at_once(failures: list[str]) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        socket._wire._connection._protocol.connect = raises  # type: ignore[method-assign]
        assert (await socket.closed()).code == 1006
        await telling(lab, "thread wslab-lab failed")
    assert failures == ["ERROR thread wslab-lab failed: LookupError"]


async def test_a_connection_whose_library_breaks_at_its_end_is_over_all_the_same() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        client = await websockets.connect(server.url)
        await until(server.links)
        ((end, link),) = server.links().items()
        link.set_connection_exc = raises  # type: ignore[method-assign]
        client.transport.abort()
        await until(lambda: end.closed is not None)
        await telling(lab, "server server: nobody caught an error in one of its tasks")
        link.recv_messages.close()
        await client.wait_closed()


async def test_a_relay_that_cannot_take_a_connection_in_closes_it(
    failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Lab() as lab:
        relay = await lab.hosting.relay("node", 0)
        monkeypatch.setattr(relay, "welcome", raises)
        with pytest.raises((OSError, websockets.InvalidMessage)):
            await asyncio.wait_for(websockets.connect(relay.url), LIMIT)
        await telling(lab, "thread wslab-lab failed")
        await lab.hosting.drop(relay)
    assert failures == ["ERROR thread wslab-lab failed: LookupError"]


@pytest.mark.parametrize("broken", ["receive_data", "receive_eof", "events_received"])
async def test_a_wire_that_breaks_ends_with_a_close_event(broken: str, failures: list[str]) -> None:
    async def talks(peer: Peer) -> None:
        await peer.open()
        peer.write(frame(TEXT, b"one"))
        await go.wait()
        peer.write(frame(TEXT, b"two"))
        peer.writer.close()

    go = asyncio.Event()
    async with RawServer(talks) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        assert (await socket.next()).data == "one"
        setattr(socket._wire._connection._protocol, broken, raises)
        go.set()
        assert (await socket.closed()).code == 1006
        assert "LookupError: broken" in await telling(lab, "thread wslab-lab failed")
    assert failures


async def test_a_relay_that_cannot_connect_for_a_reason_nobody_thought_of_resets_and_says_so(
    failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Lab() as lab:
        relay = await lab.hosting.relay("node", 0)
        relay.forward(1)
        thread = lab._io()
        monkeypatch.setattr(thread.loop, "sock_connect", raises)
        with pytest.raises((OSError, websockets.InvalidMessage)):
            await asyncio.wait_for(websockets.connect(relay.url), LIMIT)
        await telling(lab, "connecting to the server behind the relay failed")
        await lab.hosting.drop(relay)
    assert failures == ["ERROR connecting to the server behind the relay failed: LookupError"]


async def test_a_relay_whose_thread_has_ended_does_not_run() -> None:
    async with Lab() as lab:
        relay = await lab.hosting.relay("node", 0)
        assert relay.running
        await lab.hosting.drop(relay)
        assert not relay.running
        thread = LoopThread("wslab-relay")
        relay = type(relay)("another", lab.timeline, None, thread)
        await relay.listen(0)
        assert relay.running
        await relay.shut_down(1001)
        thread.stop()
        assert not relay.running
        assert await thread.wait_ended(LIMIT)


@pytest.mark.parametrize("side", ["client", "server", "socket"])
async def test_a_fault_that_breaks_is_a_row_of_its_end(side: str, failures: list[str]) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        client: Any = await lab.connect(server.url) if side != "socket" else lab.WebSocket(server.url)
        if side == "socket":
            await client.opened()
        await until(server.links)
        (link,) = server.links().values()
        faulty: Any = link if side == "server" else client
        faulty.faults.latency = 0.01
        await until(lambda: faulty.faults._link is not None)
        pipe = faulty.faults._link._in
        pipe._deliver = raises_once(pipe._deliver)
        if side == "server":
            await client.send("lost")
        else:
            server.act(lambda: link.send("lost"))
        await until(lambda: rows(lab, name="a fault failed"), "the row")
        (row,) = rows(lab, name="a fault failed")
        assert row.source == ("server" if side == "server" else "client")
        assert row.text.startswith("LookupError: broken once")
        if side == "socket":
            client.abort()
            await client.closed()
        else:
            client.transport.abort()
            await client.wait_closed()
    assert failures == ["ERROR a fault failed: LookupError"]
