"""04.1 The four callbacks

Translate this JavaScript. `watch(socket, seen)` is given a new socket and an empty list, and sets the four callbacks of the socket. In Python, `seen.push(x)` is `seen.append(x)`.

```javascript
function watch(socket, seen) {
  socket.onopen = function (event) { seen.push("open"); };
  socket.onmessage = function (event) { seen.push(event.data); };
  socket.onerror = function (event) { seen.push("error"); };
  socket.onclose = function (event) { seen.push(event.code); };
}
```

    seen = []
    socket = lab.WebSocket(server.url)
    watch(socket, seen)
    await socket.opened()
    seen  # ["open"]; messages and the close code follow when they come
"""

from wslab.lessons.authoring import LONGEST_WAIT, Trial, facts, right, same, wrong
from wslab.lessons.exercises.lesson_04.surroundings import MISNAMED, NAMES, callbacks_raise_nothing, nobody, turns

START = "No callback is set yet. Begin with `socket.onopen`: give it a function that takes the event and appends to `seen`."
AFTERWARDS = "Your callbacks followed two connections they had not seen before. On the first the server spoke and closed with a code of its own: open, messages, close. The second was refused: error, then close 1006, and no open."


def stub(socket, seen):
    socket.onopen = None  # a function that is called with the event


def solution(socket, seen):
    socket.onopen = lambda event: seen.append("open")
    socket.onmessage = lambda event: seen.append(event.data)
    socket.onerror = lambda event: seen.append("error")
    socket.onclose = lambda event: seen.append(event.code)


async def check(watch, t: Trial) -> None:
    """Watch, at the same time, a connection on which the server speaks and then closes, and one that is refused."""
    first, code = t.phrase(), t.random.randrange(4000, 5000)
    texts = [first, t.phrase(), first, "", f"{t.phrase()} 再见"]

    async def talking(connection):
        for text in texts:
            await connection.send(text)
        await connection.close(code)

    server = await t.lab.serve(talking)
    talked, refused, sockets = [], [], []
    for url, seen in ((server.url, talked), (nobody(t), refused)):
        sockets.append(t.lab.WebSocket(url))
        with t.unless(AttributeError, "names", NAMES, MISNAMED):
            await t.call(watch, sockets[-1], seen)
        t.expect("not before", not seen, "Something was in `seen` before anything had happened: a callback was called, not set. Hand a function over: `lambda event: ...`.", facts(seen_at_once=list(seen)), sharper=True)
    for socket in sockets:
        await socket.closed(timeout=LONGEST_WAIT)
    await turns()
    callbacks_raise_nothing(t)
    expected, on_refusal = ["open", *texts, code], ["error", 1006]
    shows, shows_refused = facts(expected=expected, seen=talked), facts(expected=on_refusal, seen=refused)
    shows_all = f"{shows}\nand of the connection that was refused:\n{shows_refused}"
    t.expect("calls back", talked, "A connection opened, spoke and closed, and `seen` is still empty. Hand each function over, `socket.onopen = ...`, and append to the list that you were given.", shows, sharper=True)
    t.expect("open", talked[:1] == ["open"], 'What comes first is "open". Look at what `socket.onopen` appends.', shows)
    t.expect("once", len(talked) <= len(expected) and len(refused) <= 2, "There is more in `seen` than happened. Set each callback once, and append once in it.", shows_all, sharper=True)
    t.expect("messages", same(talked[1 : len(texts) + 1], texts), "The messages are not in `seen` as texts, each of them, in order. The text of a message event is `event.data`.", shows)
    t.expect("close", same(talked[len(texts) + 1 :], [code]), "The last thing in `seen` should be the close code of the server, a number: `event.code`.", shows)
    t.expect("error", same(refused, on_refusal), 'A refused connection should leave "error" and then its close code. Look at `socket.onerror`.', shows_refused)


wrong("calls instead of handing over", "not before", {'lambda event: seen.append("open")': 'seen.append("open")'})
wrong("a callback without a parameter", "takes the event", {'event: seen.append("open")': ': seen.append("open")'})
wrong("a callback with a parameter too many", "takes the event", {"event: seen.append(event.data)": "socket, event: seen.append(event.data)"})
wrong("an attribute that the event does not have", "callbacks", {"event.data": "event.text"})
wrong("appends, and then raises", "callbacks", {'seen.append("open")': '(seen.append("open"), event.data)'})
wrong("Python's way of writing names", "names", {"onopen": "on_open", "onmessage": "on_message"})
wrong("defines functions and does not hand them over", "calls back", 'def onopen(event):\n    seen.append("open")\n\ndef onclose(event):\n    seen.append(event.code)')
wrong("a list of its own", "calls back", {"    socket.onopen": "    seen = []\n    socket.onopen"})
wrong("no onopen", "open", {'    socket.onopen = lambda event: seen.append("open")\n': ""})
wrong("another word", "open", {'"open"': '"opened"'})
wrong("the last of a loop's names", "open", 'for name in ("open", "message", "error", "close"):\n    setattr(socket, "on" + name, lambda event: seen.append(name))')
wrong("a callback twice", "once", {'    socket.onopen = lambda event: seen.append("open")': '    socket.onopen = lambda event: seen.append("open")\n    socket.addEventListener("open", lambda event: seen.append("open"))'})
wrong("the close twice", "once", {"seen.append(event.code)": "seen.extend([event.code] * 2)"})
wrong("the error twice", "once", {'seen.append("error")': 'seen.extend(["error"] * 2)'})
wrong("keeps the event", "messages", {"lambda event: seen.append(event.data)": "seen.append"})
wrong("a message of each kind", "messages", {"seen.append(event.data)": "event.data in seen or seen.append(event.data)"})
wrong("no empty message", "messages", {"seen.append(event.data)": "event.data and seen.append(event.data)"})
wrong("the code of a refusal", "close", {"event.code": "1006"})
wrong("the code as a text", "close", {"event.code": "str(event.code)"})
wrong("no onerror", "error", {'    socket.onerror = lambda event: seen.append("error")\n': ""})
right("one function for all", 'def note(event):\n    seen.append(getattr(event, {"message": "data", "close": "code"}.get(event.type, "type")))\n\nsocket.onopen = socket.onmessage = socket.onerror = socket.onclose = note')
right(
    "listeners and a coroutine",
    'async def received(event):\n    seen.append(event.data)\n\nsocket.addEventListener("open", lambda event: seen.append(event.type))\nsocket.onmessage = received\nsocket.onerror = lambda event: seen.append("error")\nsocket.onclose = lambda event: seen.append(event.code)',
)
