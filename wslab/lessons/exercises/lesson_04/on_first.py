"""04.4 Only the first

Somebody else's page has set `socket.onmessage` and needs it. `on_first(socket, callback)` calls `callback` with the text of the first message, once, and takes nothing away from that page.

    socket = lab.WebSocket(server.url)
    socket.onmessage = lambda event: print("page:", event.data)
    on_first(socket, lambda text: print("first:", text))
"""

from wslab.lessons.authoring import LONGEST_WAIT, Trial, facts, right, same, wrong
from wslab.lessons.exercises.lesson_04.surroundings import callbacks_raise_nothing, turns

START = "This replaces the page's own `onmessage`, and it is called for every message. `socket.addEventListener` adds a listener beside it, and can do so for one event only."
AFTERWARDS = "The server spoke several times. Your callback heard the first text and nothing more, and the page's own `onmessage` heard all of them."


def stub(socket, callback):
    socket.onmessage = lambda event: callback(event.data)


def solution(socket, callback):
    socket.addEventListener("message", lambda event: callback(event.data), once=True)


async def check(on_first, t: Trial) -> None:
    """Give `on_first` two sockets whose pages have an onmessage already, and let the server speak several times; to the second it says nothing first."""
    again = t.phrase()
    texts = {"/first": [f"{again} 再见", t.phrase(), again, again], "/second": ["", t.phrase(), ""]}
    pages, told, sockets = {path: [] for path in texts}, {path: [] for path in texts}, {}

    async def talking(connection):
        for text in texts[connection.request.path]:
            await connection.send(text)

    server = await t.lab.serve(talking)
    for path in texts:
        sockets[path] = t.lab.WebSocket(server.url + path)
        sockets[path].onmessage = lambda event, path=path: pages[path].append(event.data)
        await t.call(on_first, sockets[path], lambda *given, path=path: told[path].append(given))
        t.expect("not before", not told[path], "`callback` was called before a message had come. Hand over a function that calls it: `lambda event: callback(event.data)`.", facts(called_with=told[path]), sharper=True)
    for socket in sockets.values():
        await socket.closed(timeout=LONGEST_WAIT)
    await turns()
    callbacks_raise_nothing(t)
    for path, sent in texts.items():
        shows = facts(the_server_sent=sent, callback_was_called_with=told[path])
        t.expect("beside", same(pages[path], sent), "The page's own handler missed messages. Leave `socket.onmessage` and the connection as they are: `socket.addEventListener`.", facts(the_server_sent=sent, the_page_saw=pages[path]))
        t.expect("hears", told[path], 'Messages came, and `callback` was not called. The type of the event is `"message"`, without `on`; an empty text is a message as well.', shows)
        t.expect("text", all(len(given) == 1 and isinstance(given[0], str) for given in told[path]), "`callback` should get the text and nothing else. A listener gets the event: take `event.data` out of it.", shows, sharper=True)
        t.expect("first", same(told[path][0], (sent[0],)), "`callback` was not called with the first text.", shows)
        t.expect("once", len(told[path]) == 1, "`callback` was called more than once. `once=True` makes a listener that hears one event only.", shows)


wrong("calls instead of handing over", "not before", {"lambda event: callback(event.data), once=True": 'lambda event: callback(event.data), once=bool(callback("")) or True'})
wrong("a call for a listener", "not before", {"lambda event: callback(event.data)": 'callback("")'})
wrong("a listener without a parameter", "takes the event", {"lambda event: callback(event.data)": 'lambda: callback("first")'})
wrong("an attribute that the event does not have", "callbacks", {"event.data": "event.text"})
wrong("calls, and then raises", "callbacks", {"callback(event.data)": "callback(event.data).text"})
wrong("takes onmessage and gives it up again", "beside", "def listener(event):\n    socket.onmessage = None\n    callback(event.data)\n\nsocket.onmessage = listener")
wrong("borrows onmessage", "beside", "old = socket.onmessage\n\ndef listener(event):\n    callback(event.data)\n    socket.onmessage = old\n\nsocket.onmessage = listener")
wrong("keeps the event from the page", "beside", {"callback(event.data), once=True": "(event.stopImmediatePropagation(), callback(event.data)), once=True, capture=True"})
wrong("closes after the first", "beside", {"callback(event.data)": "(callback(event.data), socket.close())"})
wrong("the name of the property", "hears", {'"message"': '"onmessage"'})
wrong("nothing that is empty", "hears", {"callback(event.data)": "event.data and callback(event.data)"})
wrong("one flag for all sockets", "hears", {"def ": "used = []\n\n\ndef ", "callback(event.data)": "used or (used.append(1), callback(event.data))"})
wrong("hands over the callback itself", "text", {"lambda event: callback(event.data)": "callback"})
wrong("calls it without a text", "text", {"(event.data)": "()"})
wrong("hears every message", "once", {", once=True": ""})
wrong("removes another function", "once", 'socket.addEventListener("message", lambda event: callback(event.data))\nsocket.removeEventListener("message", lambda event: callback(event.data))')
wrong("each text once", "once", 'seen = set()\nsocket.addEventListener("message", lambda event: event.data in seen or (seen.add(event.data), callback(event.data)))')
wrong("until there is a text", "first", 'told = []\nsocket.addEventListener("message", lambda event: told or (event.data and (told.append(1), callback(event.data))))')
wrong("a text of its own", "first", {"event.data": '"Hello, client!"'})
wrong("the second", "first", 'heard = []\nsocket.addEventListener("message", lambda event: (heard.append(1), len(heard) == 2 and callback(event.data)))')
right("the options of a page", {"once=True": '{"once": True, "capture": True}'})
right("a listener that takes itself away", 'def listener(event):\n    socket.removeEventListener("message", listener)\n    callback(event.data)\n\nsocket.addEventListener("message", listener)')
right("a flag", 'told = []\nsocket.addEventListener("message", lambda event: told or (told.append(1), callback(event.data)))')
right("a task that waits", 'import asyncio\n\nasync def wait():\n    event = await socket.next("message")\n    callback(event.data)\n\nasyncio.get_running_loop().create_task(wait())')
