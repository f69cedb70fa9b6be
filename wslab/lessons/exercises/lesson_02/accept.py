"""02.2 The answer to a key

`accept(key)` is given the text of a `Sec-WebSocket-Key` header and returns the text that a server must send back as `Sec-WebSocket-Accept`. Use `hashlib` and `base64`.

    accept("dGhlIHNhbXBsZSBub25jZQ==")  # 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
"""

import base64
import hashlib

from wslab.lessons.authoring import Trial, facts, right, same, wrong
from wslab.lessons.exercises.lesson_02.surroundings import SAMPLE, SAMPLE_ACCEPT, random_key
from wslab.wire import accept_steps

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
NEEDS = f'import base64\nimport hashlib\n\nGUID = "{GUID}"'
START = "Key and GUID are joined. Two steps are left: `hashlib.sha1(joined.encode()).digest()`, and its base64 as text."
AFTERWARDS = "A random key, and the answer that every WebSocket server in the world gives to it. No secret was needed: the key is a question that shows whether the other side knows the protocol."


def stub(key):
    joined = key + GUID
    return joined


def solution(key):
    digest = hashlib.sha1((key + GUID).encode()).digest()
    return base64.b64encode(digest).decode()


async def check(accept, t: Trial) -> None:
    """Ask for the answers to three keys: one that is random, one that has a plus and whose answer has both signs of base64, and the sample of the RFC."""
    both = next(key for key in iter(lambda: random_key(t), "") if {"+", "/"} <= set(accept_steps(key).accept) and "+" in key)
    for key in (random_key(t), both, SAMPLE):
        steps, got = accept_steps(key), await t.call(accept, key)
        right, digest, shows = steps.accept, bytes.fromhex(steps.sha1), facts(key=key, expected=steps.accept, returned=got)
        t.expect("text", isinstance(got, str), "`accept` should return text, as a header carries it. Bytes become text with `.decode()`.", shows, sharper=True)
        t.expect("decoded", not same(got, str(right.encode())), "`str()` of bytes keeps the `b` and the quotation marks. Bytes become text with `.decode()`.", shows, sharper=True)
        t.expect("one line", not same(got, right + "\n"), "There is a line break at the end, which would end the header. Use `base64.b64encode`.", shows, sharper=True)
        t.expect("base64", not same(got, steps.sha1), "These are the right 20 bytes, in hex. The header carries them in base64.", shows, sharper=True)
        t.expect("alphabet", same(got, right) or not same(got, base64.urlsafe_b64encode(digest).decode()), "Base64 comes with two alphabets. The header takes the usual one, with `+` and `/`: `base64.b64encode`.", shows, sharper=True)
        t.expect("padding", not same(got, right.rstrip("=")), "The `=` at the end belongs to the answer. Leave what `base64.b64encode` gives as it is.", shows, sharper=True)
        t.expect("digest", not same(got, base64_of(steps.sha1.encode())), "This is the base64 of the hex text, 40 characters. Take the 20 bytes themselves: `.digest()`, not `.hexdigest()`.", shows, sharper=True)
        t.expect("hash", not same(got, base64_of(steps.joined.encode())), "This is the base64 of key and GUID themselves. Hash them before: `hashlib.sha1(...).digest()`.", shows, sharper=True)
        t.expect("GUID", not same(got, base64_of(sha1(key.encode()))), "This is the hash of the key alone. Append the GUID before you hash: `key + GUID`.", shows, sharper=True)
        t.expect("order", not same(got, base64_of(sha1((GUID + key).encode()))), "The GUID stands before the key. It comes behind it: `key + GUID`.", shows, sharper=True)
        t.expect("key as text", not same(got, base64_of(sha1(base64.b64decode(key) + GUID.encode()))), "You decoded the key. The server takes its text as it came, and hashes that.", shows, sharper=True)
        t.expect("accept", same(got, right), "This is not the answer to this key. Look at the steps once more: join, SHA-1, base64.", shows)


def base64_of(data):
    return base64.b64encode(data).decode()


def sha1(data):
    return hashlib.sha1(data).digest()


JOINED, TEXT = "(key + GUID).encode()", "base64.b64encode(digest).decode()"
wrong("returns bytes", "text", {".decode()": ""})
wrong("bytes in quotation marks", "decoded", {TEXT: "str(base64.b64encode(digest))"})
wrong("base64 with a line break", "one line", {"b64encode": "encodebytes"})
wrong("hex instead of base64", "base64", {TEXT: "digest.hex()"})
wrong("the alphabet for addresses", "alphabet", {"b64encode": "urlsafe_b64encode"})
wrong("drops what looks like nothing", "padding", {".decode()": '.decode().rstrip("=")'})
wrong("base64 of the hex text", "digest", {".digest()": ".hexdigest().encode()"})
wrong("no hash", "hash", {f"hashlib.sha1({JOINED}).digest()": JOINED})
wrong("leaves the GUID out", "GUID", {JOINED: "key.encode()"})
wrong("GUID first", "order", {"key + GUID": "GUID + key"})
wrong("decodes the key", "key as text", {JOINED: "base64.b64decode(key) + GUID.encode()"})
wrong("returns the answer of the example", "accept", f"return {SAMPLE_ACCEPT!r}")
wrong("another hash", "accept", {"sha1": "sha256"})
wrong("small letters", "accept", {"key + GUID": "key + GUID.lower()"})
wrong("something in between", "accept", {"key + GUID": "key + ' ' + GUID"})
wrong("the key without its padding", "accept", {"key + GUID": "key.rstrip('=') + GUID"})
wrong("joins in base64", "accept", {TEXT: "base64.b64encode(base64.b64encode(digest)).decode()"})
wrong("one hash for all keys", "accept", {"def accept": "sha1 = hashlib.sha1()\n\n\ndef accept", f"digest = hashlib.sha1({JOINED}).digest()": f"sha1.update({JOINED})\n    digest = sha1.digest()"})
wrong("joins text and bytes", "unhurt", {"(key + GUID).encode()": "key + GUID.encode()"})
wrong("prints instead of returning", "return", {"return ": "answer = "})
right("in pieces", "sha1 = hashlib.sha1()\nsha1.update(key.encode('ascii'))\nsha1.update(GUID.encode('ascii'))\nreturn str(base64.standard_b64encode(sha1.digest()), 'ascii')")
right("another library for each step", "import binascii\n\ndigest = hashlib.new('sha1', f'{key}{GUID}'.encode()).hexdigest()\nreturn binascii.b2a_base64(bytes.fromhex(digest), newline=False).decode()")
right("websockets' own", "from websockets.utils import accept_key\n\nreturn accept_key(key)")
