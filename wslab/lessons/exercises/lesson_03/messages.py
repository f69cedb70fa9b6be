"""03.5 From frames to messages

`messages(frames)` is given frames of one direction, as `wslab.dissect(...)` returns them: text messages, some in one frame and some in several, with control frames between. It returns the list of the texts, in order. A message whose last frame has not come is left out.

    wire = wslab.frame("Hel", fin=False) + wslab.frame("", "ping") + wslab.frame("lo", "continuation")
    messages(wslab.dissect(wire))  # ["Hello"]
"""

from wslab.lessons.authoring import Trial, facts, right, same, wrong
from wslab.wire import dissect
from wslab.wire import frame as made

START = "This takes every frame for a message. Collect `frame.payload` until `frame.fin` is `True`, and decode what you have then. Control frames (`frame.opcode` of 8 and more) do not belong to it."
AFTERWARDS = "`messages` put texts together from frames it had not seen before, around pings, with cuts in the middle of characters, and left out the one that was not whole. This is what a WebSocket library does for you."


def stub(frames):
    return [frame.payload.decode() for frame in frames]


def solution(frames):
    found, parts = [], b""
    for frame in frames:
        if frame.opcode < 8:
            parts += frame.payload
            if frame.fin:
                found.append(parts.decode())
                parts = b""
    return found


async def check(messages, t: Trial) -> None:
    """Hand over short, empty and fragmented messages with control frames around and inside; when all is whole, when the last is not, and again after that; and none."""
    for last in ("", t.phrase(), "", "nothing"):
        short, long, ping = t.phrase(), f"{t.phrase()} 你好 {t.phrase()}", f"ping {t.phrase()}"
        texts = [] if last == "nothing" else [short, short[::-1], short, long, "", long[::-1], long, f" {short} 😀 . "]
        if t.random.random() < 0.5:
            texts = texts * 2
        wire = b"".join(made(f"{ping} before", "ping") + in_pieces(text, ping, number % 2 == 0) for number, text in enumerate(texts))
        wire += made(last, fin=False) + made(ping, "pong") if last not in ("", "nothing") else made(ping, "pong")
        wire += made(b"\x03\xe8" + ping.encode(), "close")
        frames = dissect(wire, direction="server to client")
        with t.unless(
            UnicodeDecodeError,
            "bytes first",
            "This cannot be decoded. A frame may end within a character, and a control frame between two fragments is no part of the message and ends none. Join the payloads of the data frames up to FIN, then decode.",
        ):
            got = await t.call(messages, frames)
        shows = f"{frames}\n{facts(expected=texts, returned=got)}"
        a_list = isinstance(got, list) and all(isinstance(item, str) for item in got)
        t.expect("texts", a_list, "`messages` should return a list of `str`: `parts.decode()` makes one of bytes.", shows)
        wrong_ones = [item for item in got if item not in texts]
        damaged = [text.encode("ascii", "ignore").decode() for text in texts]
        t.expect(
            "control frames",
            not any(ping in item for item in wrong_ones),
            "The payload of a control frame is in a message. A control frame may come between two fragments and is no part of the message: skip opcodes of 8 and more.",
            shows,
            sharper=True,
        )
        t.expect("unfinished", not last or got != [*texts, last], "The last message is not whole: no frame of it has FIN. Add a message when `frame.fin` is `True`, and only then.", shows, sharper=True)
        t.expect("the last one", not texts or got != texts[:-1], "The last whole message is missing. FIN says that it is whole; do not wait for the next one to begin.", shows, sharper=True)
        t.expect("halves", not any("\ufffd" in item or item in damaged for item in wrong_ones), "A character is damaged: it was cut in two, and each half was decoded by itself. Join the payloads first, then decode.", shows, sharper=True)
        t.expect(
            "one a message", len(got) <= len(texts), "There are more texts than messages. A text is whole when a data frame with FIN has come, and not before; the FIN of a ping or another control frame ends no message.", shows, sharper=True
        )
        t.expect("all of it", same(got, texts), "The texts are not those that were sent. Join every payload, also an empty one, and begin anew behind a frame with FIN.", shows)


def in_pieces(text, ping, whole):
    """A text in one frame, or cut into frames of two bytes and an empty one, so within every wider character; a ping stands before the last."""
    data = text.encode()
    if whole or not data:
        return made(text)
    pieces = [data[:3], b"", *(data[at : at + 2] for at in range(3, len(data), 2))]
    frames = [made(piece, "continuation" if number else "text", fin=number == len(pieces) - 1) for number, piece in enumerate(pieces)]
    return b"".join(frames[:-1]) + made(ping, "ping") + frames[-1]


APART = {"parts += frame.payload": "parts += frame.payload.decode()", 'parts = [], b""': 'parts = [], ""', "parts.decode()": "parts", '                parts = b""': '                parts = ""'}
wrong("decodes each piece", "bytes first", APART)
wrong("decodes each piece, and damage is a nuisance", "halves", {**APART, "parts += frame.payload": 'parts += frame.payload.decode(errors="replace")'})
wrong("takes every frame for a message, and damage for a nuisance", "halves", 'return [frame.payload.decode(errors="replace") for frame in frames if frame.opcode < 8]')
wrong("takes every frame for a message, and skips damage", "one a message", 'return [frame.payload.decode(errors="ignore") for frame in frames if frame.opcode < 8]')
wrong("skips damage", "halves", {**APART, "parts += frame.payload": 'parts += frame.payload.decode(errors="ignore")'})
wrong("returns bytes", "texts", {"parts.decode()": "parts"})
wrong("one text", "texts", {"return found": 'return "".join(found)'})
wrong("takes control frames along", "control frames", {"frame.opcode < 8": "frame.opcode < 16", "parts.decode()": 'parts.decode("utf-8", "replace")'})
wrong("takes Close along", "control frames", {"frame.opcode < 8": "frame.opcode not in (9, 10)", "parts.decode()": 'parts.decode("utf-8", "replace")'})
wrong("ends a message with a ping", "one a message", {"            if frame.fin:\n                found": "        if frame.fin and (parts or frame.opcode < 8):\n            if True:\n                found"})
wrong("takes pongs along", "control frames", {"frame.opcode < 8": "frame.opcode not in (8, 9)"})
wrong("adds what is left at the end", "unfinished", {"    return found": "    if parts:\n        found.append(parts.decode())\n    return found"})
wrong(
    "waits for the next message to begin",
    "the last one",
    "found, parts = [], None\nfor frame in frames:\n    if frame.opcode == 1:\n        if parts is not None:\n            found.append(parts.decode())\n        parts = frame.payload\n    elif frame.opcode == 0:\n        parts += frame.payload\nreturn found",
)
wrong("keeps messages of one frame only", "all of it", "return [frame.payload.decode() for frame in frames if frame.opcode == 1 and frame.fin]")
wrong("drops empty messages", "all of it", {"            if frame.fin:": "            if frame.fin and parts:"})
wrong("never begins anew", "all of it", {'\n                parts = b""': ""})
wrong("each text once", "all of it", {"found.append(parts.decode())": "found += [parts.decode()] if parts.decode() not in found else []"})
wrong("strips", "all of it", {"parts.decode()": "parts.decode().rstrip()"})
right("the tool's own messages", "def messages(frames):\n    return [message.text for message in frames.messages if message.complete]")
right(
    "decodes as it goes",
    "import codecs\n\nfound, text, decode = [], '', codecs.getincrementaldecoder('utf-8')().decode\nfor frame in frames:\n    if frame.opcode in (0, 1):\n        text += decode(frame.payload)\n        if frame.fin:\n            found.append(text)\n            text = ''\nreturn found",
)
wrong(
    "keeps what is left for the next call",
    "all of it",
    "global left\nleft = globals().get('left', b'')\nfound = []\nfor frame in frames:\n    if frame.opcode < 8:\n        left += frame.payload\n        if frame.fin:\n            found.append(left.decode())\n            left = b''\nreturn found",
)
right(
    "a generator inside",
    "def whole():\n    parts = []\n    for frame in frames:\n        if frame.opcode >= 8:\n            continue\n        parts.append(frame.payload)\n        if frame.fin:\n            yield str(b''.join(parts), 'utf-8')\n            parts.clear()\n\nreturn list(whole())",
)
