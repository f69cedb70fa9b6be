"""08.3 Six bytes

A weather station sends binary messages of six bytes: its number (two bytes, no sign), then the temperature in thousandths of a degree (four bytes, with a sign), both with the byte that counts most first. `read(socket)` is given a new socket of a page. It answers every message with a text: the two numbers, with a space between them.

    // the bytes 02 01 ff ff fb 1e are answered with the text "513 -1250"
"""

import re
import struct
import threading

from websockets.exceptions import ConnectionClosed

from wslab.lessons.authoring import Trial, reply_to, right, wrong

NEEDS = "%load_ext wslab"
START = 'This sends the bytes back. Ask for an ArrayBuffer first, `socket.binaryType = "arraybuffer"`; then `new DataView(event.data)` reads numbers out of it.'
AFTERWARDS = "Your code read numbers out of bytes that `struct.pack` of Python had put there. Both sides had agreed on sizes, signs and order, and on nothing else."

stub = """
function read(socket) {
  socket.onmessage = function (event) {
    socket.send(event.data);
  };
}
"""

solution = """
function read(socket) {
  socket.binaryType = "arraybuffer";
  socket.onmessage = function (event) {
    const view = new DataView(event.data);
    socket.send(`${view.getUint16(0)} ${view.getInt32(2)}`);
  };
}
"""


async def check(read: str, t: Trial) -> None:
    """Be a server that sends readings, and collects what the page answers."""
    draw, replies, done = t.random.randrange, [], threading.Event()
    low = draw(1, 100)
    readings = [
        (256 * draw(101, 127) + low, -draw(100_000, 5_000_000)),  # the first byte alone, or the last, is another number
        (256 * draw(129, 255) + low, draw(100_000, 5_000_000)),
        *((513, -1250), (0, 0), (0x8000, -(2**31)), (0xFFFF, 2**31 - 1), (0x0080, -1)),
    ]

    async def station(connection):
        try:
            for reading in readings:
                replies.append(await reply_to(connection, struct.pack(">Hi", *reading)))
                if mistake(reading, replies[-1]):
                    break
        except ConnectionClosed:
            pass
        done.set()

    script = await t.as_client(read, (await t.lab.serve(station)).url)
    await script.until(done.is_set)
    if len(replies) < len(readings):
        script.doubt()
    await t.over()
    no_buffer, bytes_later = "DataView constructor" in t.failure.what, "arrayBuffer()" in t.failure.code
    t.expect("promise", not (no_buffer and bytes_later), '`arrayBuffer()` of a Blob gives a Promise. `await` it, in an `async function`, or set `socket.binaryType = "arraybuffer"`.', str(t.failure), urgent=True, sharper=True)
    t.expect("binaryType", not no_buffer, 'A page gets a Blob and no ArrayBuffer unless it asks, in just these letters: `socket.binaryType = "arraybuffer"`.', str(t.failure), urgent=True, sharper=True)
    reading = readings[max(0, len(replies) - 1)]
    reply = replies[-1] if replies else None
    found = "answers" if len(replies) < len(readings) and not replies else mistake(reading, reply)
    shows = f"sent {struct.pack('>Hi', *reading).hex(' ')}: {'nothing' if reply is None else repr(reply)[:60]} came back, '{reading[0]} {reading[1]}' is right"
    t.expect("answers", found != "answers", "No reply came for a message. Set `socket.onmessage`, and answer with `socket.send(...)`, each time.", shows)
    t.expect("form", found != "form", "The reply should be two whole numbers in a text, with one space between them: ``socket.send(`${station} ${value}`)``.", shows)
    t.expect("order", found != "order", "The two bytes of the station were read the wrong way round. On the network the first byte counts most; a `DataView` reads so by itself, unless you pass `true` behind the place.", shows)
    t.expect("station", found != "station", "The station is not right. It takes two bytes and has no sign: `getUint16(0)`.", shows)
    t.expect("sign", found != "sign", "The value has a sign, and a big number came out. `getInt32` reads a number with a sign, `getUint32` one without.", shows)
    t.expect("value", found != "value", "The value is not right. It takes the four bytes from place 2 on, with a sign: `getInt32(2)`.", shows)


def mistake(reading: tuple[int, int], reply: str | bytes | None) -> str:
    if reply is None:
        return "answers"
    numbers = re.fullmatch(r"(-?\d+) (-?\d+)", reply) if isinstance(reply, str) else None
    if numbers is None:
        return "form"
    station, value = map(int, numbers.groups())
    if reply == f"{reading[0]} {reading[1]}":
        return ""
    if station != reading[0]:
        return "order" if station == int.from_bytes(reading[0].to_bytes(2, "big"), "little") else "station"
    return "sign" if value == reading[1] % 2**32 and value != reading[1] else "value" if value != reading[1] else "form"


STATION, VALUE, SEND = "view.getUint16(0)", "view.getInt32(2)", "socket.send(`${view.getUint16(0)} ${view.getInt32(2)}`);"
BINARY_TYPE, VIEW = '  socket.binaryType = "arraybuffer";\n', "const view = new DataView(event.data);"
wrong("asks for nothing", "binaryType", {BINARY_TYPE: ""})
wrong("a capital letter", "binaryType", {'"arraybuffer"': '"arrayBuffer"'})
wrong("what only Node has", "binaryType", {'"arraybuffer"': '"nodebuffer"'})
wrong("does not wait for the bytes", "promise", {BINARY_TYPE: "", "DataView(event.data)": "DataView(event.data.arrayBuffer())"})
wrong("prints instead of sending", "answers", {"socket.send": "console.log"})
wrong("answers once", "answers", {VIEW: f"socket.onmessage = null;\n    {VIEW}"})
wrong("listens as only Node does", "unhurt", {"socket.onmessage = function (event)": 'socket.on("message", function (event)', "  };\n": "  });\n"})
wrong("sends one number", "form", {SEND: f"socket.send({VALUE});"})
wrong("sends the bytes back", "form", {SEND: "socket.send(event.data);"})
wrong("in degrees", "form", {VALUE: f"{VALUE} / 1000"})
wrong("a comma", "form", {"} ${": "},${"})
wrong("the wrong way round", "order", {"getUint16(0)": "getUint16(0, true)"})
wrong("one byte", "station", {STATION: "view.getUint8(1)"})
wrong("a station with a sign", "station", {STATION: "view.getInt16(0)"})
wrong("the first station each time", "station", {"function read": "let first;\nfunction read", STATION: f"first ??= {STATION}"})
wrong("a value without a sign", "sign", {VALUE: "view.getUint32(2)"})
wrong("two bytes of the value", "value", {VALUE: "view.getInt16(2)"})
wrong("a sign by itself", "value", {VALUE: "view.getUint8(2) & 128 ? -(view.getUint32(2) & 0x7fffffff) : view.getUint32(2)"})
wrong("the value the wrong way round", "value", {VALUE: "view.getInt32(2, true)"})
right("a Blob", {BINARY_TYPE: "", "function (event)": "async function ({ data })", "event.data": "await data.arrayBuffer()"})
right("by hand", {VIEW: "const bytes = new Uint8Array(event.data);", STATION: "bytes[0] * 256 + bytes[1]", VALUE: "(bytes[2] << 24) | (bytes[3] << 16) | (bytes[4] << 8) | bytes[5]"})
READER = "const reader = new FileReader();\n    reader.readAsArrayBuffer(event.data);\n    reader.onload = ({ target }) => {\n    const view = new DataView(target.result);"
right("a FileReader, as in a page", {BINARY_TYPE: "", VIEW: READER, SEND: f"{SEND}\n    }};"})
