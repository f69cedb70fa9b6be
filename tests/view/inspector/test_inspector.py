"""The byte inspector without a browser: what it says of frames, its static twin, its bounds, and what hostile bytes do to it."""

from __future__ import annotations

import itertools
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Opcode

from tests.timeline.pair import Pair
from tests.view.traffic import Conversation
from wslab.timeline import Row, Timeline
from wslab.view import Dissection, dissect
from wslab.view.inspector import dissection as module
from wslab.view.inspector.bit_diagram import bit_diagram
from wslab.view.inspector.characters import text_pieces
from wslab.view.inspector.description import MOST_FRAMES, describe_dissection
from wslab.view.inspector.frame import MOST_BYTES
from wslab.view.inspector.rows import inspect_row
from wslab.view.inspector.static_html import MOST_OPEN, inspector_html, signs_at
from wslab.wire import Deflate, close_body, frame

KEY = bytes.fromhex("37fa213d")
HELLO = frame("Hello", mask=KEY)  # RFC 6455 section 5.7
UP = "client to server"


class Reader(HTMLParser):
    """What a browser would make of HTML: its text, and its elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def twin(data: bytes, **options: Any) -> str:
    return inspector_html(describe_dissection(dissect(data, **options)), "wslab-inspector-0")


def one(data: bytes, **options: Any) -> dict[str, Any]:
    """What is said of the only frame."""
    (told,) = describe_dissection(dissect(data, **options))["frames"]
    return dict(told)


def rows_of(timeline: Timeline, *kinds: str) -> list[Row]:
    return [row for row in timeline.rows(0, timeline.end) if row.kind in kinds]


def test_dissect_gives_frames_text_and_html() -> None:
    found = dissect(HELLO, direction=UP)
    assert isinstance(found, Dissection)
    assert [each.payload for each in found] == [b"Hello"]
    bundle = found._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == str(found) == "     0  FIN text, masked, length 5  'Hello'"


def test_the_diagram_is_that_of_the_rfc_for_this_frame() -> None:
    told = one(HELLO)
    assert bit_diagram(told["fields"], HELLO, told["header"]) == (
        " 0                   1                   2                   3\n"
        " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n"
        "+-+-+-+-+-------+-+-------------+-------------------------------+\n"
        "|1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|0 0 1 1 0 1 1 1 1 1 1 1 1 0 1 0|\n"
        "|F|R|R|R| opcode|M| Payload len |          Masking-key          |\n"
        "|I|S|S|S|       |A|             |                               |\n"
        "|N|V|V|V|       |S|             |                               |\n"
        "| |1|2|3|       |K|             |                               |\n"
        "+-+-+-+-+-------+-+-------------+-------------------------------+\n"
        "|0 0 1 0 0 0 0 1 0 0 1 1 1 1 0 1|0 1 1 1 1 1 1 1 1 0 0 1 1 1 1 1|\n"
        "|     Masking-key continued     |          Payload data         |\n"
        "+-------------------------------+-------------------------------+"
    )


@pytest.mark.parametrize("size", [0, 1, 2, 125, 126, 65536])
@pytest.mark.parametrize("mask", [False, KEY])
def test_every_line_of_a_diagram_is_as_wide_as_its_border(size: int, mask: bool | bytes) -> None:
    data = frame(bytes(size), mask=mask)
    told = one(data)
    lines = bit_diagram(told["fields"], bytes.fromhex(told["wire"]), told["header"]).split("\n")[2:]
    shown = sum(len(re.findall("[01]", line)) for line in lines if not re.search("[A-Z]", line) and line[0] == "|")
    assert shown >= told["header"] * 8
    assert all(line[0] + line[-1] in ("++", "||") for line in lines)
    assert len({len(line) for line in lines}) <= 2  # the last row may be shorter


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (HELLO, {"direction": UP}),
        (frame(b"x" * 70_000, mask=KEY), {}),
        (frame(close_body(1000, "bye"), "close"), {}),
        (frame("", "ping"), {}),
        (b"\x81\xfe\x01", {}),
    ],
)
def test_the_static_twin_names_every_field_with_bits_meaning_and_section(data: bytes, options: dict[str, Any]) -> None:
    found = dissect(data, **options)
    text = Reader(twin(data, **options)).text
    for field in found.frames[0].fields if found.frames else found.partial.fields if found.partial else ():
        first, stop = field.bits
        bits = f"{first}\u2013{stop - 1}" if stop > first + 1 else str(first) if stop > first else "none"
        assert f"{field.name}{bits}" in text
        assert f"{field.meaning}{field.section}" in text


def test_the_static_twin_writes_out_how_bytes_are_unmasked_and_what_they_became() -> None:
    text = Reader(twin(frame("H\u00e9!", mask=KEY))).text
    assert (
        "payload byte    0  1  2  3\n"
        "on the wire    7f 39 88 1c\n"
        "XOR key        37 fa 21 3d\n"
        "= unmasked     48 c3 a9 21\n"
        "it became       H  \u00e9  \u00b7  !\n"
    ) in text


def test_below_each_byte_of_the_twin_stand_the_letters_of_its_fields() -> None:
    text = Reader(twin(HELLO)).text
    assert "0000  81  85  37  fa  21  3d  7f  9f  4d  51  58 " in text
    assert "      FRO ML  K   K   K   K   P   P   P   P   P" in text


def test_the_twin_keeps_to_tags_and_attributes_that_survive_a_sanitizer() -> None:
    data = HELLO + frame("no mask", rsv2=True) + frame(close_body(1005), "close") + b"\x88"
    read = Reader(twin(data, direction=UP))
    assert read.tags <= {
        *("div", "p", "b", "details", "summary", "pre", "span", "code"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert read.attributes <= {"class", "style", "open"}
    assert read.open == []


@pytest.mark.parametrize("opcode", ["text", "binary", "ping", "close"])
def test_hostile_payloads_are_text_and_never_markup(opcode: str) -> None:
    attack = b'<img src=x onerror="alert(1)"></pre><script>alert(1)</script>\x00\x1b[31m\xe2\x80\xae'
    body = b"\x03\xe8" + attack if opcode == "close" else attack
    html = twin(frame(body, opcode, mask=KEY))
    read = Reader(html)
    assert not {"img", "script"} & read.tags
    assert "onerror" not in read.attributes
    assert not re.search(r"<[^/a-z]", html)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", html)


def test_what_cannot_be_seen_or_would_reorder_text_is_shown_as_something_else() -> None:
    pieces = one(frame("\x00\n \u202e\u0301\x9b"))["pieces"]
    assert [piece[2] for piece in pieces] == ["⟨NUL⟩", "⟨LF⟩", "\u2423", "⟨RLO⟩", "\u25cc\u0301", "⟨U+009B⟩"]


def test_the_rest_of_a_character_that_may_still_come_is_no_error() -> None:
    begun, never = b"a\xe2\x82", b"a\xe2A"
    assert [piece[2:] for piece in text_pieces(b"", begun, b"", whole=False)][1:] == [
        ("\u2026", "the beginning of a character whose rest has not come")
    ]
    assert [piece[3] for piece in text_pieces(b"", begun, b"")][1:] == ["no UTF-8"] * 2
    assert [piece[3] for piece in text_pieces(b"", never, b"", whole=False)][1] == "no UTF-8"


def test_the_head_before_the_frames_is_named_and_not_shown() -> None:
    data = b"GET /?<b> HTTP/1.1\r\nAuthorization: secret\r\n\r\n" + HELLO
    html = twin(data)
    assert "GET /?&lt;b&gt;" in html
    assert "secret" not in html
    assert "an HTTP head of 45 bytes" in html


def test_violations_are_named_with_section_level_words_and_close_code() -> None:
    told = one(b"\x83\x02hi", direction=UP)
    assert [(each["section"], each["level"], each["code"]) for each in told["violations"]] == [
        ("RFC 6455 section 5.2", "MUST", 1002),
        ("RFC 6455 section 5.1", "MUST", 1002),
    ]
    assert [field["name"] for field in told["fields"] if field["broken"]] == ["opcode", "MASK"]
    text = Reader(twin(b"\x83\x02hi", direction=UP)).text
    assert "opcode 0x3 is reserved (RFC 6455 section 5.2, MUST:" in text
    assert "a client MUST mask all frames" in text
    assert "Receivers customarily answer 1002." in text


def test_what_is_missing_is_said() -> None:
    text = Reader(twin(HELLO[:8])).text
    assert "Not whole: frame 0 is not whole: at least 3 bytes are missing" in text
    assert "it became       H  e" in text
    assert "at least 1 byte missing" in Reader(twin(b"\x81")).text


def test_a_field_of_which_only_some_bytes_have_come_is_told_too() -> None:
    length, key = one(b"\x81\xfe\x01"), one(b"\x81\x85\x37\xfa")
    assert length["fields"][-1]["name"] == "Extended payload length"
    assert length["fields"][-1]["meaning"] == "1 of its 2 bytes have come"
    assert (key["fields"][-1]["name"], key["fields"][-1]["bits"]) == ("Masking-key", [16, 32])


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    assert describe_dissection(dissect(b""))["frames"] == []
    assert "0 frames, 0 bytes" in twin(b"")


def test_payloads_and_frames_are_bounded_and_the_rest_is_counted() -> None:
    told = one(frame(b"x" * 100_000, mask=KEY))
    assert len(told["payload"]) == 2 * MOST_BYTES
    assert len(told["wire"]) == 2 * (MOST_BYTES + told["header"])
    assert told["size"] == 100_000 + 14
    many = describe_dissection(dissect(HELLO * 1000 + frame("x", rsv2=True)))
    assert len(many["frames"]) == MOST_FRAMES
    assert (many["more"], many["moreBroken"]) == (1001 - MOST_FRAMES, 1)
    assert len(twin(frame(b"\xff" * 5000, rsv1=True, rsv2=True, mask=KEY) * 1000, direction=UP)) < 200_000
    assert twin(HELLO * 1000).count("<details") == MOST_OPEN


def test_the_same_bytes_give_the_same_output_and_one_widget() -> None:
    first, second = (dissect(HELLO * 3, direction=UP)._repr_mimebundle_() for _ in range(2))
    other = dissect(HELLO * 3)._repr_mimebundle_()
    assert first == second != other
    (key,) = re.findall(r"wslab-inspector-[0-9a-f]{12}", first["text/html"])
    assert module._live[key].told == describe_dissection(dissect(HELLO * 3, direction=UP))
    assert sum(name == key for name in module._live) == 1


def test_showing_ever_new_bytes_keeps_a_bounded_number_of_widgets() -> None:
    dissect(frame("the first"))._repr_mimebundle_()
    first = next(reversed(module._live.values()))
    for number in range(module.MOST_LIVE):
        dissect(frame(str(number)))._repr_mimebundle_()
    assert len(module._live) == module.MOST_LIVE
    assert first not in module._live.values()
    assert first.comm is None


def test_a_character_cut_by_the_border_of_frames_is_one_character_in_each() -> None:
    text = "a\u20acz".encode()
    first, second = describe_dissection(dissect(frame(text[:2], "text", fin=False) + frame(text[2:], 0)))["frames"]
    assert [piece[:3] for piece in first["pieces"]] == [(0, 1, "a"), (1, 4, "\u20ac")]
    assert [piece[:3] for piece in second["pieces"]] == [(-1, 2, "\u20ac"), (2, 3, "z")]
    assert (second["message"]["place"], second["message"]["start"], second["message"]["preview"]) == (
        1,
        2,
        '"a\u20acz"',
    )


@given(st.text(max_size=30), st.integers(0, 60), st.integers(0, 60))
@settings(deadline=None, max_examples=100)
def test_wherever_a_text_is_cut_its_characters_are_the_same(text: str, one: int, two: int) -> None:
    data = text.encode()
    a, b = sorted((min(one, len(data)), min(two, len(data))))
    found: dict[int, int] = {}
    for start, stop in ((0, a), (a, b), (b, len(data))):
        pieces = text_pieces(data[max(0, start - 3) : start], data[start:stop], data[stop : stop + 3])
        found |= {start + piece[0]: start + piece[1] for piece in pieces}
    edges = [0]
    for char in text:
        edges.append(edges[-1] + len(char.encode()))
    assert sorted(found.items()) == [(first, stop) for first, stop in itertools.pairwise(edges)]


@given(st.binary(max_size=40), st.binary(max_size=3), st.binary(max_size=3))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_covered_without_gap_or_overlap(data: bytes, before: bytes, after: bytes) -> None:
    pieces = text_pieces(before, data, after)
    covered = [place for first, stop, _, _ in pieces for place in range(max(0, first), min(stop, len(data)))]
    assert covered == list(range(len(data)))


@given(st.binary(max_size=60))
@settings(deadline=None, max_examples=200)
def test_any_bytes_at_all_can_be_shown(data: bytes) -> None:
    told = describe_dissection(dissect(data, direction=UP, deflate="unknown"))
    json.dumps(told)
    read = Reader(inspector_html(told, "k"))
    assert read.open == []
    assert "script" not in read.tags


def test_a_byte_belongs_to_the_part_and_not_to_what_encloses_it() -> None:
    fields = one(frame(close_body(1000, "bye"), "close"))["fields"]
    assert [signs_at(fields, byte) for byte in range(7)] == ["FRO", "ML", "S", "S", "T", "T", "T"]


def test_a_compressed_message_says_what_it_became_when_that_is_known() -> None:
    rfc = bytes.fromhex("c107f248cdc9c90700")  # RFC 7692 section 7.2.3.1
    known, unknown = one(rfc, deflate=Deflate()), one(rfc, deflate="unknown")
    assert known["message"]["preview"] == '"Hello"'
    assert known["pieces"] == []
    assert unknown["message"]["preview"] == ""
    assert unknown["message"]["reason"]
    assert "What it says is not known" in twin(rfc, deflate="unknown")


def test_a_row_of_the_log_is_inspected_with_what_the_log_finds_wrong() -> None:
    """Each of these is wrong, or not, by what went before the row."""
    timeline = Timeline()
    pair = Pair(timeline, deflate=True)
    pair.write("server", frame("x", 9, rsv1=True))
    pair.frame("server", 1, b"inflates to this, \xff")
    pair.write(
        "server", frame(close_body(1000), "close") + frame("late", rsv2=True, fin=False) + frame("r", 0, rsv2=True)
    )
    timeline.refresh()
    rows = [row for row in timeline.rows() if row.source == "server to client"][1:]
    named = []
    for row in rows:
        told = inspect_row(timeline, row)
        assert told is not None
        named.append([[found["what"].split(":")[0] for found in each["violations"]] for each in told["frames"]])
        assert told["summary"].count("violation") == bool(row.violations)
        assert [[field["name"] for field in each["fields"] if field["broken"]] != [] for each in told["frames"]] == [
            each["violations"] != [] for each in told["frames"]
        ]
    unknown = "RSV2 is set, and no extension was agreed on that gives it a meaning"
    late = "a data frame behind a Close frame"
    assert named == [
        [["RSV1 is set on a control frame"]],
        [["the text is not UTF-8"]],
        [[]],
        [[unknown, late], [unknown, late]],
    ]


def test_a_row_of_the_log_opens_into_its_frames() -> None:
    timeline = Timeline()
    talk = Conversation(timeline, deflate=True)
    talk.text("na " * 100, up=True)
    talk.text("na " * 100, up=True)  # inflates only with what came before
    talk.frame(Opcode.BINARY, b"one", fin=False)
    talk.frame(Opcode.CONT, b"two")
    talk.close(4001, "wrong")
    first, second, pieces = (inspect_row(timeline, row) for row in rows_of(timeline, "message"))
    close = inspect_row(timeline, rows_of(timeline, "close")[0])
    assert first is not None
    assert second is not None
    assert pieces is not None
    assert close is not None
    for told in (first, second):
        (told_frame,) = told["frames"]
        assert told_frame["message"]["preview"].startswith('"na na')
        assert told_frame["violations"] == []
    assert [each["opcode"] for each in pieces["frames"]] == [Opcode.BINARY, Opcode.CONT]
    assert close["frames"][0]["pieces"][0][:3] == (0, 2, "4001")


def test_a_row_whose_bytes_are_gone_has_nothing_to_inspect() -> None:
    timeline = Timeline()
    Conversation(timeline).text("gone")
    (row,) = rows_of(timeline, "message")
    timeline.clear()
    assert inspect_row(timeline, row) is None
