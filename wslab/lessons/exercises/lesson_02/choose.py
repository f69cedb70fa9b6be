"""02.5 Choose a subprotocol

A server speaks `chat.v1` and `chat.v2`. `choose(connection, subprotocols)` is given the list that a client offers and returns the name to agree on: `chat.v2` where it is offered, else `chat.v1` where that is offered, else `None`.

    choose(None, ["chat.v1", "chat.v2"])  # "chat.v2"
    server = await lab.serve(name="any", select_subprotocol=choose)  # at work in a server
"""

from wslab.lessons.authoring import Trial, facts, right, same, wrong

START = "This agrees to whatever the client likes best, and an empty list has no first element. Go through the names that the server knows, the better one first, and return the one that is in `subprotocols`."
AFTERWARDS = "Whatever the client offered, your server named the best version that both know, and nothing where there is none. Old clients stay, and new ones get the new version."


def stub(connection, subprotocols):
    return subprotocols[0]


def solution(connection, subprotocols):
    for name in ("chat.v2", "chat.v1"):
        if name in subprotocols:
            return name
    return None


OLD, NEW = "chat.v1", "chat.v2"
HINTS = {  # what to say where something else was chosen, in the order of asking
    "one": "The client speaks an old version only, and the server knows it. Return that one.",
    "other": "The client speaks the new version only. Return `chat.v2`.",
    "both": "The client can speak both, and which is better is for the server to say: ask for `chat.v2` first, wherever it stands in the list.",
    "nothing": "The client offers nothing, and whatever the server names would be wrong. Return `None`.",
    "strangers": "The server knows none of these. It must not name what was not offered, nor what it cannot speak: return `None`.",
    "among others": "The client offers what the server knows beside something else. Look at all of the list.",
    "exact": "A name that only looks like `chat.v2` or `chat.v1` is another subprotocol. Compare whole names, as they are: `name in subprotocols`.",
}


async def check(choose, t: Trial) -> None:
    """Offer lists of subprotocols, as websockets hands them to a server's `select_subprotocol`."""
    for case, hint in HINTS.items():
        for offered, wanted in offers(t)[case]:
            got = await t.call(choose, None, list(offered))
            shows = facts(offered=offered, expected=wanted, returned=got)
            t.expect("a name", got is None or isinstance(got, str), "`choose` should return a name as text, or `None`.", shows, sharper=True)
            t.expect(case, got is None if wanted is None else same(got, wanted), hint, shows, sharper=case not in {"both", "among others", "exact"})


def offers(t):
    """What a client offers, and what the server must choose, by case."""
    stranger = t.phrase().replace(" ", ".")
    return {
        "one": [([OLD], OLD)],
        "other": [([NEW], NEW)],
        "both": [([OLD, NEW], NEW), ([NEW, OLD], NEW)],
        "nothing": [([], None)],
        "strangers": [(["soap", "mqtt"], None), ([stranger], None), (["zebra", "chat"], None)],
        "among others": [(["soap", OLD], OLD), ([OLD, "soap"], OLD), (["soap", "mqtt", NEW], NEW), ([NEW, "zebra"], NEW), (["soap", OLD, "mqtt", NEW, "zebra"], NEW), ([stranger, OLD], OLD)],
        "exact": [(offered, None) for offered in (["chat.v20"], ["chat.v10"], ["my.chat.v2"], ["Chat.V2"], ["chat.v2.1", "chat.v3"])],
    }


LOOP = '    for name in ("chat.v2", "chat.v1"):\n        if name in subprotocols:\n            return name\n    return None'
wrong("returns a list", "a name", {LOOP: '    return [name for name in ("chat.v2", "chat.v1") if name in subprotocols]'})
wrong("knows the new version only", "one", {', "chat.v1"': ","})
wrong("knows the old version only", "other", {'"chat.v2", ': "", '"chat.v1"': '"chat.v1",'})
wrong("follows the client's wish", "both", {LOOP: '    for name in subprotocols:\n        if name in ("chat.v2", "chat.v1"):\n            return name'})
wrong("the old version first", "both", {'"chat.v2", "chat.v1"': '"chat.v1", "chat.v2"'})
wrong("takes the last one", "both", {LOOP: "    known = [name for name in subprotocols if name in ('chat.v1', 'chat.v2')]\n    return known[-1] if known else None"})
wrong("always names one", "nothing", {"return None": 'return "chat.v1"'})
wrong("an empty text for none", "nothing", {"return None": 'return ""'})
wrong("the first of an empty list", "unhurt", {"return None": "return subprotocols[0]"})
wrong("the greatest", "strangers", {LOOP: "    return max(subprotocols, default=None)"})
wrong("agrees to what it does not know", "strangers", {'"chat.v1")': '"chat.v1", *subprotocols)'})
wrong("looks at the first only", "among others", {LOOP: '    if "chat.v2" in subprotocols:\n        return "chat.v2"\n    return "chat.v1" if subprotocols[:1] == ["chat.v1"] else None'})
wrong("looks at the last only", "both", {"in subprotocols": "in subprotocols[-1:]"})
wrong("knows whole lists", "among others", {LOOP: '    known = {("chat.v1",): "chat.v1", ("chat.v2",): "chat.v2", ("chat.v1", "chat.v2"): "chat.v2", ("chat.v2", "chat.v1"): "chat.v2"}\n    return known.get(tuple(subprotocols))'})
wrong("compares beginnings", "exact", {"if name in subprotocols": "if any(offered.startswith(name) for offered in subprotocols)"})
wrong("compares ends", "exact", {"if name in subprotocols": "if any(offered.endswith(name) for offered in subprotocols)"})
wrong("looks for it in a text", "exact", {"in subprotocols": "in str(subprotocols)"})
wrong("any spelling", "exact", {"in subprotocols": "in [offered.lower() for offered in subprotocols]"})
wrong("gives up at the first it does not find", "one", {"            return name\n": "            return name\n        else:\n            return None\n"})
right("a set", "return max({'chat.v1', 'chat.v2'} & set(subprotocols), default=None)")
right("the first that fits, or nothing", "return next(iter(sorted(set(subprotocols).intersection(['chat.v1', 'chat.v2']), reverse=True)), None)")
right("one line, and nothing at the end", {"    return None\n": ""})


@right("websockets' own type, by a match")
def _(connection, subprotocols):
    from websockets.typing import Subprotocol

    match ["chat.v2" in subprotocols, "chat.v1" in subprotocols]:
        case [True, _]:
            return Subprotocol("chat.v2")
        case [_, True]:
            return Subprotocol("chat.v1")
