"""${number}.3 A handler

**To be replaced:** an exercise with a handler lets clients come and go. `count(connection)` is the handler of a server. It answers each message with its number, as text: `1` to the first message of a connection, `2` to the second.

    counting = await lab.serve(count)
    ws = lab.WebSocket(counting.url)
    await ws.opened()
    await ask(ws, "Hello, server!")  # '1'
"""

from wslab.lessons.authoring import Handler, Trial, facts, right, wrong

START = "This answers `1` every time. Count in the loop, in a variable that is set to 0 before it."
AFTERWARDS = "Three clients came one after the other, and each was counted for from 1: what a handler keeps in a variable belongs to one connection."


async def stub(connection):
    async for message in connection:
        await connection.send("1")


async def solution(connection):
    number = 0
    async for message in connection:
        number += 1
        await connection.send(str(number))


async def check(count: Handler, t: Trial) -> None:
    """Let three clients send a few messages each, one client after the other."""
    server, before = await t.lab.serve(t.watched(count)), 0
    visits: list[list[str | bytes]] = [[t.phrase(), "", t.phrase()], [t.phrase()], [b"\x00", *[t.phrase()] * 3]]
    for messages in visits:
        connection, came = await t.lab.connect(server.url), []
        for number, message in enumerate(messages, 1):
            came.append(await t.ask(connection, message))
            shows = facts(sent=messages[:number], came_back=came)
            t.expect("replies", came[-1] is not None, "A message came, and no reply went back. Send one for each: `await connection.send(...)` in the loop.", shows, sharper=True)
            t.expect("each its own", not before or came[-1] != str(before + number), "This number goes on from the client before. Count in a variable of the handler: each connection has its own call of it.", shows, sharper=True)
            t.expect("counts", came[-1] == str(number), "The reply is not the number of the message as text: `1` to the first of a connection, and one more each time.", shows)
        before += len(messages)
        await connection.close()
        await t.over()


wrong("begins with 0", "counts", {"number = 0": "number = -1"})
wrong("counts in hexadecimal bytes", "counts", {"str(number)": "bytes([number])"})
wrong("counts what is new", "counts", {"number = 0": "seen = set()", "number += 1": "seen.add(message)", "str(number)": "str(len(seen))"})
wrong("leaves out empty messages", "replies", {"        number += 1\n": "        if not message:\n            continue\n        number += 1\n"})
wrong("counts for all clients together", "each its own", {"    number = 0\n": "    global number\n", "async def": "number = 0\n\n\nasync def"})
wrong("answers once and leaves", "replies", {"(str(number))": "(str(number))\n        return"})
wrong("returns the number", "replies", {"await connection.send(str(number))": "return number"})
wrong("sends a number", "unhurt", {"str(number)": "number"})
wrong("forgets to await send()", "awaits", {"await ": ""})
wrong("for for async for", "async for", {"async for": "for"})


@right("enumerates, until the client leaves")
async def _(connection):
    import itertools

    from websockets.exceptions import ConnectionClosed

    try:
        for number in itertools.count(1):
            await connection.recv()
            await connection.send(f"{number}")
    except ConnectionClosed:
        pass
