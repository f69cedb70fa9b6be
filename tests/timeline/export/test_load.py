"""Loading what nobody vouches for: it is a recording, or an error that says which line is wrong."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.pair import Pair
from tests.timeline.saved import again, contents
from wslab.timeline import RecordingError, Timeline
from wslab.timeline.export.context import save_context, standing_at
from wslab.view import Log
from wslab.wire import Head


def saved(folder: Path, *, keep: int = 1000) -> list[dict[str, Any]]:
    """The lines of a small recording."""
    timeline = Timeline(keep=keep)
    pair = Pair(timeline, deflate=True)
    pair.client.note("event", "send()", "x" * 300, link=("client to server", 70))
    for index in range(10):
        pair.text("client" if index % 2 else "server", f"the same words {index}")
    pair.close()
    return [json.loads(line) for line in timeline.export(folder / "good.jsonl").read_bytes().splitlines()]


def write(folder: Path, lines: list[Any]) -> Path:
    path = folder / "bad.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_recording_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    data = (tmp_path / "good.jsonl").read_bytes()
    for stop in range(0, len(data) - 1, 97):
        (tmp_path / "cut.jsonl").write_bytes(data[:stop])
        with pytest.raises(RecordingError) as raised:
            Timeline.load(tmp_path / "cut.jsonl")
        assert raised.value.line >= 1
        assert str(tmp_path / "cut.jsonl") in str(raised.value)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02" * 50_000, "line 1 of"),
        (b'{"log": {"version": "1.2"}}\n', "a recording of wslab begins with"),
        (b"[1, 2]\n", "a JSON object was expected, not list"),
        (b"[" * 60_000 + b"\n", "line 1 of"),
        (b'{"wslab": "timeline", "version": 99}\n', "version 99 and this wslab reads up to 1; python -m pip install"),
        (b'{"wslab": "timeline", "version": "1"}\n', '"version" must be a whole number'),
    ],
)
def test_what_is_no_recording_is_refused_at_its_first_line(data: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "foreign.jsonl"
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=expected) as raised:
        Timeline.load(path)
    assert raised.value.line == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"'.*none\.jsonl' cannot be read \(No such file or directory\); give the path"
    ):
        Timeline.load(tmp_path / "none.jsonl")
    with pytest.raises(ValueError, match="cannot be read"):
        Timeline.load(tmp_path)


def change(lines: list[dict[str, Any]], kind: str, changes: dict[str, Any]) -> int:
    """Change the last line of a kind; returns its number."""
    index = max(index for index, line in enumerate(lines) if kind in line)
    lines[index] = {**lines[index], **changes}
    return index + 1


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("chunk", {"at": 7}, '"at" must be'),
        ("chunk", {"bytes": "not base64"}, '"bytes" must be bytes in base64'),
        ("chunk", {"chunk": 9}, "connection 9 was not announced"),
        ("chunk", {"time": -5}, '"time" must not be before'),
        ("chunk", {"end": "middle"}, '"end" must be one of "client", "server", not \'middle\''),
        ("row", {"source": "nobody"}, '"source" must be one of'),
        ("row", {"source": ["client"]}, '"source" must be one of'),
        ("row", {"time": 1e400}, "must be a whole number"),
        ("row", {"time": 1 << 80}, "must be a whole number"),
        ("row", {"name": None}, '"name" must be a string'),
        ("row", {"row": 0}, "row 0 is the lab's own"),
        ("row", {"source": "server to client", "start": 9, "stop": 3}, '"start" and "stop" must be offsets'),
        ("row", {"link": ["client", True]}, '"link" must be'),
        ("row", {"violations": [{"rule": "manners", "what": "rude", "frame": 0}]}, '"rule" must be one of'),
        ("row", {"violations": [{"rule": "utf-8", "frame": 0}]}, '"what" must be a string'),
        ("row", {"violations": "utf-8"}, '"violations" must be a list of objects'),
        ("connection", {"client": 3}, '"client" must be an object'),
        ("connection", {"response": {"line": "\u4f60", "extensions": [4]}}, '"extensions" must be a list of strings'),
        ("connection", {"directions": {}}, '"client to server" must be an object'),
        ("lines", {"lines": 3}, "3 lines were saved"),
    ],
)
def test_a_line_that_is_wrong_is_named(kind: str, changes: dict[str, Any], expected: str, tmp_path: Path) -> None:
    lines = saved(tmp_path)
    number = change(lines, kind, changes)
    with pytest.raises(RecordingError, match=expected) as raised:
        Timeline.load(write(tmp_path, lines))
    assert raised.value.line == number
    assert f"line {number} of" in str(raised.value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["client", "sent", "AAAA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=200)
@given(st.data(), st.sampled_from([5, 1000]))
def test_whatever_stands_in_a_field_it_is_loaded_or_refused(data: st.DataObject, keep: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = saved(Path(folder), keep=keep)
        for _ in range(data.draw(st.integers(1, 3))):
            target: Any = data.draw(st.sampled_from(lines))
            while True:
                key = data.draw(st.sampled_from(sorted(target)))
                if not isinstance(target[key], dict) or not target[key] or data.draw(st.booleans()):
                    break
                target = target[key]
            target[key] = data.draw(JSON)
        try:
            loaded = Timeline.load(write(Path(folder), lines))
        except RecordingError as error:
            assert error.line or error.path  # noqa: PT017
        else:
            contents(loaded)
            for suffix in ("jsonl", "har", "pcapng", "txt"):
                loaded.export(Path(folder) / f"again.{suffix}")


def test_nothing_can_be_added_to_a_loaded_recording(tmp_path: Path) -> None:
    timeline = Timeline()
    Pair(timeline).close()
    loaded = again(timeline, tmp_path)
    for add in (loaded.note, loaded.client_end):
        with pytest.raises(RecordingError, match="nothing can be added; record in a new Lab"):
            add("x")
    assert contents(loaded) == contents(timeline)


def test_a_copy_does_not_grow_and_the_original_does() -> None:
    timeline = Timeline()
    pair = Pair(timeline, deflate=True)
    copy = timeline.copy()
    before = contents(copy)
    pair.text("client", "more")
    pair.close()
    timeline.clear()
    assert contents(copy) == before
    assert [row.name for row in copy.rows()] == ["GET /chat", "101 Switching Protocols"]


def test_a_loaded_recording_can_be_cleared(tmp_path: Path) -> None:
    timeline = Timeline()
    Pair(timeline, deflate=True).close()
    loaded = again(timeline, tmp_path)
    loaded.clear()
    assert (loaded.rows(), loaded.connections(), loaded.raw, loaded.chunks) == ([], [], 0, 0)


def test_a_row_of_a_loaded_recording_is_one_visible_line(tmp_path: Path) -> None:
    lines = saved(tmp_path)
    row = next(line for line in lines if "row" in line and line["kind"] == "message")
    row["name"], row["text"] = "te\nxt", "\x1b[2J\r\n\u202e" + "x" * 300
    found = next(row for row in Timeline.load(write(tmp_path, lines)).rows() if row.kind == "message")
    assert (found.name, found.text[:18], len(found.text)) == ("te xt", "⟨ESC⟩[2J  ⟨RLO⟩xxx", 200)


def test_a_log_shows_a_loaded_recording(tmp_path: Path) -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    pair.text("client", "hello")
    pair.close()
    log = Log(again(timeline, tmp_path), "saved")
    log._window.scan()
    assert log._window.state()["hi"] == len(timeline.rows())
    log.close()


@pytest.mark.parametrize("source", ["client to server", "server to client"])
@given(st.lists(st.binary(max_size=40_000), max_size=4))
@settings(max_examples=30)
def test_a_decoder_is_told_all_that_another_knew(source: Any, parts: list[bytes]) -> None:
    timeline = Timeline()
    side = source.split(" ", 1)[0]
    pair = Pair(timeline, deflate=True)
    for part in parts:
        pair.frame(side, 2, part)
    response = Head("HTTP/1.1 101 ok", (("Sec-WebSocket-Extensions", "permessage-deflate"),))
    stream = (pair.client if side == "client" else pair.server).sent
    first = standing_at(source, 0, response)
    first.feed(stream.read(0, stream.stop))
    second = standing_at(source, stream.stop, response, save_context(first))
    first.keep = second.keep = 10**6
    more = b"".join(parts)[-30_000:] + b"more"
    wire = pair.frame(side, 2, more)
    assert first.feed(wire) == second.feed(wire)
    assert timeline.detail(next(row for row in reversed(_rows(timeline)) if row.source == source)).payload == more


def _rows(timeline: Timeline) -> list[Any]:
    return timeline.rows()
