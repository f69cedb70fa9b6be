"""05.3 One message in pieces

`in_pieces(connection, pieces)` is given a connection of `websockets` and an async iterator of texts. It sends them as **one** message, each piece in a frame of its own as soon as it is there, and a ping after each piece.

    await in_pieces(connection, pieces())  # text, ping, continuation, ping, ...
"""

import asyncio
import threading

from wslab.lessons.authoring import Trial, ended, facts, right, wrong

START = "Each piece is a message of its own here. `connection.send` also takes an async iterator: write one, an inner `async def` with `yield piece`, that pings in between."
AFTERWARDS = "One message, a frame for each piece the moment it was there, a ping behind each: a long report that also shows, all the time, that both ends live."


async def stub(connection, pieces):
    async for piece in pieces:
        await connection.send(piece)


async def solution(connection, pieces):
    async def with_pings():
        async for piece in pieces:
            yield piece
            await connection.ping()

    await connection.send(with_pings())


async def check(in_pieces, t: Trial) -> None:
    """Have several pieces, and two, sent over a real connection; note whether each has left before the next is asked for; read its frames off the record."""
    for texts in ([f"{t.phrase()}, " for _ in range(t.random.randrange(3, 6))], [f"{t.phrase()} ü, ", "."]):
        received, over, left = [], threading.Event(), []

        async def listening(connection, received=received, over=over):
            try:
                async for message in connection:
                    received.append(message)
            finally:
                over.set()

        async def pieces(texts=texts, left=left):
            for piece in texts:
                before = t.lab.timeline.raw
                yield piece
                for _ in range(50):  # others may have to run first: a task that sends what is put in a queue
                    await asyncio.sleep(0)
                left.append(t.lab.timeline.raw > before)

        server = await t.lab.serve(listening, compression=None)
        async with t.lab.connect(server.url, ping_interval=None) as connection:
            await t.call(in_pieces, connection, pieces())
        await ended(over)
        frames, wanted = frames_of(t.lab.timeline), [f"{len(piece.encode())} B" for piece in texts]
        shows = facts(pieces=", ".join(wanted), frames=", ".join(frames[:20]) or "none", the_server_received=received[:20])
        t.expect("sent", received, "The server received no message. Hand your async iterator to `connection.send`, and await that.", shows, sharper=True)
        several = len(received) > 1 and "".join(map(str, received)) == "".join(texts)
        t.expect("one message", not several, "The server received several messages. Call `connection.send` once, with an async iterator that yields the pieces.", shows, sharper=True)
        t.expect("the text", received == ["".join(texts)], "The server did not receive the text of the pieces. A ping is `connection.ping()`; nothing is added to the text.", shows)
        t.expect("pieces", [each for each in frames if each not in ("ping", "0 B")] == wanted, "It arrived as one message, and not in the pieces that you were given. Yield each piece as it comes, and do not join them.", shows, sharper=True)
        t.expect(
            "as it comes", all(left), "A piece did not leave as soon as it was there. Do not collect them, nor look ahead: each has to be sent before the next is asked for: `async for piece in pieces:`, and `yield piece` inside.", shows
        )
        t.expect(
            "pings",
            [each for each in frames if each != "0 B"] == [each for piece in wanted for each in (piece, "ping")],
            "One message in pieces. A ping is missing behind some of them: `await connection.ping()` right after `yield piece`.",
            shows,
        )


def frames_of(timeline):
    """The frames of the newest client, from the first message to the last, as they followed each other on the wire: "ping", or the bytes of a fragment."""
    newest = max(row.connection for row in timeline.rows())
    rows = [row for row in timeline.rows() if row.connection == newest and row.source == "client to server" and row.kind in ("message", "control")]
    pings = {row.start: row.stop for row in rows if row.name.startswith("ping")}
    found = []
    for row in (row for row in rows if row.kind == "message"):
        place = row.start
        for frame in timeline.detail(row).frames:
            while place in pings:
                found.append("ping")
                place = pings[place]
            found.append(f"{frame.payload_length} B")
            place += len(frame.wire)
    return found


ALL = {"async for piece in pieces:\n            yield": "for piece in [piece async for piece in pieces]:\n            yield"}
wrong("sends nothing", "sent", "async for piece in pieces:\n    await connection.ping()")
wrong("messages with pings between", "one message", "async for piece in pieces:\n    await connection.send(piece)\n    await connection.ping()")
wrong("writes ping into the text", "the text", {"await connection.ping()": 'yield "ping"'})
wrong("sends binary", "the text", {"yield piece": "yield piece.encode()"})
wrong("sends the last twice", "the text", {"            await connection.ping()": "            await connection.ping()\n        yield piece"})
wrong("joins the pieces", "pieces", 'await connection.send("".join([piece async for piece in pieces]))\nawait connection.ping()')
wrong("collects first", "as it comes", ALL)
wrong("no ping", "pings", "await connection.send(pieces)")
wrong("a ping at the end", "pings", "await connection.send(pieces)\nawait connection.ping()")
wrong("a ping before each", "pings", {"            yield piece\n            await connection.ping()": "            await connection.ping()\n            yield piece"})
wrong("a pong", "pings", {"connection.ping()": "connection.pong()"})
wrong(
    "no ping behind the last",
    "pings",
    {
        "        async for piece in pieces:\n": "        first = True\n        async for piece in pieces:\n            if not first:\n                await connection.ping()\n            first = False\n",
        "\n            await connection.ping()\n\n": "\n\n",
    },
)
wrong("forgets to await ping", "awaits", {"await connection.ping()": "connection.ping()"})
wrong("forgets to await send", "awaits", {"await connection.send": "connection.send"})
wrong("for without async", "async for", {"async for": "for"})
right("waits for each pong", {"await connection.ping()": "await (await connection.ping())"})


@right("a queue between")
async def _(connection, pieces):
    import asyncio

    queue = asyncio.Queue()

    async def fill():
        async for piece in pieces:
            await queue.put(piece)
        await queue.put(None)

    async def drain():
        while (piece := await queue.get()) is not None:
            yield piece
            await connection.ping()

    await asyncio.gather(fill(), connection.send(drain()))


@right("an iterator as a class")
async def _(connection, pieces):
    class WithPings:
        first = True

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.first:
                await connection.ping()
            self.first = False
            return await anext(pieces)

    await connection.send(WithPings())
