"""${number}.2 An `async def`

**To be replaced:** an exercise with a lab waits for what a server does. `ask(ws, text)` is given an open WebSocket. It sends the text, waits for the reply, and returns it as text.

    await ask(ws, "Hello, server!")  # 'Hello, server!', from a server that echoes
"""

import contextlib
import threading

from websockets.exceptions import ConnectionClosed

from wslab.lessons.authoring import LONGEST_WAIT, Trial, ended, facts, right, same, wrong

START = 'Nothing is sent yet. Begin with `ws.send(text)`; then `event = await ws.next("message")` waits for the reply, and `event.data` is its text.'
AFTERWARDS = "`ask` was called three times, each time on a new connection and with a reply that nobody could know: it sent each text once and returned what came back."


stub = """
async def ask(ws, text):
    ...  # send, wait for the reply, return its text
"""


async def solution(ws, text):
    ws.send(text)
    event = await ws.next("message")
    return event.data


async def check(ask, t: Trial) -> None:
    """Call `ask` on new connections, each with a reply of its own. A connection's handler is over when it has heard all that was sent."""
    for text in (t.phrase(), "", f"世界 {t.phrase()}"):
        heard, reply, over = [], t.phrase(), threading.Event()

        async def answering(connection):
            with contextlib.suppress(ConnectionClosed):
                async for message in connection:
                    heard.append(message)
                    await connection.send(reply)
            over.set()

        ws = t.lab.WebSocket((await t.lab.serve(answering)).url)
        await ws.opened(timeout=LONGEST_WAIT)
        got = await t.call(ask, ws, text)
        ws.close()
        await ended(over)
        t.expect("sends the text", heard == [text], "The server received something else than `text`, once. Send the parameter: `ws.send(text)`.", facts(text=text, the_server_received=heard))
        t.expect("returns the reply", same(got, reply), "What `ask` returned is not the text of the reply. An event carries it: `event.data`.", facts(the_server_replied=reply, ask_returned=got))


wrong("sends the text of the example", "sends the text", {"send(text)": 'send("Hello, server!")'})
wrong("sends twice", "sends the text", {"    ws.send(text)\n": "    ws.send(text)\n    ws.send(text)\n"})
wrong("leaves out empty texts", "sends the text", {"    ws.send(text)\n": "    if not text:\n        return text\n    ws.send(text)\n"})
wrong("returns the event", "returns the reply", {"event.data": "event"})
wrong("returns what it sent", "returns the reply", {"event.data": "text"})
wrong("does not wait", "returns the reply", "ws.send(text)\nreturn text")
wrong("prints instead of returning", "return", {"return": "reply ="})
wrong("waits before it sends", "ends", 'event = await ws.next("message")\nws.send(text)\nreturn event.data')


right("closes when it is done", {"    return": "    ws.close()\n    return"})


@right("a callback and a future")
async def _(ws, text):
    import asyncio

    reply = asyncio.get_running_loop().create_future()
    ws.onmessage = lambda event: reply.done() or reply.set_result(event.data)
    ws.send(text)
    return await reply
