"""00.1 A client

Write a client. `greet(url, text)` opens a connection to `url`, sends `text`, waits for one message and returns it. When it returns, the connection is closed.

    await greet(server.url, "Hello, server!")  # 'Hello, server!', from a server that echoes
"""

import asyncio
import threading

import websockets

from wslab.lessons.authoring import Trial, ended, facts, right, same, stays_open, turned, wrong

NEEDS = "import websockets"
START = "Nothing is written yet. Begin with `async with websockets.connect(url) as connection:`, and send `text` inside it."
AFTERWARDS = "`greet` was called twice against a server with new replies each time: it sent each text once, returned each reply, and left no connection open."


stub = """
async def greet(url, text):
    ...  # connect, send, wait for the reply, return it
"""


async def solution(url, text):
    async with websockets.connect(url) as connection:
        await connection.send(text)
        return await connection.recv()


async def check(greet, t: Trial) -> None:
    """Call `greet` twice against a server whose replies cannot be guessed."""
    loops, open_, sent, heard, replies = [], {}, [], [], []

    def asked(_connection, _request):
        loops.append(asyncio.get_running_loop())  # before the client hears that it may go on

    async def answering(connection):
        over = open_[connection] = threading.Event()
        try:
            async for message in connection:
                heard.append(message)
                replies.append(t.phrase())
                await connection.send(replies[-1])
        finally:
            over.set()

    server = await t.lab.serve(answering, process_request=asked)
    for text in (t.phrase(), f"世界 {t.phrase()}"):
        sent.append(text)
        got = await t.call(greet, server.url, text)
        t.expect("connects", loops, "No connection reached the server. Open one with `async with websockets.connect(url) as connection:`.", sharper=True)
        for loop in loops[:1]:
            await turned(loop)
        t.expect("sends", heard, "A connection was opened, but no message came through it. Send one: `await connection.send(text)`.", sharper=True)
        t.expect("sends the text", heard == sent, "The server received something else than `text`. Send the parameter, once: `await connection.send(text)`.", facts(text=sent, the_server_received=heard))
        t.expect("returns the reply", same(got, replies[-1]), "What `greet` returned is not what the server replied. `await connection.recv()` gives the reply.", facts(the_server_replied=replies[-1], greet_returned=got))
        for connection, over in [*open_.items()]:
            stays = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(stays_open(connection), loops[0]))
            t.expect("closes", not stays and await ended(over), "The connection was still open after `greet` had returned. `async with websockets.connect(url) as connection:` closes it at the end of its block.")


wrong("does not send", "sends", {"        await connection.send(text)\n": "", "await connection.recv()": "text"})
wrong("sends the text of the example", "sends the text", {"send(text)": 'send("Hello, server!")'})
wrong("sends twice", "sends the text", {"        await connection.send(text)\n": "        await connection.send(text)\n        await connection.send(text)\n"})
wrong("returns bytes", "returns the reply", {"await connection.recv()": "(await connection.recv()).encode()"})
wrong("returns what it sent", "returns the reply", {"return await connection.recv()": "await connection.recv()\n        return text"})
wrong("prints instead of returning", "return", {"return await connection.recv()": "reply = await connection.recv()"})
wrong("forgets to await the reply", "awaits", {"return await": "return"})
wrong("forgets to await send", "awaits", {"await connection.send": "connection.send"})
wrong("waits for a reply before it has sent anything", "ends", {"        await connection.send(text)\n": "", "return await connection.recv()": "reply = await connection.recv()\n        await connection.send(text)\n        return reply"})
wrong("sends for ever, and forgets to await it", "awaits", {"        await connection.send(text)": "        while True:\n            connection.send(text)"})
wrong("with for async with", "async with", {"async with": "with"})
wrong("no connection at all", "connects", "return text")
wrong("never closes", "closes", "connection = await websockets.connect(url)\nawait connection.send(text)\nreturn await connection.recv()")
wrong("no await before connect", "await connect", "connection = websockets.connect(url)\nawait connection.send(text)")
right("closes by hand, in the end", "connection = await websockets.connect(url, compression=None)\ntry:\n    await connection.send(text)\n    async for message in connection:\n        return message\nfinally:\n    await connection.close()")
right("asks for the reply in a task", {"return await connection.recv()": "return await asyncio.create_task(connection.recv())", "async def": "import asyncio\n\n\nasync def"})
right("a plain function that returns an awaitable", {"async def greet": "async def talk", "return await connection.recv()\n": "return await connection.recv()\n\n\ndef greet(url, text):\n    return talk(url, text)\n"})
