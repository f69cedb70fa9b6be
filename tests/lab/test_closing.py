"""A lab ends whole, whatever part of its end fails; the watch over its servers goes on, whatever it finds."""

from __future__ import annotations

import asyncio
import builtins
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.harness import LIMIT, rows, until
from wslab import Lab
from wslab.lab import lab as module
from wslab.lab import open_labs, servers

if TYPE_CHECKING:
    from wslab.net import Server


async def fails(*_: object, **_options: object) -> Any:
    raise LookupError("broken")


def raises(*_: object, **_options: object) -> Any:
    raise LookupError("broken")


@pytest.mark.parametrize("part", ["raws", "guests", "a server", "the log"])
@pytest.mark.parametrize("way", ["closed", "taken over"])
async def test_a_lab_ends_although_a_part_of_its_end_fails(
    part: str, way: str, monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    lab = Lab("ends")
    one, two = await lab.serve(name="one"), await lab.serve(name="two")
    socket = lab.WebSocket(two.url)
    await socket.opened()
    shut_down = one.shut_down
    if part == "raws":
        monkeypatch.setattr(lab._raws, "close", fails)
    elif part == "guests":
        monkeypatch.setattr(lab.hosting, "end", fails)
    elif part == "a server":
        monkeypatch.setattr(one, "shut_down", fails)
    else:
        monkeypatch.setattr(lab._shutdown, "stop_showing", raises)
    thread = lab._io()
    if way == "closed":
        await lab.close()
    else:
        async with Lab("ends") as newer:
            await newer.serve(name="one")
    assert (await socket.closed()).code == 1001
    assert not two.running
    assert await thread.wait_ended(LIMIT)
    assert isinstance(builtins.print, type(len)), "nobody listens to what is printed any more"
    assert rows(lab, name="closing the lab failed")
    if part == "a server":
        await shut_down(1001)
    assert failures == ["ERROR closing the lab failed: LookupError"]


async def test_the_watch_over_servers_goes_on_where_one_cannot_be_looked_after(failures: list[str]) -> None:
    async with Lab() as lab:
        seen: list[str] = []

        class Odd:
            def __init__(self, name: str) -> None:
                self.name = name

            @property
            def running(self) -> bool:
                seen.append(self.name)
                if self.name == "broken":
                    raise LookupError("who knows")
                return False

        odd: dict[str, Server] = {name: Odd(name) for name in ("broken", "sound")}  # type: ignore[misc]
        watch = asyncio.create_task(servers.watch_servers(lab.timeline, odd))
        await until(lambda: seen.count("sound") >= 2)
        watch.cancel()
        assert rows(lab, name="the watch over server broken failed")
    assert failures == ["ERROR the watch over server broken failed: LookupError"]


async def test_a_goodbye_that_fails_at_exit_keeps_no_other_lab_from_its_own(
    monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    async with Lab("broken") as broken, Lab("sound") as sound:
        await sound.serve()
        monkeypatch.setattr(broken, "hand_over", raises)
        monkeypatch.setattr(open_labs, "EXIT_LIMIT", 5)
        await asyncio.to_thread(module._OPEN.close_all)
        assert sound.servers == ()
        assert rows(broken, name="the goodbye failed")
        monkeypatch.undo()
        module._OPEN.leave("sound", sound)  # at exit nobody asks any more which labs there are
    assert failures == ["ERROR the goodbye failed: LookupError"]
