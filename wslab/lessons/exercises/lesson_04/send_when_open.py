"""04.2 Send when it is open

`send_when_open(socket, text)` is given a socket that was made a moment ago and is still CONNECTING. It returns at once, and `text` is sent, once, as soon as the socket is open: after a millisecond or after a minute.

    socket = lab.WebSocket(server.url)
    send_when_open(socket, "Hello, server!")
"""

import asyncio
import threading

from wslab.lessons.authoring import LONGEST_WAIT, Trial, ended, facts, right, same, wrong
from wslab.lessons.exercises.lesson_04.surroundings import MISNAMED, NAMES, Gate, callbacks_raise_nothing, put_forward, serve_slowly, turns
from wslab.net import DOMException

MARK = "That was all."
START = "This sends while the socket is CONNECTING, which raises `InvalidStateError`. Put the line into a function of its own, and let the socket call that function when it opens."
AFTERWARDS = "The server held its answer back for a while, and your text arrived once, as soon as the socket was open. No clock was asked."


def stub(socket, text):
    socket.send(text)


def solution(socket, text):
    socket.onopen = lambda event: socket.send(text)


async def check(send_when_open, t: Trial) -> None:
    """Hand over two sockets that stay CONNECTING for a minute: the loop's clock is put forward, so it takes no time. Then see what arrives, also once the server has spoken."""
    texts = {"/first": f"{t.phrase()} 再见", "/second": ""}
    received, in_time, over = {path: [] for path in texts}, {}, {path: threading.Event() for path in texts}
    gate, failed, tasks, threads = Gate(), [], [], set(threading.enumerate())
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failed.append(context.get("exception")))

    def task(loop, code, **options):
        tasks.append(asyncio.Task(code, loop=loop, **options))
        return tasks[-1]

    loop.set_task_factory(task)

    async def receiving(connection):
        path = connection.request.path
        try:
            async for message in connection:
                if message == MARK:
                    in_time[path] = bool(received[path])
                    await connection.send(MARK)
                else:
                    received[path].append(message)
        finally:
            over[path].set()

    server = await serve_slowly(t, gate, receiving)
    sockets = {path: t.lab.WebSocket(server.url + path) for path in texts}
    with t.unless(DOMException, "not yet", "`send` was called at once, while the socket was CONNECTING. `socket.onopen` needs a function to call later: `lambda event: ...`."), t.unless(AttributeError, "names", NAMES, MISNAMED):
        for path, text in texts.items():
            await t.call(send_when_open, sockets[path], text)
    for thread in set(threading.enumerate()) - threads:
        if isinstance(thread, threading.Timer):  # a clock on a thread of its own cannot be put forward
            thread.cancel()
    for _ in range(120):
        put_forward(0.5)
        await turns(5)
    failed += [task.exception() for task in tasks if task.done() and not task.cancelled()]
    early = [error for error in failed if isinstance(error, (DOMException, TimeoutError))]
    t.expect("no clock", not early, "The socket was still CONNECTING when your code sent, or gave up waiting. No clock knows when a socket opens; the `open` event does: `socket.onopen`.", "\n".join(map(str, early)), sharper=True)
    gate.open()
    for socket in sockets.values():
        await heard(socket, "open")
    await turns()
    put_forward(0.5)  # an answer that looks again and again has looked by now
    await turns()
    for socket in sockets.values():
        if socket.readyState == socket.OPEN:
            socket.send(MARK)
            await heard(socket, "message")
            await turns()
        socket.close()
    for each in over.values():
        await ended(each)
    callbacks_raise_nothing(t)
    shows = facts(texts=list(texts.values()), the_server_received=list(received.values()))
    t.expect("sends", all(in_time.get(path, received[path]) for path in texts), "A socket opened, and `text` was not sent. Hand a function over: `socket.onopen = ...`. (A coroutine runs in a task only.)", shows)
    t.expect("the text", all(same(message, text) for path, text in texts.items() for message in received[path]), "The server received something else than `text`. Send the parameter, on the socket that came with it.", shows)
    t.expect("once", all(len(messages) == 1 for messages in received.values()), "A text arrived more than once. Set one callback, for the `open` event only, and send once in it.", shows)


async def heard(socket, name):
    """Wait until an event has come, or the close, or both had come before."""
    came = asyncio.Event()
    socket.addEventListener(name, lambda event: came.set())
    socket.addEventListener("close", lambda event: came.set())
    if socket.readyState == socket.CONNECTING or (name == "message" and socket.readyState == socket.OPEN):
        await asyncio.wait_for(came.wait(), LONGEST_WAIT)


wrong("calls instead of handing over", "not yet", {"lambda event: socket": "socket"})
wrong("sleeps first", "not yet", "import time\n\ntime.sleep(0.01)\nsocket.send(text)")
wrong("setTimeout", "no clock", "import asyncio\n\nasyncio.get_running_loop().call_later(0.2, socket.send, text)")
wrong("setTimeout, for longer", "no clock", "import asyncio\n\nasyncio.get_running_loop().call_later(30, socket.send, text)")
wrong("a task that sleeps", "no clock", "import asyncio\n\nasync def later():\n    await asyncio.sleep(3)\n    socket.send(text)\n\nasyncio.get_running_loop().create_task(later())")
wrong("a task that gives up", "no clock", "import asyncio\n\nasync def later():\n    await socket.opened()\n    socket.send(text)\n\nasyncio.get_running_loop().create_task(later())")
wrong(
    "looks a hundred times",
    "sends",
    "import asyncio\n\nasync def later():\n    for _ in range(100):\n        if socket.readyState == socket.OPEN:\n            return socket.send(text)\n        await asyncio.sleep(0.05)\n\nasyncio.create_task(later())",
)
wrong("a timer on a thread", "sends", "import threading\n\nthreading.Timer(0.1, socket.send, [text]).start()")
wrong("blocks until it is open", "yields", "while socket.readyState != socket.OPEN:\n    pass\nsocket.send(text)")
wrong("makes a coroutine only", "sends", "async def later():\n    await socket.opened()\n    socket.send(text)\n\nlater()")
wrong("a second after it has opened", "sends", {"socket.send(text)": "__import__('asyncio').get_running_loop().call_later(1, socket.send, text)"})
wrong("a callback without a parameter", "takes the event", {"lambda event": "lambda"})
wrong("hands over send itself", "callbacks", {"lambda event: socket.send(text)": "socket.send"})
wrong("sends, and then raises", "callbacks", {"socket.send(text)": "(socket.send(text), event.data)"})
wrong("Python's way of writing names", "names", {"onopen": "on_open"})
wrong("defines a function and does not hand it over", "sends", "def onopen(event):\n    socket.send(text)")
wrong("the name of the property", "sends", {"socket.onopen = lambda event: socket.send(text)": 'socket.addEventListener("onopen", lambda event: socket.send(text))'})
wrong("waits for a message", "sends", {"onopen": "onmessage"})
wrong("nothing that is empty", "sends", {"socket.send(text)": "text and socket.send(text)"})
wrong("the text of the example", "the text", {"(text)": '("Hello, server!")'})
wrong("one text for all sockets", "the text", {"(text)": "(last)", "def ": "last = None\n\n\ndef ", "    socket.onopen": "    global last\n    last = last or text\n    socket.onopen"})
wrong("sets it in both ways", "once", 'socket.onopen = lambda event: socket.send(text)\nsocket.addEventListener("open", lambda event: socket.send(text))')
wrong("with each event", "once", 'for kind in ("open", "message"):\n    socket.addEventListener(kind, lambda event: socket.send(text))')
right("a listener, for once", 'socket.addEventListener("open", lambda event: event.target.send(text), once=True)')
right("a coroutine", "async def say(event):\n    socket.send(text)\n\nsocket.onopen = say")
right("looks again and again", "import asyncio\n\nasync def later():\n    while socket.readyState == socket.CONNECTING:\n        await asyncio.sleep(0.01)\n    socket.send(text)\n\nasyncio.get_running_loop().create_task(later())")
right("a task that waits for an hour", "import asyncio\n\nasync def later():\n    await socket.opened(timeout=3600)\n    socket.send(text)\n\nasyncio.get_running_loop().create_task(later())")
