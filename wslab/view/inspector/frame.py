"""What the byte inspector shows of one frame: its fields, its bytes, what they became, and which rules it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.view.inspector.characters import Piece, ascii_pieces, close_pieces, text_pieces
from wslab.wire import CLOSE, OPCODES, counted, unmask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wslab.wire import DissectedFrame, Field, Message, PartialFrame, Violation

MOST_BYTES = 512
"""The most payload bytes of a frame that are shown."""

SIGNS = {
    "FIN": "F", "RSV1": "R", "RSV2": "R", "RSV3": "R", "opcode": "O", "MASK": "M", "Payload len": "L",
    "Extended payload length": "X", "Masking-key": "K", "Payload data": "P", "Status code": "S", "Reason": "T",
}  # fmt: skip
"""The letter of each field: colour is never its only sign."""

_TEXT = 1
_VALUE = 8


def describe_frame(
    frame: DissectedFrame, said: Callable[[Message], dict[str, Any]], violations: Sequence[Violation]
) -> dict[str, Any]:
    """Say everything that is shown of a whole frame.

    Args:
        frame: The frame.
        said: Tells size and preview of a message.
        violations: What is wrong with it.
    """
    shown = min(frame.payload_length, MOST_BYTES)
    payload = _piece(frame, 0, shown)
    return {
        "title": f"{frame.index}: {str(frame).split(maxsplit=1)[1]}",
        "index": frame.index,
        "offset": frame.offset,
        "size": frame.header_size + frame.payload_length,
        "header": frame.header_size,
        "length": frame.payload_length,
        "missing": 0,
        "wire": frame.wire[: frame.header_size + shown].hex(),
        "key": frame.masking_key.hex(),
        "payload": payload.hex(),
        "pieces": _pieces(frame, payload),
        "became": "it became" if _is_text(frame) else "as ASCII",
        "fields": _fields(frame.fields, violations),
        "message": None if frame.message is None else _message(frame, frame.message, said(frame.message)),
        "compressed": frame.compressed,
        "opcode": frame.opcode,
        "violations": [_violation(found) for found in violations],
    }


def describe_partial(partial: PartialFrame, index: int) -> dict[str, Any]:
    """Say the same of a frame of which only the beginning has come; `index` is the number of whole frames before it."""
    by_name = {field.name: field for field in partial.fields}
    data, key = by_name.get("Payload data"), by_name.get("Masking-key")
    header = data.bytes[0] if data else len(partial.wire)
    mask = key.value if key and isinstance(key.value, bytes) else b""
    payload = unmask(partial.wire[header : header + MOST_BYTES], mask)
    opcode = partial.wire[0] & 0x0F
    compressed = bool(partial.wire[0] & 0x40)
    name = OPCODES.get(opcode, f"reserved {opcode:#x}")
    return {
        "title": f"{index}: {name}, not whole: at least {counted(partial.missing, 'byte')} missing",
        "index": index,
        "offset": partial.offset,
        "size": len(partial.wire),
        "header": header,
        "length": len(partial.wire) - header,
        "missing": partial.missing,
        "wire": partial.wire[: header + MOST_BYTES].hex(),
        "key": mask.hex(),
        "payload": payload.hex(),
        "pieces": [] if compressed else _pieces_of_part(opcode, payload),
        "became": "it became" if opcode in (_TEXT, CLOSE) else "as ASCII",
        "fields": [*_fields(partial.fields, partial.violations), *_begun(partial)],
        "message": None,
        "compressed": compressed,
        "opcode": opcode,
        "violations": [_violation(found) for found in partial.violations],
    }


def _fields(fields: Sequence[Field], violations: Sequence[Violation]) -> list[dict[str, Any]]:
    names = {field.name for field in fields}
    broken = set()
    for found in violations:
        name = found.what.split()[0] if found.broken.field == "RSV" else found.broken.field
        broken.add(name if name in names else "Payload len" if "length" in name else "Payload data")
    return [
        {
            "name": field.name,
            "sign": SIGNS.get(field.name, "?"),
            "bits": list(field.bits),
            "value": _value(field),
            "meaning": field.meaning,
            "section": field.section,
            "inside": field.inside,
            "broken": field.name in broken,
        }
        for field in fields
    ]


def _begun(partial: PartialFrame) -> list[dict[str, Any]]:
    """The field of a header whose first bytes have come and whose last ones have not."""
    start, stop = partial.fields[-1].bits[1], len(partial.wire) * 8
    if start >= stop:
        return []
    long = start == 16 and partial.wire[1] & 0x7F >= 126
    name, size = ("Extended payload length", 8 if partial.wire[1] & 0x7F == 127 else 2) if long else ("Masking-key", 4)
    return [
        {
            "name": name,
            "sign": SIGNS[name],
            "bits": [start, stop],
            "value": partial.wire[start // 8 :].hex(" "),
            "meaning": f"{(stop - start) // 8} of its {size} bytes have come",
            "section": "RFC 6455 section 5.2",
            "inside": "",
            "broken": False,
        }
    ]


def _value(field: Field) -> str:
    if isinstance(field.value, bytes):
        return field.value[:_VALUE].hex(" ") + (" \u2026" if len(field.value) > _VALUE else "")
    return f"{field.value:#x}" if field.name == "opcode" else str(field.value)


def _is_text(frame: DissectedFrame) -> bool:
    """Whether bytes of the payload become characters, or a close code."""
    return frame.opcode == CLOSE or (frame.message is not None and frame.message.opcode == _TEXT)


def _pieces(frame: DissectedFrame, payload: bytes) -> list[Piece]:
    """Which part of the message the bytes that are shown became."""
    message = frame.message
    if frame.compressed:
        return []
    if frame.opcode == CLOSE:
        return close_pieces(payload)
    if message is None or not _is_text(frame):
        return ascii_pieces(payload)
    place = _place(frame, message)
    before = _around(message.frames[:place][::-1], last=True)
    after = _piece(frame, len(payload), len(payload) + 3) or _around(message.frames[place + 1 :])
    return text_pieces(before, payload, after, whole=message.complete)


def _pieces_of_part(opcode: int, payload: bytes) -> list[Piece]:
    if opcode == CLOSE:
        return close_pieces(payload, whole=False)
    return text_pieces(b"", payload, b"", whole=False) if opcode == _TEXT else ascii_pieces(payload)


def _place(frame: DissectedFrame, message: Message) -> int:
    return next(place for place, each in enumerate(message.frames) if each is frame)


def _around(frames: Sequence[DissectedFrame], *, last: bool = False) -> bytes:
    """Up to three bytes of the neighbouring fragments: a character may be cut by a frame's border."""
    out = b""
    for frame in frames:
        size = frame.payload_length
        piece = _piece(frame, max(0, size - 3), size) if last else _piece(frame, 0, min(3, size))
        out = (piece + out)[-3:] if last else (out + piece)[:3]
        if len(out) == 3:
            break
    return out


def _piece(frame: DissectedFrame, start: int, stop: int) -> bytes:
    """Some of a payload, unmasked: not all of it is worth unmasking."""
    if frame.masked:
        return bytes(step.payload for step in frame.xor(start, stop))
    return frame.payload[start:stop]


def _message(frame: DissectedFrame, message: Message, said: dict[str, Any]) -> dict[str, Any]:
    place = _place(frame, message)
    return {
        "index": message.index,
        "name": message.name,
        "frames": len(message.frames),
        "place": place,
        "start": sum(each.payload_length for each in message.frames[:place]),
        "ended": message.ended,
        **said,
    }


def _violation(found: Violation) -> dict[str, Any]:
    return {
        "what": found.what,
        "section": found.section,
        "level": found.level,
        "words": found.words.replace("_", ""),
        "code": found.close_code,
        "note": found.note,
    }
