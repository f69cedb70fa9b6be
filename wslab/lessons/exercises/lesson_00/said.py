"""00.2 Read the log with code

Write a reader. `said(rows)` is given the rows of a log, as `lab.timeline.rows()` returns them. It returns a list of the texts of the messages that the server sent, in order.

    said(lab.timeline.rows())  # ["Hello, server!"], for a log with one echo in it
"""

from collections import Counter

from wslab.lessons.authoring import LONGEST_WAIT, Trial, facts, right, same, words_in, wrong

START = "The list is still empty. Go through `rows` and keep `row.text` where `row.kind` and `row.source` are the right ones."
AFTERWARDS = "`said` read a conversation it had not seen before and kept the server's messages and nothing else: no handshake, no ping, no event, no message of the client."


def stub(rows):
    return []  # the texts of the server's messages


def solution(rows):
    return [row.text for row in rows if row.kind == "message" and row.source == "server to client"]


async def check(said, t: Trial) -> None:
    """Let it read the rows of two conversations with pings: a page's, which has events as well, and a program's, which has none."""
    lines = [t.phrase() for _ in range(t.random.randrange(2, 5))]
    mine = [*lines, lines[0], t.phrase()]  # one is said twice: a set of texts is not enough
    theirs = [t.phrase() for _ in mine[:-1]]

    async def talking(connection):
        for line in mine[:-1]:
            await connection.recv()
            await (await connection.ping("are you there"))
            await connection.send(line)
        await connection.send(mine[-1])  # unasked: not every second message is the server's

    server = await t.lab.serve(talking)
    socket = t.lab.WebSocket(server.url)
    await socket.opened(timeout=LONGEST_WAIT)
    for text in theirs:
        socket.send(text)
        await socket.next("message", timeout=LONGEST_WAIT)
    await socket.next("message", timeout=LONGEST_WAIT)
    await socket.closed(timeout=LONGEST_WAIT)
    async with t.lab.connect(server.url) as client:
        for text in theirs:
            await client.send(text)
            await client.recv()
        await client.recv()
    await t.lab.settled(timeout=LONGEST_WAIT)

    rows, wanted = t.lab.timeline.rows(), [*mine, *mine]
    got = await t.call(said, list(rows))
    got = list(got) if isinstance(got, list) else got
    again = await t.call(said, list(rows))
    shows = facts(the_server_sent=wanted, said_returned=got)
    t.expect("returns a list", isinstance(got, list), "`said` should return a list. A comprehension makes one: `[row.text for row in rows if ...]`.", shows, sharper=True)
    t.expect("texts", all(isinstance(text, str) for text in got), "The list should hold texts, not rows: take `row.text`.", shows, sharper=True)
    t.expect("spelled", got or not any("→" in word for word in words_in(said)), 'The log draws an arrow; in code the direction is written in words: `row.source == "server to client"`.', sharper=True)
    t.expect(
        "each time",
        not same(got, wanted) or same(again, got),
        "The first list was right. Asked again about the same rows, `said` gave another: it remembers what it found before. Begin with a new list inside the function.",
        facts(first=got, then=again),
    )
    t.expect("messages", set(got) <= {*mine, *theirs}, 'Something in the list is not a message. A handshake, a ping and a close are rows too: ask for `row.kind == "message"`.', shows, sharper=True)
    t.expect("direction", not set(got) & set(theirs), 'Something in the list was sent by the client. Ask for `row.source == "server to client"` as well.', shows, sharper=True)
    t.expect("all", Counter(got) == Counter(wanted), 'The list does not have every message as often as the server sent it. A row of kind `event` is what a page heard; ask for `row.kind == "message"`.', shows, sharper=True)
    t.expect("order", same(got, wanted), "These are the right messages in the wrong order. Keep the order of `rows`.", shows)


wrong("remembers the last call", "each time", "def said(rows, found=[]):\n    found += [row.text for row in rows if row.kind == 'message' and row.source == 'server to client']\n    return found")
wrong("every second message", "direction", "return [row.text for row in rows if row.kind == 'message'][1::2]")
wrong("returns the rows themselves", "texts", {"row.text for": "row for"})
wrong("asks for the direction only", "messages", {'row.kind == "message" and ': ""})
wrong("asks for the kind only", "direction", {' and row.source == "server to client"': ""})
wrong("takes what the page heard", "all", {'row.kind == "message" and row.source == "server to client"': 'row.kind == "event" and row.name == "message"'})
wrong("takes both", "all", {'row.source == "server to client"': 'row.source == "server to client" or row.kind == "event" and row.name == "message"'})
wrong("drops what was said twice", "all", {"[row.text": "list({row.text: None", 'client"]': 'client"})'})
wrong("turns the order round", "order", {"in rows": "in reversed(rows)"})
wrong("a generator", "returns a list", {"[row": "(row", 'client"]': 'client")'})
wrong("spells the source as the table does", "spelled", {"server to client": "server → client"})
wrong("returns the list of the example", "messages", "def said(rows):\n    return ['Hello, server!']\n")
wrong("prints instead of returning", "return", "def said(rows):\n    for row in rows:\n        row.text\n")


@right("a loop, and a prefix")
def _(rows):
    found = []
    for row in rows:
        if row.kind == "message" and row.source.startswith("server to"):
            found.append(row.text)
    return found
