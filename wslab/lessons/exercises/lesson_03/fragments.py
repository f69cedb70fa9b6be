"""03.4 A message in fragments

`fragments(text, size)` returns a list of frames, each as `bytes`, that a client may send: together they are one text message, and no frame carries more than `size` bytes of payload. `text` is never empty. Build each frame with `wslab.frame(payload, opcode, fin=..., mask=True)`.

    frames = fragments("Hello, server!", 6)
    print(wslab.dissect(b"".join(frames)))
    # three frames: text, continuation, FIN continuation
"""

from websockets.exceptions import ProtocolError
from websockets.protocol import State
from websockets.server import ServerProtocol

from wslab.lessons.authoring import Trial, facts, right, wrong
from wslab.wire import dissect

NEEDS = "import wslab"
START = "This is one frame, however long the text. Cut `data` into pieces: `[data[at : at + size] for at in range(0, len(data), size)]`. Then make a frame of each."
AFTERWARDS = "A server's protocol was fed your frames byte for byte. It put each text together again, also where a cut went through the middle of a Chinese character, and received one message each time."


def stub(text, size):
    data = text.encode()
    return [wslab.frame(data, "text", mask=True)]


def solution(text, size):
    data = text.encode()
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    frames = []
    for number, part in enumerate(parts):
        opcode = "text" if number == 0 else "continuation"
        last = number == len(parts) - 1
        frames.append(wslab.frame(part, opcode, fin=last, mask=True))
    return frames


async def check(fragments, t: Trial) -> None:
    """Feed the frames of several texts to the protocol of a server: cut within a character and between two, with and without a rest."""
    phrase = t.phrase()
    cases = [("Hello, server!", 7), (f"世界 {phrase}", 2), (f"世界 {phrase}", 4), (f"{phrase} 你好世界", t.random.randrange(5, 9)), ("lalalala", 2), (phrase, 1), (phrase, len(phrase)), (phrase, 100), (phrase * 20, 150)]
    for text, size in cases:
        got = await t.call(fragments, text, size)
        whole = isinstance(got, list) and got and all(isinstance(each, (bytes, bytearray)) and len(dissect(each)) == 1 and not dissect(each).rest for each in got)
        t.expect("frames", whole, "`fragments` should return a list in which every item is one whole frame, as `bytes`: what `wslab.frame(...)` returns.", facts(text=text, size=size, returned=got))
        sent = b"".join(got)
        frames = list(dissect(sent, direction="client to server"))
        shows = f"{facts(text=text, size=size)}\n{frames_of(frames)}\n{facts(the_server_received=received(sent))}"
        t.expect("masked", all(each.masked for each in frames), "A client must mask every frame: `mask=True`.", shows, sharper=True)
        t.expect("text first", frames[0].opcode == 1, 'The first frame says what the message is: `"text"`. Without an opcode, `wslab.frame` makes bytes a binary message.', shows, sharper=True)
        t.expect("then continuations", all(each.opcode == 0 for each in frames[1:]), 'A frame behind the first has to be a `"continuation"`. Another `"text"` would begin another message.', shows, sharper=True)
        t.expect("fin", [each.fin for each in frames] == [False] * (len(frames) - 1) + [True], "FIN belongs to the last frame of the message, and to no other: `fin=True` there, `fin=False` before.", shows, sharper=True)
        t.expect("size", all(each.payload_length <= size for each in frames), "A frame carries more than `size` bytes. Cut the bytes, not the characters: one character may take several bytes.", shows)
        t.expect("the text", received(sent) == [text], "The server did not receive one message with this text. Is every byte in some frame, once and in order?", shows)


def frames_of(frames):
    return "\n".join(map(str, frames[:12])) + ("\n..." if len(frames) > 12 else "")


def received(data):
    """The messages that a server gets out of these bytes, up to the first mistake; what is not UTF-8 stays bytes."""
    protocol, messages, parts = ServerProtocol(state=State.OPEN), [], []
    protocol.receive_data(data)
    try:
        for frame in protocol.events_received():
            parts.append(frame)
            if frame.fin:
                whole = b"".join(each.data for each in parts)
                messages.append(whole.decode(errors="backslashreplace") if parts[0].opcode == 1 else whole)
                parts = []
    except ProtocolError:
        pass
    return messages


wrong("returns the pieces, without headers", "frames", {"wslab.frame(part, opcode, fin=last, mask=True)": "part"})
wrong("joins the frames", "frames", {"return frames": 'return b"".join(frames)'})
wrong("forgets to mask", "masked", {"mask=True": "mask=False"})
wrong("leaves the opcode out", "text first", {'"text" if': "None if"})
wrong("calls every frame a text", "then continuations", {"part, opcode": 'part, "text"'})
wrong("sets FIN on each", "fin", {"fin=last": "fin=True"})
wrong("sets FIN on none", "fin", {"fin=last": "fin=False"})
wrong("sets FIN on the first", "fin", {"last = number == len(parts) - 1": "last = number == 0"})
wrong("FIN where a piece equals the last", "fin", {"last = number == len(parts) - 1": "last = part == parts[-1]"})
wrong("FIN where a piece is shorter", "fin", {"last = number == len(parts) - 1": "last = len(part) < size"})
wrong("FIN beyond the end", "fin", {"last = number == len(parts) - 1": "last = number * size + size > len(data)"})
wrong("FIN where the characters end", "fin", {"last = number == len(parts) - 1": "last = number * size + size >= len(text)"})
wrong("cuts characters", "size", {"data = text.encode()\n": "data = text\n"})
wrong("counts characters", "the text", {"len(data), size": "len(text), size"})
wrong("leaves out the rest", "the text", {"range(0, len(data), size)": "range(0, len(data) // size * size or size, size)"})
wrong("returns nothing", "return", {"    return frames\n": ""})
wrong("no frame", "frames", "return []")
wrong("half a frame", "frames", "return [b'\\x81\\xff' + bytes(8)]")
wrong("a Close", "text first", "return [wslab.frame('', 'close', mask=True)]")
right("empty frames at both ends", "return [wslab.frame('', 'text', fin=False, mask=True), *(wslab.frame(bytes([byte]), 0, fin=False, mask=b'abcd') for byte in text.encode()), wslab.frame(b'', 0, mask=True)]")
right(
    "a loop that eats",
    "data, frames, opcode = text.encode(), [], 'text'\nwhile data:\n    part, data = data[:size], data[size:]\n    frames.append(wslab.frame(part, opcode, fin=not data, mask=True))\n    opcode = 'continuation'\nreturn frames",
)
right("ends with an empty frame", {"range(0, len(data), size)": "range(0, len(data) + 1, size)"})
right("numbers for opcodes", {'"text" if': "1 if", '"continuation"': "0"})
