"""What is saved as .jsonl loads as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.pair import Pair
from tests.timeline.saved import again, contents
from wslab.timeline import Timeline

SIDES = st.sampled_from(["client server", "client", "server"])
STEP = st.one_of(
    st.tuples(st.just("text"), st.sampled_from(["client", "server"]), st.text(max_size=300)),
    st.tuples(st.just("binary"), st.sampled_from(["client", "server"]), st.binary(max_size=3000)),
    st.tuples(st.just("large"), st.sampled_from(["client", "server"]), st.integers(0, 50)),
    st.tuples(st.just("part"), st.sampled_from(["client", "server"]), st.text(max_size=30)),
    st.tuples(st.just("ping"), st.sampled_from(["client", "server"]), st.binary(max_size=20)),
    st.tuples(st.just("note"), st.sampled_from(["client", "server"]), st.text(max_size=500)),
    st.tuples(st.just("lab"), st.just(""), st.text(max_size=300)),
    st.tuples(st.just("look"), st.just(""), st.just("")),
    st.tuples(st.just("raw"), st.sampled_from(["client", "server"]), st.binary(max_size=40)),
    st.tuples(st.just("close"), st.just(""), st.sampled_from(["", "reset by the peer (RST)"])),
)


def act(timeline: Timeline, pair: Pair, sides: str, step: tuple[str, str, object]) -> None:
    """Carry out one step of a conversation."""
    verb, side, what = step
    end = pair.client if side == "client" else pair.server
    if verb == "text":
        pair.text(side, str(what))
    elif verb == "binary":
        assert isinstance(what, bytes)
        pair.frame(side, 2, what)
    elif verb == "large":
        pair.text(side, f"{what} " * 2000)
    elif verb == "part":
        pair.frame(side, 1, str(what).encode(), fin=False)
        pair.frame(side, 9, b"between")
        pair.frame(side, 0, str(what).encode())
    elif verb == "ping":
        assert isinstance(what, bytes)
        pair.frame(side, 9, what)
    elif verb == "note" and end is not None:
        end.note("event", "send()", str(what), size=3, link=("client to server", end.sent.stop))
    elif verb == "lab":
        timeline.note("a note", str(what))
    elif verb == "look":
        timeline.refresh()
    elif verb == "raw":
        assert isinstance(what, bytes)
        head = b"\x8f\xfdmask" if side == "client" else b"\x8f\x7d"
        pair.write(side, head + what)  # a reserved opcode, and a length that swallows what follows
    elif verb == "close":
        pair.lost(str(what))


@settings(max_examples=150)
@given(
    SIDES, st.booleans(), st.booleans(), st.lists(STEP, max_size=30), st.integers(1, 40), st.sampled_from([2000, 10**6])
)
def test_any_recording_loads_as_it_was(
    sides: str, deflate: bool, instant: bool, steps: list[tuple[str, str, object]], keep: int, keep_bytes: int
) -> None:
    timeline = Timeline(keep=keep, keep_bytes=keep_bytes)
    pairs = [Pair(timeline, sides, deflate=deflate, instant=instant), Pair(timeline, deflate=not deflate)]
    for index, step in enumerate(steps):
        act(timeline, pairs[index % 3 // 2], sides, step)
    with tempfile.TemporaryDirectory() as folder:
        expected = contents(timeline)
        loaded = again(timeline, Path(folder))
        found = contents(loaded)
        for key, value in expected.items():
            assert found[key] == value, key
        assert contents(again(loaded, Path(folder))) == found


def test_a_control_frame_within_a_message_is_saved_with_the_message_around_it(tmp_path: Path) -> None:
    timeline = Timeline(keep=2)
    pair = Pair(timeline, deflate=True)
    pair.text("client", "the same words")
    pair.frame("client", 1, b"the same words, ", fin=False)
    pair.frame("client", 9, b"between")
    pair.frame("client", 0, b"the same words")
    expected = contents(timeline)
    assert [row.name for row in expected["rows"]] == ["ping", "text"]
    assert expected["details"][1].payload == b"the same words, the same words"
    assert contents(again(again(timeline, tmp_path), tmp_path)) == expected
