"""08.2 Text with text, binary with binary

`echo(ws)` is what a server of the package `ws` does with each connection. It sends every message back as it came: text as text, and binary as binary.

    const { WebSocketServer } = require("ws");
    new WebSocketServer({ port: 8080 }).on("connection", echo); // to try it in a cell with %%node
"""

import contextlib

from websockets.exceptions import WebSocketException

from wslab.lessons.authoring import Trial, reply_to, right, wrong

NEEDS = "%load_ext wslab"
START = "`message` is a Buffer whatever came, and a Buffer goes out as binary. So text would come back as binary. The callback has a second argument that tells: `function (message, isBinary)`."
AFTERWARDS = "A Python client sent text and bytes to your server in Node and got each back as what it was, down to the empty one. The opcode is part of the message."

stub = """
function echo(ws) {
  ws.on("message", function (message) {
    ws.send(message);
  });
}
"""

solution = """
function echo(ws) {
  ws.on("message", function (message, isBinary) {
    ws.send(message, { binary: isBinary });
  });
}
"""


async def check(echo: str, t: Trial) -> None:
    """Be two clients of a server in Node. What is sent does not show in its bytes whether it is text."""
    sent: dict[str, str | bytes] = {
        "text": f" {t.phrase()} 漢字\n",
        "binary": bytes(t.random.randrange(256) for _ in range(6)) + b"\0\xff",
        "readable": t.phrase().encode(),
        "unreadable": "\0\x01\x7f",
        "empty": "",
        "nothing": b"",
    }
    back: dict[str, str | bytes | None] = {}
    script = await t.as_server(echo)
    if await script.until(lambda: script.port):
        url = f"ws://127.0.0.1:{script.port}"
        with contextlib.suppress(WebSocketException, OSError):  # Node may end at any of these
            async with t.lab.connect(url, compression=None) as client, t.lab.connect(url, compression=None):
                for case, message in sent.items():
                    back[case] = await reply_to(client, message, script)
                    if back[case] is None or (case != "binary" and back[case] != message):
                        break
    if len(back) < len(sent) or None in back.values():
        script.doubt()
    await t.over()
    case = next((case for case in sent if back.get(case) != sent[case]), "text")
    shows = f"sent:      {told(sent[case])}\ncame back: {told(back.get(case))}"
    text, binary = back.get("text"), back.get("binary")
    t.expect("answers", text is not None, 'Nothing came back. `ws.on("message", function (message, isBinary) { ... })` is called for every message, and `ws.send(...)` answers on the connection that it came by.', shows, sharper=True)
    t.expect("text", isinstance(text, str), "Text came back as binary, as a Buffer goes out. The second argument of the callback tells what came: `ws.send(message, { binary: isBinary })`.", shows, sharper=True)
    t.expect("once", back.get("binary") != text, "What came back for the second message was the first again: it was sent twice. Listen once, and send once.", shows, sharper=True)
    t.expect("every", text != sent["text"] or binary is not None, "The second message was not answered. `ws.on` is called for every message, `ws.once` for the first one only.", shows, sharper=True)
    t.expect("binary", text != sent["text"] or isinstance(binary, bytes), "Binary came back as text, and bytes that are not UTF-8 were lost on the way. Say what it is: `ws.send(message, { binary: isBinary })`.", shows, sharper=True)
    t.expect("guess", back.get(case) is None or isinstance(back[case], type(sent[case])), "The bytes do not tell what a message is. The second argument of the callback does: `isBinary`.", shows, sharper=True)
    t.expect("empty", not (sent[case] in ("", b"") and back.get(case) is None), "An empty message was not answered. It is a message like others: do not look at its length, nor whether it is true.", shows, sharper=True)
    t.expect("same", back == sent, "What came back is not what was sent. Send `message` itself, with nothing added and nothing taken for another encoding.", shows)


def told(message: str | bytes | None) -> str:
    if message is None:
        return "nothing"
    return f"text {message[:60]!r}" if isinstance(message, str) else f"binary {message[:20].hex(' ')}".rstrip()


SEND = "ws.send(message, { binary: isBinary });"
wrong("listens to another event", "answers", {'"message"': '"data"'})
wrong("the last connection only", "answers", {"function echo": "let last;\nfunction echo", 'ws.on("': 'last = ws;\n  ws.on("', "ws.send": "last.send"})
wrong("expects a string", "text", {"binary: isBinary": 'binary: typeof message !== "string"'})
wrong("another name for the option", "text", {"binary: isBinary": "isBinary"})
wrong("everything is text", "binary", {SEND: "ws.send(message.toString());"})
wrong("guesses: is it UTF-8", "guess", {"binary: isBinary": 'binary: !require("buffer").isUtf8(message)'})
wrong("guesses: is it printable", "guess", {"binary: isBinary": "binary: message.some((byte) => byte < 32 && byte !== 10 || byte === 127 || byte === 255)"})
wrong("guesses: a zero", "guess", {"binary: isBinary": "binary: message.includes(0)"})
wrong("adds a word", "same", {SEND: 'ws.send(isBinary ? message : "got " + message);'})
wrong("another encoding", "same", {SEND: 'ws.send(isBinary ? message : message.toString("latin1"));'})
wrong("once", "every", {"ws.on(": "ws.once("})
wrong("a listener more", "once", {"ws.on(": 'ws.addEventListener("message", (event) => ws.send(event.data));\n  ws.on('})
wrong("looks at the length", "empty", {SEND: f"if (message.length) {SEND}"})
right("a string of it", {SEND: "ws.send(isBinary ? message : message.toString());"})
right("as a page would", "ws.onmessage = function (event) {\n  ws.send(event.data);\n};")
right("an arrow", f'const echo = (ws) => {{\n  ws.on("message", (message, isBinary) => {{ {SEND} }});\n}};\n')
