"""The rules of the framing, one by one: what a sender must not do, in the words of the RFC, and how receivers answer.

`level` is the RFC's own capital word, or empty where it uses none: RFC 6455 mostly tells the receiver to *fail the
connection* and leaves the close code open. `close_code` is what receivers customarily send before they do.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: A short name that stays.
        section: Where it stands.
        level: ``MUST``, ``MUST NOT`` and so on; empty where the RFC uses no such word.
        words: The RFC's words.
        close_code: What receivers customarily send when it is broken; None where they send nothing special.
        note: What else is worth knowing.
    """

    name: str
    section: str
    level: str
    words: str
    close_code: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that was broken.

    Attributes:
        what: What is wrong, a sentence in lower case.
        broken: The rule.
        frame_index: Which frame breaks it; the number of whole frames for the one that is not whole yet.
    """

    what: str
    broken: Rule
    frame_index: int

    @property
    def rule(self) -> str:
        """The short name of the rule."""
        return self.broken.name

    @property
    def section(self) -> str:
        """Where the rule stands."""
        return self.broken.section

    @property
    def level(self) -> str:
        """``MUST``, ``MUST NOT`` and so on; empty where the RFC uses no such word."""
        return self.broken.level

    @property
    def words(self) -> str:
        """The rule in the RFC's words."""
        return self.broken.words

    @property
    def close_code(self) -> int | None:
        """What receivers customarily send."""
        return self.broken.close_code

    @property
    def note(self) -> str:
        """What else is worth knowing."""
        return self.broken.note

    def __str__(self) -> str:
        answer = f"; receivers customarily answer {self.close_code}" if self.close_code else ""
        return f"{self.what} ({self.section}{', ' + self.level if self.level else ''}){answer}"


_FAIL = "RFC 6455 section 5.2"
RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "opcode", _FAIL, "MUST",
            "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_.", 1002,
        ),
        Rule(
            "client-mask", "RFC 6455 section 5.1", "MUST",
            "a client MUST mask all frames that it sends to the server", 1002,
            "the server must close the connection; 1002 is what it MAY send before",
        ),
        Rule(
            "server-mask", "RFC 6455 section 5.1", "MUST NOT",
            "A server MUST NOT mask any frames that it sends to the client.", 1002,
            "the client must close the connection; 1002 is what it MAY send before",
        ),
        Rule(
            "length-top-bit", _FAIL, "MUST",
            "If 127, the following 8 bytes interpreted as a 64-bit unsigned integer (the most significant bit MUST be 0) "
            "are the payload length.", 1002,
            "a receiver with a size limit answers 1009 instead",
        ),
        Rule(
            "length-shortest", _FAIL, "MUST",
            "Note that in all cases, the minimal number of bytes MUST be used to encode the length", 1002,
            "many receivers take it as it is, websockets among them",
        ),
        Rule(
            "size", "RFC 6455 section 7.4.1", "",
            "1009 indicates that an endpoint is terminating the connection because it has received a message that is "
            "too big for it to process.", 1009,
            "the limit is the receiver's own; section 10.4 says it MUST protect itself",
        ),
        Rule(
            "reserved-bit", _FAIL, "MUST",
            "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values.", 1002,
        ),
        Rule(
            "compressed-bit", "RFC 7692 section 6", "MUST NOT",
            'An endpoint MUST NOT set the "Per-Message Compressed" bit of control frames and non-first fragments of a '
            "data message.", 1002,
        ),
        Rule(
            "control-length", "RFC 6455 section 5.5", "MUST",
            "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented.", 1002,
        ),
        Rule(
            "control-fragmented", "RFC 6455 section 5.5", "MUST NOT",
            "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented.", 1002,
        ),
        Rule(
            "stray-continuation", "RFC 6455 section 5.4", "",
            "A fragmented message consists of a single frame with the FIN bit clear and an opcode other than 0, followed "
            "by zero or more frames with the FIN bit clear and the opcode set to 0, and terminated by a single frame "
            "with the FIN bit set and an opcode of 0.", 1002,
        ),
        Rule(
            "interleaved", "RFC 6455 section 5.4", "MUST NOT",
            "The fragments of one message MUST NOT be interleaved between the fragments of another message unless an "
            "extension has been negotiated that can interpret the interleaving.", 1002,
        ),
        Rule(
            "after-close", "RFC 6455 section 5.5.1", "MUST NOT",
            "The application MUST NOT send any more data frames after sending a Close frame.", None,
            "receivers discard what comes behind a Close frame",
        ),
        Rule(
            "close-body", "RFC 6455 section 5.5.1", "MUST",
            "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer (in network byte "
            "order) representing a status code", 1002,
        ),
        Rule(
            "close-reason", "RFC 6455 section 8.1", "MUST",
            "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in fact, a "
            "valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_.", 1007,
            "some receivers answer 1002",
        ),
        Rule(
            "close-code", "RFC 6455 section 7.4.1", "MUST NOT",
            "is a reserved value and MUST NOT be set as a status code in a Close control frame by an endpoint.", 1002,
        ),
        Rule(
            "close-code-reserved", "RFC 6455 section 7.4.1", "",
            "Reserved. The specific meaning might be defined in the future.", 1002,
        ),
        Rule(
            "close-code-range", "RFC 6455 section 7.4.2", "",
            "Status codes in the range 0-999 are not used. Status codes in the range 1000-2999 are reserved for "
            "definition by this protocol, its future revisions, and extensions", 1002,
        ),
        Rule(
            "utf-8", "RFC 6455 section 8.1", "MUST",
            "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in fact, a "
            "valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_.", 1007,
        ),
        Rule(
            "inflate", "RFC 7692 section 7.2.2", "",
            "Decompress the resulting data using DEFLATE.", 1002,
            "some receivers answer 1007",
        ),
    )
}  # fmt: skip
"""Every rule by its name, in the order in which receivers usually look."""
