"""However a cell in a real Node ends, the head line and a row say how, with the line of the cell."""

from __future__ import annotations

import pytest

from tests.net.harness import rows, said
from tests.peers.noding import ECHO, LIMIT, ended, need_ws, no_folder_of_ours, ran, running
from tests.ports import free_port
from wslab import Lab, LabError
from wslab.peers.node import Node
from wslab.peers.node import run as module

pytestmark = pytest.mark.node

NO_REQUIRE = (
    "require is not defined in ES module scope; a cell with import or await at its top level is one: use import"
)


@pytest.fixture(scope="module", autouse=True)
def node() -> Node:
    """Node with `ws`."""
    return need_ws()


class TestEnding:
    """However Node ends, the head line and a row say how, with the line of the cell."""

    @pytest.mark.parametrize(
        ("code", "head", "row"),
        [
            ("1 + 1;", "ended, exit code 0", ""),
            ("process.exit(3);", "failed, exit code 3", ""),
            (
                "// one\nfunction f() {\n  null.x;\n}\nf();",
                "failed, exit code 1: TypeError: Cannot read properties of null (reading 'x') (cell, line 3)",
                "TypeError: Cannot read properties of null (reading 'x') at line 3",
            ),
            (
                "const a = 1;\nconst b = ;\n",
                "failed, exit code 1: SyntaxError: Unexpected token ';' (cell, line 2)",
                "SyntaxError: Unexpected token ';' at line 2",
            ),
            (
                'import fs from "fs";\n\nconst b = ;\n',
                "failed, exit code 1: SyntaxError: Unexpected token ';' (cell, line 3)",
                "SyntaxError: Unexpected token ';' at line 3",
            ),
            (
                '\nimport { nope } from "ws";',
                "failed, exit code 1: SyntaxError: The requested module 'ws' does not provide an export named 'nope' (cell, line 2)",
                "does not provide an export named 'nope' at line 2",
            ),
            (
                "\n\nPromise.reject(new RangeError('no'));",
                "failed, exit code 1: RangeError: no (cell, line 3)",
                "RangeError: no at line 3",
            ),
            (
                "\nthrow { code: 7 };",
                "failed, exit code 1: thrown: { code: 7 } (cell, line 2)",
                "thrown: { code: 7 } at line 2",
            ),
            (
                "setTimeout(() => {\n  bad();\n}, 1);",
                "failed, exit code 1: ReferenceError: bad is not defined (cell, line 2)",
                "at line 2",
            ),
            (
                "await 1;\nrequire('ws');",
                f"failed, exit code 1: ReferenceError: {NO_REQUIRE} (cell, line 2)",
                "at line 2",
            ),
            (
                "await new Promise(() => {});",
                "failed, exit code 13: a top-level await never ended, and nothing else was left to do",
                "",
            ),
            ("process.kill(process.pid, 'SIGKILL');", "failed, ended by SIGKILL", ""),
            ("process.abort();", "failed, ended by SIGABRT", ""),
        ],
    )
    async def test_how_it_ended_is_said(self, code: str, head: str, row: str) -> None:
        async with Lab() as lab:
            run = await ran(lab, code)
            assert run.console.text.splitlines()[0] == f"node: {head}"
            assert said(lab, 'node "node" ended')
            raised = [each.text for each in rows(lab, name="node raised")]
            assert len(raised) == bool(row)
            assert all(text.endswith(row) for text in raised)
            no_folder_of_ours(run.console.text + lab.transcript())

    async def test_an_error_in_a_callback_is_a_row_of_its_connection(self) -> None:
        port = free_port()
        code = ECHO.replace("PORT", str(port)) + '\nrequire("ws").Server;\n'
        code = code.replace("ws.send(data, { binary })", "{ throw new Error('in message'); }")
        async with Lab() as lab, running(lab, code) as run:
            socket = lab.WebSocket(f"ws://localhost:{port}")
            await socket.opened()
            socket.send("x")
            await socket.closed()
            await ended(run)
            (row,) = rows(lab, name="callback raised")
            assert (row.source, row.text, row.problem) == ("server", "Error: in message at line 2", "nobody caught it")
            assert run.exit_code == 1
            no_folder_of_ours(run.console.text)

    async def test_an_error_that_the_cell_catches_itself_is_none(self) -> None:
        code = 'process.on("uncaughtException", (e) => console.log("caught", e.message)); setTimeout(() => { throw new Error("x"); }, 1);'
        async with Lab() as lab:
            run = await ran(lab, code)
            assert run.console.text == "node: ended, exit code 0\ncaught x"
            assert not rows(lab, name="node raised")

    async def test_a_module_that_is_missing_is_named_without_a_folder(self) -> None:
        for code in ('require("not-there");', 'import "not-there";', 'import("not-there");'):
            async with Lab() as lab:
                run = await ran(lab, code)
                assert "not-there'" in run.console.text.splitlines()[0]
                no_folder_of_ours(run.console.text + lab.transcript())

    async def test_running_the_cell_again_replaces_it_and_keeps_its_port(self) -> None:
        port = free_port()
        async with Lab() as lab, running(lab, ECHO.replace("PORT", str(port))) as first:
            async with running(lab, ECHO.replace("PORT", str(port))) as second:
                assert first.console.text.startswith("node: stopped, the cell was run again")
                assert lab.hosting.ports.taken() == {port: "node"}
                assert second.exit_code is None
            assert lab.hosting.ports.taken() == {}
            assert lab.hosting.runs == ()

    async def test_two_names_run_side_by_side(self) -> None:
        async with (
            Lab() as lab,
            running(lab, ECHO.replace("PORT", "0"), "a") as a,
            running(lab, ECHO.replace("PORT", "0"), "b"),
        ):
            assert sorted(lab.hosting.ports.taken().values()) == ["a", "b"]
            assert a.exit_code is None
            assert "Node cell 'a', listening on port" in repr(lab)

    async def test_a_run_runs_once(self) -> None:
        async with Lab() as lab:
            run = await ran(lab, "1")
            with pytest.raises(LabError, match="a run runs once"):
                run.start()

    async def test_stop_is_a_row_and_a_head_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_POLITE", LIMIT)  # Node has its own way to end at SIGTERM, which takes a while
        async with Lab() as lab:
            async with running(lab, "setInterval(() => {}, 1000);") as run:
                pass
            assert run.console.text.splitlines()[0] == "node: stopped, run.stop()"
            assert run.exit_code == -15
            assert said(lab, 'node "node" stopped')
