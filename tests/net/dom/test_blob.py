"""A Blob is bytes that are awaited (W3C File API section 3)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab import BadType, Blob


@given(st.lists(st.one_of(st.binary(), st.text())))
def test_it_holds_its_parts_in_order(parts: list[bytes | str]) -> None:
    whole = b"".join(
        part if isinstance(part, bytes) else part.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
        for part in parts
    )
    blob = Blob(parts)
    assert blob.size == len(whole)
    assert asyncio.run(read(blob)) == whole
    assert asyncio.run(read(Blob([blob, blob]))) == whole + whole


@given(st.binary(), st.none() | st.integers(-20, 20), st.none() | st.integers(-20, 20))
def test_a_slice_of_it_is_a_slice_of_its_bytes(data: bytes, start: int | None, end: int | None) -> None:
    assert asyncio.run(read(Blob([data]).slice(start, end))) == data[start:end]


async def read(blob: Blob) -> bytes:
    return await blob.arrayBuffer()


async def test_text_reads_utf_8_without_its_mark_and_replaces_what_is_none() -> None:
    assert await Blob(["你好"]).text() == "你好"
    assert await Blob([b"\xef\xbb\xbfhi"]).text() == "hi"
    assert await Blob([b"a\xffb"]).text() == "a\ufffdb"


def test_its_type_is_in_lower_case_or_empty() -> None:
    assert Blob(type="Image/PNG").type == "image/png"
    assert Blob(type="image/é").type == ""
    assert Blob([b"abc"], type="a/b").slice(0, 1).type == ""
    assert Blob([b"abc"]).slice(0, 1, "Text/Plain").type == "text/plain"


def test_it_shows_its_size_and_never_its_bytes() -> None:
    assert repr(Blob([b"abc"])) == "<Blob 3 bytes>"
    assert repr(Blob([b"abc"], type="text/plain")) == "<Blob 3 bytes, text/plain>"


def test_a_forgotten_await_says_what_to_write() -> None:
    with pytest.raises(AttributeError, match=r"Write: data = await blob\.arrayBuffer\(\)"):
        Blob([b"abc"]).arrayBuffer().hex()
    assert "await blob.text()" in repr(Blob().text())


@pytest.mark.parametrize("parts", [b"abc", "abc", 5, None, [5], [None]])
def test_other_parts_are_refused_with_what_to_write(parts: Any) -> None:
    with pytest.raises(
        BadType, match=r"Blob\(\) takes a list of parts, not .*Blob\(\[part\]\)|a part of a Blob is text"
    ):
        Blob(parts)


def test_a_slice_takes_whole_numbers() -> None:
    with pytest.raises(BadType, match=r"start is a whole number of bytes, not 'a'; write blob\.slice\(0, 10\)"):
        Blob().slice("a")  # type: ignore[arg-type]
