"""03.2 How long is the payload?

`payload_length(data)` is given the first bytes of a frame, masked or not, and returns the length of its payload. All of the header is in `data`; the payload itself may be far longer than what is there.

    payload_length(bytes.fromhex("81 05 48 65 6c 6c 6f"))  # 5
    payload_length(bytes.fromhex("82 7e 01 00"))           # 256
"""

from wslab.lessons.authoring import Trial, facts, right, same, wrong
from wslab.wire import frame

START = "This counts what has arrived. The header says how much there will be: begin with the seven low bits of the second byte, `data[1] & 0x7F`."
AFTERWARDS = "`payload_length` read lengths on both sides of 125 and of 65535, and some that need more than four bytes, masked and not."


def stub(data):
    return len(data) - 2


def solution(data):
    length = data[1] & 0x7F
    if length == 126:
        return int.from_bytes(data[2:4], "big")
    if length == 127:
        return int.from_bytes(data[2:10], "big")
    return length


LIMITS = (0, 1, 124, 125, 126, 127, 128, 255, 256, 65534, 65535, 65536, 2**32 - 1, 2**32, 2**40, 2**63 - 1)


async def check(payload_length, t: Trial) -> None:
    """Read the lengths on both sides of each limit and some between, masked and not, with the payload there and with the header alone."""
    chance = t.random.randrange
    between = (chance(3, 124), chance(300, 65000) | 1, chance(65537, 2**32), chance(2**32, 2**48))
    for length in (*LIMITS, *between):
        for key, here in ((False, b"hello"), (b"\x80\xff\x01\x7f", b"\xff" * 4), (t.random.randbytes(4), b"")):
            data = frame(here, "text", mask=key, length=length)
            got = await t.call(payload_length, data)
            shows, marker = facts(data=data[:16].hex(" ") + (" ..." if len(data) > 16 else ""), expected=length, returned=got), data[1] & 0x7F
            t.expect("a number", isinstance(got, int) and not isinstance(got, bool), "`payload_length` should return a whole number, an `int`.", shows)
            t.expect(
                "the MASK bit",
                not key or same(got, length),
                "Without a mask this length is read right, and with a mask it is not. The highest bit of the second byte is MASK: `data[1] & 0x7F` leaves it out, before anything else looks at it. The key stands behind the length.",
                shows,
                sharper=True,
            )
            t.expect("short", marker > 125 or same(got, length), "A length of 125 or less stands in the second byte as it is. What has arrived does not count, what the header says does.", shows, sharper=True)
            t.expect(
                "no lengths",
                marker < 126 or got == length or got not in (marker, data[1]),
                "In the second byte, 126 and 127 are no lengths. They say that the length follows in the next two bytes, or in the next eight.",
                shows,
                sharper=True,
            )
            wide = data[2 : 4 if marker == 126 else 10]
            t.expect(
                "byte order", marker < 126 or got == length or got != int.from_bytes(wide, "little"), 'The bytes of the length are read from the wrong end. On the network the most significant comes first: `"big"`.', shows, sharper=True
            )
            t.expect("two bytes", marker != 126 or same(got, length), "Behind a 126 the length is in two bytes: `data[2:4]`.", shows, sharper=True)
            t.expect("eight bytes", marker != 127 or same(got, length), "Behind a 127 the length is in eight bytes, and all of them count: `data[2:10]`.", shows, sharper=True)


wrong("returns what the second byte holds", "the MASK bit", "return data[1]")
wrong("takes MASK off too late", "the MASK bit", {"data[1] & 0x7F": "data[1]", "return length": "return length & 0x7F"})
wrong("leaves MASK in", "the MASK bit", {"data[1] & 0x7F": "data[1]"})
wrong("counts what has arrived", "short", {"return length": "return len(data) - 2"})
wrong("takes 125 for a marker", "short", {"return length": "return length % 125"})
wrong("six bits", "short", {"0x7F": "0x3F"})
wrong("knows no long lengths", "no lengths", "return data[1] & 0x7F")
wrong("knows no eight bytes", "no lengths", {"length == 127": "length == 128"})
wrong("little endian", "byte order", {'data[2:4], "big"': 'data[2:4], "little"'})
wrong("little endian, the long ones", "byte order", {'data[2:10], "big"': 'data[2:10], "little"'})
wrong("one byte of two", "two bytes", {"data[2:4]": "data[3:4]"})
wrong("begins a byte too early", "two bytes", {"data[2:4]": "data[1:4]"})
wrong("a signed number", "two bytes", {'data[2:4], "big"': 'data[2:4], "big", signed=True'})
wrong("skips the key first", "the MASK bit", {"length = data[1] & 0x7F": "data, length = data[:2] + data[2 + (data[1] >> 7) * 4 :], data[1] & 0x7F"})
wrong("four bytes of eight", "eight bytes", {"data[2:10]": "data[6:10]"})
wrong("the first four", "eight bytes", {"data[2:10]": "data[2:6]"})
wrong("126 and 127 alike", "two bytes", {"length == 126:\n        return int.from_bytes(data[2:4]": "length >= 126:\n        return int.from_bytes(data[2:10]"})
wrong("a fraction", "a number", {"    return length": "    return float(length)"})
wrong("True for one", "a number", {"    return length": "    return length or bool(length)"})
right("struct", "import struct\n\nseven = data[1] % 128\nif seven < 126:\n    return seven\nreturn struct.unpack_from('>H' if seven == 126 else '>Q', data, 2)[0]")
right("a table", "size = {126: 2, 127: 8}.get(data[1] & 127, 0)\nreturn int.from_bytes(data[2 : 2 + size], 'big') if size else data[1] & 127")
right("an int of one's own", {"    return length": "    return type('Length', (int,), {})(length)"})
