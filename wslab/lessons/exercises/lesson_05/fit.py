"""05.1 As much as fits

A server takes at most `size` bytes in a message. `fit(text, size)` returns the longest beginning of `text` whose UTF-8 takes no more than that. No character is cut in two.

    fit("Grüße", 3)    # "Gr": the next character takes two bytes
    fit("Grüße", 100)  # "Grüße"
"""

from wslab.lessons.authoring import Trial, facts, right, same, wrong

START = "This counts characters, and `size` is in bytes. Cut the bytes, `text.encode()`, and make text of them again."
AFTERWARDS = "Cut at every place, between two characters and within one: the text stayed text, and nothing was left out that fits."


def stub(text, size):
    return text[:size]


def solution(text, size):
    return text.encode()[:size].decode(errors="ignore")


async def check(fit, t: Trial) -> None:
    """Cut texts of characters of one to four bytes at every place, within a character and between two, and not at all."""
    for text in ("", t.phrase(), "Grüße", f"世界{t.phrase()[:3]}界", "a👍🎉b", "Cafe\u0301 é", "é" * 3 + t.random.choice("世界"), " \t你\n好 "):
        for size in (1000, *range(1, len(text.encode()) + 2), 0):
            wanted = text.encode()[:size].decode(errors="ignore")
            with t.unless(UnicodeDecodeError, "whole characters", 'Your cut went through a character, and half of one is not UTF-8. Leave its bytes out: `decode(errors="ignore")`, or take one character fewer until it fits.'):
                got = await t.call(fit, text, size)
            shows = facts(text=text, size=size, expected=wanted, returned=got)
            t.expect("text", isinstance(got, str), "`fit` should return text. Bytes become text with `.decode()`.", shows)
            t.expect("beginning", text.startswith(got), "What came back is not how the text begins: characters were changed or left out. Cut at the end only.", shows, sharper=True)
            t.expect("bytes", len(got.encode()) <= size, "This takes more bytes than it may. `len(text.encode())` counts bytes, `len(text)` characters.", shows, sharper=True)
            t.expect("longest", same(got, wanted), "The longest beginning is wanted, and there was room for more: `size` bytes may be used, all of them.", shows)


wrong("cuts a character in two", "whole characters", {'errors="ignore"': ""})
wrong("returns bytes", "text", {'.decode(errors="ignore")': ""})
wrong("None where nothing fits", "return", {'"ignore")': '"ignore") or None'})
wrong("a question mark for half a character", "beginning", {"ignore": "replace"})
wrong("shows half a character in hex", "beginning", {"ignore": "backslashreplace"})
wrong("drops what is not ASCII", "beginning", {"text.encode()[:size]": 'text.encode("ascii", "ignore")[:size]'})
wrong("normalises", "beginning", {"text.encode": "__import__('unicodedata').normalize('NFC', text).encode"})
wrong("strips", "longest", {'"ignore")': '"ignore").rstrip()'})
wrong("cuts from the end", "beginning", {"[:size]": "[max(0, len(text.encode()) - size) :]"})
wrong("writes three dots", "beginning", {'"ignore")': '"ignore") + "..." * (len(text.encode()) > size)'})
wrong("takes two bytes for each character", "longest", "return text[: size // 2]")
wrong("stops one byte early", "longest", "while len(text.encode()) >= size and text:\n    text = text[:-1]\nreturn text")
wrong("takes four bytes for each character", "longest", "return text[: size // 4]")
wrong("all or nothing", "longest", 'return text if len(text.encode()) <= size else ""')
wrong("one character fewer, once", "bytes", "return text if len(text.encode()) <= size else text[:-1]")
wrong("knows characters of two bytes at most", "longest", "while sum(1 if ord(c) < 128 else 4 for c in text) > size:\n    text = text[:-1]\nreturn text")
wrong("cuts UTF-16", "longest", 'return text.encode("utf-16-le")[:size].decode("utf-16-le", "ignore")')
right("a character fewer until it fits", "while len(text.encode()) > size:\n    text = text[:-1]\nreturn text")
right("character by character", 'taken, room = "", size\nfor character in text:\n    room -= len(character.encode("utf-8"))\n    if room < 0:\n        break\n    taken += character\nreturn taken')
right("steps back to the first byte of a character", "data = text.encode()\nwhile size and size < len(data) and data[size] & 0xC0 == 0x80:\n    size -= 1\nreturn data[:size].decode()")
right("recursion", "def fit(text, size):\n    return text if len(text.encode()) <= size else fit(text[:-1], size)")
