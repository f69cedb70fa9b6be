"""06.1 What a page may send

`page_may_send(code)` returns `True` where `socket.close(code)` would send this code from a page, and `False` where it would raise `InvalidAccessError`. The code is a whole number, from 1000 to 65535.

    page_may_send(1000)  # True
    page_may_send(1001)  # False
"""

from wslab.lessons.authoring import Trial, right, wrong

START = "This allows too much: 1001 lies between 1000 and 4999, and a page may not send it. One code is allowed by itself, and then one range."
AFTERWARDS = "1000, 3000 to 4999, and nothing else: that is the browser's rule, and your function judged codes of every kind by it."


def stub(code):
    return 1000 <= code <= 4999


def solution(code):
    return code == 1000 or 3000 <= code <= 4999


HINTS = {  # what to say where a code was judged wrongly, in the order of asking
    "done": "1000 says that all is done, and a page may say so.",
    "own": "4000 to 4999 are for applications to give a meaning to. A page may send each of them.",
    "registered": "3000 to 3999 are registered by libraries and frameworks, which run in pages. A page may send each of them.",
    "going away": "1001 says that a page is left or a server shuts down. The browser sends it, and the server; the page itself may not.",
    "the protocol's": "Codes from 1001 to 2999 belong to the protocol: a page's browser may send some of them, the page none.",
    "unused": "Codes below 1000 are not used by anybody.",
    "never": "1005, 1006 and 1015 never travel, whoever sends.",
    "first": "3000 itself is allowed: the lower end of the range belongs to it.",
    "last": "4999 itself is allowed: `range(3000, 5000)` ends with it, `range(3000, 4999)` one before.",
    "beyond": "The range ends with 4999, and no meaning is given to what lies beyond.",
}


async def check(page_may_send, t: Trial) -> None:
    """Ask about every code of the protocol, both ends of each range, and some that are random."""
    draw = t.random.randrange
    codes = {
        "done": [1000],
        "own": [4000, 4001, 4998, draw(4001, 4999)],
        "registered": [3001, 3999, draw(3001, 4000)],
        "going away": [1001],
        "the protocol's": [1002, 1003, 1004, *range(1007, 1015), 1016, 1256, 1999, 2000, 2999, draw(1016, 3000)],
        "unused": [0, 1, 232, 744, 999],
        "never": [1005, 1006, 1015],
        "first": [3000],
        "last": [4999],
        "beyond": [5000, 5001, 5999, 10000, 13000, 14999, 30000, 40000, 49999, 65535, draw(5001, 65536)],
    }
    for case, hint in HINTS.items():
        for code in codes[case]:
            got = await t.call(page_may_send, code)
            t.expect("true or false", isinstance(got, bool), "`page_may_send` should return `True` or `False`, nothing else.", f"{code}: {got!r:.60}", sharper=True)
            t.expect(case, got is (code == 1000 or 3000 <= code <= 4999), hint, f"{code}: {got}", sharper=case in {"own", "registered"})


RULE, RANGE = "code == 1000 or 3000 <= code <= 4999", "3000 <= code <= 4999"
wrong("prints instead of returning", "return", {"return ": "answer = "})
wrong("returns what was found", "true or false", {RULE: f"code if {RULE} else 0"})
wrong("says it in words", "true or false", {RULE: f'"sent" if {RULE} else "InvalidAccessError"'})
wrong("forgets 1000", "done", {"code == 1000 or ": ""})
wrong("allows 1000 only", "own", {f" or {RANGE}": ""})
wrong("allows what the reserved codes leave", "the protocol's", {RULE: "code <= 4999 and code not in (1001, 1005, 1006, 1015)"})
wrong("forgets the libraries", "registered", {"3000": "4000"})
wrong("forgets the applications", "own", {"4999": "3999"})
wrong("allows a page to go away", "going away", {"code == 1000": "code in (1000, 1001)"})
wrong("allows a page to find fault", "the protocol's", {"code == 1000": "code in (1000, 1002, 1003, 1007, 1009)"})
wrong("allows a page to have rules", "the protocol's", {"code == 1000": "code in (1000, 1008)"})
wrong("allows what a server may send", "going away", {RULE: "code <= 4999 and code not in (1005, 1006, 1015)"})
wrong("allows what a Python program may send", "going away", {RULE: "code in (1000, 1001, 1002, 1003, *range(1007, 1015)) or 3000 <= code < 5000"})
wrong("allows what has no meaning yet", "the protocol's", {"3000": "2000"})
wrong("allows one too many at the lower end", "the protocol's", {"3000": "2999"})
wrong("allows what nobody sends", "never", {"code == 1000": "code in (1000, 1005, 1006, 1015)"})
wrong("allows what a page is told", "never", {"code == 1000": "code in (1000, 1006)"})
wrong("leaves 3000 out", "first", {"3000 <=": "3000 <"})
wrong("leaves 4999 out", "last", {RANGE: "code in range(3000, 4999)"})
wrong("has no upper end", "beyond", {RANGE: "code >= 3000"})
wrong("takes 5000 along", "beyond", {"4999": "5000"})
wrong("looks at the first digit", "beyond", {RANGE: 'str(code)[0] in "34"'})
right("thousands", "if code == 1000:\n    return True\nreturn code // 1000 in (3, 4)")
right("what is not allowed", "return not (code < 1000 or 1000 < code < 3000 or code >= 5000)")
wrong("below 1000 too", "unused", "return not (1000 < code < 3000 or code >= 5000)")
right("a set", {"def page_may_send": "ALLOWED = {1000, *range(3000, 5000)}\n\n\ndef page_may_send", RULE: "code in ALLOWED"})
right("asks the browser's rule itself", "from wslab import DOMException\nfrom wslab.net import check_close\n\ntry:\n    check_close(code, '')\nexcept DOMException:\n    return False\nreturn True")
