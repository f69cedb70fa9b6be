"""The evidence of a diagnosis: facts as lines, each with the row that shows it and when that was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.diagnosis.facts import SIDES, other, way
from wslab.timeline.diagnosis.result import Evidence
from wslab.wire import close_code_name

if TYPE_CHECKING:
    from wslab.timeline.diagnosis.fact_records import CloseFrame, Side
    from wslab.timeline.diagnosis.facts import Facts, How
    from wslab.timeline.records import Row

_HOW: dict[How, str] = {
    "reset": "RST came from the other side",
    "reset here": "this end sent RST",
    "FIN": "the other side ended its direction (FIN)",
    "here": "this end ended TCP, and no FIN had come",
    "system": "the system gave up: nothing was acknowledged any more",
    "no TCP": "there was no TCP connection",
}
_CITED = 3  # pings, remarks


def evidence(facts: Facts) -> list[Evidence]:
    """Everything that is worth citing of a connection that was open, in the order in which it is best read."""
    found: list[Evidence] = []
    for close in facts.closes:
        found += _close(facts, close)
    for side in SIDES:
        found += _pings(facts, side)
        found += _lost(facts, side)
    for side in SIDES:
        found += _last(facts, side)
    found += [remark(facts, row) for row in _telling(facts)]
    return found + tcp(facts)


def when(facts: Facts, moment: int | None) -> str:
    """A moment, measured from the end of TCP; empty where it is not known."""
    if moment is None or moment == facts.ended:
        return ""
    seconds = (moment - facts.ended) / 1e9
    if abs(seconds) < 5e-5:
        return "as TCP ended"
    size = f"{abs(seconds):.1f} s" if abs(seconds) >= 1 else f"{abs(seconds) * 1000:.1f} ms"
    return f"{size} {'after' if seconds > 0 else 'before'} TCP ended"


def at(facts: Facts, row: Row) -> str:
    """When a row was first seen."""
    return when(facts, row.time + facts.started)


def code_words(code: int | None) -> str:
    """A code with its name."""
    return "no code" if code is None else f"{code} ({close_code_name(code)})"


def remark(facts: Facts, row: Row) -> Evidence:
    """A row of an end's own, in its own words."""
    text = f"{row.name} {row.text}".strip()
    return Evidence(row.id, f"{row.kind if row.kind == 'fault' else row.source}: {text}", at(facts, row))


def tcp(facts: Facts) -> list[Evidence]:
    """How each end saw TCP end, and which end was not recorded."""
    found = []
    for side in SIDES:
        end = facts.end(side)
        if end is None:
            found.append(Evidence(None, f"the {side}'s end was not recorded"))
            continue
        row = next((row for row in facts.remarks if row.source == side and row.name.startswith("TCP ")), None)
        words = _HOW.get(facts.how(side), end.ending) if end.connected else end.ending
        found.append(Evidence(row.id if row else None, f"at the {side}: {words}", when(facts, end.closed)))
    return found


def _close(facts: Facts, close: CloseFrame) -> list[Evidence]:
    reason = f', reason "{close.reason}"' if close.reason else ""
    across = other(close.side)
    if close.lost:
        arrived = f"; it never reached the {across}"
    elif close.arrived is None:
        arrived = f"; whether it reached the {across} is not recorded"
    else:
        arrived = ""
    text = f"Close frame from the {close.side}: {code_words(close.code)}{reason}{arrived}"
    found = [Evidence(close.row.id, text, at(facts, close.row))]
    asked = facts.row(close.side, "close()")
    if asked is not None and asked.link == (way(close.side), close.row.start):
        found.append(Evidence(asked.id, f"the {close.side}'s own code called close()", at(facts, asked)))
    return found


def _pings(facts: Facts, side: Side) -> list[Evidence]:
    found, across = [], other(side)
    known = facts.end(across) is not None
    for ping in facts.unanswered(side)[:_CITED]:
        if ping.answer is not None:
            became = f"the {across} answered, too late or in vain"
        elif ping.arrived is not None:
            became = f"it reached the {across}, which did not answer"
        else:
            became = f"it never reached the {across}" if known else "no answer came"
        found.append(Evidence(ping.row.id, f"ping from the {side}: {became}", at(facts, ping.row)))
    return found


def _lost(facts: Facts, side: Side) -> list[Evidence]:
    lost = facts.lost(side)
    if lost is None or (lost.row is not None and lost.row.kind in ("close", "control")):
        return []  # it is cited anyway
    text = f"sent by the {side}, never seen by the {other(side)}: this and everything behind it"
    return [Evidence(lost.row.id if lost.row else None, text, when(facts, lost.sent))]


def _last(facts: Facts, side: Side) -> list[Evidence]:
    """The last byte of a direction: as it arrived, else as it was sent."""
    receiver, sender = facts.end(other(side)), facts.end(side)
    stream = receiver.received if receiver is not None else sender.sent if sender is not None else None
    verb = "arrived" if receiver is not None else "was sent"
    if stream is None or not stream.stop:
        return []
    row = next((row for row in reversed(facts.rows[side]) if row.stop <= stream.stop), None)
    text = f"the last byte from {way(side)} {verb}"
    return [Evidence(row.id if row else None, text, when(facts, stream.time_of(stream.stop)))]


def _telling(facts: Facts) -> list[Row]:
    """Remarks that may say why: faults that were switched on, handlers that raised."""
    rows = [row for row in facts.remarks if row.kind == "fault" or (row.kind == "note" and row.problem)]
    return rows[-_CITED:]
