"""Endings without a Close frame, and bytes that never arrived.

    bytes never arrived, their receiver lived on            silent-drop; after a long silence idle-cut
    the system gave up: nothing was acknowledged            the same, from one end
    pings unanswered, their sender ended TCP                the same, from one end
    both ends got RST                                       cut-between
    RST or FIN after a long silence, nobody knows whose     idle-cut
    RST                                                     reset
    FIN                                                     no-close

Where a fault ended TCP on purpose, that end's ending is taken for the path's: nobody knows whose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.diagnosis.evidence import evidence
from wslab.timeline.diagnosis.facts import SIDES, other
from wslab.timeline.diagnosis.result import Diagnosis

if TYPE_CHECKING:
    from typing import Literal

    from wslab.timeline.diagnosis.fact_records import Lost, Side
    from wslab.timeline.diagnosis.facts import Facts

HERE = "bytes are recorded where a program reads them: a program that reads no more looks the same as a path that drops them"

_HEARTBEAT = (
    "send heartbeats more often than the path forgets (ping_interval at the server, small messages from a page)"
)
_RECONNECT = "notice it with heartbeats (ping_interval, ping_timeout), and connect again when one goes unanswered"


def cut(facts: Facts) -> Diagnosis:
    """The diagnosis of an open connection that ended without any Close frame."""
    swallowed = facts.swallowed()
    if swallowed is not None:
        return silence(facts, swallowed)
    hows = {side: facts.how(side) for side in SIDES}
    if "system" in hows.values():
        return _unacknowledged(facts)
    both = len(facts.recorded) == 2
    if both and set(hows.values()) == {"reset"}:
        return _between(facts)
    for side in SIDES:
        if hows[side] == "reset here" or (hows[side] == "reset" and hows[other(side)] != "reset here"):
            one = side if hows[side] == "reset here" else other(side)
            return _reset(facts, one)
    for side in facts.recorded:
        if hows[side] == "here" and other(side) not in facts.recorded and facts.nothing_since(side):
            return _unanswered(facts, side)
    return _in_order(facts)


def silence(facts: Facts, lost: Lost, *, first: Literal["client", "server", ""] = "", code: int = 1006) -> Diagnosis:
    """The diagnosis where bytes of one side never arrived at the other.

    Args:
        facts: The facts.
        lost: The first of these bytes.
        first: Who then closed, to nobody.
        code: With which code.
    """
    one, two = lost.side, other(lost.side)
    idle = facts.idle_before(lost.sent)
    what = f"what the {one} sent no longer reached the {two}"
    if facts.lost(two) is not None:
        what = "what either side sent no longer reached the other"
    return _silent(facts, f"{what}, and TCP told neither", HERE, first, code, idle=idle)


def _unacknowledged(facts: Facts) -> Diagnosis:
    one = next(side for side in SIDES if facts.how(side) == "system")
    end = facts.end(one)
    last = end.sent.time_of(end.sent.stop) if end is not None else None
    idle = last is not None and facts.idle_before(last)
    doubt = f"from the {one}'s end a path that drops and a {other(one)} that lost power look the same"
    what = f"what the {one} sent was not acknowledged any more, until its system gave up"
    return _silent(facts, what, doubt, one, 1006, idle=idle)


def _unanswered(facts: Facts, one: Side) -> Diagnosis:
    """Only the end that pinged was recorded, and it gave up without a Close frame."""
    two, ping = other(one), facts.unanswered(one)[0].row
    what = f"no Close frame: the {one}'s pings went unanswered, nothing came from the {two} any more, and the {one} ended TCP"
    doubt = f"from the {one}'s end a silent drop, a blocked program and a very slow {two} look the same"
    return _silent(facts, what, doubt, one, 1006, idle=facts.idle_before(ping.time + facts.started))


def _silent(
    facts: Facts, what: str, doubt: str, first: Literal["client", "server", ""], code: int, *, idle: bool
) -> Diagnosis:
    if idle:
        sentence = f"{what}; it began after a long silence, so something between them (NAT, firewall, proxy) forgot the idle connection"
        return Diagnosis("idle-cut", sentence, _HEARTBEAT, "likely", tuple(evidence(facts)), doubt, first, code)
    sentence = f"{what}; it began in the middle of traffic, so the path drops bytes or one side is cut off"
    return Diagnosis("silent-drop", sentence, _RECONNECT, "likely", tuple(evidence(facts)), doubt, first, code)


def _between(facts: Facts) -> Diagnosis:
    sentence = (
        "both ends got RST from outside and neither had sent it: something between them (firewall, proxy) ended TCP"
    )
    advice = f"look at what stands between them; where it ends idle connections, {_HEARTBEAT}"
    return Diagnosis("cut-between", sentence, advice, "likely", tuple(evidence(facts)))


def _idle(facts: Facts, one: Side, sign: str) -> Diagnosis:
    """TCP ended after a long silence, and nobody recorded by whom."""
    sentence = (
        f"no Close frame: {sign} came from the {one}'s direction after a long silence, "
        "so something between them (NAT, firewall, proxy) ended the idle connection"
    )
    doubt = f"from the {other(one)}'s end a {one} that happened to end just then looks the same"
    return Diagnosis("idle-cut", sentence, _HEARTBEAT, "likely", tuple(evidence(facts)), doubt)


def _reset(facts: Facts, one: Side) -> Diagnosis:
    """RST of one side."""
    own = facts.own(one)
    if not own and facts.idle_before(facts.ended):
        return _idle(facts, one, "RST")
    start = f"no Close frame: the {one} reset TCP (RST)"
    advice = f"look why the {one}'s program ended, and connect again after a pause"
    if own:
        how = (
            "on purpose"
            if facts.how(one) == "reset here"
            else "which a system does when a program ends TCP with bytes unread"
        )
        sentence = f"{start}, {how}"
        return Diagnosis("reset", sentence, advice, "certain", tuple(evidence(facts)), "", one)
    sentence = f"{start}, or something between did in its name"
    doubt = f"from the {other(one)}'s end a program that crashed or aborted, a machine that started anew and a firewall look the same"
    return Diagnosis("reset", sentence, advice, "likely", tuple(evidence(facts)), doubt, one)


def _in_order(facts: Facts) -> Diagnosis:
    """FIN, or what looks like it from the only end that was recorded."""
    one = _ended_first(facts)
    end = facts.end(one)
    if end is not None and facts.how(one) == "error":
        sentence = f"no Close frame: TCP failed at the {one}: {end.ending}"
        advice = f"look up the error in the {one}'s program, and connect again after a pause"
        return Diagnosis(
            "reset", sentence, advice, "likely", tuple(evidence(facts)), f"what led to that error at the {one}"
        )
    if not facts.own(one) and facts.idle_before(facts.ended):
        return _idle(facts, one, "FIN")
    sentence = f"no Close frame: the {one} ended TCP in order (FIN), without the closing handshake"
    advice = f"let the {one}'s program close with a code before it ends, for instance with close(1001)"
    if facts.own(one):
        return Diagnosis("no-close", sentence, advice, "certain", tuple(evidence(facts)), "", one)
    doubt = (
        f"from the {other(one)}'s end a program that was killed (its system sends the FIN), one that ends TCP itself "
        "and a proxy that does so look the same"
    )
    return Diagnosis("no-close", sentence, advice, "likely", tuple(evidence(facts)), doubt, one)


def _ended_first(facts: Facts) -> Side:
    """Who ended TCP first: the end that had seen no FIN, else the one whose FIN came first at the other."""
    fins = {side: end.fin for side in facts.recorded if (end := facts.end(side)) is not None}
    without = [side for side, fin in fins.items() if fin is None]
    if len(without) == 1:
        return without[0]
    if without:  # neither saw one: who was over first
        return min(without, key=lambda side: facts.end(side).closed or 0)  # type: ignore[union-attr]
    return other(min(fins, key=lambda side: fins[side] or 0))
