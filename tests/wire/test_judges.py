"""Three judges agree on streams of legal and illegal parts, and would notice a mistake of ours.

10,000 streams, in ten pieces; 100,000 where WSLAB_FULL is set. Each piece must see every difference that is excused and every
rule broken, so that no row of a table stands there for nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import wslab.wire
from tests.timeline.tshark import Facts, need_tshark
from tests.timeline.tshark import dissected as captured
from tests.wire import judges
from tests.wire.comparison import judge
from tests.wire.differences import DIFFERENCES, Disagreement
from tests.wire.planted import MISTAKES, Mistake, plant, uproot
from tests.wire.streams import Stream, stream
from wslab.timeline import Timeline
from wslab.wire import RULES

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from wslab.wire import DissectedFrame

PIECES = 10
STREAMS = 10_000 if os.environ.get("WSLAB_FULL") else 1_000
ENOUGH = 3_000
"""Streams that a planted mistake may take to be noticed."""

CAPTURED = STREAMS // 2 if STREAMS < 4_000 else 2_000
"""Streams that tshark is shown."""

CLIENTS, SERVERS = 20_000, 50_000
"""The ports of the first stream that is captured; each has two of its own."""


def agreed(seed: int, wire: ModuleType = wslab.wire) -> tuple[set[str], set[str]]:
    """Judge one stream; whoever disagrees is told which."""
    given = stream(seed)
    try:
        return judge(given, wire)
    except Disagreement as error:
        raise Disagreement(f"stream {seed}, {' + '.join(given.parts)}, {given.wire.hex(' ')[:300]}: {error}") from None


@pytest.mark.parametrize("piece", range(PIECES))
def test_wslab_websockets_and_the_grammar_agree_but_for_what_stands_in_the_table(piece: int) -> None:
    seen: set[str] = set()
    broken: set[str] = set()
    for seed in range(piece * STREAMS, (piece + 1) * STREAMS):
        differences, rules = agreed(seed)
        seen |= differences
        broken |= rules
    assert seen == set(DIFFERENCES)
    assert broken == set(RULES)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.what.replace(" ", "-"))
def test_a_planted_mistake_is_noticed(mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    name = f"planted_{MISTAKES.index(mistake)}"
    wire = plant(mistake, tmp_path, name)
    try:
        with pytest.raises(Disagreement):
            all(agreed(seed, wire) for seed in range(ENOUGH))
    finally:
        uproot(name)


def test_a_copy_without_a_mistake_is_judged_as_the_original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    wire = plant(None, tmp_path, "planted_nothing")
    try:
        assert [agreed(seed, wire) for seed in range(300)] == [agreed(seed) for seed in range(300)]
    finally:
        uproot("planted_nothing")


def test_tshark_sees_the_same_frames_in_a_sample(tmp_path: Path) -> None:
    need_tshark()
    timeline = Timeline()
    given = [stream(seed) for seed in range(CAPTURED)]
    for number, each in enumerate(given):
        record(timeline, each, number)
    timeline.export(tmp_path / "streams.pcapng")
    theirs = captured(tmp_path / "streams.pcapng")
    top_bits = 0
    for number, each in enumerate(given):
        found = judges.dissected(each, wslab.wire)
        ours = [facts(frame) for frame in found]
        seen = theirs.get(sender(each, number), [])
        if found.partial is not None and "length-top-bit" in {broken.rule for broken in found.partial.violations}:
            # tshark shows the length, and goes on as if it were one without that bit: what it takes for frames there is none.
            lengths = [each.length for each in seen[len(ours) :]]
            assert lengths[:1] in ([], [int.from_bytes(found.rest[2:10], "big")])
            seen = seen[: len(ours)]
            top_bits += bool(lengths)
        assert seen == ours, f"stream {number}, {' + '.join(each.parts)}"
    assert top_bits > 0
    assert sum(map(len, theirs.values())) > len(given)


def record(timeline: Timeline, given: Stream, number: int) -> None:
    """A recording of one client, in which a stream goes by."""
    end = timeline.client_end(port=SERVERS + number)
    end.connected(("127.0.0.1", CLIENTS + number), ("127.0.0.1", SERVERS + number))
    sent, received = end.tap(end.sent), end.tap(end.received)
    sent(judges.request())
    received(judges.response(given))
    (sent if given.up else received)(given.wire)
    end.lost()


def sender(given: Stream, number: int) -> int:
    """The port of the end that sends the stream."""
    return (CLIENTS if given.up else SERVERS) + number


def facts(frame: DissectedFrame) -> Facts:
    """A frame as tshark says it."""
    rsv = 4 * frame.rsv1 + 2 * frame.rsv2 + frame.rsv3
    return Facts(frame.fin, rsv, frame.opcode, frame.masked, frame.masking_key, frame.payload_length, frame.payload)
