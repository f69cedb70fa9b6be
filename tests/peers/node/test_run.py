"""A cell in a real Node: what it prints, and which modules it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.net.harness import rows, said
from tests.peers.noding import need_ws, prints, ran, running, until
from tests.ports import free_port
from wslab import Lab
from wslab.peers.node import Node

pytestmark = pytest.mark.node


@pytest.fixture(scope="module", autouse=True)
def node() -> Node:
    """Node with `ws`."""
    return need_ws()


class TestPrints:
    """What is printed is a line under the cell and a row, of the connection in whose callback it was printed."""

    async def test_each_level_and_what_node_makes_of_it(self) -> None:
        code = """
            console.log("a %d", 1, { b: [2] }); console.info("i"); console.warn("w"); console.error("e"); console.debug("d");
            console.group("g"); console.log("inside"); console.groupEnd(); console.table([{ x: 1 }]);
        """
        async with Lab() as lab:
            run = await ran(lab, code)
        lines = run.console.text.splitlines()[1:8]
        assert lines == ["a 1 { b: [ 2 ] }", "info: i", "warning: w", "error: e", "debug: d", "g", "  inside"]
        assert "│ (index) │ x │" in run.console.text

    async def test_nothing_is_coloured_although_jupyterlab_asks_its_kernels_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for variable in ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"):
            monkeypatch.setenv(variable, "1")
        code = 'console.log({ a: "b" }); setTimeout(() => JSON.parse("Hello"), 1);'
        async with Lab() as lab:
            run = await ran(lab, code)
        assert "SyntaxError" in run.console.text
        assert "ESC" not in run.console.text

    async def test_what_is_written_to_stdout_keeps_its_place(self) -> None:
        code = 'process.stdout.write("one "); console.log("two"); process.stdout.write("three\\nfour"); process.stderr.write("!");'
        async with Lab() as lab:
            run = await ran(lab, code)
            assert prints(lab) == ["one ", "two", "three", "four!"]
        assert run.console.text.splitlines()[1:] == ["one ", "two", "three", "four!"]

    async def test_a_print_belongs_to_the_connection_of_its_callback(self) -> None:
        port = free_port()
        code = """
            const { WebSocketServer } = require("ws");
            const wss = new WebSocketServer({ port: PORT });
            console.log("nobody's");
            wss.on("connection", async (ws) => {
              console.log("in the callback");
              setTimeout(() => { console.log("later"); ws.close(); }, 1);
            });
        """.replace("PORT", str(port))
        async with Lab() as lab, running(lab, code):
            await lab.WebSocket(f"ws://localhost:{port}").closed()
            await until(lambda: len(prints(lab)) == 3)
            places = [(row.text, row.source) for row in rows(lab, kind="print")]
            assert places == [("nobody's", "lab"), ("in the callback", "server"), ("later", "server")]

    async def test_very_much_of_it_is_bounded_and_counted(self) -> None:
        code = 'for (let i = 0; i < 30000; i++) console.log("line", i); process.stdout.write("x".repeat(3e6)); console.log("end");'
        async with Lab() as lab:
            run = await ran(lab, code)
            assert len(rows(lab)) < 10_100
            assert said(lab, "it has made 10000 rows")
        lines = run.console.text.splitlines()
        assert lines[0] == "node: ended, exit code 0"
        assert lines[1] == "29,002 earlier lines are not kept"
        assert lines[-3:-1][0] == "line 29999"
        assert lines[-2].startswith("x" * 1000)
        assert "more" in lines[-2]
        assert len(lines[-2]) < 11_000
        assert lines[-1] == "end"


class TestModules:
    """`require`, `import` and relative names work as in a file of the working folder."""

    @pytest.mark.parametrize(
        "code",
        [
            'const WebSocket = require("ws"); console.log(typeof WebSocket.Server, require.main === module, __dirname === process.cwd());',
            'import WebSocket, { WebSocketServer } from "ws"; console.log(typeof WebSocketServer, true, import.meta.url.startsWith("file:"));',
            'import("ws").then((ws) => console.log(typeof ws.WebSocketServer, true, true));',
            'const { WebSocketServer } = await import("ws"); console.log(typeof WebSocketServer, true, true);',
        ],
    )
    async def test_ws_is_found(self, code: str) -> None:
        async with Lab() as lab:
            await ran(lab, code)
            assert prints(lab) == ["function true true"]

    @pytest.mark.parametrize(
        "code",
        [
            'console.log(require("./mine.cjs").x);',
            'import { x } from "./mine.mjs"; console.log(x);',
            'import("./mine.mjs").then((m) => console.log(m.x));',
        ],
    )
    async def test_files_of_the_working_folder_are_found(
        self, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mine.cjs").write_text("exports.x = 42;", encoding="utf-8")
        (tmp_path / "mine.mjs").write_text("export const x = 42;", encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        async with Lab() as lab:
            await ran(lab, code)
            assert prints(lab) == ["42"]

    async def test_nobody_types_into_stdin(self) -> None:
        async with Lab() as lab:
            run = await ran(lab, 'process.stdin.on("data", () => {}).on("end", () => console.log("end"));')
            assert (run.exit_code, prints(lab)) == (0, ["end"])


async def test_a_closed_lab_takes_no_cell() -> None:
    lab = Lab()
    await lab.close()
    with pytest.raises(RuntimeError, match="this lab is closed"):
        await ran(lab, "1")


async def test_output_that_only_pretends_to_be_the_feed_is_output() -> None:
    code = 'process.stdout.write("\\x1eabc {\\"k\\": \\"ready\\"}\\n"); for (const k of ["socket", "listen", 7]) console.log(k);'
    async with Lab() as lab:
        run = await ran(lab, code)
        assert run.exit_code == 0
        assert len(prints(lab)) == 4
