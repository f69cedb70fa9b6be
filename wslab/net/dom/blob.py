"""Bytes that a page reads asynchronously (W3C File API section 3): what a binary message arrives as, unless asked otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from wslab.net.awaitable import awaited
from wslab.net.dom.web_idl import usv_string
from wslab.net.errors import BadType


class Blob:
    """Immutable bytes with a type. Its content is awaited: ``data = await blob.arrayBuffer()``.

    Args:
        parts: What it is made of, in order: `str` (as UTF-8), bytes, or other blobs.
        type: A media type, such as ``image/png``.

    Raises:
        BadType: `parts` holds something else.
    """

    __slots__ = ("_data", "_type")

    def __init__(self, parts: Iterable[str | bytes | bytearray | memoryview | Blob] = (), *, type: str = "") -> None:
        if isinstance(parts, (str, bytes, bytearray, memoryview)) or not isinstance(parts, Iterable):
            raise BadType(f"Blob() takes a list of parts, not {parts!r:.60}; write Blob([part])")
        self._data = b"".join(map(_bytes_of, parts))
        self._type = _media_type(type)

    @property
    def size(self) -> int:
        """How many bytes it holds (File API section 3.2)."""
        return len(self._data)

    @property
    def type(self) -> str:
        """Its media type in lower case; empty for what a WebSocket received (File API section 3.2)."""
        return self._type

    @property
    def content(self) -> bytes:
        """What it holds, at once. Ours: in a page it has to be awaited."""
        return self._data

    @awaited("text = await blob.text()")
    async def text(self) -> str:
        """Read it as UTF-8; bytes that are none become U+FFFD (File API section 3.3.3)."""
        return self._data.decode("utf-8", "replace").removeprefix("\ufeff")

    @awaited("data = await blob.arrayBuffer()")
    async def arrayBuffer(self) -> bytes:
        """Read it as bytes (File API section 3.3.4)."""
        return self._data

    def slice(self, start: int | None = None, end: int | None = None, contentType: str = "") -> Blob:
        """A part of it, as another blob (File API section 3.3.1).

        Args:
            start: The first byte; a negative number counts from the end.
            end: Behind the last byte, counted in the same way.
            contentType: The media type of the new blob.
        """
        for name, value in (("start", start), ("end", end)):
            if value is not None and not isinstance(value, int):
                raise BadType(f"{name} is a whole number of bytes, not {value!r:.60}; write blob.slice(0, 10)")
        first, last, _ = slice(start, end).indices(len(self._data))
        return Blob([self._data[first:last]], type=contentType)

    def __repr__(self) -> str:
        kind = f", {self._type}" if self._type else ""
        return f"<Blob {len(self._data)} bytes{kind}>"


def _bytes_of(part: str | bytes | bytearray | memoryview | Blob) -> bytes:
    if isinstance(part, Blob):
        return part.content
    if isinstance(part, str):
        return usv_string(part).encode()
    if isinstance(part, (bytes, bytearray, memoryview)):
        return bytes(part)
    raise BadType(f"a part of a Blob is text, bytes or a Blob, not {type(part).__name__} {part!r:.60}")


def _media_type(text: str) -> str:
    """Lower case, or nothing at all where a character is no printable ASCII (File API section 3.1)."""
    return text.lower() if all(" " <= c <= "~" for c in text) else ""
