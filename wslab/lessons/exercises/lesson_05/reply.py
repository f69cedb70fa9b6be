"""05.2 Answer an envelope

`reply(message)` is given a message, `str` or `bytes`, and returns the reply as JSON text. To `{"type": "say", "text": T}` the reply is `{"type": "said", "text": T}`, and to `{"type": "add", "numbers": [...]}` it is `{"type": "sum", "value": N}`. To anything else it is `{"type": "error", "reason": ...}`, with a reason of your own. `reply` raises nothing, whatever comes.

    reply('{"type": "add", "numbers": [1, 2, 3]}')  # '{"type": "sum", "value": 6}'
    reply("Hello, server!")                         # '{"type": "error", "reason": "..."}'
"""

import json

from wslab.lessons.authoring import Trial, facts, right, same, wrong

NEEDS = "import json"
START = 'This answers `say` and nothing else. Look at `asked["type"]` first, and put a `try` around it all.'
AFTERWARDS = "Good messages and broken ones of every kind, and each got its reply. A handler that calls this function stays in its loop: one bad message no longer costs the connection."


def stub(message):
    asked = json.loads(message)
    return json.dumps({"type": "said", "text": asked["text"]})


def solution(message):
    try:
        asked = json.loads(message)
        if asked["type"] == "say":
            return json.dumps({"type": "said", "text": asked["text"]})
        if asked["type"] == "add":
            return json.dumps({"type": "sum", "value": sum(asked["numbers"])})
        reason = "unknown type"
    except Exception:
        reason = "not understood"
    return json.dumps({"type": "error", "reason": reason})


HINTS = {
    "said": 'The reply to `say` is not right. It is `{"type": "said", "text": ...}`, with the text that came.',
    "bytes": "This is the same JSON as `bytes`, and it deserves the same reply. `json.loads` takes both.",
    "sum": 'The reply to `add` is not right. It is `{"type": "sum", "value": ...}`, with `sum(asked["numbers"])`.',
    "unknown": 'This type is unknown. Reply with `{"type": "error", "reason": ...}`, so that the other side hears of it.',
    "no type": 'There is no `type` in this message. `asked["type"]` raises `KeyError` then: reply with an error instead.',
    "code": "This is Python, not JSON, and it was read as Python. Who can send code to an `eval` owns the machine it runs on. `json.loads` reads JSON, and runs nothing.",
    "not JSON": "This message is not JSON. Catch what `json.loads` raises, `ValueError`, and reply with an error.",
    "not an object": "This is JSON, and no object. Reply with an error: catch `TypeError`, or look with `isinstance(asked, dict)`.",
    "field": "The type is known, and what belongs to it is not there. Reply with an error: catch `KeyError` around that line too.",
    "no numbers": "These are not numbers to add. Reply with an error: `sum` raises `TypeError` then.",
    "binary": "This message is binary and not UTF-8. `json.loads` raises `UnicodeDecodeError`, which is a `ValueError` like the others.",
    "deep": "This JSON is nested so deeply that `json.loads` raises `RecursionError`, which is none of the others. What must survive whatever comes catches `Exception`.",
}


def messages(t):
    """Messages by what they try, and the reply each should get; None where it is an error."""
    text, numbers = f"{t.phrase()} ü 😀", [t.random.randrange(100) for _ in range(3)]
    for said in (text, "", 'a "quoted" \\ word\n'):
        yield "said", json.dumps({"type": "say", "text": said}), {"type": "said", "text": said}
        yield "bytes", json.dumps({"type": "say", "text": said}).encode(), {"type": "said", "text": said}
    for added in (numbers, [], [-7], [1000, *numbers, -1]):
        yield "sum", json.dumps({"type": "add", "numbers": added}), {"type": "sum", "value": sum(added)}
    for kind in (t.phrase(), '"quoted" \\ one', "error", "", None, 5, ["say"]):
        yield "unknown", json.dumps({"type": kind, "text": text, "numbers": numbers}), None
    yield from (("no type", message, None) for message in (json.dumps({"text": text}), "{}", json.dumps({"numbers": numbers})))
    yield from (("not JSON", message, None) for message in (t.phrase(), "", '{"type": "say", "text": ', '"\\q"', "\ufeff{}"))
    yield from (("code", message, None) for message in ('{"type": "say", "text": str(1)}', "{'type': 'say', 'text': 'hi'}", "{'type': 'add', 'numbers': [max(1, 2)]}"))
    yield from (("not an object", message, None) for message in (json.dumps(numbers), '"type"', "5", "null", "true", "[]", '["type"]'))
    yield from (("field", message, None) for message in ('{"type": "say"}', '{"type": "add"}', '{"type": "say", "numbers": [1]}'))
    yield from (("no numbers", json.dumps({"type": "add", "numbers": given}), None) for given in (["a"], [1, None], 7, None, "12"))
    yield from (("binary", message, None) for message in (bytes([255, t.random.randrange(256), 0, 1]), b"\x80", b""))
    yield "deep", "[" * 200_000, None


async def check(reply, t: Trial) -> None:
    """Send good messages, then broken ones of every kind."""
    for name, message, wanted in messages(t):
        got, raised = None, ""
        try:
            got = await t.call(reply, message)
        except Exception as error:  # whatever the answer lets out, where it must not
            if wanted:
                raise
            raised = f"{type(error).__name__}: {error}"[:100]
        told, shows = told_by(got), f"message: {message!r:.120}\n{f'raised:  {raised}' if raised else facts(returned=got)}"
        if wanted:
            t.expect("JSON", told is not None, "A reply should be JSON text: `json.dumps({...})`.", shows, sharper=True)
        an_error = isinstance(told, dict) and told.get("type") == "error" and isinstance(told.get("reason"), str)
        t.expect(name, not raised and (same(told, wanted) if wanted else an_error), HINTS[name], shows, sharper=name in ("said", "not JSON", "not an object", "binary"))


def told_by(value):
    """What a reply holds; None where it is not JSON text."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None


CATCH = "except Exception"
wrong("returns a dict", "JSON", {'json.dumps({"type": "said", "text": asked["text"]})': '{"type": "said", "text": asked["text"]}'})
wrong("echoes the type", "said", {'"said"': '"say"'})
wrong("strips the text", "said", {'asked["text"]': 'asked["text"].strip()'})
wrong("text only", "bytes", {"asked = json.loads(message)": "asked = json.loads(message) if isinstance(message, str) else {}"})
wrong("writes JSON by hand", "unknown", {'return json.dumps({"type": "error", "reason": reason})': 'return f\'{{"type": "error", "reason": "{reason}"}}\'', '"unknown type"': 'asked["type"]'})
wrong("literal_eval", "code", {"json.loads(message)": "__import__('ast').literal_eval(message if isinstance(message, str) else message.decode())"})
wrong("counts the numbers", "sum", {"sum(asked": "len(asked"})
wrong("sums what is true", "sum", {'["numbers"])})': '["numbers"])} if asked["numbers"] else {"type": "error", "reason": "none"})'})
wrong("echoes what it does not know", "unknown", {'reason = "unknown type"': "return message"})
wrong("returns nothing for what it does not know", "return", {'reason = "unknown type"': "return None"})
wrong("no reason", "unknown", {'"reason": reason': '"why": reason'})
wrong("looks the type up in a table", "unknown", {'asked["type"] == "say"': 'asked["type"] in {"say"}', CATCH: "except (ValueError, KeyError)"})
wrong("guesses the type from the fields", "no type", {'        if asked["type"] == "say"': "        asked.setdefault('type', 'say' if 'text' in asked else 'add')\n        if asked[\"type\"] == \"say\""})
wrong("eval", "code", {"json.loads(message)": "eval(message)"})
wrong("expects JSON", "not JSON", {CATCH: "except (KeyError, TypeError)"})
wrong("expects an object", "not an object", {CATCH: "except (ValueError, KeyError)"})
wrong("expects a type", "no type", {CATCH: "except (ValueError, TypeError)"})
wrong("get, on whatever it is", "not an object", {'asked["type"] == "say"': 'asked.get("type") == "say"', CATCH: "except (ValueError, KeyError, TypeError)"})
wrong("looks at the type only", "field", {'asked["text"]': 'asked.get("text")'})
wrong("no numbers are none", "field", {'asked["numbers"]': 'asked.get("numbers", [])'})
wrong("makes numbers of texts", "no numbers", {'asked["numbers"]': 'map(int, asked["numbers"])'})
wrong("what JSON raises, not what UTF-8 raises", "binary", {CATCH: "except (json.JSONDecodeError, KeyError, TypeError, AttributeError)"})
wrong("what is usual", "deep", {CATCH: "except (ValueError, KeyError, TypeError)"})
right(
    "a table of functions",
    'try:\n    asked = json.loads(message)\n    kind = asked.pop("type")\n    answer = {"say": lambda text: {"type": "said", "text": text}, "add": lambda numbers: {"type": "sum", "value": sum(numbers)}}\n    return json.dumps(answer[kind](**asked))\nexcept Exception as error:\n    return json.dumps({"type": "error", "reason": str(error), "see": "the manual"})',
)
right(
    "match, and another order of keys",
    'try:\n    asked = json.loads(message)\nexcept (ValueError, RecursionError):\n    asked = None\nmatch asked:\n    case {"type": "say", "text": text}:\n        return json.dumps({"text": text, "type": "said"}, ensure_ascii=False)\n    case {"type": "add", "numbers": [*numbers]} if all(isinstance(n, (int, float)) for n in numbers):\n        return json.dumps({"type": "sum", "value": sum(numbers)})\nreturn json.dumps({"type": "error", "reason": ""})',
)
