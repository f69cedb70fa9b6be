"""04.3 Did it open?

`connects(socket)` is given a new socket. It waits until the socket is open and returns `True`, or until it is clear that it never will be and returns `False`. It raises nothing, and it takes no longer than it has to.

    await connects(lab.WebSocket(server.url))  # True
    await connects(lab.WebSocket(gone.url))    # False: nobody listens there
"""

import asyncio

from wslab.lessons.authoring import Trial, facts, right, wrong
from wslab.lessons.exercises.lesson_04.surroundings import Gate, nobody, put_forward, serve_slowly, turns

NEEDS = "import asyncio"
START = "A tenth of a second is too long for one server and too short for another. Wait for the event instead: `await socket.opened()`, which raises `ConnectionError` when the connection fails."
AFTERWARDS = "A server, a slow server and nobody at all, in random order: your answer was right for each, because it waited for what happened and not for a time."


async def stub(socket):
    await asyncio.sleep(0.1)
    return socket.readyState == socket.OPEN


async def solution(socket):
    try:
        await socket.opened()
    except ConnectionError:
        return False
    return True


async def check(connects, t: Trial) -> None:
    """Ask about a server, a slow one and an address where nobody listens. Time passes by itself where it matters: the loop's clock is put forward."""
    gate, got = Gate(), {}
    urls = {"a server": (await t.lab.serve()).url, "a slow server": (await serve_slowly(t, gate)).url, "nobody": nobody(t)}
    for kind in t.random.sample(sorted(urls), 3):
        socket = t.lab.WebSocket(urls[kind])
        asking = asyncio.create_task(t.call(connects, socket))
        if kind == "a slow server":
            await turns()
            put_forward(1.0)
            await turns()
            gate.open()
        while socket.readyState == socket.CONNECTING:
            await asyncio.sleep(0.005)
        await turns()
        put_forward(0.5)
        await turns()
        t.expect("in time", asking.done(), "It was clear how it had come out, and half a second later `connects` had still not returned. Wait for what happens, `await socket.opened()`, and not for a time.", facts(asked_about=kind))
        with t.unless(ConnectionError, "refused", "The connection failed, and your code let the exception out. Catch it: `except ConnectionError:`."):
            got[kind] = await asking
    shows = facts(**{kind.replace(" ", "_"): value for kind, value in got.items()})
    t.expect("true or false", all(isinstance(value, bool) for value in got.values()), "`connects` should return `True` or `False`, nothing else.", shows)
    t.expect("quick", got["a server"], "A server was there, and `connects` did not return `True`. Await `socket.opened()` before you return.", shows, sharper=True)
    t.expect("slow", got["a slow server"], "The slow server needed a second, and you had given up. Wait for what happens, `await socket.opened()`, and leave its limit as it is.", shows)
    t.expect("nobody", not got["nobody"], "Nobody listened at that address, and `connects` returned `True`. Return `False` where the exception is caught.", shows)


wrong("catches and goes on", "nobody", {"return False": "pass"})
wrong("gives up too early", "slow", {"opened()": "opened(timeout=0.9)", "except ConnectionError": "except Exception"})
wrong(
    "a limit of its own",
    "slow",
    {"await socket.opened()": "await asyncio.wait_for(asyncio.ensure_future(until(socket)), 0.3)", "except ConnectionError": "except Exception", "async def": "async def until(socket):\n    await socket.opened()\n\n\nasync def"},
)
wrong("returns the event", "true or false", {"await socket.opened()": "return await socket.opened()"})
wrong("waits for the close of a socket that opens", "in time", {"opened()": "closed()"})
wrong("forgets to await", "awaits", {"await socket.opened()": "asyncio.sleep(0.1)"})
wrong("forgets to await in a loop", "awaits", {"await socket.opened()": "while socket.readyState == socket.CONNECTING:\n            asyncio.sleep(0.01)"})
wrong("lets the exception out", "refused", "await socket.opened()\nreturn True")
wrong("does not wait", "quick", "return socket.readyState == socket.OPEN")
wrong("sleeps for a while", "slow", "await asyncio.sleep(0.3)\nreturn socket.readyState == socket.OPEN")
wrong("sleeps for longer", "in time", "await asyncio.sleep(2)\nreturn socket.readyState == socket.OPEN")
right("next", {"socket.opened()": 'socket.next("open")'})
right("looks again and again", "while socket.readyState == socket.CONNECTING:\n    await asyncio.sleep(0.01)\nreturn socket.readyState == socket.OPEN")


@right("the callbacks of a page")
async def _(socket):
    done = asyncio.get_running_loop().create_future()
    socket.onopen = lambda event: done.set_result(True)
    socket.onerror = lambda event: done.set_result(False)
    return await done
