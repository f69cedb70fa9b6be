"""One line of a saved recording, which may have been written by anybody: nothing is taken out of it unchecked."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from wslab.timeline.records import Address, RecordingError

LARGEST_NUMBER = 1 << 62
"""No number in a recording is larger: offsets and times fit into 64 bits."""


class JsonLine:
    """A line, or an object within it.

    Args:
        data: The object.
        number: The number of the line, from 1.
        path: The file.
    """

    def __init__(self, data: dict[str, Any], number: int, path: str) -> None:
        self.data = data
        self.number = number
        self.path = path

    @classmethod
    def parse(cls, line: bytes, number: int, path: str) -> JsonLine:
        """Read a line of a file.

        Raises:
            RecordingError: It is no JSON object.
        """
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = "the file ends in the middle of it" if not line.endswith(b"\n") else f"it is no JSON ({error})"
            raise _wrong(path, number, what) from error
        if not isinstance(data, dict):
            raise _wrong(path, number, f"a JSON object was expected, not {_short(data)}")
        return cls(data, number, path)

    def wrong(self, what: str) -> RecordingError:
        """The error that says what is wrong with this line."""
        return _wrong(self.path, self.number, what)

    def integer(
        self, key: str, low: int = -LARGEST_NUMBER, high: int = LARGEST_NUMBER, *, usual: int | None = None
    ) -> int:
        """A whole number; `usual` where the line has none."""
        value = self.data.get(key, usual)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(f'"{key}" must be a whole number from {low} to {high}, not {_short(value)}')
        return value

    def maybe_integer(self, key: str) -> int | None:
        """A whole number, or null."""
        return None if self.data.get(key) is None else self.integer(key)

    def text(self, key: str, *, usual: str | None = None) -> str:
        """A string; `usual` where the line has none."""
        value = self.data.get(key, usual)
        if not isinstance(value, str):
            raise self.wrong(f'"{key}" must be a string, not {_short(value)}')
        return value

    def one_of(self, key: str, choices: tuple[Any, ...]) -> Any:
        """One of a few values."""
        value = self.data.get(key)
        if not isinstance(value, (str, bool, type(None))) or value not in choices:
            raise self.wrong(f'"{key}" must be one of {", ".join(map(json.dumps, choices))}, not {_short(value)}')
        return value

    def seconds(self, key: str) -> float:
        """A time in seconds since the epoch."""
        value = self.data.get(key)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 1 << 40:
            raise self.wrong(f'"{key}" must be seconds since 1970, not {_short(value)}')
        return float(value)

    def inner(self, key: str) -> JsonLine:
        """An object within the line."""
        value = self.data.get(key)
        if not isinstance(value, dict):
            raise self.wrong(f'"{key}" must be an object, not {_short(value)}')
        return JsonLine(value, self.number, self.path)

    def inners(self, key: str) -> list[JsonLine]:
        """A list of objects within the line; none where it has no such list."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(f'"{key}" must be a list of objects, not {_short(value)}')
        return [JsonLine(each, self.number, self.path) for each in value]

    def address(self, key: str) -> Address | None:
        """A host and a port, or null."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and len(value[0]) < 100:
            port = value[1]
            found = Address.of(value) if isinstance(port, int) and 0 <= port < 1 << 16 else None
            if found is not None:
                return found
        raise self.wrong(f'"{key}" must be an IP address and a port, not {_short(value)}')

    def texts(self, key: str) -> list[str]:
        """A list of strings."""
        value = self.data.get(key)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(f'"{key}" must be a list of strings, not {_short(value)}')
        return value

    def bytes(self, key: str) -> bytes:
        """Bytes in base64."""
        try:
            return base64.b64decode(self.text(key), validate=True)
        except (binascii.Error, ValueError) as error:
            if isinstance(error, RecordingError):
                raise
            raise self.wrong(f'"{key}" must be bytes in base64 ({error})') from error


def _wrong(path: str, number: int, what: str) -> RecordingError:
    return RecordingError(
        f"line {number} of {path!r}: {what}; load a file that timeline.export() saved as .jsonl", path=path, line=number
    )


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, (str, int, float, bool)) else type(value).__name__
    return text if len(text) <= 60 else text[:60] + "\u2026"
