"""03.3 Mask

`mask(payload, key)` is given a payload and a masking key of four bytes, and returns the masked payload as `bytes`. The payload may have any length, also none.

    mask(b"Hello", bytes.fromhex("37 fa 21 3d")).hex(" ")  # '7f 9f 4d 51 58'
    mask(bytes.fromhex("7f 9f 4d 51 58"), bytes.fromhex("37 fa 21 3d"))  # b'Hello'
"""

from wslab.lessons.authoring import Trial, facts, right, same, wrong
from wslab.wire import unmask

START = "This uses the first byte of the key for all. Byte `i` of the payload belongs to byte `i % 4` of the key; `enumerate(payload)` gives each byte with its place."
AFTERWARDS = "Your function masked payloads of several lengths with keys it had not seen before, and took the mask off again. It is how a client masks, and how a server unmasks."


def stub(payload, key):
    return bytes(byte ^ key[0] for byte in payload)


def solution(payload, key):
    return bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))


EXAMPLE = bytes.fromhex("37 fa 21 3d")


async def check(mask, t: Trial) -> None:
    """Mask payloads of every length up to nine, some longer and a long one; with zeros, and keys with zeros; and take a mask off again."""
    some = t.random.randbytes(t.random.randrange(20, 40))
    key = bytes(t.random.randrange(1, 256) for _ in range(4))
    cases = [
        (b"Hello", EXAMPLE),
        (bytes(9), key),
        *((some[:size], key) for size in range(10)),
        (some, key),
        (unmask(some, key), key),
        (key, key),
        (some, bytes(4)),
        (b"\x00\x00" + some + b"\x00", b"\x00\x01\x00\xff"),
        (t.random.randbytes(20_003), key),
    ]
    for payload, key in cases:
        got = await t.call(mask, payload, key)
        wanted = unmask(payload, key)
        value = bytes(got) if isinstance(got, (bytes, bytearray, memoryview)) else got
        shows = facts(payload=brief(payload), key=brief(key), expected=brief(wanted), returned=brief(value) if isinstance(value, bytes) else got)
        t.expect("bytes", isinstance(value, bytes), "`mask` should return `bytes`. `bytes(...)` makes them from numbers.", shows)
        t.expect("every byte", len(value) == len(payload), "The result is not as long as the payload. Every byte of the payload is masked, and nothing is added.", shows, sharper=True)
        t.expect("the key", value == wanted or value != unmask(payload, EXAMPLE), "This is masked with the key of the example. Use the parameter `key`.", shows, sharper=True)
        t.expect("xor", value[:4] == wanted[:4], "The first four bytes are not right. Each is the payload's byte XOR the key's byte, in Python `a ^ b`.", shows, sharper=True)
        t.expect("round and round", same(got, wanted), "The first four bytes are right, and what follows is not. Behind its last byte the key begins again: `key[i % 4]`.", shows)


def brief(data):
    return (data[:16].hex(" ") or "no bytes") + (" ..." if len(data) > 16 else "")


wrong("returns a list", "bytes", {"bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))": "[byte ^ key[place % 4] for place, byte in enumerate(payload)]"})
wrong("hex", "bytes", {"enumerate(payload))": 'enumerate(payload)).hex(" ")'})
wrong("a number for no payload", "bytes", {"enumerate(payload))": "enumerate(payload)) or 0"})
wrong("stops where the key ends", "every byte", "return bytes(a ^ b for a, b in zip(payload, key))")
wrong("fills the last four", "every byte", {"enumerate(payload))": "enumerate(payload + bytes(-len(payload) % 4)))"})
wrong("puts the key in front", "every byte", {"return bytes": "return key + bytes"})
wrong("loses zeros at the end", "every byte", {"enumerate(payload))": "enumerate(payload)).rstrip(bytes(1))"})
wrong("loses leading zeros", "every byte", {"enumerate(payload))": "enumerate(payload)).lstrip(bytes(1))"})
wrong("uses the key of the example", "the key", {"    return": '    key = bytes.fromhex("37 fa 21 3d")\n    return'})
wrong("or", "xor", {"byte ^": "byte |"})
wrong("adds", "xor", {"byte ^ key[place % 4]": "(byte + key[place % 4]) % 256"})
wrong("power", "xor", {"byte ^ key[place % 4]": "byte ** key[place % 4] % 256"})
wrong("counts from one", "xor", {"enumerate(payload)": "enumerate(payload, 1)"})
wrong("reads the key backwards", "xor", {"key[place % 4]": "key[3 - place % 4]"})
wrong("goes on with the last byte of the key", "round and round", {"place % 4": "min(place, 3)"})
wrong("goes round in threes", "round and round", {"place % 4": "place % 4 if place < 4 else place % 3"})
wrong("leaves zeros as they are", "xor", {"byte ^ key[place % 4] for": "byte and byte ^ key[place % 4] for"})
wrong("masks the first kilobyte", "round and round", {"byte ^ key[place % 4] for": "byte ^ key[place % 4] * (place < 1024) for"})
right("a cycle", "from itertools import cycle\n\nreturn bytes(a ^ b for a, b in zip(payload, cycle(key)))")
right("all at once", "size = len(payload)\nstream = (key * (size // 4 + 1))[:size]\nreturn (int.from_bytes(payload, 'big') ^ int.from_bytes(stream, 'big')).to_bytes(size, 'big')")
right("in place", "data = bytearray(payload)\nfor place in range(len(data)):\n    data[place] ^= key[place & 3]\nreturn data")
