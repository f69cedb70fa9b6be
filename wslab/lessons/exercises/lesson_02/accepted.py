r"""02.3 Is it open?

You are the client. `accepted(key, head)` is given the key you sent and the head of the server's answer, as text. It returns `True` where the connection is open, and `False` where a client must not believe it. Look at four things: the status, `Upgrade`, `Connection`, `Sec-WebSocket-Accept`.

    accepted(KEY, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: ...")  # True, or False
"""

import contextlib

from wslab.lessons.authoring import Trial, facts, right, wrong
from wslab.lessons.exercises.lesson_02.surroundings import random_key
from wslab.wire import accept_steps, response

NEEDS = "from wslab import accept_steps"
START = "101 is easily said. Look at `headers` too: return `True` only where `upgrade`, `connection` and `sec-websocket-accept` are right as well."
AFTERWARDS = "Thirty answers, eight of them right though they look different. You believed those, and none of the others. This is what every client does before it fires `open`."


def stub(key, head):
    status, *lines = head.split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return status.startswith("HTTP/1.1 101 ")


def solution(key, head):
    status, *lines = head.split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if not status.startswith("HTTP/1.1 101 ") or headers.get("upgrade", "").lower() != "websocket":
        return False
    words = headers.get("connection", "").lower().split(",")
    if "upgrade" not in [word.strip() for word in words]:
        return False
    return headers.get("sec-websocket-accept") == accept_steps(key).accept


OPEN = {"right", "other spelling", "a list", "white space"}
HINTS = {  # what to say where an answer of the server was judged wrongly, in the order of asking
    "right": "This answer is right in every line, and `accepted` did not return `True`.",
    "status": "Only the status 101 opens a connection. Look at the number in the first line, and nowhere else.",
    "no accept": "There is no `Sec-WebSocket-Accept` here, so nothing proves that the server understood. Return `False`.",
    "accept": "`Sec-WebSocket-Accept` does not answer the key that you sent. Compare all of it with `accept_steps(key).accept`.",
    "case": "In base64 `a` and `A` are different. Compare `Sec-WebSocket-Accept` as it is, without `.lower()`.",
    "upgrade": "The server does not upgrade to `websocket` here. Look at the whole value of `Upgrade`, which may be missing.",
    "connection": "The word `Upgrade` is not in the `Connection` header here, so this is no upgrade. A longer word that holds it is another word.",
    "other spelling": "Names of headers, `websocket` and `Upgrade` may be spelled in capital or small letters. Compare these in lower case.",
    "a list": "`Connection` is a list: `keep-alive, Upgrade` holds what is needed. Ask whether `upgrade` is one of its words.",
    "white space": "White space round a value does not count, and behind the colon there may be none. Split at the colon, then `strip()`.",
}


async def check(accepted, t: Trial) -> None:
    """Show right answers and wrong ones to `accepted`, all to one random key and then to another."""
    key, other = random_key(t), random_key(t)
    heads = answers(key, accept_steps(other).accept)
    for case, hint in HINTS.items():
        opens = case in OPEN
        for key, head in [*((key, head) for head in heads[case]), *((other, response(key=other).decode()) for _ in range(case == "white space"))]:
            refuses = t.unless(Exception, "raises", 'A client must not believe this answer, and your code raised an exception over it. Where a header may be missing, `headers.get(name, "")` gives a text in any case.')
            with contextlib.nullcontext() if opens else refuses:
                got = await t.call(accepted, key, head)
            shows = head.replace("\r\n", "\n").strip() + "\n\n" + facts(returned=got)
            t.expect("true or false", isinstance(got, bool), "`accepted` should return `True` or `False`, nothing else.", shows, sharper=True)
            t.expect(case, got is opens, hint, shows)


def answers(key, other):
    """Answers of a server, by case."""
    head, mine = response(key=key).decode(), accept_steps(key).accept

    def of(old, *new):
        return [head.replace(old, each) for each in new]

    return {
        "right": [head, *of("Upgrade: ", "Server: any\r\nDate: Mon, 30 Nov 2026 17:00:00 GMT\r\nUpgrade: "), *of("Switching Protocols", "Welcome")],
        "status": [*of("101 Switching Protocols", "200 101 times", "100 Continue", "426 Upgrade Required", "404 Not Found\r\nContent-Length: 101"), response(status=404).decode()],
        "no accept": [*of(f"Sec-WebSocket-Accept: {mine}\r\n", ""), *of("Sec-WebSocket-Accept:", "WebSocket-Accept:", "X-Sec-WebSocket-Accept:"), "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
        "accept": of(mine, other, "", key, mine + "=", mine[:-1]),
        "case": of(mine, mine.swapcase()),
        "upgrade": [*of("websocket", "h2c", "websocket2", ""), *of("Upgrade: websocket", "X-Upgrade: websocket")],
        "connection": [*of("Connection: Upgrade", "Connection: keep-alive", "Connection: no-upgrade", "Connection: ", "Proxy-Connection: Upgrade")],
        "other spelling": [head.replace("Upgrade: websocket", "UPGRADE: WebSocket").replace("Connection: Upgrade", "connection: upgrade").replace("Sec-WebSocket-Accept", "sec-websocket-accept")],
        "a list": of("Connection: Upgrade", "Connection: keep-alive, Upgrade", "Connection: upgrade,Keep-Alive"),
        "white space": [head.replace(": ", ":"), head.replace(": ", ":  ")],
    }


STATUS, UPGRADE, CONNECTION = 'not status.startswith("HTTP/1.1 101 ")', 'headers.get("upgrade", "").lower() != "websocket"', '"upgrade" not in [word.strip() for word in words]'
ACCEPT, VALUE, ELSE = 'headers.get("sec-websocket-accept") == accept_steps(key).accept', 'headers.get("sec-websocket-accept")', ":\n        return False\n"
wrong("returns the header", "true or false", {ACCEPT: VALUE})
wrong("believes nobody", "right", "return False")
wrong("names as they are", "right", {"name.lower()": "name"})
wrong("knows the usual words only", "right", {STATUS: 'status != "HTTP/1.1 101 Switching Protocols"'})
wrong("expects its own key", "right", {"accept_steps(key).accept": "key"})
wrong("leaves the white space", "right", {"value.strip()": "value"})
wrong("does not look at the status", "status", {f"{STATUS} or ": ""})
wrong("looks for 101 anywhere", "status", {STATUS: '"101" not in head'})
wrong("compares only what is there", "no accept", {VALUE: 'headers.get("sec-websocket-accept", accept_steps(key).accept)'})
wrong("looks for the value anywhere", "no accept", {ACCEPT: "accept_steps(key).accept in head"})
wrong("is content with any answer", "accept", {ACCEPT: '"sec-websocket-accept" in headers'})
wrong("compares the beginning", "accept", {ACCEPT: 'headers.get("sec-websocket-accept", "").startswith(accept_steps(key).accept)'})
wrong("the wrong way round", "accept", {ACCEPT: 'headers.get("sec-websocket-accept", "?") in accept_steps(key).accept'})
wrong("compares in lower case", "case", {ACCEPT: 'headers.get("sec-websocket-accept", "").lower() == accept_steps(key).accept.lower()'})
wrong("does not look at Upgrade", "upgrade", {f" or {UPGRADE}": ""})
wrong("looks for websocket in Upgrade", "upgrade", {UPGRADE: '"websocket" not in headers.get("upgrade", "").lower()'})
wrong("looks for Upgrade anywhere", "upgrade", {UPGRADE: '"upgrade: websocket" not in head.lower()'})
wrong("takes a missing Upgrade for right", "upgrade", {'"upgrade", ""': '"upgrade", "websocket"'})
wrong("does not look at Connection", "connection", {f"    if {CONNECTION}{ELSE}": ""})
wrong("looks for upgrade in Connection", "connection", {"[word.strip() for word in words]": 'headers.get("connection", "").lower()', 'words = headers.get("connection", "").lower().split(",")': ""})
wrong("takes a missing Connection for right", "connection", {'"connection", ""': '"connection", "upgrade"'})
wrong("expects one spelling", "other spelling", {UPGRADE: 'headers.get("upgrade", "") != "websocket"'})
wrong("expects one spelling of the names", "other spelling", {"name.lower()": "name", '"upgrade", ""': '"Upgrade", ""', '"connection", ""': '"Connection", ""', '"sec-websocket-accept"': '"Sec-WebSocket-Accept"'})
wrong("expects one word in Connection", "a list", {'.lower().split(",")': ".lower()", "[word.strip() for word in words]": "[words]"})
wrong("expects a blank behind the comma", "a list", {'.split(",")': '.split(", ")'})
wrong("expects a blank behind the colon", "white space", {'partition(":")': 'partition(": ")'})
wrong("takes every header for granted", "raises", {'headers.get("upgrade", "")': 'headers["upgrade"]'})
wrong("asks nothing for its spelling", "raises", {'"connection", ""': '"connection"'})
wrong("raises at the first", "unhurt", {"status.startswith": "int(status).startswith"})


@right("the headers of an e-mail")
def _(key, head):
    import email

    status, rest = head.split("\r\n", 1)
    headers = {name.lower(): value.strip() for name, value in email.message_from_string(rest).items()}
    words = {word.strip().lower() for word in headers.get("connection", "").split(",")}
    asked = int(status.split()[1]), headers.get("upgrade", "").lower(), "upgrade" in words, headers.get("sec-websocket-accept")
    return asked == (101, "websocket", True, accept_steps(key).accept)


@right("regular expressions")
def _(key, head):
    import re

    accept = re.escape(accept_steps(key).accept)
    lines = r"HTTP/1\.1 101 ", r"(?i:upgrade):[ \t]*(?i:websocket)[ \t]*\r", r"(?i:connection):(?i:.*,)?[ \t]*(?i:upgrade)[ \t]*(,.*)?\r", rf"(?i:sec-websocket-accept):[ \t]*{accept}[ \t]*\r"
    return all(re.search(f"^{line}", head, re.MULTILINE) for line in lines)


right("explain", 'from wslab import explain\n\nasked = f"GET / HTTP/1.1\\r\\nSec-WebSocket-Key: {key}\\r\\n\\r\\n".encode()\nreturn explain(asked, head.encode()).response.right and head.split()[1] == "101"')
