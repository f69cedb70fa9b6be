"""Endings before the connection was open: no TCP, no answer, no 101, or a 101 that the client did not accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.diagnosis.evidence import at, remark, tcp, when
from wslab.timeline.diagnosis.facts import SIDES, other
from wslab.timeline.diagnosis.result import Diagnosis, Evidence
from wslab.timeline.diagnosis.statuses import refusal
from wslab.timeline.records import tcp_words
from wslab.wire import explain

if TYPE_CHECKING:
    from wslab.timeline.diagnosis.fact_records import EndFacts, Side
    from wslab.timeline.diagnosis.facts import Facts
    from wslab.timeline.diagnosis.result import Certainty
    from wslab.timeline.records import Row
    from wslab.wire import Handshake

_TLS_RECORD = b"\x16\x03"  # a handshake record of TLS (RFC 8446 section 5.1)


def no_tcp(facts: Facts, end: EndFacts) -> Diagnosis:
    """The diagnosis of a client whose TCP connection never came to be."""
    words, doubt = end.ending, ""
    certainty: Certainty = "certain"
    if words.startswith(tcp_words.REFUSED):
        cause, why = "refused-tcp", "refused, for nobody listens at that address and port"
        advice = "start the server first, and take the address from it: lab.WebSocket(server.url)"
        doubt = "a firewall that refuses looks the same"
    elif tcp_words.UNRESOLVED in words:
        cause, why, advice = "dns", words, "correct the host name in the URL, or look whether the network is up"
    elif words.startswith(tcp_words.TLS):
        cause = "tls"
        if "not trusted" in words:
            why = "TLS failed, for the client does not trust the server's certificate"
            advice = "use a certificate that the client trusts, for the very host name in the URL"
        else:
            why = "TLS failed, for the two found no common language"
            advice = "look whether the server speaks TLS at that port at all; if not, write ws: instead of wss:"
            certainty, doubt = (
                "likely",
                "a server that does not speak TLS and one of another TLS version look alike from here",
            )
    elif words.startswith(tcp_words.NO_ANSWER):
        cause, why = "tcp-timeout", "no answer came from that address"
        advice = "look whether the machine runs, and whether a firewall lets the port pass"
        doubt = "a machine that is off, a wrong address and a firewall that drops look the same"
        certainty = "unknown"
    elif not words or words in (tcp_words.GIVEN_UP, "never connected"):
        cause, why, advice = (
            "given-up",
            "the client's own side gave up first",
            "await socket.opened() before you close it",
        )
    else:
        cause, why, advice = "tcp-failed", words, "look up the error of your system; it stands in the evidence"
    row = facts.row(end.side, "TCP connection failed")
    found = [Evidence(row.id, f"{row.name}: {row.text}", at(facts, row))] if row is not None else tcp(facts)
    found += _asked_to_close(facts)
    start = "no connection" if cause == "tls" else "no TCP connection"
    return Diagnosis(cause, f"{start}: {why}", advice, certainty, tuple(found), doubt)


def not_opened(facts: Facts) -> Diagnosis:
    """The diagnosis of a TCP connection on which no WebSocket was opened."""
    nobody = facts.row("server", "nobody behind the relay")
    if nobody is not None:
        return _nobody_behind(facts, nobody)
    if facts.response is None:
        return _unanswered(facts)
    if facts.status is None:
        row = facts.rows["server"][0] if facts.rows["server"] else None
        sentence = "no WebSocket: what answered does not speak HTTP"
        found = [*_heads(facts), *([Evidence(row.id, row.problem, at(facts, row))] if row else []), *tcp(facts)]
        advice = "look what listens at that port: it is another kind of server"
        return Diagnosis("not-http", sentence, advice, "certain", tuple(found), "", "client")
    row = facts.rows["server"][0] if facts.rows["server"] else None
    wrong = _wrong_request(facts)
    said = refusal(facts.status, facts.answer, itself="server" in facts.recorded, wrong=bool(wrong))
    own = [
        row
        for row in facts.remarks
        if row.source == "server" and row.kind == "note" and not row.name.startswith("TCP ")
    ]
    found = _heads(facts)
    if said.cause == "bad-request":
        found += wrong
    found += [Evidence(row.id if row else None, line) for line in said.lines]
    found += [*(remark(facts, row) for row in own[:3]), *tcp(facts)]
    return Diagnosis(said.cause, said.sentence, said.advice, said.certainty, tuple(found), said.doubt, "server")


def not_accepted(facts: Facts) -> Diagnosis | None:
    """The diagnosis where the client rejected a 101; None where it accepted it."""
    said = [row for row in facts.rows["client"] if row.kind != "handshake"]
    if said or not facts.rows["client"] or not facts.rows["server"] or facts.how("client") != "here":
        return None
    read = _explained(facts)
    if read is None or read.response is None:
        return None
    problems = list(read.response.problems)
    asked = {line.name.lower() for line in read.request.lines if line.value is not None} if read.request else set()
    answered = {line.name.lower() for line in read.response.lines if line.value is not None}
    if not problems and "sec-websocket-protocol" in asked - answered:
        problems = ["the client offered subprotocols and the server chose none: browsers then fail the connection"]
    if not problems:
        return None
    row = facts.rows["server"][0]
    found = [*_heads(facts), *(Evidence(row.id, problem) for problem in problems), *tcp(facts)]
    sentence = "no WebSocket: the server answered 101, and the client did not accept how"
    advice = "mend the server's response; the evidence says which header is wrong"
    return Diagnosis("handshake-failed", sentence, advice, "certain", tuple(found), "", "client")


def _nobody_behind(facts: Facts, row: Row) -> Diagnosis:
    """A relay accepted the connection, and had nobody to pass it on to."""
    sentence = (
        "no WebSocket: the server behind the relay never began to listen, so the relay reset the connection (RST)"
    )
    advice = "run the cell that starts that server once more, and look in its output why it does not listen"
    found = [remark(facts, row), *_heads(facts), *tcp(facts)]
    return Diagnosis("tcp-failed", sentence, advice, "certain", tuple(found), "", "server")


def _unanswered(facts: Facts) -> Diagnosis:
    """Nothing came back."""
    request = facts.rows["client"][0] if facts.rows["client"] else None
    begun = _first_bytes(facts)
    found = [*_heads(facts), *_asked_to_close(facts), *tcp(facts)]
    first = _who_ended(facts)
    if begun.startswith(_TLS_RECORD):
        sentence = "no WebSocket: the client began with TLS, and the server at that port does not speak it"
        advice = "write ws: instead of wss:, or give the server a certificate (ssl=)"
        found.insert(
            0, Evidence(None, f"the first bytes from the client are {begun[:2].hex(' ')}, a TLS handshake record")
        )
        return Diagnosis("tls-to-plain", sentence, advice, "certain", tuple(found), "", first)
    if not begun:
        sentence = "no WebSocket: TCP was opened, and the client asked for nothing"
        advice = "nothing is wrong with a port check or a load balancer's probe; a client must send its request at once"
        doubt = "a port check, a probe and a client that died look the same"
        return Diagnosis("no-request", sentence, advice, "unknown", tuple(found), doubt, first)
    if request is None or request.problem:
        sentence = "no WebSocket: what the client sent is no whole HTTP request"
        advice = "send the request line, the header lines and the blank line behind them"
        return Diagnosis("bad-request", sentence, advice, "certain", tuple(found), "", first)
    if first == "server":
        sentence = "no WebSocket: the server ended TCP before it answered the opening handshake"
        advice = "look at the server's program: it failed, or it expects something else, such as wss: instead of ws:"
        sure = "server" in facts.recorded
        doubt = "" if sure else "from the client's end a server and a proxy in front of it look the same"
        return Diagnosis(
            "handshake-unanswered", sentence, advice, "certain" if sure else "likely", tuple(found), doubt, first
        )
    if _asked_to_close(facts):
        sentence = "no WebSocket: the client's own code closed it before the opening handshake was answered"
        return Diagnosis(
            "given-up", sentence, "await socket.opened() before you close it", "certain", tuple(found), "", "client"
        )
    sentence = "no WebSocket: the opening handshake was not answered, and the client gave up"
    advice = "look whether the server's program is blocked, or whether it waits for something before it answers"
    doubt = "from the client's end a server that is blocked and a path that drops the answer look the same"
    sure = "server" in facts.recorded
    return Diagnosis("given-up", sentence, advice, "likely", tuple(found), "" if sure else doubt, "client")


def _who_ended(facts: Facts) -> Side:
    """Who ended TCP, as the client saw it if its end was recorded."""
    one: Side = "client" if "client" in facts.recorded else "server"
    return one if facts.how(one) in ("here", "reset here") else other(one)


def _first_bytes(facts: Facts) -> bytes:
    stream = facts.streams.get("client")
    return stream.read(0, 16) if stream is not None else b""


def _heads(facts: Facts) -> list[Evidence]:
    rows = [row for side in ("client", "server") for row in facts.rows[side][:1] if row.kind == "handshake"]
    return [Evidence(row.id, row.name, at(facts, row)) for row in rows]


def _asked_to_close(facts: Facts) -> list[Evidence]:
    row: Row | None = facts.row("client", "close()")
    return (
        [Evidence(row.id, "the client's own code called close()", when(facts, row.time + facts.started))] if row else []
    )


def _wrong_request(facts: Facts) -> list[Evidence]:
    read = _explained(facts)
    if read is None or read.request is None:
        return []
    row = facts.rows["client"][0].id
    return [Evidence(row, f"the request's {line.name}: {line.problem}") for line in read.request.lines if line.problem]


def _explained(facts: Facts) -> Handshake | None:
    """The heads of both sides, explained, as far as their bytes are kept."""
    heads = []
    for side in SIDES:
        row = next((row for row in facts.rows[side] if row.kind == "handshake"), None)
        stream = facts.streams.get(side)
        heads.append(stream.read(row.start, row.stop) if row is not None and stream is not None else None)
    return explain(*heads) if all(heads) else None
