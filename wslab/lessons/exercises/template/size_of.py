"""${number}.1 A value

**To be replaced:** an exercise about a value needs no lab. `size_of(text)` returns how many bytes the payload of a text message takes.

    size_of("Hello, server!")  # 14
    size_of("Grüße")           # 7
"""

from wslab.lessons.authoring import Trial, facts, right, same, wrong

START = "This counts characters. A text message travels as UTF-8: `text.encode()` makes the bytes, and `len` counts them."
AFTERWARDS = "Texts of characters of one to four bytes, and an empty one: your function counted the bytes of each."


def stub(text):
    return len(text)


def solution(text):
    return len(text.encode())


async def check(size_of, t: Trial) -> None:
    """Ask about characters of one, two, three and four bytes, about none, and about texts that nobody knows beforehand."""
    for text in ("Hello, server!", "Grüße", "世界", "🙂", "", "e\u0301\n", t.phrase(), f"{t.phrase()} ü 界 🙂"):
        got, wanted = await t.call(size_of, text), len(text.encode())
        shows = facts(text=text, expected=wanted, returned=got)
        t.expect("a number", isinstance(got, int), "`size_of` should return a whole number: `len(...)` gives one.", shows, sharper=True)
        t.expect("bytes", same(got, wanted), "This is not the number of bytes. UTF-8 takes one to four of them for a character: count what `text.encode()` gives.", shows)


wrong("counts the characters that can be seen", "bytes", {"len(text.encode())": "sum(character.isprintable() for character in text)"})
wrong("counts UTF-16", "bytes", {"encode()": 'encode("utf-16-le")'})
wrong("two bytes for whatever is not ASCII", "bytes", {"len(text.encode())": "sum(1 if character.isascii() else 2 for character in text)"})
wrong("knows no character but ASCII", "unhurt", {"encode()": 'encode("ascii")'})
wrong("returns the bytes", "a number", {"len(text.encode())": "text.encode()"})
wrong("prints instead of returning", "return", {"return": "size ="})
right("adds up", {"len(text.encode())": "sum(len(character.encode()) for character in text)"})
