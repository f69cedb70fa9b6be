"""03.1 Decode a frame by hand

`decode(data)` is given bytes that begin with a frame from a server: not masked, with a payload of 125 bytes at most. More bytes may follow. It returns a tuple of three: whether FIN is set (`True` or `False`), the opcode, and the payload as `bytes`.

    decode(bytes.fromhex("81 05 48 65 6c 6c 6f"))  # (True, 1, b'Hello')
"""

from wslab.lessons.authoring import Trial, facts, right, same, wrong
from wslab.wire import frame

START = "`data[0]` still holds two facts in one number. `data[0] & 0x0F` keeps its four low bits, the opcode, and `data[0] & 0x80` its highest, FIN. `data[1]` is the length here."
AFTERWARDS = "`decode` read frames of every kind that it had not seen before: whole messages, pieces of messages, pings and pongs, empty and full to the last of 125 bytes, with and without another frame right behind."


def stub(data):
    return data[0], data[1], data[2:]


def solution(data):
    fin = data[0] & 0x80 != 0
    opcode = data[0] & 0x0F
    length = data[1]
    return fin, opcode, data[2 : 2 + length]


OPCODES = {"continuation": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}


async def check(decode, t: Trial) -> None:
    """Decode whole frames and fragments of each kind: empty, short, full, with zeros at the end; alone, and with more behind them."""
    texts = [t.phrase().encode(), "您好".encode()]
    cases = [("text", True, texts[0]), ("text", False, texts[1]), ("continuation", False, texts[0]), ("continuation", True, b""), ("binary", True, b"\xff" * 125)]
    cases += [("binary", False, b"\x00\x80\x00\x00"), ("ping", True, b""), ("pong", True, b"\xfe" * 64), ("close", True, b"\x03\xe8"), ("text", True, b"x" * t.random.randrange(3, 125))]
    for opcode, fin, payload in cases:
        for more in (frame(t.phrase()), b""):
            data, wanted = frame(payload, opcode, fin=fin) + more, (fin, OPCODES[opcode], payload)
            got = await t.call(decode, data)
            shows = facts(data=data[:16].hex(" ") + (" ..." if len(data) > 16 else ""), expected=wanted, returned=got)
            three = isinstance(got, tuple) and len(got) == 3
            t.expect("three values", three, "`decode` should return a tuple of three: `return fin, opcode, payload`.", shows)
            t.expect("true or false", isinstance(got[0], bool), "FIN should be `True` or `False`. `data[0] & 0x80` is 128 or 0; ask whether it is 0: `data[0] & 0x80 != 0`.", shows, sharper=True)
            t.expect("fin", got[0] is fin, "FIN is not right for every frame. It is the highest bit of the first byte, and of no other: `data[0] & 0x80`.", shows)
            t.expect("opcode", same(got[1], wanted[1]), "The opcode is not right. It is in the four low bits of the first byte: `data[0] & 0x0F`.", shows)
            t.expect("bytes", isinstance(got[2], (bytes, bytearray, memoryview)), "The payload should be `bytes`. A frame may hold a piece of a text, or no text at all; leave decoding to others.", shows, sharper=True)
            t.expect("payload", same(got[2], payload), "The payload is not right. It begins behind the two bytes of the header, and ends where its length says: another frame may follow.", shows)


wrong("prints instead of returning", "return", {"return fin, opcode, data[2 : 2 + length]": "print(fin, opcode, data[2 : 2 + length])"})
wrong("a list", "three values", {"return fin, opcode, data[2 : 2 + length]": "return [fin, opcode, data[2 : 2 + length]]"})
wrong("leaves the bit where it is", "true or false", {" != 0": ""})
wrong("takes every frame for the last", "fin", {"data[0] & 0x80 != 0": "True"})
wrong("looks for FIN in the second byte", "fin", {"data[0] & 0x80": "data[1] & 0x80"})
wrong("FIN for messages only", "fin", {"!= 0": "!= 0 and data[0] & 0x0F < 8"})
wrong("compares with the first byte of the example", "fin", {"data[0] & 0x80 != 0": "data[0] == 0x81"})
wrong("takes the whole first byte for the opcode", "opcode", {"data[0] & 0x0F": "data[0]"})
wrong("keeps three bits of the opcode", "opcode", {"0x0F": "0x07"})
wrong("reads the opcode as a decimal digit", "opcode", {"data[0] & 0x0F": 'int(data[:1].hex()[1]) if data[:1].hex()[1] in "0123456789" else 0'})
wrong("decodes the payload", "bytes", {"data[2 : 2 + length]": 'data[2 : 2 + length].decode(errors="replace")'})
wrong("None for no payload", "bytes", {"data[2 : 2 + length]": "data[2 : 2 + length] or None"})
wrong("takes everything that follows", "payload", {"data[2 : 2 + length]": "data[2:]"})
wrong("forgets that the header counts too", "payload", {"data[2 : 2 + length]": "data[2:length]"})
wrong("loses the last byte", "payload", {"2 + length]": "1 + length]"})
wrong("loses a payload of 125", "payload", {"length = data[1]": "length = data[1] % 125"})
wrong("six bits of the length", "payload", {"length = data[1]": "length = data[1] & 0x3F"})
wrong("cuts zeros off", "payload", {"data[2 : 2 + length]": "data[2 : 2 + length].rstrip(bytes(1))"})
right("shifts and remainders", "first, length = data[0], data[1] & 0x7F\nreturn bool(first >> 7), first % 16, bytes(data[2:][:length])")
right("a memoryview", {"data[2 : 2 + length]": "memoryview(data)[2 : 2 + length]"})
right(
    "a named tuple and an IntEnum",
    {
        "fin = data": "from collections import namedtuple\n    from enum import IntEnum\n\n    Code = IntEnum('Code', {f'c{n}': n for n in range(16)})\n    fin = data",
        "return fin, opcode, data[2 : 2 + length]": "return namedtuple('Frame', 'fin opcode payload')(fin, Code(opcode), data[2 : 2 + length])",
    },
)
