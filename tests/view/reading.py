"""The page's half, for tests: reads the blocks that `wslab.view.log.pack` makes; and a clock."""

from __future__ import annotations

import itertools
import struct
from typing import Any, NamedTuple

from wslab.timeline import KINDS, SOURCES


class Packed(NamedTuple):
    """A row as the browser sees it."""

    position: float
    time: float
    size: float
    connection: int
    kind: str
    source: str
    flags: int
    name: str
    text: str
    problem: str


def unpack(n: int, block: bytes) -> list[Packed]:
    """The rows of one block."""
    numbers = struct.unpack_from(f"<{3 * n}d{n}I{3 * n + 1}I", block)
    positions, times, sizes, connections = (numbers[i * n : (i + 1) * n] for i in range(4))
    offsets = numbers[4 * n :]
    head = 28 * n + 4 * (3 * n + 1)
    codes, sources, flags = (block[head + i * n : head + (i + 1) * n] for i in range(3))
    text = block[head + 3 * n :]
    strings = [text[a:b].decode() for a, b in itertools.pairwise(offsets)]
    return [
        Packed(
            positions[i],
            times[i],
            sizes[i],
            connections[i],
            KINDS[codes[i]],
            SOURCES[sources[i]],
            flags[i],
            *strings[3 * i : 3 * i + 3],
        )
        for i in range(n)
    ]


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Page:
    """What a page knows after the messages so far: the newest state, and every row it was given."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        self.state: dict[str, Any] = {"gen": -1, "seq": -1}
        self.rows: dict[int, Packed] = {}

    def take(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        """A message from Python, as log.js takes it in."""
        buffers = [bytes(buffer) for buffer in buffers or []]
        self.messages.append((content, buffers))
        if content["gen"] > self.state["gen"]:
            self.rows.clear()
        if content["seq"] > self.state["seq"]:
            self.state = {**self.state, **content}
        if content["t"] in {"news", "rows"} and content["n"] and content["gen"] == self.state["gen"]:
            for place, row in enumerate(unpack(content["n"], buffers[0])):
                self.rows[content["at"] + place] = row

    def told(self, what: str) -> list[dict[str, Any]]:
        """The messages of one type."""
        return [content for content, _ in self.messages if content["t"] == what]
