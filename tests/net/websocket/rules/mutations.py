"""Break the rules of the browser's WebSocket one at a time, and see that the tests notice.

    python -m tests.net.websocket.rules.mutations          all of them; a few seconds each
    python -m tests.net.websocket.rules.mutations 43 60    those that break these rules

Each mutation replaces one piece of text in a temporary copy of wslab and its tests; the checkout is never touched. It must
stand just once in wslab/net: when the code has changed, the mutation has to follow. The exit status is 1 when one cannot be applied,
when one survives, or when the tests fail without any.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[4]
ATTRIBUTES, CLOSING, EVENTS, HANDSHAKE, LISTENERS, MESSAGES, SENDING, SERVER_CLOSES, SUBPROTOCOLS, URL = (
    f"tests/net/websocket/rules/test_{name}.py"
    for name in (
        "attributes", "closing", "events", "handshake", "listeners", "messages", "sending", "server_closes", "subprotocols", "url",
    )
)  # fmt: skip
FAILED = 1  # pytest's exit status when a test failed; 2 and more: it could not run them


class Mutation(NamedTuple):
    """One defect: the rule it breaks, what it does, which text becomes which, and the tests that should notice."""

    rule: int
    what: str
    old: str
    new: str
    tests: str


MUTATIONS = [
    Mutation(1, "constants of an instance can be changed", '"faults", *STATES}', '"faults"}', ATTRIBUTES),
    Mutation(6, "a lone surrogate is not replaced in a URL", "usv_string(str(url))", "str(url)", URL),
    Mutation(9, "http: is not taken", '{"http:": "ws:", ', "{", URL),
    Mutation(11, "the base is ignored", "if base is not None", "if base is ...", URL),
    Mutation(13, "an empty fragment is taken", 'if "#" in parsed.href:', "if parsed.hash:", URL),
    Mutation(16, "an empty subprotocol is taken", "if not name or not all(", "if not all(", SUBPROTOCOLS),
    Mutation(16, "DEL is taken in a subprotocol", "0x21 <= ord(c) <= 0x7E", "0x21 <= ord(c) <= 0x7F", SUBPROTOCOLS),
    Mutation(17, "a subprotocol may be offered twice", "if len(set(names)) != len(names):", "if not names:", SUBPROTOCOLS),
    Mutation(22, "a server may choose no subprotocol", "available_subprotocols and self._protocol.subprotocol is None and", "available_subprotocols and False and", SUBPROTOCOLS),
    Mutation(29, "open is fired before the state changes", 'self.change(OPEN, "open event")\n            self._fire(Event("open"), "", None, stop)', 'self._fire(Event("open"), "", None, stop)\n            self.change(OPEN, "open event")', HANDSHAKE),
    Mutation(34, "send is taken while CONNECTING", "        if self._events.state == CONNECTING:\n            raise", "        if False:\n            raise", SENDING),
    Mutation(40, "a memoryview is sent whole", "payload = bytes(data)", 'payload = bytes(getattr(data, "obj", data))', SENDING),
    Mutation(41, "surrogate pairs are not combined", 'isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")', 'isascii() else text.encode("utf-8", "replace").decode()', SENDING),
    Mutation(42, "characters are counted, not bytes", "amount.add(len(payload))", "amount.add(len(payload.decode(errors='ignore')))", SENDING),
    Mutation(43, "send after close is not counted", "amount.add(len(payload))", "amount.add(len(payload) if self._events.state == OPEN else 0)", SENDING),
    Mutation(43, "the amount is reset when the socket closes", "        self.amount.loosen()\n", "        self.amount.loosen()\n        if self._events.state > 2:\n            self.amount._asked = self.amount._taken\n", SENDING),
    Mutation(44, "binaryType takes any text", 'if value in ("blob", "arraybuffer"):', "if isinstance(value, str):", MESSAGES),
    Mutation(45, "binary messages are always blobs", 'if self.binary_type == "blob" else', "if data is not None else", MESSAGES),
    Mutation(46, "of a fragmented message the last fragment counts", "said = receiver.kept", "said = data", MESSAGES),
    Mutation(48, "messages are dispatched while CLOSING", "        if self.state != OPEN:\n            return\n        given", "        if self.state == CLOSED:\n            return\n        given", MESSAGES),
    Mutation(49, "the origin has the name and password", ".rpartition('@')[2]", "", MESSAGES),
    Mutation(50, "text that is no UTF-8 is taken", "        if receiver.found:", "        if False:", MESSAGES),
    Mutation(50, "a failed connection fires no error", "failed = self._failed or not self._opened", "failed = not self._opened", MESSAGES),
    Mutation(53, "a close code that came is not told", "code, reason = received.code, received.reason", 'code, reason = 1000, ""', CLOSING),
    Mutation(54, "a page may close with 1001", "3000 <= code <= 4999", "code == 1001 or 3000 <= code <= 4999", CLOSING),
    Mutation(54, "a page may close with 5000", "3000 <= code <= 4999", "3000 <= code <= 5000", CLOSING),
    Mutation(55, "a reason may have 124 bytes", "_REASON_LIMIT = 123", "_REASON_LIMIT = 124", CLOSING),
    Mutation(55, "a reason is measured in characters", "if len(text.encode()) > _REASON_LIMIT:", "if len(text) > _REASON_LIMIT:", CLOSING),
    Mutation(57, "nothing is checked once it is closing", "        text = check_close(code, reason)\n        if self._events.state in (CLOSING, CLOSED):\n            return\n", "        if self._events.state in (CLOSING, CLOSED):\n            return\n        text = check_close(code, reason)\n", CLOSING),
    Mutation(59, "close while CONNECTING goes on connecting", "connecting = self._events.state == CONNECTING", "connecting = False", CLOSING),
    Mutation(60, "the second close begins again", "if self._events.state in (CLOSING, CLOSED):\n            return\n        connecting", "if False:\n            return\n        connecting", CLOSING),
    Mutation(62, "an end without a Close is clean", "clean = not failed and received is not None and", "clean = not failed or", SERVER_CLOSES),
    Mutation(63, "the state stays OPEN while the server's Close is answered", "self._inbox.post(self._events.closing)", "pass", SERVER_CLOSES),
    Mutation(67, "an on attribute keeps what cannot be called", "        if not callable(value):\n            if", "        if value is None:\n            if", ATTRIBUTES),
    Mutation(68, "an on attribute loses its place", "            slot.given = slot.call = value\n", "            self._set_handler(type, None)\n            self._set_handler(type, value)\n", LISTENERS),
    Mutation(69, "once is for ever", "if entry.once:", "if False:", LISTENERS),
    Mutation(69, "a listener may be added twice", "if not any(entry.given", "if True or not any(entry.given", LISTENERS),
    Mutation(69, "a removed listener still runs", "            if entry.removed:\n                continue\n", "", LISTENERS),
    Mutation(70, "a handler that raises ends the dispatch", "                self._report(event, error)\n", "                self._report(event, error)\n                break\n", LISTENERS),
    Mutation(71, "currentTarget stays", "event.eventPhase, event.currentTarget = Event.NONE, None", "event.eventPhase = Event.NONE", EVENTS),
    Mutation(71, "events of the network are not trusted", "event.isTrusted = True", "event.isTrusted = False", EVENTS),
    Mutation(72, "an event may be dispatched inside itself", "        if event.eventPhase:\n", "        if event.eventPhase > 2:\n", EVENTS),
    Mutation(72, "an event by hand stays trusted", "        event.isTrusted = False\n", "", EVENTS),
    Mutation(72, "dispatchEvent is always True", "return not event.defaultPrevented", "return True", EVENTS),
    Mutation(73, "a CloseEvent has 1005 by default", "code: int = 0", "code: int = 1005", EVENTS),
]  # fmt: skip


def run(folder: Path, *tests: str) -> int:
    """Run these tests against the copy; pytest's exit status."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", "--timeout=60", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return done.returncode


def place(root: Path, mutation: Mutation) -> Path | None:
    """The one file in which the text of a mutation stands just once; None where there is no such file, or several."""
    counts = {
        path: path.read_text(encoding="utf-8").count(mutation.old) for path in (root / "wslab" / "net").rglob("*.py")
    }
    return next(path for path, count in counts.items() if count) if sum(counts.values()) == 1 else None


def outcome(folder: Path, mutation: Mutation) -> str:
    """Apply one mutation, run its tests and take it back: "killed", "survived", or why it could not be tried."""
    path = place(folder, mutation)
    if path is None:
        return "cannot be applied: its text does not stand just once in wslab/net"
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        status = run(folder, mutation.tests)
    finally:
        path.write_text(original, encoding="utf-8")
    return {0: "survived", FAILED: "killed"}.get(status, f"cannot be tried: pytest ended with {status}")


def main(rules: list[str]) -> int:
    """Try the mutations and print a table.

    Args:
        rules: The numbers of the rules to break; all where there are none.

    Returns:
        The exit status.
    """
    chosen = [each for each in MUTATIONS if not rules or str(each.rule) in rules]
    with tempfile.TemporaryDirectory(prefix="wslab-mutations-") as name:
        folder = Path(name)
        for part in ("wslab", "tests"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        where = "import wslab, sys; sys.exit(not wslab.__file__.startswith(sys.argv[1]))"
        environment = {**os.environ, "PYTHONPATH": name}
        if subprocess.run([sys.executable, "-c", where, name], cwd=name, env=environment, check=False).returncode:
            print("the copy is not what Python imports, so nothing can be tried")
            return 1
        if run(folder, *sorted({each.tests for each in chosen})):
            print("the tests fail without any mutation; mend that first")
            return 1
        killed = 0
        for each in chosen:
            how = outcome(folder, each)
            killed += how == "killed"
            print(f"{each.rule:>4}  {each.what:<60}  {how}", flush=True)
    print(f"{killed} of {len(chosen)} killed")
    return int(killed < len(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
