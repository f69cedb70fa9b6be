"""Mistakes to plant in a copy of wslab's rules: whatever judges them must notice each.

Each replaces one piece of text in one module of `wslab.wire`. It must stand there just once: when the code has changed, the
mistake has to follow.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import wslab.wire

if TYPE_CHECKING:
    from types import ModuleType

WIRE = Path(wslab.wire.__file__).parent


class Mistake(NamedTuple):
    """What a mistake does, in which module, and which text becomes which."""

    what: str
    module: str
    old: str
    new: str


MISTAKES = [
    Mistake("opcode 0xB is known", "stream/rules", "not in OPCODES", "not in (*OPCODES, 0xB)"),
    Mistake("a server may mask", "stream/rules", "if frame.client is False and frame.masked:", "if False:"),
    Mistake("16 bits may say a length of 125", "stream/rules", "frame.length < 126) or", "frame.length < 125) or"),
    Mistake("RSV1 may stand on every data frame", "stream/rules", "not frame.deflated or frame.begins", "not frame.deflated or not frame.control"),
    Mistake("a control frame may have 126 bytes", "stream/rules", "MAX_CONTROL_PAYLOAD = 125", "MAX_CONTROL_PAYLOAD = 126"),
    Mistake("data may come behind a Close", "stream/rules", "if frame.closed and not", "if False and not"),
    Mistake("1005 may travel", "close_codes", "{1005, 1006, 1015}", "{1006, 1015}"),
    Mistake("5000 is a close code", "close_codes", "code <= 4999", "code <= 5000"),
    Mistake("a ping ends the message that it interrupts", "stream/receiver", 'self.control = b""\n            return', 'self.control, self.inside = b"", False\n            return'),
    Mistake("text may end in the middle of a character", "stream/receiver", "            if self._tail:\n                self._read", "            if False:\n                self._read"),
    Mistake("a border of frames cuts characters", "stream/utf8", "data = tail + piece", "data = piece"),
    Mistake("no message inflates in the context of the last", "deflate", "if not self._deflate.context_takeover:", "if True:"),
    Mistake("each piece is unmasked from the first byte of the key on", "frames", "turn = phase & 3", "turn = 0"),
    Mistake("of a 16-bit length the high byte is lost", "frames", "data[start + 2 : start + 4]", "data[start + 3 : start + 4]"),
]  # fmt: skip


def plant(mistake: Mistake | None, folder: Path, name: str) -> ModuleType:
    """Make a copy of `wslab.wire` with one mistake, or none.

    Args:
        mistake: The mistake.
        folder: Where to write the copy; it must be on `sys.path`.
        name: What to call it.
    """
    (folder / name).mkdir()
    for path in WIRE.rglob("*.py"):
        text, copy = path.read_text(encoding="utf-8"), folder / name / path.relative_to(WIRE)
        if mistake is not None and copy == folder / name / f"{mistake.module}.py":
            assert text.count(mistake.old) == 1, f"{mistake.old!r} must stand just once in {path.name}"
            text = text.replace(mistake.old, mistake.new)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(text.replace("wslab.wire", name), encoding="utf-8")
    importlib.invalidate_caches()
    return importlib.import_module(name)


def uproot(name: str) -> None:
    """Forget a copy."""
    for module in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[module]
