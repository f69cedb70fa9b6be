"""06.2 Read a Close frame

`read_close(payload)` is given the unmasked payload of a Close frame and returns a pair: the code as a number and the reason as text. It returns what `event.code` and `event.reason` of the `close` event would be.

    read_close(bytes.fromhex("03 e8 64 6f 6e 65"))  # (1000, "done")
"""

import contextlib

from wslab.lessons.authoring import Trial, facts, right, same, wrong
from wslab.wire import close_body

START = '`payload[0]` is only the first of the code\'s two bytes. `int.from_bytes(payload[:2], "big")` makes one number of both; then make text of the reason.'
AFTERWARDS = "Fifteen payloads, one of them empty. For that one there was nothing to read, and your function said 1005: the number that a program is told where none was sent."


def stub(payload):
    code = payload[0]
    reason = payload[2:]
    return code, reason


def solution(payload):
    if not payload:
        return 1005, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode()


HINTS = {  # what to say where a payload was read wrongly, in the order of asking
    "reason": "The reason is all that follows the two bytes of the code, as it is.",
    "no reason": "Here the payload is the code and nothing more. The reason is then an empty text.",
    "UTF-8": "The reason is UTF-8, as all text of the protocol is: `payload[2:].decode()`.",
    "empty": "The payload is empty: the other side gave no code. A program is then told 1005, with an empty reason.",
}


async def check(read_close, t: Trial) -> None:
    """Hand over the payloads of Close frames: each kind of code and of reason, and none at all."""
    code = t.random.randrange(4000, 5000)
    cases = {
        "reason": [(1000, "done"), (code, t.phrase()), (4001, "x"), (1001, " going away\n"), (3000, "4000"), (4096, "(1005, '')"), (4351, "x" * 123)],
        "no reason": [(1000, ""), (1011, ""), (4096, ""), (code, "")],
        "UTF-8": [(code, f"caf\u00e9 {t.phrase()}"), (1008, "世界"), (4999, "\ufeffbegin 🙂")],
        "empty": [(1005, "")],
    }
    for case, hint in HINTS.items():
        for wanted in cases[case]:
            payload = b"" if case == "empty" else close_body(*wanted)
            raises = t.unless(Exception, "raises", "The payload is empty, and your code raised an exception over it. Ask before you read: `if not payload:`.")
            with raises if case == "empty" else contextlib.nullcontext():
                got = await t.call(read_close, payload)
            shows = f"payload:  {payload.hex(' ') or '(no bytes)'}\n" + facts(expected=wanted, returned=got)
            pair = isinstance(got, tuple) and len(got) == 2 and isinstance(got[0], int) and isinstance(got[1], str)
            t.expect("a pair", pair, "`read_close` should return a number and a text: `return code, reason`. Bytes become text with `.decode()`.", shows, sharper=True)
            t.expect("both bytes", len(payload) <= 2 or same(got[0], wanted[0]), 'The code is two bytes, the more significant one first: `int.from_bytes(payload[:2], "big")`.', shows, sharper=True)
            t.expect(case, same(got, wanted), hint, shows)


CODE, REASON, EMPTY = 'int.from_bytes(payload[:2], "big")', "payload[2:].decode()", '    if not payload:\n        return 1005, ""\n'
wrong("leaves the reason as bytes", "a pair", {".decode()": ""})
wrong("returns a text only", "a pair", {f"{CODE}, ": ""})
wrong("a pair in a pair", "a pair", {CODE: 'struct.unpack("!H", payload[:2])', "def read_close": "import struct\n\n\ndef read_close"})
wrong("the code as text", "a pair", {CODE: f"str({CODE})"})
wrong("reads the lesser byte first", "both bytes", {"big": "little"})
wrong("reads one byte", "both bytes", {CODE: "payload[0]"})
wrong("adds the two bytes", "both bytes", {CODE: "payload[0] + payload[1]"})
wrong("counts to 255", "both bytes", {CODE: "payload[0] * 255 + payload[1]"})
wrong("writes the two bytes side by side", "both bytes", {CODE: "int(f'{payload[0]}{payload[1]}')"})
wrong("reads all as the code", "both bytes", {"payload[:2]": "payload"})
wrong("takes the code along", "reason", {REASON: 'payload[1:].decode("latin-1")'})
wrong("leaves out the first letter", "reason", {"payload[2:]": "payload[3:]"})
wrong("tidies the reason up", "reason", {".decode()": ".decode().strip()"})
wrong("has a reason for everything", "no reason", {".decode()": '.decode() or "none"'})
wrong("takes a code alone for none", "no reason", {"if not payload": "if len(payload) <= 2"})
wrong("takes one byte for one character", "UTF-8", {".decode()": '.decode("latin-1")'})
wrong("leaves out what is not ASCII", "UTF-8", {".decode()": '.decode("ascii", "ignore")'})
wrong("takes ASCII only", "unhurt", {".decode()": '.decode("ascii")'})
wrong("leaves out a mark at the beginning", "UTF-8", {".decode()": '.decode("utf-8-sig")'})
wrong("makes a text of the bytes' name", "reason", {REASON: "str(payload[2:])"})
wrong("says 1006 where there is no code", "empty", {"1005": "1006"})
wrong("says 1000 where there is no code", "empty", {"1005": "1000"})
wrong("says that there is none", "a pair", {'1005, ""': "None, None"})
wrong("has a reason for the missing code", "empty", {'1005, ""': '1005, "no status received"'})
wrong("reads where there is nothing", "empty", {EMPTY: ""})
wrong("reads a byte where there is none", "raises", {EMPTY: "", CODE: "payload[0] * 256 + payload[1]"})
wrong("prints instead of returning", "return", {"return int": "pair = int"})
right("struct", 'import struct\n\nif len(payload) == 0:\n    return (1005, "")\n(code,) = struct.unpack("!H", payload[:2])\nreturn (code, str(payload[2:], "utf-8"))')
right("by hand", "code = payload[0] * 256 + payload[1] if payload else 1005\nreturn code, payload[2:].decode()")
right(
    "numbers and pairs with names",
    "import enum\nfrom typing import NamedTuple\n\n\nclass Code(enum.IntEnum):\n    NONE = 1005\n    _missing_ = classmethod(lambda cls, value: value)\n\n\nclass Close(NamedTuple):\n    code: int\n    reason: str\n\n\ndef read_close(payload):\n    return Close(int.from_bytes(payload[:2]) or Code.NONE, payload[2:].decode())\n",
)
right("websockets' own", "from websockets.frames import Close\n\nclose = Close.parse(bytes(payload))\nreturn close.code, close.reason")
