"""The transcript of one conversation, waited for."""

from __future__ import annotations

import asyncio

from wslab.lab import Lab
from wslab.lessons import Story, TranscriptPart

LINES = (
    "client           event      open",
    'client → server  message    text  "client"  6 B',
    "server           print      Hello",
)


def test_until_waits_for_the_text_and_leaves_the_number_out() -> None:
    async def main() -> TranscriptPart:
        async with Lab("story") as lab:
            server, story = await lab.serve(), Story(lab)
            socket = lab.WebSocket(server.url)
            socket.onopen = lambda _: socket.send("Hello")
            part = await story.until('message "Hello"')
            socket.close(1000)
            await socket.closed()
            return part

    part = asyncio.run(main())

    assert part.missing == ""
    assert not any("#" in line for line in part)
    assert 'client           event      message  "Hello"  5 B' in list(part)


def test_what_was_before_begin_is_not_told() -> None:
    async def main() -> tuple[TranscriptPart, TranscriptPart]:
        async with Lab("story") as lab:
            server, story = await lab.serve(), Story(lab)
            async with lab.connect(server.url) as client:
                await client.send("Hello")
                await client.recv()
            before = await story.until("Hello")
            later = Story(lab, limit=0.1)
            later.begin()
            return before, await later.until("Hello")

    before, after = asyncio.run(main())

    assert "Hello" in before
    assert after.lines == ()
    assert repr(after) == "Within 0.1 s this did not come: Hello. Run the cell before this one, then this one."


def test_a_part_is_chosen_by_side_and_by_kind_and_never_by_what_was_said() -> None:
    part = TranscriptPart(LINES)

    assert part.of("client").lines == LINES[:1]
    assert part.of("client → server").lines == LINES[1:2]
    assert part.of("print", "event").lines == (LINES[0], LINES[2])


def test_spaces_between_words_are_not_counted() -> None:
    assert "message text" in TranscriptPart(LINES)
    assert "messagetext" not in TranscriptPart(LINES)
    assert 5 not in TranscriptPart(LINES)


def test_since_begins_with_the_first_line_that_holds_a_text() -> None:
    assert TranscriptPart(LINES).since("message").lines == LINES[1:]
    assert TranscriptPart(LINES).since("nowhere").lines == ()


def test_what_is_missing_is_said_of_a_part_too() -> None:
    assert repr(TranscriptPart(LINES, "something is missing").of("print")).splitlines()[0] == "something is missing"
