"""Exports: which file the suffix asks for, what may not be in it, and what is said when it cannot be written."""

from __future__ import annotations

import base64
import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.pair import Pair
from tests.timeline.saved import again, contents
from wslab.timeline import RecordingError, Timeline
from wslab.timeline.export.segments import checksum
from wslab.timeline.rows import Redactor

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = [".jsonl", ".har", ".pcapng", ".txt"]
SECRETS = [b"sesame-one", b"sesame-two", b"sesame-three", b"sesame-four", b"sesame-five"]
REQUEST = (
    b"GET /chat?room=1 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nCookie: id=sesame-one; b=sesame-two\r\nUpgrade: websocket\r\n"
    b"AUTHORIZATION:Bearer\r\n sesame-three\r\nConnection: Upgrade\r\nX-Fine: stays\r\nProxy-Authorization : sesame-five\r\n\r\n"
)
RESPONSE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nset-cookie: a=sesame-four\r\n\r\n"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def conversation(timeline: Timeline, *, size: int = 10**9) -> Pair:
    """A conversation whose handshake carries credentials, in chunks of a size."""
    pair = Pair(timeline, begin=False)
    for side, head in (("client", REQUEST), ("server", RESPONSE)):
        for at in range(0, len(head), size):
            pair.write(side, head[at : at + size])
    pair.text("client", "Cookie: this is a message\r\nCookie: and stays")
    pair.frame("server", 2, b"\x00\x01Cookie: too")
    return pair


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".JSONL"])
def test_an_export_is_written_and_its_path_returned(suffix: str, tmp_path: Path) -> None:
    timeline = Timeline()
    conversation(timeline).close()
    path = tmp_path / f"talk{suffix}"
    path.write_text("the one before")
    assert timeline.export(str(path)) == path
    assert path.stat().st_size > 500
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_timeline_is_exported_too(suffix: str, tmp_path: Path) -> None:
    assert Timeline().export(tmp_path / f"nothing{suffix}").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("talk.pcap", r"came with '\.pcap', write for example export\('.*talk\.pcapng'\)"),
        ("talk.json", r"came with '\.json', write for example export\('.*talk\.jsonl'\)"),
        ("talk", r"\.jsonl, \.har, \.pcapng, \.txt; '.*talk' came without a suffix"),
    ],
)
def test_another_suffix_is_refused_with_what_to_write(name: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=expected):
        Timeline().export(tmp_path / name)
    assert not names(tmp_path)


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.har").mkdir()
    with pytest.raises(RecordingError, match="is a folder; export"):
        Timeline().export(tmp_path / "a.har")
    with pytest.raises(ValueError, match=r"there is no folder '.*none' to save 'a\.har' in; make it first"):
        Timeline().export(tmp_path / "none" / "a.har")


def test_when_writing_fails_the_file_before_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = Timeline()
    path = timeline.export(tmp_path / "talk.txt")
    before = path.read_bytes()
    timeline.note("something new")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(RecordingError, match=r"cannot be written \(No space left on device\)"):
        timeline.export(path)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["talk.txt"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    Timeline().export(tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").exists()


@pytest.mark.parametrize("size", [1, 7, 10**9])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_export_holds_credentials(suffix: str, size: int, tmp_path: Path) -> None:
    timeline = Timeline()
    conversation(timeline, size=size)
    data = timeline.export(tmp_path / f"talk{suffix}").read_bytes()
    if suffix == ".jsonl":
        lines = [json.loads(line) for line in data.splitlines()]
        streams: dict[tuple[str, str], bytes] = {}
        for line in lines:
            if "chunk" in line:
                key = (line["end"], line["way"])
                streams[key] = streams.get(key, b"") + base64.b64decode(line["bytes"])
        data += b"".join(streams.values())
        assert b"X-Fine: stays" in data
        assert "overwritten" in lines[0]["redacted"]
    assert not [secret for secret in SECRETS if secret in data]


def test_messages_stay_as_they_are(tmp_path: Path) -> None:
    timeline = Timeline()
    conversation(timeline)
    assert contents(again(timeline, tmp_path))["details"] == contents(timeline)["details"]


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_the_rest_of_a_head_whose_beginning_is_gone_tells_nothing(keep: int, tmp_path: Path) -> None:
    timeline = Timeline(keep=keep)
    conversation(timeline, size=150)
    timeline.refresh()
    data = b"".join(chunk for *_, chunk in again(timeline, tmp_path).connections()[0].client_end.sent.timed())  # type: ignore[union-attr]
    assert not [secret for secret in SECRETS if secret in data]


def test_a_second_request_behind_a_refused_one_is_redacted_too(tmp_path: Path) -> None:
    timeline = Timeline()
    pair = Pair(timeline, begin=False)
    pair.write("client", REQUEST)
    pair.write("server", b"HTTP/1.1 403 Forbidden\r\nSet-Cookie: sesame-four\r\nContent-Length: 2\r\n\r\nno")
    pair.write("client", REQUEST)
    loaded = again(timeline, tmp_path)
    for end in loaded.connections()[0].ends:
        assert b"sesame" not in end.sent.read(0, 10**6) + end.received.read(0, 10**6)
    assert contents(loaded)["details"] == contents(timeline)["details"]


@given(st.lists(st.integers(1, 40), max_size=30))
def test_however_a_head_is_cut_the_same_bytes_are_overwritten(sizes: list[int]) -> None:
    whole = Redactor(accepted=True).feed(REQUEST + b"Cookie: a frame")
    redactor, out, at = Redactor(accepted=True), [], 0
    for size in [*sizes, 10**9]:
        out.append(redactor.feed((REQUEST + b"Cookie: a frame")[at : at + size]))
        at += size
    assert b"".join(out) == whole
    assert len(whole) == len(REQUEST) + len(b"Cookie: a frame")
    assert whole.endswith(b"Proxy-Authorization : xxxxxxxxxxx\r\n\r\nCookie: a frame")
    assert b"AUTHORIZATION:xxxxxx\r\n xxxxxxxxxxxx\r\nConnection: Upgrade" in whole


def test_behind_a_head_whose_beginning_is_gone_nothing_is_overwritten() -> None:
    redactor = Redactor(accepted=True, first=100, head_stop=102)
    assert redactor.feed(b"\r\nframe\nCookie: a frame") == b"\r\nframe\nCookie: a frame"


@given(st.binary(max_size=300))
def test_the_checksum_is_the_sum_of_words_with_their_carries(data: bytes) -> None:
    words = [int.from_bytes((data + b"\0")[at : at + 2], "big") for at in range(0, len(data), 2)]
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert checksum(data) in ({0xFFFF - total} if any(data) else {0, 0xFFFF})


def test_the_checksum_of_the_rfc() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D  # RFC 1071 section 3
    assert checksum(b"\xff\xff") == 0


def test_a_har_file_is_as_browsers_write_it(tmp_path: Path) -> None:
    timeline = Timeline()
    pair = conversation(timeline)
    pair.frame("client", 1, "\u4f60".encode()[:1], fin=False)
    pair.frame("server", 9, b"ping")
    pair.frame("client", 0, "\u4f60".encode()[1:])
    pair.close()
    Pair(timeline, deflate=True).text("server", "compressed " * 100)
    log = json.loads(timeline.export(tmp_path / "talk.har").read_bytes())["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "wslab")
    one, two = log["entries"]
    assert one["_resourceType"] == two["_resourceType"] == "websocket"
    assert (one["request"]["method"], one["request"]["url"]) == ("GET", "ws://127.0.0.1:8000/chat?room=1")
    assert one["request"]["queryString"] == [{"name": "room", "value": "1"}]
    assert {"name": "Cookie", "value": "(redacted)"} in one["request"]["headers"]
    assert (one["response"]["status"], one["response"]["statusText"]) == (101, "Switching Protocols")
    assert {"name": "set-cookie", "value": "(redacted)"} in one["response"]["headers"]
    assert (one["serverIPAddress"], one["connection"]) == ("127.0.0.1", "8000")
    messages = one["_webSocketMessages"]
    assert [(message["type"], message["opcode"]) for message in messages] == [("send", 1), ("receive", 2), ("send", 1)]
    assert messages[0]["data"] == "Cookie: this is a message\r\nCookie: and stays"
    assert base64.b64decode(messages[1]["data"]) == b"\x00\x01Cookie: too"
    assert messages[2]["data"] == "\u4f60"
    times = [message["time"] for message in messages]
    assert times == sorted(times)
    began = datetime.fromisoformat(one["startedDateTime"]).timestamp()
    assert began - 0.001 <= times[0] <= times[-1] <= began + 0.001 + one["time"] / 1000
    assert [message["data"] for message in two["_webSocketMessages"]] == ["compressed " * 100]


@pytest.mark.parametrize("deflate", [False, True])
def test_a_har_file_of_a_long_recording_holds_the_messages_that_are_left(deflate: bool, tmp_path: Path) -> None:
    timeline = Timeline(keep=10)
    pair = Pair(timeline, deflate=deflate)
    for index in range(100):
        pair.text("client", f"the same words again, number {index}")
    (entry,) = json.loads(timeline.export(tmp_path / "talk.har").read_bytes())["log"]["entries"]
    assert [each["data"] for each in entry["_webSocketMessages"]] == [
        f"the same words again, number {index}" for index in range(90, 100)
    ]
    assert "made up" in entry["comment"]


def test_the_text_is_the_transcript_with_times(tmp_path: Path) -> None:
    timeline = Timeline()
    conversation(timeline).close()
    timeline.note("a note", "caf\u00e9")
    assert timeline.export(tmp_path / "talk.txt").read_text("utf-8") == timeline.transcript(times=True) + "\n"


@pytest.mark.parametrize("cut", [1, 3, 1000])
@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nCookie: S3CRET\r\n S3CRET\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nCookie: a\n\n S3CRET\r\n\r\n",
        b"GET / HTTP/1.1\r\nCookie\r\n S3CRET\r\n\r\n",
        b"GET / HTTP/1.1\r\nauthorization:\tS3CRET\nHost: x\r\n\r\n",
    ],
)
def test_what_a_head_reads_as_a_credential_is_overwritten_however_it_is_folded(head: bytes, cut: int) -> None:
    redactor = Redactor(accepted=False)
    out = b"".join(redactor.feed(head[at : at + cut]) for at in range(0, len(head), cut))
    assert len(out) == len(head)
    assert b"S3CRET" not in out
    assert out.startswith(b"GET / HTTP/1.1")
    assert (b"Host: x" in out) == (b"Host: x" in head)
