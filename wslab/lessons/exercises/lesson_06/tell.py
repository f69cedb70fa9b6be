"""06.3 Four ways to 1006

`tell(rows)` is given the rows of one connection that ended with 1006, as a list, and returns one of four words:

| word | what happened |
|---|---|
| `"refused"` | the opening handshake was not answered with 101 |
| `"reset"` | TCP was reset (RST) |
| `"silence"` | a ping went out, and no pong came back |
| `"ended"` | none of these: TCP ended without a Close frame |

Each row has a `kind` (`handshake`, `message`, `control`, `close`, `event`, `note`), a `name` and a `text`. Rows of faults are left out: in life nobody tells you.

    rows = lab.timeline.rows()
    newest = max(row.connection for row in rows)
    rows = [row for row in rows if row.connection == newest]
    for row in rows:
        print(row.kind, "|", row.name, "|", row.text)
    tell(rows)
"""

import asyncio
import contextlib

from websockets.exceptions import InvalidStatus

from wslab.lessons.authoring import LONGEST_WAIT, Trial, right, same, wrong

START = "This says the same of every connection. Take the evidence one by one: is there a row whose name begins with `101`? A note with the letters RST? A ping without a pong?"
AFTERWARDS = "Seven connections ended just now, all of them with 1006, and you told them apart by what they left behind. One of them had even talked about a reset."


def stub(rows):
    return "ended"


def solution(rows):
    names = [row.name for row in rows]
    if not any(name.startswith("101") for name in names):
        return "refused"
    if any(row.kind == "note" and "RST" in row.text for row in rows):
        return "reset"
    if "ping" in names and "pong" not in names:
        return "silence"
    return "ended"


HINTS = {  # the right word of each case, and what to say where another word was found, in the order of asking
    "refused": ("refused", "The answer to the opening handshake was not 101: there never was a connection. Look for a row whose name begins with `101`."),
    "unavailable": ("refused", "The answer was not 101 here either: there never was a connection. Look for a row whose name begins with `101`, whatever the client was and the status is."),
    "reset": ("reset", "TCP was reset: a row of kind `note` says so in its text, with the letters RST."),
    "silence": ("silence", "A `ping` was sent, and no `pong` came. Rows of kind `control` have these names."),
    "ended": ("ended", "TCP ended in good order, and no Close frame came. No RST, no ping: that is what is left when nothing else fits."),
    "talked": ("ended", "A client had sent the letters RST as a message, and you took them for a reset. Look at rows of kind `note` only."),
    "answered": ("ended", "A ping was sent here too, and it was answered. It is the `pong` that is missing in a silence."),
}


async def check(tell, t: Trial) -> None:
    """Let connections end in each way, and hand over their rows in random order."""
    seen, got = {}, {}
    for case in t.random.sample(sorted(HINTS), len(HINTS)):
        await make(case, t)
        await t.lab.settled(timeout=LONGEST_WAIT)
        rows = t.lab.timeline.rows()
        newest = max(row.connection for row in rows)
        seen[case] = [row for row in rows if row.connection == newest and row.kind != "fault"]
    for case in sorted(seen, key=lambda case: case != "silence"):  # first, so that what an answer remembers of it shows
        got[case] = await t.call(tell, list(seen[case]))
    words = {word for word, _ in HINTS.values()}
    one_of_four = all(isinstance(word, str) and word in words for word in got.values())
    t.expect("one of four", one_of_four, '`tell` should return "refused", "reset", "silence" or "ended".', "tell returned: " + ", ".join(f"{word!r:.40}" for word in got.values()), sharper=True)
    for case, (word, hint) in HINTS.items():
        lines = "\n".join(f"{row.source:16}  {row.kind:9}  {row.name}  {row.text}"[:110].rstrip() for row in seen[case])
        t.expect(case, same(got[case], word), hint, f"{lines}\nexpected:      {word!r}\ntell returned: {got[case]!r:.60}", sharper=case in ("ended", "refused"))


async def make(case, t):
    """Make a connection, and let it end."""
    if case in ("reset", "ended", "talked"):
        await page(t, "reset" if case == "reset" else "drop", "reset by the peer (RST), 403, no pong" if case == "talked" else "")
    else:
        await {"refused": refused, "unavailable": unavailable, "silence": silence, "answered": answered}[case](t)


async def refused(t):
    status = t.random.choice((401, 403, 404, 429))
    server = await t.lab.serve(name="refused", process_request=lambda connection, _: connection.respond(status, "no\n"))
    await t.lab.WebSocket(server.url).closed(timeout=LONGEST_WAIT)


async def unavailable(t):
    server = await t.lab.serve(name="unavailable", process_request=lambda connection, _: connection.respond(503, "no\n"))
    with contextlib.suppress(InvalidStatus):
        await t.lab.connect(server.url)


async def page(t, fault, text=""):
    """A page that talks with an echo server for a moment, until something ends it."""
    server = await t.lab.serve()
    socket = t.lab.WebSocket(server.url)
    await socket.opened(timeout=LONGEST_WAIT)
    socket.send(text or t.phrase())
    await socket.next("message", timeout=LONGEST_WAIT)
    getattr(server.faults, fault)()
    await socket.closed(timeout=LONGEST_WAIT)


async def answered(t):
    server = await t.lab.serve(name="answered")
    client = await t.lab.connect(server.url, ping_interval=None)
    await (await client.ping())
    server.faults.drop()
    await client.wait_closed()


async def silence(t):
    """Both ends do what their keepalive would, without its clock: so no ping goes out before the silence and is answered."""
    quiet = {"ping_interval": None, "close_timeout": 0.1}
    server = await t.lab.serve(name="silence", **quiet)
    client = await t.lab.connect(server.url, **quiet)
    await client.send(t.phrase())
    await client.recv()
    server.faults.stall()

    async def give_up(end):
        await end.ping()
        await end.close(1011, "keepalive ping timeout")

    await asyncio.gather(*(asyncio.wrap_future(asyncio.run_coroutine_threadsafe(give_up(end), end.loop)) for end in [client, *server.links().values()]))


REFUSED = '    if not any(name.startswith("101") for name in names):\n        return "refused"\n'
RESET = '    if any(row.kind == "note" and "RST" in row.text for row in rows):\n        return "reset"\n'
SILENCE = '    if "ping" in names and "pong" not in names:\n        return "silence"\n'
wrong("returns nothing at the end", "return", {'    return "ended"\n': ""})
wrong("a word of its own", "one of four", {'return "ended"': 'return "closed"'})
wrong("never looks at the handshake", "refused", {REFUSED: ""})
wrong("refused where an error event is", "unavailable", {'not any(name.startswith("101") for name in names)': '"error" in names and not any(name.startswith("101") for name in names)'})
wrong("knows no reset", "reset", {RESET: ""})
wrong("knows no silence", "silence", {SILENCE: ""})
wrong("takes every end of TCP for a reset", "ended", {'return "ended"': 'return "reset"'})
wrong("searches all texts", "talked", {'row.kind == "note" and ': ""})
wrong("looks for pings only", "answered", {' and "pong" not in names': ""})
right("counts", {'"ping" in names and "pong" not in names': 'names.count("ping") > names.count("pong")', 'name.startswith("101")': '"101" in name', '"RST"': '"(RST)"'})

right(
    "the Close frame of whoever gave up",
    'for row in rows:\n    if row.kind == "handshake" and row.source == "server to client" and not row.name.startswith("101"):\n        return "refused"\n    if row.kind == "note" and row.text.startswith("reset by"):\n        return "reset"\n    if row.kind == "close":\n        return "silence"\nreturn "ended"',
)
