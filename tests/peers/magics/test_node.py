"""`%%node`: what may stand behind it, what it says when it cannot run, and what it does."""

from __future__ import annotations

import asyncio
import importlib.util
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from tests.peers.noding import LIMIT, need_node, until
from wslab import Lab
from wslab.peers.magics import node as module
from wslab.peers.magics.node import NodeOptions, node, read_options
from wslab.peers.node import NodeRun, runs
from wslab.view import Console


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Console]:
    """The consoles that were shown; there is no notebook to show them in."""
    consoles: list[Console] = []
    monkeypatch.setattr(Console, "show", lambda console: consoles.append(console))  # noqa: PLW0108  (a method needs a function)
    return consoles


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", NodeOptions()),
        ("--name chat", NodeOptions(name="chat")),
        ("--name 'my chat' --lab other", NodeOptions(name="my chat", lab="other")),
        ("--wait", NodeOptions(wait=30.0)),
        ("--wait 2.5 --name=chat", NodeOptions(wait=2.5, name="chat")),
        ("--wait=5", NodeOptions(wait=5.0)),
        ("--wait --name chat", NodeOptions(wait=30.0, name="chat")),
        ("--stop", NodeOptions(stop=True)),
        ("--stop --name chat", NodeOptions(stop=True, name="chat")),
        ("--save answer", NodeOptions(save="answer")),
    ],
)
def test_what_may_stand_behind_it(line: str, found: NodeOptions) -> None:
    assert read_options(line) == found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--nmae chat", "%%node does not know '--nmae'; write %%node [--name NAME]"),
        ("chat", "%%node does not know 'chat'"),
        ("--name", "--name is followed by a name, such as --name chat"),
        ("--name --stop", "--name is followed by a name"),
        ("--name 'chat", "No closing quotation in"),
        ("--wait soon", "--wait takes seconds, more than 0 and at most 3600, not 'soon'; left out, it is 30"),
        ("--wait 0", "--wait takes seconds"),
        ("--wait nan", "--wait takes seconds"),
        ("--wait 1e9", "--wait takes seconds"),
        ("--save 2x", "--save takes the name of a Python variable, such as --save answer, not '2x'"),
        ("--save class", "--save takes the name of a Python variable"),
        ("--save a --stop", "--save only keeps the cell's text and runs nothing"),
        ("--save a --name b", "--save only keeps the cell's text and runs nothing"),
        ("--stop --wait", "--stop ends a run, and --wait waits for one to end; write one of them"),
        ("--stop=now", "%%node does not know '--stop'"),
    ],
)
def test_what_may_not_is_said(line: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_options(line)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("line", "cell", "said"),
    [
        ("", None, "%node is for %node --stop; to run JavaScript, write %%node in the first line of a cell"),
        ("", " \n", "%%node stands in the first line of a cell, and the JavaScript below it"),
        ("--save x", None, "write %%node --save x in the first line of one"),
        ("", "1", "there is no lab yet; run:"),
        ("--stop", None, "there is no lab yet; run:"),
        ("--lab nowhere", "1", "there is no lab named 'nowhere'"),
    ],
)
def test_what_cannot_run_is_said(line: str, cell: str | None, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        node(line, cell)
    assert said in str(caught.value)


async def test_a_machine_without_node_is_told_in_words(
    shown: list[Console], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    async with Lab() as lab:
        with pytest.raises(UsageError, match="there is no program `node` on this machine: install Node 18"):
            node("", "console.log(1)")
        assert shown[0].text.startswith("node: failed, %%node needs Node, and there is no program `node`")
        assert lab.hosting.runs == ()


def test_the_text_of_a_cell_becomes_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {}

    class Shell:
        push = staticmethod(names.update)

    monkeypatch.setattr(module, "get_ipython", Shell)
    node("--save answer", "ws.send('你好');\n")
    assert names == {"answer": "ws.send('你好');\n"}


@pytest.mark.node
class TestRunning:
    """In a notebook."""

    @pytest.fixture(autouse=True)
    def node(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Node, and a magic that has as much patience as a busy machine needs."""
        need_node()
        monkeypatch.setattr(module, "READY", LIMIT)

    async def test_it_returns_when_the_servers_of_the_cell_listen(self, shown: list[Console]) -> None:
        async with Lab() as lab:
            await asyncio.to_thread(node, "--name chat", 'require("http").createServer().listen(0);')
            assert list(lab.hosting.ports.taken().values()) == ["chat"]
            assert shown[0].text.startswith("chat: running, listening on port ")
            await asyncio.to_thread(node, "--stop --name chat", None)
            assert lab.hosting.ports.taken() == {}
            assert shown[0].text.startswith("chat: stopped, %node --stop")

    async def test_without_a_name_all_runs_are_stopped(self, shown: list[Console]) -> None:
        async with Lab() as lab:
            for name in "ab":
                await asyncio.to_thread(node, f"--name {name}", "setInterval(() => {}, 1000);")
            assert [run.name for run in runs(lab.hosting)] == ["a", "b"]
            await asyncio.to_thread(node, "--stop", "")
            assert runs(lab.hosting) == []
            assert all("stopped" in console.text for console in shown)

    async def test_stopping_what_does_not_run_is_said(
        self, shown: list[Console], capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with Lab():
            await asyncio.to_thread(node, "--stop", None)
            await asyncio.to_thread(node, "--name a", "setInterval(() => {}, 1000);")
            await asyncio.to_thread(node, "--stop --name b", None)
        out = capsys.readouterr().out
        assert out == "no Node cell is running\nno Node cell named 'b' is running; there is 'a'\n"

    async def test_wait_waits_until_it_has_ended(
        self, shown: list[Console], capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with Lab():
            await asyncio.to_thread(node, "--wait", "setTimeout(() => console.log('late'), 200);")
            assert shown[0].text == "node: ended, exit code 0\nlate"
            assert capsys.readouterr().out == ""

    async def test_wait_says_when_it_does_not_end(
        self, shown: list[Console], capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with Lab() as lab:
            await asyncio.to_thread(node, "--wait 0.1 --name x", "setInterval(() => {}, 1000);")
            assert capsys.readouterr().out == (
                "after 0.1 s Node still runs; it runs on until its cell is run again, or: %node --stop --name x\n"
            )
            assert [run.name for run in runs(lab.hosting)] == ["x"]

    async def test_a_cell_whose_main_part_never_ends_gives_the_notebook_back(
        self, shown: list[Console], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "READY", 0.1)
        async with Lab():
            await asyncio.to_thread(node, "", "for (;;) {}")
            assert "the cell's main part has not ended yet: an endless loop, or an await that waits" in shown[0].text

    async def test_interrupting_the_kernel_ends_the_cell(
        self, shown: list[Console], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(run: NodeRun, timeout: float) -> bool:
            raise KeyboardInterrupt

        monkeypatch.setattr(NodeRun, "wait_ready", interrupted)
        async with Lab() as lab:
            with pytest.raises(KeyboardInterrupt):
                node("", "for (;;) {}")
            assert runs(lab.hosting) == []
            assert shown[0].text.startswith("node: stopped, the kernel was interrupted")

    async def test_the_button_stops_it_and_the_kernel_goes_on(self, shown: list[Console]) -> None:
        async with Lab() as lab:
            await asyncio.to_thread(node, "", "setInterval(() => {}, 1000);")
            (run,) = runs(lab.hosting)
            run._stop_soon()
            await until(lambda: run.exit_code is not None)
            assert shown[0].text.startswith("node: stopped, the button Stop")
