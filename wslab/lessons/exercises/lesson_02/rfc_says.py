"""02.4 What the RFC would have answered

You are the server. `rfc_says(headers)` is given the headers of a `GET` request, a dict with the names in lower case. It returns a pair: the status that RFC 6455 names, and the version to tell the client, or `None`. That is `(101, None)` for a request that is right, `(426, "13")` for another version than 13, and `(400, None)` for everything else that is wrong.

    headers = {"host": "127.0.0.1", ..., "sec-websocket-version": "12"}
    rfc_says(headers)  # (426, "13")
"""

import contextlib
from typing import Any

from wslab.lessons.authoring import Trial, facts, right, same, wrong
from wslab.lessons.exercises.lesson_02.surroundings import random_key
from wslab.wire import accept_steps

NEEDS = "from wslab import accept_steps"
START = "This looks at the version only, and answers as `websockets` does. Answer it as the RFC does, then look at `upgrade`, `connection`, `sec-websocket-key` and `host` as well."
AFTERWARDS = "Thirty-two requests, and the status that the RFC names for each. When a server refuses you, you can now say which line it was, and whether the server is right."


def stub(headers):
    if headers.get("sec-websocket-version") != "13":
        return 400, None  # as websockets does
    return 101, None


def solution(headers):
    if headers.get("sec-websocket-version") != "13":
        return 426, "13"
    if headers.get("upgrade", "").lower() != "websocket":
        return 400, None
    words = headers.get("connection", "").lower().split(",")
    if "upgrade" not in [word.strip() for word in words]:
        return 400, None
    if accept_steps(headers.get("sec-websocket-key", "")).key_bytes != 16 or "host" not in headers:
        return 400, None
    return 101, None


REFUSES, UPGRADES = (400, None), ((400, None), (426, None), (426, "13"))  # "such as 400"; and HTTP has 426 for a request that must ask for an upgrade
CASES: dict[str, tuple[Any, str]] = {  # what is right, in the order of asking, and what to say otherwise
    "right": ([(101, None)], "Nothing is wrong with this request. The server answers 101: return `(101, None)`."),
    "version": ([(426, "13")], 'A version that the server does not know has a status of its own in section 4.2.2, 426: return `(426, "13")`.'),
    "no version": ([REFUSES, (426, "13")], "This request names no version that one could know. It has to be refused: `(400, None)`."),
    "host": ([REFUSES], "`Host` is missing, which HTTP/1.1 demands of every request. Return `(400, None)`."),
    "upgrade": (UPGRADES, "`Upgrade` is missing, so nobody asks for WebSocket. Return `(400, None)`; `headers.get(...)` never raises."),
    "another protocol": (UPGRADES, "This request asks for another protocol. Look at the whole value of `upgrade`."),
    "connection": (UPGRADES, "The word `Upgrade` is not in `Connection` here. Look at its words, one by one: a longer one that holds it is another word."),
    "key": ([REFUSES], "There is no key here. Return `(400, None)`."),
    "key size": ([REFUSES], "This key is base64, but not of 16 bytes. Look at the length of what `base64.b64decode` gives."),
    "not base64": ([REFUSES], "This key is no base64 at all, and still it passed. `accept_steps(key).key_bytes` is 16 for a key that is right."),
    "other spelling": ([(101, None)], "`WebSocket` may be spelled in any case, and `Connection` may be a list. This request is right: `(101, None)`."),
}


async def check(rfc_says, t: Trial) -> None:
    """Show right requests and wrong ones to `rfc_says`, each with a key of its own."""
    for case, (wanted, hint) in CASES.items():
        for changes in requests(t)[case]:
            usual = {"host": "127.0.0.1:8080", "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-key": random_key(t), "sec-websocket-version": "13"}
            headers = {name: value for name, value in (usual | changes).items() if value is not None}
            refuses = t.unless(Exception, "raises", 'This request is wrong, and your code raised an exception instead of refusing it. `headers.get(name, "")` does not raise, nor does `accept_steps(key).key_bytes`.')
            with contextlib.nullcontext() if (101, None) in wanted else refuses:
                got = await t.call(rfc_says, dict(headers))
            shows = "\n".join(f"{name}: {value}" for name, value in headers.items()) + "\n\n" + facts(returned=got)
            pair = isinstance(got, tuple) and len(got) == 2 and isinstance(got[0], int) and isinstance(got[1], (str, type(None)))
            t.expect("pair", pair, "`rfc_says` should return a pair for every request: a status, and a version as text or `None`. Write `return 400, None`.", shows, sharper=True)
            if case == "version":
                t.expect("tells the version", not same(got, (426, None)), '426 is right, and the client still does not know which version to use. Tell it: `return 426, "13"`.', shows, sharper=True)
            t.expect(case, any(same(got, each) for each in wanted), hint, shows, sharper=case == "right")


def requests(t):
    """What each case changes in a right request; None leaves a header out."""
    return {
        "right": [{}, {"origin": "http://localhost", "user-agent": t.phrase()}],
        "version": [{"sec-websocket-version": version} for version in ("12", "14", "8", "131", "113", str(t.random.randrange(1, 13)))],
        "no version": [{"sec-websocket-version": None}, {"sec-websocket-version": ""}],
        "host": [{"host": None}],
        "upgrade": [{"upgrade": None}],
        "another protocol": [{"upgrade": value} for value in ("h2c", "websocket2", "")],
        "connection": [{"connection": value} for value in ("keep-alive", None, "no-upgrade", "")],
        "key": [{"sec-websocket-key": None}, {"sec-websocket-key": ""}],
        "key size": [{"sec-websocket-key": random_key(t, size)} for size in (6, 12, 15, 17, 18, 24)],
        "not base64": [{"sec-websocket-key": key} for key in ("not a key", "?" * 22 + "==")],
        "other spelling": [{"upgrade": "WebSocket"}, {"connection": "keep-alive, upgrade"}, {"connection": "UPGRADE,keep-alive"}],
    }


VERSION, UPGRADE, KEY = 'if headers.get("sec-websocket-version") != "13":\n        return 426, "13"', 'headers.get("upgrade", "").lower() != "websocket"', 'accept_steps(headers.get("sec-websocket-key", "")).key_bytes != 16'
CONNECTION, WORDS = '    if "upgrade" not in [word.strip() for word in words]:\n        return 400, None\n', "[word.strip() for word in words]"
wrong("returns a status only", "pair", "return 400")
wrong("the version as a number", "pair", {'return 426, "13"': "return 426, 13"})
wrong("426 and no version", "tells the version", {'return 426, "13"': "return 426, None"})
wrong("refuses everybody", "right", "return 400, None")
wrong("tells the version to everybody", "right", {"return 101, None": 'return 101, "13"'})
wrong("answers another version as websockets does", "version", {'return 426, "13"': "return 400, None"})
wrong("looks for 13 in the version", "version", {'headers.get("sec-websocket-version") != "13"': '"13" not in headers.get("sec-websocket-version", "")'})
wrong("takes what is newer", "version", {'headers.get("sec-websocket-version") != "13"': 'int(headers.get("sec-websocket-version") or 0) < 13'})
wrong("tells the client's version", "version", {'return 426, "13"': 'return 426, headers.get("sec-websocket-version")'})
wrong("looks at the version only where it is there", "no version", {'"sec-websocket-version")': '"sec-websocket-version", "13")'})
wrong("makes a number of the version", "raises", {'headers.get("sec-websocket-version") != "13"': 'int(headers.get("sec-websocket-version", "0")) != 13'})
wrong("does not look at Host", "host", {' or "host" not in headers': ""})
wrong("looks at Upgrade only where it is there", "upgrade", {'"upgrade", ""': '"upgrade", "websocket"'})
wrong("is content with any Upgrade", "another protocol", {UPGRADE: '"upgrade" not in headers'})
wrong("looks for websocket in Upgrade", "another protocol", {UPGRADE: '"websocket" not in headers.get("upgrade", "").lower()'})
wrong("does not look at Connection", "connection", {CONNECTION: ""})
wrong("looks for upgrade in Connection", "connection", {'.lower().split(",")': ".lower()", WORDS: "words"})
wrong("looks at Connection only where it is there", "connection", {'"connection", ""': '"connection", "upgrade"'})
wrong("looks at the key only where it is there", "key", {f"if {KEY}": f'if "sec-websocket-key" in headers and {KEY}'})
wrong("is content with any base64", "key size", {"!= 16": "in (None, 0)"})
wrong("counts characters", "key size", {KEY: 'len(headers.get("sec-websocket-key", "")) != 24'})
wrong("excludes only what has another size", "not base64", {f"if {KEY}": f'if not headers.get("sec-websocket-key") or {KEY.replace("!= 16", "not in (None, 16)")}'})
wrong("expects one spelling", "other spelling", {UPGRADE: 'headers.get("upgrade", "") != "websocket"'})
wrong("expects one word in Connection", "other spelling", {'.lower().split(",")': ".lower()", WORDS: "[words]"})
wrong("expects a blank behind the comma", "other spelling", {'split(",")': 'split(", ")', WORDS: "words"})
wrong("takes every header for granted", "raises", {'headers.get("upgrade", "")': 'headers["upgrade"]'})
wrong("decodes what is no base64", "raises", {KEY: 'len(base64.b64decode(headers.get("sec-websocket-key", ""))) != 16', "def rfc_says": "import base64\n\n\ndef rfc_says"})
wrong("returns nothing for what is right", "return", {"    return 101, None\n": ""})


@right("the version last")
def _(headers):
    import base64

    try:
        size = len(base64.b64decode(headers["sec-websocket-key"], validate=True))
        words = [word.strip().lower() for word in headers["connection"].split(",")]
        right = size == 16 and "upgrade" in words and headers["upgrade"].lower() == "websocket" and headers["host"]
    except (KeyError, ValueError):
        return 400, None
    if not right:
        return 400, None
    return (101, None) if headers.get("sec-websocket-version") == "13" else (426, "13")


right("426 for a missing Upgrade, as HTTP has it", {f"if {UPGRADE}:\n        return 400": f"if {UPGRADE}:\n        return 426", CONNECTION: CONNECTION.replace("400, None", '426, "13"')})
right(
    "statuses with a name, and a pair with names",
    'from http import HTTPStatus\nfrom typing import NamedTuple\n\n\nclass Says(NamedTuple):\n    status: HTTPStatus\n    version: str | None = None\n\n\ndef reply(headers):\n    from wslab import explain, request\n\n    asked = request(headers=dict.fromkeys(("Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version")) | headers)\n    status = HTTPStatus(explain(asked).verdict.status)\n    return Says(status, "13" if status == 426 else None)\n\n\nrfc_says = reply\n',
)
