"""The diagnosis of an ending, from recordings that are written by hand: no sockets, no waiting."""

from __future__ import annotations

import json
import random
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.timeline.pair import REQUEST, Pair
from wslab.timeline import CAUSES, Connection, Diagnosis, Evidence, Timeline, tcp_words
from wslab.timeline.rows import facts_of


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def only(timeline: Timeline) -> Connection:
    (connection,) = timeline.connections()
    return connection


def told(timeline: Timeline) -> Diagnosis:
    found = only(timeline).diagnosis
    assert found is not None
    return found


def test_there_is_none_before_both_ends_are_over(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.frame("client", 8, b"\x03\xe8")
    pair.frame("server", 8, b"\x03\xe8")
    assert only(timeline).diagnosis is None
    pair.server.lost()
    assert only(timeline).diagnosis is None
    pair.client.lost()
    assert told(timeline).cause == "normal"


@pytest.mark.parametrize(
    ("body", "cause", "says"),
    [
        (b"\x03", "protocol-error", "that Close frame is wrong: the body has one byte"),
        (b"\x03\xe8\xff", "bad-data", "that Close frame is wrong: the reason is not UTF-8"),
        (b"\x03\xe7", "protocol-error", "that code must not stand in a Close frame"),
        (b"\x03\xec", "protocol-error", "that code must not stand in a Close frame"),
        (b"\x13\x88", "protocol-error", "that code must not stand in a Close frame"),
        (b"\x13\x87", "private-code", "the code is the application's own"),
        (b"\x0b\xb8", "registered-code", "a library or framework"),
    ],
)
def test_a_close_frame_that_breaks_a_rule_is_what_it_died_of(
    timeline: Timeline, body: bytes, cause: str, says: str
) -> None:
    pair = Pair(timeline)
    pair.write("server", bytes([0x88, len(body)]) + body)
    pair.frame("client", 8, b"\x03\xea" if cause in ("protocol-error", "bad-data") else body)
    pair.lost()
    found = told(timeline)
    assert (found.cause, found.first) == (cause, "server")
    assert says in found.sentence


def test_an_accusation_is_proved_by_the_row_that_breaks_a_rule_with_its_code(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.write("server", b"\x81\x02\xff\xfe" + b"\x81\x7e\x00\x01a")
    pair.frame("client", 8, (1007).to_bytes(2, "big"))
    pair.lost()
    found = told(timeline)
    assert (found.cause, found.certainty, found.evidence[1].row) == ("bad-data", "certain", (1, "server to client", 1))
    assert found.evidence[1].text.startswith("text from the server: the text is not UTF-8")


def test_it_takes_in_what_nobody_has_read_yet(timeline: Timeline) -> None:
    pair = Pair(timeline)
    connection = only(timeline)
    pair.close(1001)
    found = connection.diagnosis
    assert found is not None
    assert found.cause == "going-away"


def test_it_can_be_read_as_text_with_and_without_times(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.close(4000, "see ws://127.0.0.1:40123/")
    found = told(timeline)
    assert repr(found) == (
        "private-code (certain): the client closed with 4000 (private use): the code is the application's own, for a reason that "
        "only it knows; the server answered, which makes it a clean close\n"
        "  do: look the code up in the application"
    )
    assert found.report(times=False).splitlines()[2] == (
        '  - [client to server 1] Close frame from the client: 4000 (private use), reason "see ws://127.0.0.1:PORT/"'
    )
    assert any(each.when.endswith("TCP ended") for each in found.evidence)
    assert "TCP ended" in str(found)
    assert "TCP ended" not in found.report(times=False)
    assert str(found.evidence[0]) in str(found)
    assert str(Evidence(None, "nobody knows")) == "nobody knows"


def test_rst_at_both_ends_came_from_between(timeline: Timeline) -> None:
    Pair(timeline).lost(tcp_words.RESET)
    found = told(timeline)
    assert (found.cause, found.certainty, found.first) == ("cut-between", "likely", "")
    assert found.evidence[-1].row is not None


@pytest.mark.parametrize("sides", ["client server", "server"])
@pytest.mark.parametrize("asked", [b"", REQUEST])
def test_a_relay_with_nobody_behind_it_says_so(timeline: Timeline, asked: bytes, sides: str) -> None:
    pair = Pair(timeline, sides, begin=False)
    pair.write("client", asked)
    pair.server.note("note", "nobody behind the relay", "refused: nobody listens at 127.0.0.1:4000")
    pair.server.lost("reset by the server (RST)")
    pair.lost(tcp_words.RESET)
    found = told(timeline)
    assert (found.cause, found.first, found.certainty, found.doubt) == ("tcp-failed", "server", "certain", "")
    assert "the server behind the relay never began to listen" in found.sentence
    cited = next(row for row in timeline.rows() if row.name == "nobody behind the relay")
    assert found.evidence[0].row == cited.id


@pytest.mark.parametrize("side", ["client", "server"])
def test_rst_at_one_end_and_nothing_at_the_other_is_that_others(timeline: Timeline, side: str) -> None:
    pair = Pair(timeline)
    pair.text("client", "hi")
    getattr(pair, side).lost(tcp_words.RESET)
    (pair.client if side == "server" else pair.server).lost()
    found = told(timeline)
    assert (found.cause, found.certainty) == ("reset", "certain")
    assert found.first == ("client" if side == "server" else "server")
    assert "bytes unread" in found.sentence


def test_fin_of_both_is_the_one_that_came_first(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.peer_ended()
    pair.server.peer_ended()
    pair.lost()
    assert (told(timeline).cause, told(timeline).first) == ("no-close", "server")


def test_less_than_a_second_is_no_silence(timeline: Timeline) -> None:
    pair = Pair(timeline, "client")
    pair.text("client", "hi")
    facts = facts_of(only(timeline))
    last = max(facts._times())
    assert not facts.idle_before(last + 900_000_000)  # a busy machine may take so long to do the next thing
    assert facts.idle_before(last + 60_000_000_000)


def test_an_error_of_tcp_that_is_neither_is_told_in_its_own_words(timeline: Timeline) -> None:
    Pair(timeline, "client").lost("[SSL] record layer failure")
    found = told(timeline)
    assert found.cause == "reset"
    assert found.sentence == "no Close frame: TCP failed at the client: [SSL] record layer failure"


def test_pings_before_the_last_that_was_answered_do_not_count(timeline: Timeline) -> None:
    pair = Pair(timeline)
    for data in (b"1", b"2"):
        pair.frame("server", 9, data)
    pair.frame("client", 10, b"2")
    pair.frame("server", 9, b"3")
    pair.frame("server", 8, b"\x03\xf3keepalive ping timeout")
    pair.frame("client", 10, b"3")
    pair.lost()
    assert [ping.row.text for ping in facts_of(only(timeline)).unanswered("server")] == ["33"]
    found = told(timeline)
    assert (found.cause, found.certainty) == ("keepalive-timeout", "certain")
    assert "the client answered too late" in found.sentence


@pytest.mark.parametrize(
    ("before", "silence", "long"), [(0.3, 1.2, True), (0.5, 1.2, False), (0.1, 0.9, False), (2, 7, True), (2, 5, False)]
)
def test_a_silence_counts_where_it_is_long_and_much_longer_than_any_before_it(
    timeline: Timeline, before: float, silence: float, long: bool
) -> None:
    pair = Pair(timeline, "client")
    end = pair.client
    for stream, first in ((end.sent, end.created), (end.received, end.created + int(before * 1e9))):
        stream.times[:] = array("q", [first])
    last = end.received.times[-1]
    assert facts_of(only(timeline)).idle_before(last + int(silence * 1e9)) is long


def test_what_was_dropped_to_make_room_is_not_guessed(timeline: Timeline) -> None:
    timeline = Timeline(keep=3)
    pair = Pair(timeline)
    for _ in range(20):
        pair.text("client", "hello")
    pair.close(1000)
    assert told(timeline).cause == "normal"  # the last rows are enough
    for _ in range(3):
        pair.server.printed("still here")
    timeline.refresh()
    found = told(timeline)
    assert (found.cause, found.certainty) == ("not-kept", "unknown")


def test_a_recording_of_before_fin_was_recorded_can_still_be_read(timeline: Timeline, tmp_path: Path) -> None:
    pair = Pair(timeline, "client")
    pair.client.peer_ended()
    pair.lost()
    path = timeline.export(tmp_path / "new.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[1]["client"].pop("fin") is not None
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert told(Timeline.load(path)) == told(timeline)
    assert told(Timeline.load(path)).certainty == "likely"
    assert told(Timeline.load(tmp_path / "old.jsonl")).first == "client"  # it knows no better


def test_a_copy_and_a_replay_say_the_same(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.server.note("note", "handler chat raised", "ValueError: no", problem="the server closes with 1011")
    pair.frame("server", 8, b"\x03\xf3")
    pair.lost()
    found = told(timeline)
    assert found.sentence == "the server closed with 1011 (internal error): handler chat raised ValueError"
    assert told(timeline.copy()) == found
    replay = timeline.replay()
    replay.rest()
    assert told(replay.timeline) == found


def test_every_cause_is_produced_for_real_but_two() -> None:
    folder = Path(__file__).parents[2] / "net" / "websocket" / "diagnosis"
    text = "".join(path.read_text() for path in folder.glob("test_*.py"))
    assert {cause for cause in CAUSES if f'"{cause}"' not in text} == {"cut-between", "not-kept"}


ENDINGS = ["", tcp_words.RESET, "reset by the client (RST)", tcp_words.GONE, f"{tcp_words.SYSTEM}: timed out", "odd"]


def act(pair: Pair, dice: random.Random) -> None:
    """Something that two peers and a network may do, right or wrong."""
    side = dice.choice(["client", "server"])
    match dice.randrange(12):
        case 0:
            pair.text(side, "x" * dice.randrange(300))
        case 1:
            pair.frame(side, dice.choice([9, 10]), dice.choice([b"", b"a", b"b"]))
        case 2:
            code = dice.choice([1000, 1001, 1002, 1005, 1007, 1009, 1011, 1012, 2999, 3000, 4999, 5])
            pair.frame(side, 8, code.to_bytes(2, "big") + dice.choice([b"", b"keepalive ping timeout", b"\xff"]))
        case 3:
            pair.frame(side, 8, dice.choice([b"", b"\x03"]))
        case 4:
            pair.write(side, dice.randbytes(dice.randrange(40)))
        case 5:
            pair.instant = not pair.instant
        case 6:
            pair.arrive(side, dice.randrange(1, 3))
        case 7 | 8:
            end: Any = getattr(pair, side)
            if end is not None:
                end.note(
                    dice.choice(["note", "fault", "event"]),
                    dice.choice(["drop", "x raised", "close()", "stall"]),
                    "y: z",
                )
        case 9:
            pair.write(
                "server", dice.choice([b"HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n", b"220 hello\r\n\r\n"])
            )
        case 10:
            pair.write("client", dice.choice([b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"]))
        case _:
            end = getattr(pair, side)
            if end is not None:
                end.peer_ended()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 1 << 32))
def test_whatever_happened_there_is_a_diagnosis_and_it_says_the_same_when_loaded(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    timeline = Timeline(keep=dice.choice([3, 1000]))
    opened = dice.random() < 0.7
    pair = Pair(timeline, dice.choice(["client", "server", "client server"]), begin=opened, deflate=dice.random() < 0.3)
    for _ in range(dice.randrange(12)):
        act(pair, dice)
    for end in (pair.client, pair.server):
        if end is not None:
            end.lost(dice.choice(ENDINGS))
    loaded = Timeline.load(timeline.export(tmp_path / "recording.jsonl"))
    for one, two in zip(timeline.connections(), loaded.connections(), strict=True):
        found = one.diagnosis
        assert found is not None
        assert found == two.diagnosis
        assert found.cause in CAUSES
        assert found.certainty != "unknown" or found.doubt
        assert {each.row for each in found.evidence} - {None} <= {row.id for row in timeline.rows()}
        assert not found.clean or len(facts_of(one).closes) == 2
