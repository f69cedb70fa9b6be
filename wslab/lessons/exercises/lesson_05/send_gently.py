"""05.4 Send, and do not flood

`send_gently(socket, pieces)` is given an open socket and a list of long texts. It sends each as a message of its own, in order. It never calls `send` while more than `LIMIT`, 65536 bytes, are still waiting: then it lets others run and looks again.

    await send_gently(socket, ["." * 20_000] * 40)  # takes a while, and takes no more memory than it must
"""

import asyncio
import threading

from wslab.lessons.authoring import LONGEST_WAIT, Trial, ended, right, wrong

LIMIT = 65536
SIZE = 20_000  # bytes of a piece, so that it matters whether one looks before each of them
NEEDS = "import asyncio\n\nLIMIT = 65536"
START = "This sends everything at once. Before each `send`, look at `socket.bufferedAmount`, and wait while it is above `LIMIT`."
AFTERWARDS = "Forty pieces over a slow connection, and at no `send` did more wait than you allowed. A page does the same with `setTimeout`: there is no event for it."


async def stub(socket, pieces):
    for piece in pieces:
        socket.send(piece)


async def solution(socket, pieces):
    for piece in pieces:
        while socket.bufferedAmount > LIMIT:
            await asyncio.sleep(0.01)
        socket.send(piece)


class Slow:
    """A socket over a slow connection, on which something waits from the start: at first nothing leaves, then half a piece between two looks, if others could run meanwhile. The rest is the socket's own."""

    def __init__(self, socket, moved):
        self._socket, self._moved = socket, moved
        self._waiting, self._ran, self.most, self._stands = 3 * SIZE, None, None, 15

    @property
    def bufferedAmount(self):
        if self._ran:
            self._ran, self._stands = None, self._stands - 1
            self._waiting -= min(self._waiting, SIZE // 2) if self._stands < 0 else 0
            if self._waiting:
                self._moved()
        if self._ran is None:  # one at a time, for who looks in a loop looks a million times
            self._ran = False
            asyncio.get_running_loop().call_soon(lambda: setattr(self, "_ran", True))
        return self._waiting

    def send(self, data):
        self.most = max(self.most or 0, self._waiting)
        self._waiting += len(data)
        self._socket.send(data)

    def __getattr__(self, name):
        return getattr(self._socket, name)


async def check(send_gently, t: Trial) -> None:
    """Have 800 kB sent over a slow connection, and note what waited at each call of `send`."""
    pieces, received, over = [t.phrase().ljust(SIZE, ".") for _ in range(40)], [], threading.Event()

    async def listening(connection):
        try:
            async for message in connection:
                received.append(message)
        finally:
            over.set()

    socket = t.lab.WebSocket((await t.lab.serve(listening, compression=None)).url)
    await socket.opened(timeout=LONGEST_WAIT)
    slow = Slow(socket, t.moved)
    await t.call(send_gently, slow, list(pieces))
    socket.close()
    await ended(over)
    shows = f"pieces:                       40 of {SIZE} bytes\nmessages received:            {len(received)}\nmost that waited at a send(): {slow.most or 0} bytes"
    t.expect("sent", slow.most is not None, "Nothing was sent. `socket.send(piece)` sends one piece.", shows, sharper=True)
    t.expect("one by one", received != ["".join(pieces)], "All pieces came as one message. Send each by itself, and look before each.", shows, sharper=True)
    t.expect("all of them", received == pieces, "Not every piece arrived, once and in order. While too much is waiting, wait with `while`; do not leave the piece out.", shows)
    t.expect("limit", (slow.most or 0) <= LIMIT, "`send` was called while more than `LIMIT` bytes were waiting. Look before each `send`, again and again: `while socket.bufferedAmount > LIMIT:`, and an `await` inside.", shows)


wrong("sends nothing", "sent", {"socket.send(piece)": "pass"})
wrong(
    "leaves out what does not fit",
    "all of them",
    {"        while socket.bufferedAmount > LIMIT:\n            await asyncio.sleep(0.01)\n        socket.send(piece)": "        if socket.bufferedAmount <= LIMIT:\n            socket.send(piece)"},
)
wrong("sends what fits twice", "all of them", {"        socket.send(piece)": "        socket.send(piece)\n    socket.send(piece)"})
wrong("if for while", "limit", {"while": "if"})
wrong("never looks", "limit", {"        while socket.bufferedAmount > LIMIT:\n            await asyncio.sleep(0.01)\n": "        await asyncio.sleep(0.01)\n"})
wrong("another limit", "limit", {"> LIMIT": "> 10 * LIMIT"})
wrong(
    "looks ten times at most",
    "limit",
    {"        while socket.bufferedAmount > LIMIT:\n            await asyncio.sleep(0.01)\n": "        for _ in range(10):\n            if socket.bufferedAmount > LIMIT:\n                await asyncio.sleep(0.01)\n"},
)
wrong("looks without letting others run", "yields", {"await asyncio.sleep(0.01)": "pass"})
wrong("forgets to await", "awaits", {"await asyncio.sleep": "asyncio.sleep"})
wrong("blocks", "yields", {"await asyncio.sleep(0.01)": "time.sleep(0.01)", "async def": "import time\n\n\nasync def"})
wrong("one message", "one by one", 'socket.send("".join(pieces))')
wrong("looks once", "limit", "while socket.bufferedAmount > LIMIT:\n    await asyncio.sleep(0.01)\nfor piece in pieces:\n    socket.send(piece)")
right("until nothing waits", "for piece in pieces:\n    socket.send(piece)\n    while socket.bufferedAmount:\n        await asyncio.sleep(0)")
right("only while the connection lives", {"> LIMIT:": "> LIMIT and socket.readyState == socket.OPEN:"})


@right("as many as fit, then a nap")
async def _(socket, pieces):
    waiting = list(pieces)
    while waiting:
        while waiting and socket.bufferedAmount <= LIMIT:
            socket.send(waiting.pop(0))
        await asyncio.sleep(0.001)
