"""The sequence diagram: what it draws, what it folds, what it says, and that no payload breaks out of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.timeline.pair import Pair
from wslab.timeline import Timeline
from wslab.view import Ladder
from wslab.wire import BadType, BadValue

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def drawn(ladder: Ladder) -> list[str]:
    """The texts of a picture, in their order, without its title and description."""
    return [text.text or "" for text in ET.fromstring(ladder.svg).iter(f"{SVG}text")]


def rows(ladder: Ladder) -> list[str]:
    """The rows of the plain twin, each as one line without what is left free."""
    lines = (re.sub(r"[-=]{3,}", "--", re.sub(r" +", " ", line)).strip() for line in ladder.text.splitlines())
    return [line for line in lines if line]


def fragments(timeline: Timeline, **options: Any) -> Pair:
    """A message in two frames, with a Ping of the other side, and one of its own, in between."""
    pair = Pair(timeline, **options)
    pair.frame("client", 1, b"Hel", fin=False)
    pair.frame("server", 9, b"ab")
    pair.frame("client", 10, b"ab")
    pair.frame("client", 9)
    pair.frame("client", 0, b"lo")
    return pair


def test_every_handshake_frame_and_close_is_an_arrow_in_causal_order(timeline: Timeline) -> None:
    pair = fragments(timeline)
    pair.text("server", "Hello")
    pair.frame("server", 2, b"\x01\xff")
    pair.close(1000, "bye")
    assert rows(Ladder(timeline)) == [
        "connection 1",
        "client server",
        "|-- GET /chat -->|",
        "|<-- 101 Switching Protocols --|",
        '|-- text "Hel" 3 B, FIN 0 -->|',
        "|<-- ping 2 B --|",
        "|-- pong 2 B -->|",
        "|-- ping -->|",
        '|-- continuation "lo" 2 B, FIN 1 = text "Hello" 5 B -->|',
        '|<-- text "Hello" 5 B --|',
        "|<-- binary 01 ff 2 B --|",
        "|-- close 1000 normal closure: bye -->|",
        "|<-- close 1000 normal closure: bye --|",
        "TCP ended TCP ended",
    ]
    assert [text for text in drawn(Ladder(timeline)) if text.startswith(("text", "continuation", "p"))] == [
        'text "Hel" 3 B, FIN 0',
        "ping 2 B",
        "pong 2 B",
        "ping",
        'continuation "lo" 2 B, FIN 1 = text "Hello" 5 B',
        'text "Hello" 5 B',
    ]


def test_calls_events_and_prints_are_boxes_at_their_lifeline_unless_told_otherwise(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "open", link=("server to client", pair.server.sent.stop))
    pair.client.note("event", "send()", "hi", size=2, link=("client to server", pair.client.sent.stop))
    pair.text("client", "hi")
    pair.server.printed("got hi")
    ladder, quiet = Ladder(timeline), Ladder(timeline, events=False)
    assert rows(ladder)[3:8] == [
        "|<-- 101 Switching Protocols --|",
        "open | |",
        'send() "hi" 2 B | |',
        '|-- text "hi" 2 B -->|',
        "| | print: got hi",
    ]
    assert {'send() "hi" 2 B', "print: got hi"} <= set(drawn(ladder))
    assert rows(quiet)[2:5] == ["|-- GET /chat -->|", "|<-- 101 Switching Protocols --|", '|-- text "hi" 2 B -->|']
    assert "print" not in quiet.svg


def test_a_long_box_is_broken_into_lines_and_a_reason_is_never_masked(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "close()", "1000 you find me at 127.0.0.1:8000 " + "from now on " * 20)
    boxes = [line for line in rows(Ladder(timeline)) if line.endswith("| |")]
    assert boxes[0] == "close() 1000 you find me at | |"
    assert boxes[1].startswith("127.0.0.1:8000 from now on")
    assert len(boxes) == 4
    assert boxes[-1].endswith("\u2026 | |")


def test_ports_are_masked_and_the_problem_of_a_row_is_said(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "new WebSocket()", "ws://127.0.0.1:40123/")
    pair.write("client", b"\x81\x02hi")  # not masked
    ladder = Ladder(timeline)
    assert "40123" not in ladder.text + ladder.svg
    assert "ws://127.0.0.1:PORT/" in ladder.text
    assert any(line.startswith("| ! a client must mask its frames") for line in rows(ladder))
    assert any(text.startswith("! a client must mask its frames") for text in drawn(ladder))


def test_a_lost_arrow_ends_in_a_cross_and_one_on_the_way_before_it_arrives(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.instant = False
    pair.text("client", "up")
    pair.text("server", "down")
    assert rows(Ladder(timeline))[4:6] == ['|-- text "up" 2 B --> on the way |', '| on the way <-- text "down" 4 B --|']
    assert drawn(Ladder(timeline)).count("on the way") == 2
    pair.lost("reset by the peer (RST)")
    ladder = Ladder(timeline)
    assert {'|-- text "up" 2 B --X lost |', '| lost X-- text "down" 4 B --|'} <= set(rows(ladder))
    assert drawn(ladder).count("lost") == 2
    assert ladder.svg.count("m-10 0l10 -10") == 2, "a cross each"


@pytest.mark.parametrize(("side", "other"), [("client", "server"), ("server", "client")])
def test_an_end_that_nobody_recorded_is_dashed(timeline: Timeline, side: str, other: str) -> None:
    Pair(timeline, side).text(side, "hi")
    ladder = Ladder(timeline)
    assert f"{other} (not recorded)" in ladder.text
    arrow = next(line for line in ladder.text.splitlines() if 'text "hi"' in line)
    assert ":" in arrow
    assert "- -" in arrow
    dashed = [path for path in ET.fromstring(ladder.svg).iter(f"{SVG}path") if "stroke-dasharray" in path.attrib]
    assert len(dashed) == 1 + 3, "its lifeline, and its end of three arrows"


def test_times_stand_at_both_ends_only_when_asked_for(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.instant = False
    pair.text("client", "hi")
    assert " ms" not in Ladder(timeline).text + Ladder(timeline).svg
    ladder = Ladder(timeline, times=True)
    get, hi = (line for line in rows(ladder) if "GET" in line or '"hi"' in line)
    assert re.fullmatch(r"0\.000 ms \|-- GET /chat -->\| \d+\.\d{3} ms", get)
    assert re.fullmatch(r'\d+\.\d{3} ms \|-- text "hi" 2 B --> on the way \|', hi)
    connection = timeline.connections()[0]
    arrived = connection.server_end.received.times[0] - connection.client_end.sent.times[0]  # type: ignore[union-attr]
    assert get.endswith(f"| {arrived / 1e6:.3f} ms")
    assert sum(text.endswith(" ms") for text in drawn(ladder)) == 5


def test_the_same_conversation_gives_the_same_picture() -> None:
    def once(noise: int) -> Ladder:
        timeline = Timeline()
        pair = fragments(timeline)
        for _ in range(noise):
            timeline.note("somewhere else something happens")
        pair.close(1000, "bye")
        return Ladder(timeline)

    one, other = once(0), once(7)
    assert (one.svg, one.text) == (other.svg, other.text)


def test_a_long_trace_folds_into_runs_and_a_gap_that_says_what_is_left_out(timeline: Timeline) -> None:
    pair = Pair(timeline)
    for number in range(50):
        pair.text("client", f"{number:03}")
    assert len(rows(Ladder(timeline, limit=52))) == 3 + 52, "nothing folds that fits"
    runs = Ladder(timeline, limit=10)
    assert "|-- 50 \u00d7 text, 150 B -->|" in rows(runs)
    assert "50 \u00d7 text, 150 B" in drawn(runs)
    for number in range(40):
        pair.frame("server", 9, b"hb")
        pair.text("client", f"{number:03}")
    pair.write("client", b"\x81\x02hi")
    gap = rows(Ladder(timeline, limit=10))
    assert len(gap) == 3 + 10 + 1, "ten rows, one of them with a problem below it"
    assert "| \u2026 75 more: 38 text, 37 ping |" in gap
    assert gap[-3].startswith('|-- text "hi" 2 B')


def test_a_gap_says_how_many_problems_it_hides(timeline: Timeline) -> None:
    pair = Pair(timeline)
    for number in range(20):
        pair.write("client", b"\x81\x02hi")
        pair.frame("server", 9 if number % 2 else 10)
    ladder = Ladder(timeline, limit=4)
    assert "| ! 20 of them with a problem |" in rows(ladder)


def test_a_message_of_very_many_frames_is_one_arrow_and_one_that_never_ends_says_so(timeline: Timeline) -> None:
    pair = Pair(timeline)
    for number in range(100):
        pair.frame("client", 0 if number else 1, b"x", fin=number == 99)
    pair.frame("server", 1, b"begun", fin=False)
    pair.lost("reset by the peer (RST)")
    said = "\n".join(rows(Ladder(timeline)))
    assert f'text "{"x" * 27}\u2026" 100 B in 100 frames' in said
    assert "begun" in said
    assert "TCP ended without a Close frame" in said


def test_compressed_fragments_show_no_bytes_that_mean_nothing(timeline: Timeline) -> None:
    fragments(timeline, deflate=True)
    said = "\n".join(rows(Ladder(timeline)))
    assert re.search(r"text deflated \d+ B, FIN 0", said)
    assert re.search(r'continuation deflated \d+ B, FIN 1 = text "Hello" 5 B', said)


def test_older_rows_that_are_no_longer_kept_are_a_gap() -> None:
    timeline = Timeline(keep=5)
    pair = Pair(timeline)
    for number in range(20):
        pair.text("client", str(number))
    assert "| \u2026 older rows are no longer kept |" in rows(Ladder(timeline))


def test_several_connections_stand_one_below_the_other_or_are_chosen_by_number(timeline: Timeline) -> None:
    for number in range(1, 12):
        Pair(timeline).text("client", f"mine {number}")
    ladder = Ladder(timeline)
    assert [line for line in rows(ladder) if line.startswith("connection")] == [f"connection {n}" for n in range(1, 9)]
    more = "\u2026 3 more connections: 9 to 11; lab.ladder(9) draws one"
    assert rows(ladder)[-1] == more == drawn(ladder)[-1]
    assert "mine 9" not in ladder.svg
    ninth = Ladder(timeline, 9)
    assert "mine 9" in ninth.svg
    assert "mine 8" not in ninth.svg


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        (
            {"connection": 4},
            BadValue,
            "expected the number of a recorded connection (1, 2), got 4; write lab.ladder(2)",
        ),
        ({"connection": "1"}, BadType, "expected connection as a whole number, got '1'; write lab.ladder(1)"),
        ({"connection": True}, BadType, "expected connection as a whole number, got True"),
        ({"limit": 3}, BadValue, "limit must be at least 4, not 3; leave it out for 60 rows"),
        ({"limit": "all"}, BadType, "expected limit as a whole number, got 'all'"),
    ],
)
def test_what_cannot_be_drawn_says_what_to_type(
    timeline: Timeline, given: dict[str, Any], kind: type[Exception], said: str
) -> None:
    Pair(timeline)
    Pair(timeline)
    with pytest.raises(kind, match=re.escape(said)):
        Ladder(timeline, **given)


def test_where_nothing_was_recorded_it_says_what_to_do(timeline: Timeline) -> None:
    ladder = Ladder(timeline)
    assert "await lab.serve()" in repr(ladder)
    assert list(ladder._repr_mimebundle_()) == ["text/plain"]
    assert ladder.svg == ""
    with pytest.raises(BadValue, match="there is no connection 1: nothing to draw yet"):
        Ladder(timeline, 1)


def test_a_loaded_recording_and_a_replay_give_the_same_picture(timeline: Timeline, tmp_path: Path) -> None:
    pair = fragments(timeline)
    pair.close(1000, "bye")
    live = Ladder(timeline, times=True)
    loaded = Timeline.load(timeline.export(tmp_path / "talk.jsonl"))
    assert Ladder(loaded, times=True).svg == live.svg
    replay = timeline.replay()
    replay.step(3)
    early = Ladder(replay.timeline)
    assert "101 Switching" in early.svg
    assert "bye" not in early.svg
    replay.rest()
    assert Ladder(replay.timeline, times=True).svg == live.svg


def test_it_shows_what_was_recorded_up_to_then_and_never_changes(timeline: Timeline) -> None:
    pair = Pair(timeline)
    ladder = Ladder(timeline)
    before = ladder.svg
    pair.text("client", "later")
    assert ladder.svg == before
    assert "later" in Ladder(timeline).svg


def test_a_screen_reader_gets_a_title_and_every_step_in_words(timeline: Timeline) -> None:
    fragments(timeline)
    root = ET.fromstring(Ladder(timeline).svg)
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "Sequence diagram of connection 1"
    words = (root.findtext(f"{SVG}desc") or "").splitlines()
    assert words[0] == "Connection 1, from client to server:"
    assert words[3:5] == ['client to server: text "Hel" 3 B, FIN 0', "server to client: ping 2 B"]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2, relative luminance)."""

    def light(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one) + 0.05, light(other) + 0.05), reverse=True)
    return high / low


def test_every_ink_reads_on_a_light_page_and_on_a_dark_one(timeline: Timeline) -> None:
    pair = fragments(timeline)
    pair.lost("reset by the peer (RST)")
    inks = set(re.findall(r"#[0-9a-f]{6}", Ladder(timeline).svg))
    assert len(inks) == 3
    for ink in inks:
        assert contrast(ink, "#ffffff") > 4.1
        assert contrast(ink, "#111111") > 4.1


HOSTILE = st.text(st.characters(codec="utf-8") | st.sampled_from("<>&\"'\x00\x1b\u202e\u2028\ufffe]"), max_size=80)


@given(HOSTILE, HOSTILE, st.booleans())
@example("</text></svg><script>x</script>", "]]>&amp;", False)
@example("\ufffe\uffff", "\x00\x1b", True)
def test_no_payload_breaks_out_of_the_picture_or_out_of_its_line(text: str, reason: str, times: bool) -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    pair.client.note("event", "send()", text, size=len(text.encode()))
    pair.client.printed(text)
    pair.text("client", text)
    data = text.encode()
    pair.frame("server", 1, data[:7], fin=False)
    pair.frame("server", 0, data[7:])
    pair.close(1000, reason.encode()[:100].decode("utf-8", "ignore"))
    pair.server.label = text[:5]
    ladder = Ladder(timeline, times=times)
    assert not re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff]", ladder.svg), "no XML may hold these"
    root = ET.fromstring(ladder.svg)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "title", "desc", "g", "text", "path", "rect", "circle",
    }  # fmt: skip
    assert all("\u202e" not in (each.text or "") and "\x00" not in (each.text or "") for each in root.iter())
    width = float(root.attrib["width"])
    for each in root.iter(f"{SVG}text"):
        assert 0 <= float(each.attrib["x"]) <= width
    lines = ladder.text.split("\n")
    assert lines == ladder.text.splitlines()
    ends = [line for line in lines if line.rstrip().endswith("|")]
    assert len({line.index("|") for line in ends}) >= 1


def test_the_title_stands_clear_of_long_names_on_both_sides() -> None:
    timeline = Timeline()
    witness = timeline.witness_end("browser")
    witness.note("event", "new WebSocket()", "ws://127.0.0.1:8000/")
    witness.lost()
    drawn = Ladder(timeline).svg
    texts = {text: float(x) for x, text in re.findall(r'<text x="([0-9.]+)"[^>]*>([^<]+)</text>', drawn)}
    name, title = "browser (bytes not recorded)", "connection 1"
    gap = abs(texts[title] - texts[name])
    assert gap > 7 * (len(name) + len(title)) / 2
