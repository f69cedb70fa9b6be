"""What comes out of Node: items of the feed, lines that the cell printed, and Node's own words for a crash made readable.

An item is a line of JSON behind a prefix that only this run knows; what stands before it in the line the cell has printed.
Lines are bounded: a program that prints for ever, or one line for ever, costs no memory.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEM_LIMIT = 256 * 1024
LINE_LIMIT = 10_000
"""The most bytes of a line that are kept."""

OURS = str(Path(__file__).parent / "static")
_FRAME = re.compile(r"^\s+at ")
_NAMED = re.compile(r"\bat (.* \()?cell:\d")
_STACK = re.compile(r"\s*Require stack:(\s*- \S+)*")
_INNER = re.compile(r"node:\S+:\d+|.*[/\\]node[/\\]static[/\\]\w+\.cjs:\d+")
_NOTHING = re.compile(r"Node\.js v\S+|Emitted 'error' event on .* at:|Require stack:|- cell")
_DYING = re.compile(r"<--- Last few GCs --->|----- (Native|JavaScript) stack trace -----")
_CELL_LINE = re.compile(r"\bcell:(\d+)(?::\d+)?")
_INSIDE = re.compile(r"\(node:internal|\bat node:internal|<anonymous>:\d+:\d+\)$")


class Output:
    """Divides what Node writes into items and lines.

    Args:
        prefix: What begins an item.

    Attributes:
        prefix: The same.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._prefix = prefix.encode()
        self._waiting = b""
        self._lost = 0  # bytes of the line under way that were not kept

    def feed(self, chunk: bytes) -> Iterator[dict[str, Any] | str]:
        """Take bytes; give each item and each line that is complete."""
        *lines, self._waiting = (self._waiting + chunk).split(b"\n")
        for line in lines:
            yield from self._line(line)
        at = self._waiting.find(self._prefix)
        if at > 0 or (at < 0 and len(self._waiting) > LINE_LIMIT + len(self._prefix)):
            self._shorten(at)
        elif at == 0 and len(self._waiting) > ITEM_LIMIT:  # no item is that long
            self._waiting = self._waiting[:LINE_LIMIT].replace(self._prefix, b"")

    def end(self) -> Iterator[dict[str, Any] | str]:
        """Give what is left when Node has gone."""
        rest, self._waiting = self._waiting, b""
        if rest or self._lost:
            yield from self._line(rest)

    def _shorten(self, at: int) -> None:
        """Forget the middle of a long line; its beginning stays, and a prefix that may have begun at its end."""
        stop = at if at > 0 else len(self._waiting) - len(self._prefix)
        kept = min(stop, LINE_LIMIT)
        self._lost += stop - kept
        self._waiting = self._waiting[:kept] + self._waiting[stop:]

    def _line(self, line: bytes) -> Iterator[dict[str, Any] | str]:
        said, found, data = line.partition(self._prefix)
        if said or not found or self._lost:
            text = said[:LINE_LIMIT].decode(errors="replace").removesuffix("\r")
            lost, self._lost = self._lost + max(0, len(said) - LINE_LIMIT), 0
            yield f"{text} \u2026 {lost:,} more bytes" if lost else text
        if found:
            try:
                item = json.loads(data)
            except ValueError:
                return
            if isinstance(item, dict):
                yield item


class Crash:
    """Makes what Node prints at its end readable: the learner's own lines, no frames of Node's inside, no folder of ours.

    Args:
        folder: The folder whose ``cell.js`` the cell seems to be.
        packages: The folder of our packages.
    """

    def __init__(self, folder: str, packages: str | None) -> None:
        file, inside = Path(folder, "cell.js"), f"{packages}/node_modules/"
        self._shorter = [(file.as_uri(), "cell"), (str(file), "cell")]
        if packages:
            self._shorter += [(f"file://{inside}", ""), (inside, "")]
        self._skipping = ""  # what ends the lines that are left out
        self._blank = True
        self._dying = False

    def text(self, text: str) -> str:
        """A print, in which frames of a stack are readable; the rest is the cell's own and stays."""
        lines = (self._packaged(line) for line in text.split("\n") if not self._is_ours(line))
        return "\n".join(_CELL_LINE.sub(r"cell, line \1", line) if _NAMED.search(line) else line for line in lines)

    def error(self, text: str) -> str:
        """The words of an error."""
        return _STACK.sub("", _CELL_LINE.sub(r"cell, line \1", self._packaged(text)))

    def line(self, line: str) -> str | None:
        """One line of Node's last words, or None where it says nothing to a learner."""
        if _INNER.fullmatch(line):
            self._skipping = "^"  # a line of Node's own source, up to the mark below it
            return None
        if self._skipping:
            self._skipping = "" if line.strip() == self._skipping else self._skipping
            return None
        if self._is_ours(line) or _NOTHING.fullmatch(line):
            return None
        blank, self._blank = self._blank, not line.strip()
        return None if blank and self._blank else self.error(line)

    def dying(self, line: str) -> bool:
        """Whether a line is part of what V8 says of itself when it dies: hundreds of addresses, and one sentence."""
        self._dying = self._dying or bool(_DYING.match(line))
        return self._dying and not line.startswith("FATAL ERROR")

    def cell_line(self, line: str) -> str:
        """The line of the cell that a line names, such as ``line 3``, or nothing."""
        found = re.match(r"cell:(\d+)$", line)
        return f"line {found[1]}" if found else ""

    def _is_ours(self, line: str) -> bool:
        return bool(_FRAME.match(line)) and (OURS in line or bool(_INSIDE.search(line)))

    def _packaged(self, line: str) -> str:
        for folder, short in self._shorter:
            line = line.replace(folder, short)
        return line
