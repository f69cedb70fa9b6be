"""Endings with a Close frame: who sent it, which code, whether an answer came, and what the code accuses the other side of.

    1011 after pings without an answer                     keepalive-timeout, or what swallowed the pings
    a code that tells of an error                          that code: no answer needs to come (RFC 6455 section 7.1.7)
    any other code, answered                               that code: a clean close
    two of them that crossed                               both-closing
    any other code, unanswered                             close-lost, or what swallowed the bytes before it

Whose program failed is told only where the recording shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.diagnosis.codes import meaning_of
from wslab.timeline.diagnosis.cut import HERE, silence
from wslab.timeline.diagnosis.evidence import at, code_words, evidence
from wslab.timeline.diagnosis.facts import other
from wslab.timeline.diagnosis.result import Diagnosis, Evidence

if TYPE_CHECKING:
    from wslab.timeline.diagnosis.codes import Meaning
    from wslab.timeline.diagnosis.fact_records import CloseFrame
    from wslab.timeline.diagnosis.facts import Facts
    from wslab.timeline.diagnosis.result import Certainty

_ACCUSES = {1002, 1003, 1007, 1009}
_WORDS = ("keepalive", "ping timeout")


def closing(facts: Facts) -> Diagnosis:
    """The diagnosis of a connection on which a Close frame was sent."""
    first = next((close for close in facts.closes if _meaning(close).error), facts.closes[0])
    clean = len(facts.closes) == 2 and not any(close.lost for close in facts.closes)
    if _keepalive(facts, first):
        return _timeout(facts, first, clean=clean)
    meaning = _meaning(first)
    if meaning.error:
        return _by_code(facts, first, clean=clean)
    if not clean:
        return _unanswered(facts, first)
    return _crossed(facts) if facts.crossed else _by_code(facts, first, clean=True)


def _meaning(close: CloseFrame) -> Meaning:
    return meaning_of(close.code, close.side, other(close.side), close.row.violations)


def _by_code(facts: Facts, close: CloseFrame, *, clean: bool) -> Diagnosis:
    one, two = close.side, other(close.side)
    meaning = _meaning(close)
    why, found = meaning.why, evidence(facts)
    certainty: Certainty = "certain"
    doubt = ""
    if close.code == 1011:
        raised = next((row for row in facts.remarks if row.source == one and row.name.endswith(" raised")), None)
        if raised is not None:
            why = f"{raised.name} {raised.text.partition(':')[0]}"
        else:
            certainty, doubt = "likely", f"why the {one}'s program failed is not in the recording"
    if close.code in _ACCUSES:
        fault = _fault(facts, close)
        if fault is None:
            certainty = "likely"
            doubt = f"the recording shows nothing of the {two} that fits {close.code}; the {one}'s program may have chosen the code"
        else:
            found.insert(1, fault)
    tail = "" if meaning.error else f"; the {two} answered, which makes it a clean close"
    sentence = f"the {one} closed with {code_words(close.code)}: {why}{tail}"
    if close.code is None:
        sentence = f"the {one} closed without a code: {why}{tail}"
    return Diagnosis(
        meaning.cause, sentence, meaning.advice, certainty, tuple(found), doubt, one, close.reported_code, clean
    )


def _fault(facts: Facts, close: CloseFrame) -> Evidence | None:
    """The row of the accused side that fits the code."""
    two = other(close.side)
    rows = [row for row in facts.rows[two] if row.kind != "handshake" and row.time <= close.row.time]
    if close.code == 1009:
        row = max((row for row in rows if row.kind == "message"), key=lambda row: row.size or 0, default=None)
        size = (
            ""
            if row is None
            else f"the largest message from the {two}: {row.size} bytes"
            + (" before it was broken off" if row.problem and not row.violations else "")
        )
        return Evidence(row.id, size, at(facts, row)) if row is not None else None
    broken = [(row, each) for row in reversed(rows) for each in row.violations]
    if broken:
        row, each = min(broken, key=lambda found: found[1].close_code != close.code)
        return Evidence(row.id, f"{row.name} from the {two}: {each.brief}", at(facts, row))
    last = next((row for row in reversed(rows) if row.kind == "message"), None)
    if last is None:
        return None
    if close.code == 1003:
        return Evidence(last.id, f"the last message from the {two} is {last.name}", at(facts, last))
    return None


def _crossed(facts: Facts) -> Diagnosis:
    one, two = facts.closes
    sentence = (
        f"both sides closed at once, the {one.side} with {code_words(one.code)} and the {two.side} with {code_words(two.code)}: "
        "each took the other's Close frame for the answer, which makes it a clean close"
    )
    sure = len(facts.recorded) == 2
    doubt = (
        ""
        if sure
        else f"from one end an answer that changes the code looks the same as a Close frame of the {two.side}'s own"
    )
    advice = "nothing is wrong; each program is told the code of the other side"
    return Diagnosis(
        "both-closing",
        sentence,
        advice,
        "certain" if sure else "likely",
        tuple(evidence(facts)),
        doubt,
        "",
        one.reported_code,
        clean=True,
    )


def _unanswered(facts: Facts, close: CloseFrame) -> Diagnosis:
    """A Close frame of no error, and no answer that arrived."""
    one, two = close.side, other(close.side)
    code = close.reported_code
    gone = facts.swallowed()
    if gone is not None and (gone.row is None or gone.row.kind != "close"):
        return silence(facts, gone, first=one, code=code)
    certainty: Certainty = "certain"
    doubt = ""
    how = facts.how(one)
    answer = next((each for each in facts.closes if each.side == two), None)
    if close.lost and gone is None:
        fate = f"it never reached the {two}, whose TCP ended before it came"
        advice = f"look at what ended TCP at the {two}"
    elif close.lost:
        fate, advice, doubt = f"it never reached the {two}", "connect again; the path was gone by then", HERE
        certainty = "likely"
    elif answer is not None:
        fate = f"the {two} answered and the answer never reached the {one}"
        advice = f"wait longer for the answer at the {one}, and look at what ended TCP before it came"
    elif two in facts.recorded:
        fate = f"it reached the {two}, which never answered"
        advice = f"read on in the {two}'s program until the connection has closed: a library answers only while it is read from"
    elif how in ("FIN", "reset"):
        fate = f"the {two} ended TCP without an answer"
        advice = f"let the {two}'s program close by its library, not by ending TCP"
    else:
        fate, certainty = f"no answer came, and the {one} waited no longer", "unknown"
        advice = f"look at the {two}: whether its program still runs, and whether it got the Close frame"
        doubt = (
            f"from the {one}'s end a lost Close frame, a lost answer, a silent drop and a very slow {two} look the same"
        )
    what = "one Close frame and no answer" if answer is None else "an answer that was lost"
    words = "without a code" if close.code is None else f"with {code_words(close.code)}"
    sentence = f"{what}: the {one} closed {words}; {fate}"
    return Diagnosis("close-lost", sentence, advice, certainty, tuple(evidence(facts)), doubt, one, code)


# Keepalive


def _keepalive(facts: Facts, close: CloseFrame) -> bool:
    said = any(word in close.reason.lower() for word in _WORDS)
    return close.code == 1011 and said and bool(facts.unanswered(close.side))


def _timeout(facts: Facts, close: CloseFrame, *, clean: bool) -> Diagnosis:
    """Pings went unanswered, and their sender gave up with 1011."""
    one, two = close.side, other(close.side)
    lost = min((each for side in (one, two) if (each := facts.lost(side))), key=lambda each: each.sent, default=None)
    pings = facts.unanswered(one)
    vanished = (
        lost is not None and lost.row is not None and lost.row.time <= close.row.time and lost.row.kind != "close"
    )
    if lost is not None and vanished:
        return silence(facts, lost, first=one, code=1011)
    start = f"the {one} sent a ping, got no pong in time and gave up with {code_words(1011)}: "
    advice = f"let the {two}'s program yield (await) often enough to answer pings; a longer ping_timeout only hides that it does not"
    certainty: Certainty = "certain"
    doubt = ""
    if two not in facts.recorded:
        certainty = "unknown"
        why = f"the {two} is gone, or the path to it"
        advice = f"connect again, and record the {two}'s end to see which of them it was"
        doubt = f"from the {one}'s end a silent drop, a blocked program and a very slow {two} look the same"
    elif pings[0].arrived is not None and pings[0].arrived > close.row.time + facts.started:
        why = f"the {two} read the ping only after that, so its program was blocked"
    elif pings[0].answer is not None:
        why = f"the {two} answered too late"
    elif pings[0].arrived is None:
        certainty, doubt = "unknown", HERE
        why = f"the ping never reached the {two}"
    else:
        why = f"the {two} had read the ping and did not answer"
    return Diagnosis(
        "keepalive-timeout", start + why, advice, certainty, tuple(evidence(facts)), doubt, one, 1011, clean
    )
