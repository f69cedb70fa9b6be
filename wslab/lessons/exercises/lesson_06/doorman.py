"""06.4 Say why you close

`doorman(connection)` is the handler of a server. It sends each text back, and closes in three cases, each with its own code and reason:

| what comes | code | reason |
|---|---|---|
| the text `bye` | 1000 | `bye` |
| a binary message (`bytes`) | 1003 | `text only` |
| a text of more than 20 characters | 4000 | `too long` |

What made it close is not sent back.

    door = await lab.serve(doorman, name="door")
    socket = lab.WebSocket(door.url)
    await socket.opened()
    socket.send("bye")
    await socket.closed()  # <CloseEvent 1000 'bye', clean>
"""

import contextlib
from typing import Any

from websockets.exceptions import ConnectionClosed

from wslab.lessons.authoring import Handler, Trial, facts, right, wrong

START = "This sends everything back and never closes. Look at each message before you send it: `isinstance(message, bytes)` tells a binary message, and `await connection.close(code, reason)` closes; then `return`."
AFTERWARDS = "Nine clients came, and each learned from code and reason why it had to go. None of them has to guess, and none will be told 1006."


async def stub(connection):
    async for message in connection:
        await connection.send(message)


async def solution(connection):
    async for message in connection:
        if isinstance(message, bytes):
            return await connection.close(1003, "text only")
        if len(message) > 20:
            return await connection.close(4000, "too long")
        if message == "bye":
            return await connection.close(1000, "bye")
        await connection.send(message)


ENDS = {  # code, reason and hint, by what the client says last
    "bye": (1000, "bye", "`bye` is how a client says that all is done, and the code for that is 1000."),
    "bytes": (1003, "text only", "Whoever gets a kind of data that it does not take says 1003. Binary messages arrive as `bytes`: `isinstance(message, bytes)`."),
    "long": (4000, "too long", "How long a text may be is a rule of this application, so the code is one of its own: 4000."),
}
TEXTS = {  # what to say where a text did not come back
    "echoes": "A text of 20 characters or fewer did not come back as it was. Send it: `await connection.send(message)`.",
    "characters": "These are fewer than 20 characters, though more than 20 bytes, and they did not come back. Count characters: `len(message)`.",
    "the whole text": 'Only the text `bye` itself closes. One that merely holds it, or is spelled otherwise, comes back: `message == "bye"`.',
    "nothing": "A text may be empty, and comes back as any other. Ask for what closes, and send all the rest.",
}
LEAVES = "Your server closed and went on, and reading or sending on what you have closed yourself raises `ConnectionClosed`. Leave the loop: `return` after `close()`."


async def check(doorman: Handler, t: Trial) -> None:
    """Let clients talk for a while, each with another last word."""
    server = await t.lab.serve(t.watched(doorman), compression=None)
    texts = {"echoes": [t.phrase()[:20], "x" * 20], "characters": ["你好世界" * 4, "🙂" * 11], "the whole text": ["goodbye", "bye bye", "bye!", "Bye", " bye "], "nothing": ["", "0"]}
    visits: list[tuple[str, str, Any]] = [("echoes", "long", "x" * 21), ("characters", "long", "你好世界" * 5 + "x"), ("the whole text", "bye", "bye"), ("nothing", "bye", "bye"), ("", "long", "bye" + " " * 18)]
    visits += [("", "bytes", data) for data in (t.random.randbytes(5), b"", b"bye", b"x" * 21)]
    for name, case, word in visits:
        said, more = [], []
        async with await t.lab.connect(server.url, compression=None) as connection:
            for text in texts.pop(name, ()):  # once
                reply = await t.ask(connection, text)
                said.append(text)
                t.expect(name, reply == text, TEXTS[name], facts(sent=said, came_back=reply, closed_with=closed_with(connection)))
            with contextlib.suppress(ConnectionClosed):
                await connection.send(word)
                while len(more) < 3 and (reply := await t.reply(connection)) is not None:
                    more.append(reply)
            closed, (code, reason, hint) = closed_with(connection), ENDS[case]
        await t.over()
        t.expect("leaves", not t.failure.what.startswith("ConnectionClosed"), LEAVES, str(t.failure), urgent=True, sharper=True)
        shows = facts(sent=said, last_word=word, came_back=more, closed_with=closed)
        t.expect("closes", closed, "The client said its last word, and the connection stayed open. `await connection.close(code, reason)` closes it.", shows)
        t.expect(case, closed[0] == code, hint, shows)
        t.expect("the last word", not more, "What made your server close was sent back first. Send in the last case only: `else:`.", shows)
        t.expect("reason", closed[1] == reason, 'The codes are right, a reason is not. It is the second argument: `connection.close(1000, "bye")`.', shows)


def closed_with(connection):
    return () if connection.close_code is None else (int(connection.close_code), connection.close_reason)


BYE, DATA = 'return await connection.close(1000, "bye")', 'return await connection.close(1003, "text only")'
FIRST = "        if isinstance(message, bytes):\n"
wrong("answers with a text of its own", "echoes", {"send(message)": 'send("Hello, client!")'})
wrong("sends everything twice", "echoes", {"        await connection.send(message)": "        await connection.send(message)\n        await connection.send(message)"})
wrong("a text of 20 is too long", "echoes", {"> 20": ">= 20"})
wrong("counts bytes", "characters", {"len(message)": "len(message.encode())"})
wrong("looks for bye anywhere", "the whole text", {'message == "bye"': '"bye" in message'})
wrong("looks for bye at the end", "the whole text", {'message == "bye"': 'message.endswith("bye")'})
wrong("looks for bye at the beginning", "the whole text", {'message == "bye"': 'message.startswith("bye")'})
wrong("takes every spelling", "the whole text", {"message ==": "message.strip().lower() =="})
wrong("leaves out empty texts", "nothing", {FIRST: f'        if message == "":\n            continue\n{FIRST}'})
wrong("knows no bye", "closes", {BYE: "await connection.send(message)\n            continue"})
wrong("stays silent at bytes", "closes", {DATA: "continue"})
wrong("takes bytes along", "closes", {f"{FIRST}            {DATA}\n": ""})
wrong("closes with going away", "bye", {"1000": "1001"})
wrong("says that all was done", "bytes", {"1003": "1000"})
wrong("looks at the length first", "bytes", {"isinstance(message, bytes)": "isinstance(message, bytes) and len(message) <= 20"})
wrong("looks for bytes that are something", "closes", {"isinstance(message, bytes)": "isinstance(message, bytes) and message"})
wrong("takes bytes for text", "bytes", {FIRST: f'        if message in ("bye", b"bye"):\n            {BYE}\n{FIRST}'})
wrong("uses the code for memory that runs out", "long", {"4000": "1009"})
wrong("sends back before it closes", "the last word", {FIRST: f"        await connection.send(message)\n{FIRST}", '"bye")\n        await connection.send(message)': '"bye")'})
wrong("says goodbye before it closes", "the last word", {BYE: f'await connection.send("bye")\n            {BYE}'})
wrong("reads on", "leaves", {DATA: DATA.removeprefix("return "), "if len": "elif len", 'if message == "bye"': 'elif message == "bye"', "        await connection.send": "        else:\n            await connection.send"})
wrong("sends on", "leaves", {BYE: BYE.removeprefix("return ")})
wrong("leaves without a word", "reason", {BYE: "return"})
wrong("no reason", "reason", {', "text only"': ""})
wrong("a reason of its own", "reason", {"too long": "Too long!"})
wrong("forgets to await close()", "awaits", {"return await connection.close(1000": "connection.close(1000"})
wrong("forgets to await send()", "awaits", {"await connection.send": "connection.send"})
wrong("for for async for", "async for", {"async for": "for"})
wrong("sends 1006", "unhurt", {"1000": "1006"})
wrong("a reason before the code", "bye", {'1000, "bye"': '"bye", 1000'})


@right("break, return, and 1000 by default")
async def _(connection):
    async for message in connection:
        if message == "bye":
            await connection.close(reason="bye")
        elif not isinstance(message, str):
            await connection.close(code=1003, reason="text only")
            break
        elif len(message) > 20:
            await connection.close(4000, "too long")
            return
        else:
            await connection.send(message)


right("loops over recv()", {"async for message in connection:": "while True:\n        message = await connection.recv()"})
right("finds out by decoding", {"isinstance(message, bytes)": "hasattr(message, 'decode')", "return await connection.close(1000": "return await connection.close(reason='bye', code=1000", ', "bye")': ")"})
