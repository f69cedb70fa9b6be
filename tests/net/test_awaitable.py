"""What is awaited is a coroutine to asyncio, starts once and only when it is awaited, and says what is missing when it is not."""

from __future__ import annotations

import asyncio
import collections.abc
import gc
import inspect
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.harness import LIMIT, rows, run, until
from wslab import Blob, Lab, RawSocket, Server, WebSocket, frame
from wslab.net import AwaitedTwice, Pending, awaited, hears_forgotten

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Scene:
    """A lab in which everything that can be awaited has something to wait for."""

    def __init__(self, lab: Lab, server: Server, socket: WebSocket, raws: list[RawSocket]) -> None:
        self.lab, self.server, self.socket = lab, server, socket
        self.raw, self.fresh, self.silent = raws

    @classmethod
    async def set(cls, lab: Lab) -> Scene:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        raws = [await lab.raw(server.url) for _ in range(3)]
        socket.send("hi")
        await raws[0].upgrade()
        await raws[0].send(frame("hi", mask=True) * 2)
        return cls(lab, server, socket, raws)

    def done(self, first: Callable[[], None]) -> Scene:
        first()
        return self


AWAITED: dict[str, Callable[[Scene], Any]] = {  # in an order in which each finds what it needs
    "lab.settled": lambda scene: scene.lab.settled(LIMIT),
    "lab.serve": lambda scene: scene.lab.serve(name="another"),
    "lab.connect": lambda scene: scene.lab.connect(scene.server.url),
    "lab.raw": lambda scene: scene.lab.raw(scene.server.url),
    "socket.opened": lambda scene: scene.socket.opened(),
    "socket.next": lambda scene: scene.socket.next(timeout=LIMIT),
    "raw.send": lambda scene: scene.raw.send(b""),
    "raw.frame": lambda scene: scene.raw.frame(timeout=LIMIT),
    "raw.receive": lambda scene: scene.raw.receive(timeout=LIMIT),
    "raw.upgrade": lambda scene: scene.fresh.upgrade(timeout=LIMIT),
    "raw.head": lambda scene: scene.silent.head(timeout=0.01),
    "raw.ended": lambda scene: scene.done(scene.raw.end_sending).raw.ended(timeout=LIMIT),
    "raw.close": lambda scene: scene.raw.close(),
    "blob.text": lambda _: Blob(["hi"]).text(),
    "blob.arrayBuffer": lambda _: Blob(["hi"]).arrayBuffer(),
    "socket.closed": lambda scene: scene.done(scene.socket.close).socket.closed(),
    "server.stop": lambda scene: scene.server.stop(),
    "lab.close": lambda scene: scene.lab.close(),
}
FAILS = "raw.head"


async def in_a_group(work: Any) -> Any:
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
    except* TimeoutError as errors:
        raise errors.exceptions[0] from None
    return task.result()


async def in_a_wait(work: Any) -> Any:
    done, _ = await asyncio.wait({asyncio.create_task(work)}, timeout=LIMIT)
    return done.pop().result()


async def in_a_timeout(work: Any) -> Any:
    async with asyncio.timeout(LIMIT):
        return await work


async def from_a_thread(work: Any) -> Any:
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, asyncio.get_running_loop()))


async def as_completed(work: Any) -> Any:
    return await next(iter(asyncio.as_completed([work])))


async def eagerly(work: Any) -> Any:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]
    try:
        return await asyncio.create_task(work)
    finally:
        loop.set_task_factory(None)


async def bare(work: Any) -> Any:
    return await work


async def gathered(work: Any) -> Any:
    return (await asyncio.gather(work))[0]


WAYS: list[Callable[[Any], Awaitable[Any]]] = [
    bare,
    asyncio.create_task,
    asyncio.ensure_future,
    gathered,
    in_a_group,
    in_a_wait,
    lambda work: asyncio.wait_for(work, LIMIT),
    in_a_timeout,
    asyncio.shield,
    as_completed,
    from_a_thread,
]
NAMES = [
    "bare",
    "create_task",
    "ensure_future",
    "gather",
    "TaskGroup",
    "wait",
    "wait_for",
    "timeout",
    "shield",
    "as_completed",
    "threadsafe",
]
if sys.version_info >= (3, 12):
    WAYS.append(eagerly)
    NAMES.append("eager")


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
async def test_everything_that_is_awaited_works_with_every_way_to_wait(way: Callable[[Any], Awaitable[Any]]) -> None:
    async with Lab() as lab:
        scene = await Scene.set(lab)
        for name, make in AWAITED.items():
            try:
                result = await way(make(scene))
            except TimeoutError:
                assert name == FAILS
            else:
                assert name != FAILS
                if name in ("lab.connect", "lab.raw"):
                    await result.close()


async def test_everything_that_is_awaited_is_a_coroutine_and_starts_nothing_by_itself() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with Lab() as lab:
            scene = await Scene.set(lab)
            for name, make in AWAITED.items():
                pending = make(scene)
                assert isinstance(pending, collections.abc.Coroutine)
                assert asyncio.iscoroutine(pending)
                assert inspect.isawaitable(pending)
                assert f"await {name}(" in repr(pending)
                del pending
            gc.collect()
            assert lab.servers == (scene.server,)


def test_no_method_that_a_learner_awaits_is_a_bare_coroutine_function() -> None:
    ours: dict[type, set[str]] = {Server: {"start", "shut_down", "turn"}}  # what the lab itself uses
    for kind in (Lab, Server, WebSocket, RawSocket, Blob):
        public = {name for name in dir(kind) if not name.startswith("_")}
        bare = {name for name in public if inspect.iscoroutinefunction(getattr(kind, name))}
        assert bare == ours.get(kind, set()), kind


def test_asyncio_run_takes_them_too() -> None:
    lab = Lab("run")
    server = asyncio.run(lab.serve())
    assert server.running
    asyncio.run(lab.close())
    assert not server.running


async def test_awaiting_twice_is_an_error_that_says_what_to_write() -> None:
    async with Lab() as lab:
        settled = lab.settled(LIMIT)
        await settled
        told = r"awaited before, and gives its result once; keep that, or ask again\. Write: await lab\.settled\(\)"
        with pytest.raises(AwaitedTwice, match=told):
            await settled
        serving = lab.serve()
        await asyncio.create_task(serving)
        with pytest.raises(RuntimeError, match=r"Write: server = await lab\.serve\(\)"):
            await serving
        with pytest.raises(RuntimeError):
            await asyncio.create_task(serving)


async def test_two_tasks_cannot_await_the_same() -> None:
    async with Lab() as lab:
        serving = lab.serve()
        first, second = await asyncio.gather(
            *map(asyncio.ensure_future, (bare(serving), bare(serving))), return_exceptions=True
        )
        assert isinstance(first, Server)
        assert isinstance(second, AwaitedTwice)


async def test_a_task_that_is_cancelled_before_it_began_leaves_nothing_behind() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with Lab() as lab:
            scene = await Scene.set(lab)
            for make in AWAITED.values():
                task = asyncio.create_task(make(scene))
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                del task
            gc.collect()
            assert lab.servers == (scene.server,)
            assert not [row for row in rows(lab) if row.problem == "nothing has happened"]


async def test_a_limit_that_is_over_at_once_begins_nothing() -> None:
    async with Lab() as lab:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lab.serve(), 0)
        assert lab.servers == ()
        assert not rows(lab)


async def test_a_task_that_is_cancelled_while_it_waits_is_cancelled_where_it_waits() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        task = asyncio.create_task(socket.next(timeout=LIMIT))
        await until(lambda: socket._mailbox._waiters["message"])
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not socket._mailbox._waiters["message"]


async def test_a_task_says_what_it_does() -> None:
    async with Lab() as lab:
        task = asyncio.create_task(lab.serve())
        assert "coro=<lab.serve()" in repr(task)
        await asyncio.sleep(0)
        assert "hosting.py" in repr(task) or "lab.py" in repr(task), "where it stands, once it has begun"
        assert task.get_stack()
        await task


async def test_closing_it_is_silent_and_awaiting_it_then_says_what_is_missing() -> None:
    async with Lab() as lab:
        serving = lab.serve()
        serving.close()
        with pytest.raises(AttributeError, match=r"an await is missing\. Write: server = await lab\.serve\(\)"):
            await serving
        del serving
        gc.collect()
        assert not rows(lab, problem="nothing has happened")


@pytest.mark.parametrize(
    "use",
    [
        lambda thing: thing.send("hi"),
        lambda thing: thing.send("hi", text=True),
        lambda thing: thing.close(1000),
        lambda thing: thing.close(code=1000, reason="bye"),
        lambda thing: thing.recv,
        lambda thing: thing.close_code,
    ],
)
async def test_whoever_takes_it_for_a_connection_is_told_what_to_write(use: Callable[[Any], Any]) -> None:
    async with Lab() as lab:
        for thing, told in (
            (lab.connect("ws://127.0.0.1:1"), r"write connection = await lab\.connect\(url\)"),
            (lab.raw("ws://127.0.0.1:1"), r"Write: raw = await lab\.raw\(server\.url\)"),
        ):
            with pytest.raises(AttributeError, match=told):
                use(thing)


async def test_a_connection_that_was_not_awaited_cannot_be_closed_without_a_word() -> None:
    async with Lab() as lab:
        connection: Any = lab.connect("ws://127.0.0.1:1")
        with pytest.raises(AttributeError, match=r"no \.close: write connection = await lab\.connect\(url\)"):
            await connection.close()


async def test_one_that_is_lost_unused_leaves_a_row_that_says_what_to_write(capfd: pytest.CaptureFixture[str]) -> None:
    async with Lab() as lab:
        scene = await Scene.set(lab)
        for make in AWAITED.values():
            make(scene)
        gc.collect()
        await until(lambda: len(rows(lab, name="an await is missing")) == len(AWAITED) - 2, "a row for each")
        told = rows(lab, name="an await is missing", problem="nothing has happened")
        texts = [row.text for row in told]
        for name in AWAITED:
            if not name.startswith("blob."):  # a blob belongs to no lab
                assert [text for text in texts if f"await {name}(" in text], name
        assert len(texts) == len(AWAITED) - 2
    assert capfd.readouterr() == ("", "")


def uses(pending: Any) -> None:
    with pytest.raises(AttributeError):
        _ = pending.url


@pytest.mark.parametrize("say", [repr, uses])
async def test_one_whose_sentence_was_said_is_lost_without_another_word(say: Callable[[Any], Any]) -> None:
    async with Lab() as lab:
        say(lab.serve())
        gc.collect()
        assert not rows(lab)


async def test_one_that_is_lost_in_the_midst_of_a_write_waits_for_nobody() -> None:
    # The garbage collector may throw it away while this very thread holds the timeline's lock.
    async with Lab() as lab:
        lost = [lab.serve()]
        with lab.timeline.write_lock:
            lost.clear()
        assert rows(lab, name="an await is missing")


async def test_whoever_tries_somebodys_code_hears_of_what_is_lost_and_where_it_was_made() -> None:
    heard: list[tuple[str, str, int]] = []

    def careless(lab: Lab) -> None:
        lab.serve()

    async with Lab() as lab:
        token = hears_forgotten.set(lambda *told: heard.append(told))
        careless(lab)
        hears_forgotten.reset(token)
        assert heard == [("lab.serve", __file__, careless.__code__.co_firstlineno + 1)]
        assert not rows(lab)


async def test_throwing_into_it_does_what_a_coroutine_does() -> None:
    async def waits() -> None:
        await asyncio.sleep(3600)

    thrown: tuple[tuple[Any, ...], ...] = ((KeyError("new"),), (KeyError, "old"), (KeyError, KeyError("old"), None))
    for what in thrown:
        new, begun = Pending(waits, "await it()"), Pending(waits, "await it()")
        begun.send(None)
        for pending in (new, begun):
            with pytest.raises(KeyError):
                pending.throw(*what)
            with pytest.raises((RuntimeError, AttributeError)):
                pending.send(None)


def test_a_decorated_method_keeps_its_name_its_text_and_its_arguments() -> None:
    assert Lab.settled.__name__ == "settled"
    assert "handlers of closed connections have ended" in (Lab.settled.__doc__ or "")
    assert list(inspect.signature(Lab.settled).parameters) == ["self", "timeout"]


def test_the_connect_idioms_of_websockets_go_on_working() -> None:
    async def idioms() -> None:
        async with Lab() as lab:
            server = await lab.serve()
            connecting = lab.connect(server.url)
            for _ in range(2):  # one object, used again
                async with connecting as connection:
                    await connection.send("hi")
                    assert await connection.recv() == "hi"
            seen = 0
            async for connection in lab.connect(server.url):  # it connects again
                seen += 1
                await connection.close()
                if seen == 3:
                    break
            async with lab.raw(server.url) as raw:
                assert not raw.closed
            assert not rows(lab, name="an await is missing")

    run(idioms())


async def test_what_the_decorator_makes_holds_what_it_was_given() -> None:
    class Counter:
        @awaited("await counter.add(1)")
        async def add(self, first: int, *, second: int = 0) -> int:
            return first + second

    assert await Counter().add(1, second=2) == 3
