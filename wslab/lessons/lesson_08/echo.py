"""Exercise 08.2: a server with `ws` that sends back what came, text as text and binary as binary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from wslab.lessons import scripts
from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import as_hex, unless

if TYPE_CHECKING:
    from wslab.lessons.stage import Stage


@dataclass
class Evidence:
    """Messages by case, and what came back for each: None where nothing did."""

    sent: dict[str, str | bytes] = field(default_factory=dict)
    back: dict[str, str | bytes | None] = field(default_factory=dict)


async def trial(text: str, stage: Stage, evidence: Evidence) -> None:
    """Be the client of a server in Node."""
    numbers = bytes(stage.random.randrange(256) for _ in range(6)) + b"\xff"
    evidence.sent = {"text": f"{stage.phrase()} 漢字", "binary": numbers, "empty": "", "again": stage.phrase()}
    script = await stage.node(text, "echo", scripts.as_server("echo"))
    if script is None or not await script.until(lambda: script.port):
        return
    async with stage.lab.connect(f"ws://127.0.0.1:{script.port}", compression=None) as client:
        for case, message in evidence.sent.items():
            evidence.back[case] = None
            try:
                evidence.back[case] = await scripts.reply_to(client, message, script)
            except ConnectionClosed:
                script.doubt()
                return
            if evidence.back[case] is None:
                script.doubt()
                return


def _as_bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message


def diagnose(evidence: Evidence) -> str:
    """Name the first thing that is wrong, in the order of the conditions."""
    text, binary = evidence.back.get("text"), evidence.back.get("binary")
    if text is None:
        return "answers"
    if not isinstance(text, str):
        return "text"
    if text != evidence.sent["text"]:
        return "same"
    if binary is None:
        return "every"
    if not isinstance(binary, bytes):
        return "binary"
    if binary != evidence.sent["binary"]:
        return "same"
    return "" if all(evidence.back.get(case) == evidence.sent[case] for case in ("empty", "again")) else "empty"


def _told(message: str | bytes | None) -> str:
    if message is None:
        return "nothing"
    return f'text "{message[:60]}"' if isinstance(message, str) else f"binary {as_hex(message)}"


def _shows(attempt: Attempt[Evidence]) -> str:
    evidence = attempt.evidence
    if not evidence.back:
        return "sent:      nothing yet: no server listens"
    case = next((case for case, back in evidence.back.items() if back != evidence.sent[case]), "text")
    return f"sent:      {_told(evidence.sent[case])}\ncame back: {_told(evidence.back[case])}"


HINTS = {
    "answers": 'Nothing came back. `ws.on("message", function (message, isBinary) { ... })` is called for every message, and `ws.send(...)` '
    "answers.",
    "text": "Text came back as binary: `message` is a Buffer, and Buffers go out as binary. The second argument of the callback, "
    "`isBinary`, tells what it was: `ws.send(message, { binary: isBinary })`.",
    "same": "What came back is not what was sent. Send `message` itself, with nothing added and nothing taken for another encoding.",
    "every": "The second message was not answered. `ws.on` is called for every message, `ws.once` for the first one only.",
    "binary": "Binary came back as text, and bytes that are no UTF-8 were lost on the way. Say what it is: "
    "`ws.send(message, { binary: isBinary })`.",
    "empty": "An empty message was not answered. It is a message like others: do not look at its length, nor whether it is true.",
}

HEAD = "function echo(ws) {\n"


def _on(body: str, parameters: str = "message, isBinary", how: str = "on") -> str:
    return f'{HEAD}  ws.{how}("message", function ({parameters}) {{\n    {body}\n  }});\n}}\n'


RIGHT = "ws.send(message, { binary: isBinary });"

ECHO = Exercise(
    number="08.2",
    title="Text with text, binary with binary",
    goal=(
        "`echo(ws)` is what a server of the package `ws` does with each connection. It sends every message back as it came: "
        "text as text, and binary as binary."
    ),
    example=(
        'const { WebSocketServer } = require("ws");\n'
        'new WebSocketServer({ port: 8080 }).on("connection", echo); // to try it in a cell with %%node'
    ),
    answer="echo",
    wants="javascript",
    parameters=("ws",),
    needs="%load_ext wslab",
    stub=_on("ws.send(message);", "message"),
    start="`message` is a Buffer whatever came, and a Buffer goes out as binary. So text would come back as binary. The callback has a "
    "second argument that tells: `function (message, isBinary)`.",
    solution=_on(RIGHT),
    afterwards=(
        "A Python client sent text and bytes to your server in Node and got each back as what it was, down to the empty one. "
        "The opcode is part of the message."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=tuple(unless(name, hint, diagnose, _shows) for name, hint in HINTS.items()),
    wrong=(
        Wrong("listens to another event", _on(RIGHT).replace('"message"', '"data"'), "answers"),
        Wrong("only prints", _on("console.log(message);"), "answers"),
        Wrong("expects a string", _on('ws.send(message, { binary: typeof message !== "string" });'), "text"),
        Wrong("everything is binary", _on("ws.send(message, { binary: true });"), "text"),
        Wrong("turned round", _on("ws.send(message, { binary: !isBinary });"), "text"),
        Wrong("hands the flag over by itself", _on("ws.send(message, isBinary);"), "text"),
        Wrong("everything is text", _on("ws.send(message.toString());"), "binary"),
        Wrong("adds a word", _on('ws.send(isBinary ? message : "got " + message);'), "same"),
        Wrong("another encoding", _on('ws.send(isBinary ? message : message.toString("latin1"));'), "same"),
        Wrong("once", _on(RIGHT, how="once"), "every"),
        Wrong("looks at the length", _on(f"if (message.length) {RIGHT}"), "empty"),
    ),
)
