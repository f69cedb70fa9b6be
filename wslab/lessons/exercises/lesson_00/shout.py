"""00.4 A server

Write a server. `shout(connection)` is the handler of one connection: it replies to each message with the same text in capital letters, one reply a message, for as long as the client stays.

    server = await lab.serve(shout)
    await greet(server.url, "Hello, server!")  # 'HELLO, SERVER!'
"""

from wslab.lessons.authoring import Handler, Trial, facts, right, wrong

START = "The loop takes each message and does nothing with it. `message.upper()` makes capital letters; send them back to the client."
AFTERWARDS = "A server ran with your handler and was sent new texts: each came back once, in capital letters, and the handler ended quietly when the client left."


async def stub(connection):
    async for message in connection:
        ...  # reply in capital letters


async def solution(connection):
    async for message in connection:
        await connection.send(message.upper())


async def check(shout: Handler, t: Trial) -> None:
    """Send texts to a server whose handler is `shout`, one after the other, then leave."""
    server = await t.lab.serve(t.watched(shout))
    connection = await t.lab.connect(server.url)
    sent, came = [], []
    for text in (t.phrase(), f"Grüße, {t.phrase()}", "straße", "", f"One {t.phrase()}", t.phrase()):
        sent.append(text)
        reply = await t.ask(connection, text)
        shows = facts(sent=sent, came_back=[*came, reply])
        t.expect("replies", reply is not None or came, "A message arrived at your handler, and no reply came back. Send one: `await connection.send(...)`.", sharper=True)
        t.expect("stays", reply is not None, "The first reply was right, then no more came. A handler runs once per connection, not once per message: loop with `async for message in connection:`.", shows, sharper=True)
        t.expect("one reply a message", not came or reply != came[-1], "More than one reply came for a message. Send once for each.", shows, sharper=True)
        t.expect("changes the text", reply != text or text == text.upper(), "The message came back as it was. `message.upper()` makes a new text and leaves the old one alone: send what it returns.", shows, sharper=True)
        t.expect("in capital letters", reply == text.upper(), "The reply is not the message in capital letters: `message.upper()`.", shows)
        came.append(reply)
    await connection.close()
    await t.over()
    t.expect(
        "ends quietly",
        not t.failure.what.startswith("ConnectionClosed"),
        "When the client left, `recv()` raised `ConnectionClosed` and your handler died of it. `async for message in connection:` ends by itself instead.",
        str(t.failure),
        urgent=True,
        sharper=True,
    )


wrong("never replies", "replies", {"await connection.send(message.upper())": "message.upper()"})
wrong("drops what upper() returns", "changes the text", {"await connection.send(message.upper())": "message.upper()\n        await connection.send(message)"})
wrong("replies twice", "one reply a message", {"await connection.send(message.upper())": "await connection.send(message.upper())\n        await connection.send(message.upper())"})
wrong("sends the text of the example", "in capital letters", {"message.upper()": '"HELLO, SERVER!"'})
wrong("capitals at the beginning only", "in capital letters", {"upper()": "title()"})
wrong("replies once and leaves", "stays", {"async for message in connection:": "if message := await connection.recv():"})
wrong("forgets to await send()", "awaits", {"await connection.send": "connection.send"})
wrong("for for async for", "async for", {"async for": "for"})
wrong("returns the reply", "replies", {"await connection.send(message.upper())": "return message.upper()"})
wrong("raises at the second", "unhurt", {"await connection.send(message.upper())": "await connection.send(message.upper())\n        1 / 0"})
wrong("loops over recv()", "ends quietly", "while True:\n    message = await connection.recv()\n    await connection.send(message.upper())")
wrong("loops over recv(), and forgets to await it", "awaits", "while True:\n    connection.recv()")


@right("loops over recv() until the client leaves")
async def _(connection):
    from websockets.exceptions import ConnectionClosed

    try:
        while True:
            await connection.send((await connection.recv()).upper())
    except ConnectionClosed:
        pass


right("a plain function that returns an awaitable", {"async def shout": "async def serve", "upper())\n": "upper())\n\n\ndef shout(connection):\n    return serve(connection)\n"})
