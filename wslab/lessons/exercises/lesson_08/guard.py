"""08.4 Say why, as a page may

`guard(socket)` is given a new socket of a page, and closes it in two cases, each with a code and a reason:

| what comes | code | reason |
|---|---|---|
| the text `bye` | 1000 | `再见` |
| anything that is not text | 4003 | `text only` |

Any other text leaves it open.

    guard(new WebSocket("ws://localhost:8080")); // closed with 1000 再见 when the server sends "bye"
"""

import threading

from websockets.exceptions import ConnectionClosed

from wslab.lessons.authoring import Trial, reply_to, right, wrong

NEEDS = "%load_ext wslab"
START = "This closes at the first message, whatever it is, and says nothing. Look at `event.data` first, then `socket.close(code, reason)`."
AFTERWARDS = "Three servers know why you left, one of them in Chinese: a reason is UTF-8, and the six bytes of it are far from the 123 that a Close frame holds."

stub = """
function guard(socket) {
  socket.onmessage = function (event) {
    socket.close();
  };
}
"""

solution = """
function guard(socket) {
  socket.onmessage = function (event) {
    if (typeof event.data !== "string") {
      socket.close(4003, "text only");
    } else if (event.data === "bye") {
      socket.close(1000, "再见");
    }
  };
}
"""

LAST = {"/bye": "bye", "/bytes": b"bye", "/nothing": b""}  # what is sent at last, by the path of each connection
WANTED = {"/bye": (1000, "再见"), "/bytes": (4003, "text only"), "/nothing": (4003, "text only")}


async def check(guard: str, t: Trial) -> None:
    """Be four servers: three say something else first and then what closes; one says many things that do not."""
    phrase, early, closed, over = t.phrase(), [], {}, {path: threading.Event() for path in (*LAST, "/open")}
    others = [phrase, "", "Bye", "bye\n", "goodbye", "bye bye", "say bye now", "tea", '"bye"', "constructor", "再见"]

    async def talk(connection):
        path = connection.request.path
        sent = ""
        try:
            for sent in [phrase] if path in LAST else others:
                await connection.send(sent)
                for _ in range(3):  # whoever has answered so many pings has had time to close
                    await (await connection.ping())
            if path in LAST:
                sent = LAST[path]
                await reply_to(connection, sent)
        except ConnectionClosed:
            if sent == LAST.get(path):
                closed[path] = connection.close_code, connection.close_reason
            else:
                early.append((sent, connection.close_code))
        over[path].set()

    server = await t.lab.serve(talk)
    script = await t.as_client(guard, *(server.url + path for path in over))
    await script.until(lambda: all(event.is_set() for event in over.values()))
    codes = [code for _, code in early] + [code for code, _ in closed.values()]
    if len(closed) < len(LAST) or 1006 in codes:
        script.doubt()
    await t.over()
    shows = "\n".join(f"{LAST[path]!r} came: {told(closed.get(path))}" for path in LAST)
    t.expect("clean", 1006 not in codes, "The connection was cut instead of closed, so the server was told 1006. A page can only `socket.close(code, reason)`.", shows, sharper=True)
    t.expect("stays", not early, 'This closed at a text that was not `bye`. Compare the whole of it: `event.data === "bye"`.', "\n".join(f"closed at the text {sent!r}" for sent, _ in early))
    t.expect("bye", "/bye" in closed, "The text `bye` came, and the connection stayed open. Look at each message; `socket.close(code, reason)` closes it.", shows, sharper=True)
    allowed = all(code in {1000, 1005} or 3000 <= code <= 4999 for code in codes)
    t.expect("binary", len(closed) == len(LAST), 'Bytes came, and the connection stayed open. In a page they are a Blob, and no Buffer: whatever is not text, empty or not, is found by `typeof event.data !== "string"`.', shows, sharper=True)
    t.expect("page", allowed, "`ws` sent this code; in a page the line throws `InvalidAccessError`. A page may send 1000 and 3000 to 4999.", shows, sharper=True)
    t.expect("code", all(code == WANTED[path][0] for path, (code, _) in closed.items()), "A code is not the one that was asked for. It is the first argument: `socket.close(4003, ...)`.", shows, sharper=True)
    t.expect("reason", closed == WANTED, 'The codes are right, a reason is not. It is the second argument, a text: `socket.close(1000, "再见")`.', shows)


def told(how: tuple[int, str] | None) -> str:
    return "not closed" if how is None else f"closed with {how[0]} {how[1]}".rstrip()


IS_BYE, NOT_TEXT = 'event.data === "bye"', 'typeof event.data !== "string"'
SAY_BYE, SAY_TEXT = 'socket.close(1000, "再见");', 'socket.close(4003, "text only");'
wrong("closes at any text", "stays", {IS_BYE: "event.data"})
wrong("looks for a part", "stays", {IS_BYE: 'event.data.includes("bye")'})
wrong("looks at the beginning", "stays", {IS_BYE: 'event.data.startsWith("bye")'})
wrong("any case", "stays", {IS_BYE: 'event.data.toLowerCase() === "bye"'})
wrong("trims it", "stays", {IS_BYE: 'event.data.trim() === "bye"'})
wrong("never closes", "bye", {IS_BYE: "false"})
wrong("compares the event", "bye", {IS_BYE: 'event === "bye"'})
wrong("looks at the first message only", "bye", {"socket.onmessage = function (event) {": "socket.onmessage = function (event) {\n    socket.onmessage = null;"})
wrong("looks for a Buffer", "binary", {NOT_TEXT: "Buffer.isBuffer(event.data)"})
wrong("looks for an ArrayBuffer", "binary", {NOT_TEXT: "event.data instanceof ArrayBuffer"})
wrong("lets an empty one pass", "binary", {NOT_TEXT: f"{NOT_TEXT} && event.data.size"})
wrong("what a server would send", "page", {"4003": "1003"})
wrong("going away", "page", {"1000": "1001"})
wrong("no code", "code", {SAY_BYE: "socket.close();"})
wrong("the code that means done", "code", {"4003": "1000"})
wrong("cuts it", "clean", {SAY_BYE: "socket.terminate();"})
wrong("no reason", "reason", {SAY_TEXT: "socket.close(4003);"})
wrong("in English", "reason", {"再见": "bye"})
wrong("a code that nobody may send", "unhurt", {SAY_BYE: "socket.close(1006);"})
wrong("an object has more than one puts in", "unhurt", {IS_BYE: "({ bye: true })[event.data]", SAY_BYE: 'socket.close(...{ bye: [1000, "再见"] }[event.data]);'})
wrong("listens as only Node does", "unhurt", 'socket.on("message", (data, isBinary) => {\n  if (isBinary) socket.close(4003, "text only");\n  else if (data.toString() === "bye") socket.close(1000, "再见");\n});')
right(
    "a Map",
    'const reasons = new Map([["bye", [1000, "再见"]]]);\n\nfunction guard(socket) {\n  socket.addEventListener("message", ({ data }) => {\n    if (typeof data !== "string") socket.close(4003, "text only");\n    if (reasons.has(data)) socket.close(...reasons.get(data));\n  });\n}\n',
)
right("a Blob", {NOT_TEXT: "event.data instanceof Blob", IS_BYE: 'event.data == "bye"', "再见": "\\u518d\\u89c1"})
