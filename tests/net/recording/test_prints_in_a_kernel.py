"""The trap of the next cell: IPython swaps the write method of standard output for each cell (facts.md of the course's makers)."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from tests.notebooks.kernels import kernel

CELLS = [
    """
import asyncio, sys
from wslab import Lab
lab = Lab()
async def talk(connection):
    async for message in connection:
        print("handler", message)
        await connection.send(message)
server = await lab.serve(talk)
socket = lab.WebSocket(server.url)
socket.onmessage = lambda event: print("callback", event.data)
await socket.opened()
ticks = lab.WebSocket((await lab.serve(talk, name="ticks")).url)
await ticks.opened()
async def tick():
    while True:
        ticks.send("tick")
        await asyncio.sleep(0.005)
ticking = asyncio.create_task(tick())
""",
    *[
        f"""
print("cell {number}")
socket.send("{number}")
event = await socket.next()
await asyncio.sleep(0.05)
print("end {number}")
"""
        for number in range(6)
    ],
    "ticking.cancel(); ticks.close(); await ticks.closed(); await lab.settled()",
    """
rows = [row.text for row in lab.timeline.rows() if row.kind == "print"]
print(sorted(text for text in rows if "tick" not in text))
print(rows.count("handler tick") >= 6)
await lab.close()
print(print)
""",
]


@pytest.mark.kernel
def test_cells_that_print_while_a_handler_prints_never_recurse() -> None:
    with kernel() as running:
        outputs = running.stepped([nbformat.v4.new_code_cell(source) for source in CELLS])
    for cell in outputs:
        assert not [each for each in cell if each["output_type"] == "error"], cell
        assert not _text(cell, "stderr")
    for number, cell in enumerate(outputs[1:7]):
        assert f"cell {number}\n" in _text(cell, "stdout")
        assert f"end {number}\n" in _text(cell, "stdout")
    expected = sorted(f"{who} {number}" for number in range(6) for who in ("handler", "callback"))
    assert (
        _text(outputs[-1], "stdout").replace("handler tick\n", "") == f"{expected}\nTrue\n<built-in function print>\n"
    )


def _text(cell: list[dict[str, Any]], name: str) -> str:
    return "".join(each["text"] for each in cell if each["output_type"] == "stream" and each["name"] == name)
