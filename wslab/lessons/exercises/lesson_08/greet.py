"""08.1 Both greetings

`greet(socket)` is given a new socket of a page. When it opens, two texts go out, each once: first `Hello, server!` and then `Here is the page.`, even if somebody else sets `socket.onopen` later, as another script of the same page may do.

    greet(new WebSocket("ws://localhost:8080")); // both go out as soon as it is open
"""

import threading

from wslab.lessons.authoring import Trial, right, wrong

FIRST, SECOND, END = "Hello, server!", "Here is the page.", "that was all"
NEEDS = "%load_ext wslab"
START = "The second function replaces the first, so only one greeting goes out. Add functions to the event instead of setting the property."
AFTERWARDS = "Two sockets ran in Node, and on one of them a stranger set `onopen` after you. Both of your greetings arrived on both, in order: a listener is added, and replaces nothing."

stub = """
function greet(socket) {
  socket.onopen = function (event) {
    socket.send("Hello, server!");
  };
  socket.onopen = function (event) {
    socket.send("Here is the page.");
  };
}
"""

solution = """
function greet(socket) {
  socket.addEventListener("open", function (event) {
    socket.send("Hello, server!");
  });
  socket.addEventListener("open", function (event) {
    socket.send("Here is the page.");
  });
}
"""


async def check(greet: str, t: Trial) -> None:
    """Hand two sockets to `greet`, and set `onopen` of the second afterwards."""
    other, both, heard, by_then, done = t.phrase(), threading.Event(), {"/alone": [], "/replaced": []}, {}, []

    async def listen(connection):
        path = connection.request.path
        async for message in connection:
            if message == END:
                done.append(path)
                if path not in by_then:
                    by_then[path] = list(heard[path])
                    await connection.send(other)  # who hears it should say nothing
                if len(done) == 4:
                    both.set()
            elif message != other:
                heard[path].append(str(message))

    server = await t.lab.serve(listen)
    ends = f'for (const socket of sockets) {{ socket.addEventListener("open", () => {{ for (const time of [100, 200]) setTimeout(() => socket.send("{END}"), time); }}); }}'
    script = await t.as_client(greet, f"{server.url}/alone", f"{server.url}/replaced", then=f'sockets[1].onopen = () => sockets[1].send("{other}"); {ends}')
    await script.until(both.is_set)
    await t.over()
    alone, replaced = heard.values()
    shows = f"a socket left alone sent: {told(alone)}\nonopen set by others:     {told(replaced)}"
    t.expect(
        "waits",
        "readyState 0" not in t.failure.what,
        'You send at once, while the socket is CONNECTING, and `send()` throws. Send in a function that is called when it opens: `socket.addEventListener("open", ...)`.',
        str(t.failure),
        urgent=True,
        sharper=True,
    )
    t.expect("open", {FIRST, SECOND} & set(alone), 'Nothing of yours was sent when the socket opened. The event is `open`, without `on`, and `socket.send(...)` sends: `socket.addEventListener("open", ...)`.', shows, sharper=True)
    t.expect("both", {FIRST, SECOND} <= set(by_then.get("/alone", alone)), "Only one of the two greetings was sent when it opened. A property holds one function; `addEventListener` may be called twice.", shows)
    t.expect("once", len(alone) == 2, "Something was sent more than once. Each greeting should go out once, in its own listener or both in the same.", shows, sharper=True)
    t.expect("order", alone == [FIRST, SECOND], "Both were sent, the wrong way round. Listeners are called in the order in which they were added.", shows, sharper=True)
    t.expect("survives", replaced == [FIRST, SECOND], 'Somebody set `socket.onopen` after you, and something of yours was gone. Leave that property to others, and add listeners: `socket.addEventListener("open", ...)`.', shows)


def told(texts: list[str]) -> str:
    return ", ".join(f'"{text[:40]}"' for text in texts[:4]) or "nothing"


def listener(name: str, *texts: str) -> str:
    return f'  socket.addEventListener("{name}", () => {{ ' + " ".join(f'socket.send("{text}");' for text in texts) + " });\n"


def body(*parts: str) -> str:
    return "function greet(socket) {\n" + "".join(parts) + "}\n"


wrong("both in one property", "survives", body(f'  socket.onopen = () => {{ socket.send("{FIRST}"); socket.send("{SECOND}"); }};\n'))
wrong("one listener and one property", "survives", body(listener("open", FIRST), f'  socket.onopen = () => socket.send("{SECOND}");\n'))
wrong("the name of the property", "open", body(listener("onopen", FIRST), listener("onopen", SECOND)))
wrong("a capital letter", "open", body(f'  socket.onOpen = () => socket.send("{FIRST}");\n'))
wrong("one greeting only", "both", body(listener("open", SECOND)))
wrong("the wrong way round", "order", body(listener("open", SECOND), listener("open", FIRST)))
wrong("both in both listeners", "once", body(listener("open", FIRST, SECOND), listener("open", FIRST, SECOND)))
wrong("sends at once", "waits", body(f'  socket.send("{FIRST}");\n  socket.send("{SECOND}");\n'))
wrong("calls instead of handing over", "waits", body(f'  socket.addEventListener("open", socket.send("{FIRST}"));\n'))
right("one listener, an arrow", f'const greet = (socket) => {{\n  socket.addEventListener("open", () => {{ socket.send("{FIRST}"); socket.send("{SECOND}"); }}, {{ once: true }});\n}};\n')
right("a loop", f'function greet(socket) {{\n  for (const text of ["{FIRST}", "{SECOND}"]) {{\n    socket.addEventListener("open", (event) => event.target.send(text));\n  }}\n}}\n')
wrong("waits for a word between", "both", body(listener("open", FIRST), listener("message", SECOND)))
wrong("again with each message", "once", body(listener("open", FIRST, SECOND), listener("message", FIRST, SECOND)))
right("looks again and again", body(f'  const timer = setInterval(() => {{ if (socket.readyState === 1) {{ clearInterval(timer); socket.send("{FIRST}"); socket.send("{SECOND}"); }} }}, 5);\n'))
