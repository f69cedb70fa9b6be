"""What judges of the same bytes may differ in. Nothing else excuses a difference."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """The section that allows it, and why both are right."""

    section: str
    why: str


DIFFERENCES: dict[str, Difference] = {
    "moment": Difference(
        "RFC 6455 section 7.1.7",
        "no section says at which byte to fail: wslab judges a header as soon as it is whole, websockets opcode and mask by two "
        "bytes, a length before the masking key, and all else once the frame is whole",
    ),
    "several": Difference(
        "RFC 6455 section 7.1.7",
        "of several things that are wrong with one frame any may be answered: websockets inflates before it looks at bits, and "
        "goes by what it may mean where another message broke it off",
    ),
    "never whole": Difference(
        "RFC 6455 section 5.2",
        "a frame that never becomes whole is not judged by websockets but for opcode, mask and length",
    ),
    "header": Difference(
        "RFC 6455 section 5.2",
        "of a header that never becomes whole websockets judges opcode, mask and length, and wslab nothing",
    ),
    "shortest": Difference(
        "RFC 6455 section 5.2",
        "a sender MUST encode a length in the fewest bytes; no section tells a receiver to refuse another, and websockets does not",
    ),
    "top bit": Difference(
        "RFC 6455 section 5.2",
        "a length whose most significant bit is set: websockets takes it for a number and waits for the payload",
    ),
    "behind a Close": Difference(
        "RFC 6455 section 1.4",
        "a peer discards whatever comes behind a Close frame; wslab goes on, and names data frames there (section 5.5.1)",
    ),
    "Close inside": Difference(
        "RFC 6455 section 5.4",
        "control frames MAY stand between the fragments of a message; websockets takes a Close there for a protocol error",
    ),
    "text": Difference(
        "RFC 6455 section 8.1",
        "websockets' Sans-I/O protocol leaves it to its caller whether text is UTF-8: the grammar of RFC 3629 is asked instead",
    ),
    "surrogate": Difference(
        "RFC 6455 section 8.1",
        "no section says at which byte text fails: of a surrogate that a border of frames cuts wslab waits for the last byte",
    ),
    "size": Difference(
        "RFC 6455 section 7.4.1",
        "what is too big is the receiver's policy: websockets counts control frames, and whatever comes between the fragments of "
        "a message",
    ),
    "inflating": Difference(
        "RFC 6455 section 7.4.1",
        "when it is too big is the receiver's policy: websockets stops inflating a frame at its limit, and where zlib has taken all "
        "its bytes by then, what is held back is found with the next frame only",
    ),
    "final block": Difference(
        "RFC 7692 section 7.2.3.4",
        "a message may end with BFINAL; websockets inflates nothing behind it any more where the context is kept",
    ),
}


class Disagreement(AssertionError):
    """Two judges differ in something that no row of `DIFFERENCES` excuses."""

    def __init__(self, what: str) -> None:
        super().__init__(what[:1000])
