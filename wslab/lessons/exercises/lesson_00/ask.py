"""00.3 A pasted script

This function comes from a script. There it works; in a notebook it raises `RuntimeError`. Rewrite it so that `await ask(url)` works in a cell: it asks the server at `url` what time it is and returns the reply.

    await ask(server.url)  # "What time is it?", from a server that echoes
"""

import asyncio

import websockets

from wslab.lessons.authoring import Trial, facts, right, same, words_in, wrong

QUESTION = "What time is it?"
NEEDS = "import asyncio\n\nimport websockets"
START = "This is still the script: `asyncio.run` starts a loop of its own, and a notebook has one that runs already. Begin with `async def ask(url):`, then `await` what has to be awaited."
AFTERWARDS = "`ask` was awaited on a running loop, as in a cell. The server held its reply back until other work on that loop had gone on: your function waits without standing in anybody's way."


def stub(url):
    async def main():
        async with websockets.connect(url) as connection:
            await connection.send("What time is it?")
            return await connection.recv()

    return asyncio.run(main())


async def solution(url):
    async with websockets.connect(url) as connection:
        await connection.send("What time is it?")
        return await connection.recv()


async def check(ask, t: Trial) -> None:
    """Await `ask` as a cell would; the server replies only once other work on the same loop has gone on, so blocking it gets no reply."""
    asked, went_on, loops, heard, replied = asyncio.Event(), asyncio.Event(), [], [], []
    cell_loop = asyncio.get_running_loop()

    async def clock(connection):
        loops.append(asyncio.get_running_loop())
        heard.append(await connection.recv())
        cell_loop.call_soon_threadsafe(asked.set)
        await went_on.wait()
        replied.append(f"{t.random.randrange(24):02}:{t.random.randrange(60):02}:{t.random.randrange(60):02}")
        await connection.send(replied[-1])

    async def other_work():
        await asked.wait()
        loops[0].call_soon_threadsafe(went_on.set)

    # Looked for before it is tried: it would change this kernel's loops for good.
    t.expect("no patch", not words_in(ask) & {"nest_asyncio", "nest_asyncio2"}, "It would run, but the patch is not needed: leave it out and `await` the coroutine.", urgent=True)
    server = await t.lab.serve(clock)
    other = asyncio.create_task(other_work())
    with t.unless(RuntimeError, "no second loop", "A loop runs already, so nothing has to run another. Leave `asyncio.run` out, and `await` the coroutine.", " running"):
        got = await t.call(ask, server.url)
    other.cancel()
    t.expect("asks", heard == [QUESTION], f'The server was not asked "{QUESTION}" exactly once, in these words. Keep the script\'s line that sends it.', facts(the_server_received=heard))
    t.expect("returns the reply", same(got, replied[0]), "What `ask` returned is not what the server replied. End it with `return await connection.recv()`.", facts(the_server_replied=replied[0], ask_returned=got))


SCRIPT = "    async def main():\n        async with websockets.connect(url) as connection:\n            await connection.send('What time is it?')\n            return await connection.recv()\n\n"
wrong("keeps asyncio.run inside an async def", "no second loop", f"async def ask(url):\n{SCRIPT}    return asyncio.run(main())\n")
wrong("takes the loop that runs, and runs it", "no second loop", f"async def ask(url):\n{SCRIPT}    return asyncio.get_running_loop().run_until_complete(main())\n")
wrong("patches the loop", "no patch", f"async def ask(url):\n    import nest_asyncio2\n\n    nest_asyncio2.apply()\n\n{SCRIPT}    return asyncio.run(main())\n")
wrong("forgets to await its own coroutine", "awaits", f"async def ask(url):\n{SCRIPT}    return main()\n")
wrong("forgets to await send", "awaits", {"await connection.send": "connection.send"})
wrong("asks something else", "asks", {"What time is it?": "Hello, server!"})
wrong("prints instead of returning", "return", {"return await": "reply = await"})
wrong("returns a time of its own", "returns the reply", {"return await connection.recv()": 'await connection.recv()\n        return "12:00:00"'})
wrong(
    "takes the blocking client",
    "yields",
    "from websockets.sync.client import connect\n\n\nasync def ask(url):\n    with connect(url, proxy=None) as connection:\n        connection.send('What time is it?')\n        return connection.recv()\n",
)
right("keeps main, and awaits it", f"async def ask(url):\n{SCRIPT}    return await main()\n")
right("a plain function that returns a coroutine", f"def ask(url):\n{SCRIPT}    return main()\n")
right("a plain function that returns a task", f"def ask(url):\n{SCRIPT}    return asyncio.create_task(main())\n")
right("a loop on a thread of its own", f"async def ask(url):\n{SCRIPT}    return await asyncio.to_thread(asyncio.run, main())\n")
