"""Frames put together into messages (RFC 6455 section 5.4), after websockets' parser has checked each one."""

from __future__ import annotations

from websockets.frames import Frame, Opcode


class NotUTF8(Exception):
    """A text message is not UTF-8: the connection is failed (RFC 6455 section 8.1)."""


class Assembler:
    """Puts the data frames of one direction together; control frames between them are passed over."""

    __slots__ = ("_parts", "_text")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._text = False

    def take(self, frame: Frame) -> tuple[str | bytes, int] | None:
        """Take the next frame.

        Returns:
            The message that it completed and its size in bytes, or None.

        Raises:
            NotUTF8: It completed a text message that is none.
        """
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            self._text = opcode is Opcode.TEXT
        elif opcode is not Opcode.CONT:
            return None
        if not frame.fin:
            self._parts.append(bytes(frame.data))
            return None
        data = bytes(frame.data)
        if self._parts:
            data, self._parts = b"".join((*self._parts, data)), []
        if not self._text:
            return data, len(data)
        try:
            return data.decode(), len(data)
        except UnicodeDecodeError:
            raise NotUTF8 from None
