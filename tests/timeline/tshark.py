"""What tshark makes of a capture: the same frames, taken apart by somebody else."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.optional import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wslab.timeline import ByteStream

from wslab.wire import Frame


class Facts(NamedTuple):
    """A frame as both must see it. `payload` is unmasked and still compressed."""

    fin: bool
    rsv: int
    opcode: int
    masked: bool
    key: bytes
    length: int
    payload: bytes


def need_tshark() -> None:
    """Goes on where tshark is installed."""
    need(shutil.which("tshark"), "no tshark here: apt-get install tshark")


def ask(path: Path, *options: str) -> str:
    """What tshark says of a capture, without any option that tells it what is in it.

    A client's port is a matter of chance, and some are known to tshark as those of other protocols (44818, EtherNet/IP): so it
    looks at the bytes before it looks at the ports.
    """
    command = ["tshark", "-n", "-r", str(path), "-o", "tcp.try_heuristic_first:TRUE", *options]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=200).stdout


def dissected(path: Path) -> dict[int, list[Facts]]:
    """The frames of a capture in order, by the port of their sender."""
    out: dict[int, list[Facts]] = {}
    for packet in json.loads(ask(path, "-Y", "websocket", "-T", "json", "-x"), object_pairs_hook=_every):
        layers = packet["_source"][0]["layers"][0]
        port = int(layers["tcp"][0]["tcp.srcport"][0])
        out.setdefault(port, []).extend(map(_facts, layers["websocket"]))
    return out


def taken(stream: ByteStream) -> list[Facts]:
    """The frames behind the handshake of a recorded stream, as `wslab.wire.Frame` takes them."""
    return list(_frames(stream.read(0, stream.stop)))


def _frames(data: bytes) -> Iterator[Facts]:
    at = data.index(b"\r\n\r\n") + 4
    while at < len(data):
        frame = Frame.take(data, at)
        assert frame is not None, f"{len(data) - at} bytes are left over"
        rsv = 4 * frame.rsv1 + 2 * frame.rsv2 + frame.rsv3
        yield Facts(frame.fin, rsv, frame.opcode, frame.masked, frame.masking_key, frame.payload_length, frame.payload)
        at += len(frame.wire)


def _every(pairs: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Several frames in a segment repeat a key: every value is kept."""
    out: dict[str, list[Any]] = {}
    for key, value in pairs:
        out.setdefault(key, []).append(value)
    return out


def _facts(frame: dict[str, list[Any]]) -> Facts:
    """A frame as tshark says it; an unmasked payload is `payload_raw` too."""
    lengths = ("payload_length_ext_64", "payload_length_ext_16", "payload_length")
    length = next(frame[f"websocket.{name}"][0] for name in lengths if f"websocket.{name}" in frame)
    return Facts(
        frame["websocket.fin"][0] == "1",
        int(frame["websocket.rsv"][0], 16),
        int(frame["websocket.opcode"][0]),
        frame["websocket.mask"][0] == "1",
        _bytes(frame, "masking_key"),
        int(length),
        _bytes(frame, "payload"),
    )


def _bytes(frame: dict[str, list[Any]], name: str) -> bytes:
    raw = frame.get(f"websocket.{name}_raw")
    return bytes.fromhex(raw[0][0]) if raw else b""
