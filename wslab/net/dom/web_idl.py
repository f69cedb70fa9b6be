"""Two types of Web IDL that the browser's API is written in: USVString (section 3.2.13) and DOMException (section 2.8.1)."""

from __future__ import annotations

_CODES = {"InvalidStateError": 11, "SyntaxError": 12, "InvalidAccessError": 15}


def usv_string(text: str) -> str:
    """Text as a browser takes it: surrogate pairs combined, lone surrogates U+FFFD (Web IDL, USVString)."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class DOMException(Exception):
    """An exception of the browser's API (Web IDL section 2.8.1).

    Attributes:
        name: Which one it is: ``SyntaxError``, ``InvalidStateError``, ``InvalidAccessError``.
        message: What is wrong, in a sentence.
        code: The number that it had before exceptions had names; 0 for the newer ones.
    """

    def __init__(self, message: str = "", name: str = "Error") -> None:
        super().__init__(message)
        self.message = message
        self.name = name

    @property
    def code(self) -> int:
        """The number of its name, from the time before names."""
        return _CODES.get(self.name, 0)

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"
