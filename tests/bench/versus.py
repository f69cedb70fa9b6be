"""This checkout against another one: dissecting, reading rows, recording, WebSocket; in turn, as ratios of CPU time.

    python tests/bench/versus.py ../other               nine pairs of each case; some minutes
    python tests/bench/versus.py ../other --pairs 15    more pairs, surer medians
    python tests/bench/versus.py ../other --only rows   the cases whose name says so

Each checkout has a process of its own that imports its own wslab, and runs a case when told. The two of a pair run right after
another, in alternating order; the table gives the median of the ratios, the middle half of them, and their range. A ratio
below one means that this checkout took less CPU time. `--noise` runs the other checkout against itself: so far can a ratio be trusted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parents[2]
KEY = bytes.fromhex("37fa213d")
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
RESPONSE = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"


def dissecting(data: bytes) -> Callable[[], float]:
    """Take bytes apart, and ask for all that is mostly asked for."""

    def run() -> float:
        from wslab.wire import dissect  # noqa: PLC0415  (of the checkout that runs)

        start = time.process_time()
        found = dissect(data, direction="client to server")
        seen = [(frame.opcode, frame.payload_length, frame.content) for frame in found]
        wrong = found.violations
        took = time.process_time() - start
        assert seen
        assert not wrong
        return took

    return run


def reading(chunks: list[bytes], *, deflate: bool = False) -> Callable[[], float]:
    """Read the rows of what a client sent."""

    def run() -> float:
        from wslab.timeline import Timeline  # noqa: PLC0415

        timeline = Timeline(keep=1_000_000, keep_bytes=1 << 30)
        end = timeline.client_end(port=8000)
        end.connected(("127.0.0.1", 50_000), ("127.0.0.1", 8000))
        sent, received = end.tap(end.sent), end.tap(end.received)
        sent(REQUEST)
        received(RESPONSE + b"Sec-WebSocket-Extensions: permessage-deflate\r\n" * deflate + b"\r\n")
        timeline.refresh()
        for chunk in chunks:
            sent(chunk)
        start = time.process_time()
        timeline.refresh()
        rows = timeline.rows()
        took = time.process_time() - start
        assert len(rows) > 100
        assert not any(row.problem for row in rows)
        return took

    return run


def recording(name: str) -> Callable[[], float]:
    """Traffic with both ends recorded: a case of `tests.bench.recording`."""

    def run() -> float:
        from tests.bench.recording import CASES, recorded  # noqa: PLC0415

        traffic, _, handler = CASES[name]
        return asyncio.run(recorded(traffic, handler))[0]

    return run


def socket(in_flight: int) -> Callable[[], float]:
    """Echoes of the browser's WebSocket, as in `tests.bench.websocket`."""

    async def echo() -> float:
        from tests.bench.websocket import ours  # noqa: PLC0415
        from wslab import Lab  # noqa: PLC0415

        async with Lab("bench") as lab:
            server = await lab.serve(compression=None)
            await ours(server.url, 200, in_flight, lab)
            gc.collect()
            start = time.process_time()
            await ours(server.url, 2000, in_flight, lab)
            return time.process_time() - start

    return lambda: asyncio.run(echo())


def frame(first: int, payload: bytes) -> bytes:
    """A masked frame."""
    size = len(payload)
    length = (
        bytes([0x80 | size])
        if size < 126
        else b"\xfe" + size.to_bytes(2, "big")
        if size < 65536
        else b"\xff" + size.to_bytes(8, "big")
    )
    stream = (KEY * (size // 4 + 1))[:size]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")
    return bytes([first]) + length + KEY + masked


def compressed(texts: list[bytes]) -> Iterator[bytes]:
    """Compressed text frames."""
    z = zlib.compressobj(wbits=-15)
    return (frame(0xC1, (z.compress(text) + z.flush(zlib.Z_SYNC_FLUSH))[:-4]) for text in texts)


def cases() -> dict[str, Callable[[], float]]:
    """Everything that is measured, by name."""
    words = [f"the quick brown fox jumps over the lazy dog and so on {number:010}".encode() for number in range(20_000)]
    greek = [
        f"\u03c4\u03b1\u03c7\u03b5\u1fd6\u03b1 \u1f00\u03bb\u03ce\u03c0\u03b7\u03be {number:032}".encode()
        for number in range(20_000)
    ]
    pieces = [piece for word in words[:10_000] for piece in (frame(0x01, word[:30]), frame(0x80, word[30:]))]
    large = [bytes(64 * 1024)] * 400
    return {
        "dissect 20,000 frames of 64 B": dissecting(b"".join(frame(0x81, word) for word in words)),
        "dissect 60 frames of 1 MiB": dissecting(b"".join(frame(0x81, b"x" * (1 << 20)) for _ in range(60))),
        "rows of text, 64 B": reading([frame(0x81, word) for word in words]),
        "rows of text, not ASCII": reading([frame(0x81, word) for word in greek]),
        "rows of text in two frames": reading(pieces),
        "rows of compressed text": reading(list(compressed(words)), deflate=True),
        "rows of text, 64 KiB": reading([frame(0x81, b"x" * 65536) for _ in large]),
        "rows of text, 64 KiB, not ASCII": reading([frame(0x81, "\u03c4".encode() * 32768) for _ in large]),
        "rows of bytes, 64 B": reading([frame(0x82, word) for word in words]),
        "rows of bytes, 64 KiB": reading([frame(0x82, data) for data in large]),
        "recording: echo 64 B": recording("echo 64 B"),
        "recording: one-way 64 B": recording("one-way 64 B"),
        "recording: one-way 64 KiB": recording("one-way 64 KiB"),
        "WebSocket: one at a time": socket(1),
        "WebSocket: 32 in flight": socket(32),
    }


class Runner:
    """A process that runs cases with the wslab of one checkout."""

    def __init__(self, checkout: Path) -> None:
        command = [sys.executable, str(Path(__file__).resolve()), "--runner", str(checkout)]
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=checkout
        )

    def run(self, name: str) -> float:
        """CPU seconds of one run of a case."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(name, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()


def serve(checkout: Path) -> None:
    """Run the cases that are named on stdin, one a line."""
    import wslab  # noqa: PLC0415

    assert Path(wslab.__file__).is_relative_to(checkout), f"{wslab.__file__} is not in {checkout}"
    known = cases()
    for line in sys.stdin:
        gc.collect()
        gc.disable()
        print(known[line.strip()](), flush=True)
        gc.enable()


def compare(other: Path, ours: Path, pairs: int, only: str) -> None:
    """Run all pairs and print the table."""
    runners = {"theirs": Runner(other), "ours": Runner(ours)}
    print(f"{'CPU, ms':<34}{'other':>9}{'this':>9}{'ratio':>8}{'middle half':>16}{'range':>16}")
    for name in [name for name in cases() if only in name]:
        took: dict[str, list[float]] = {side: [] for side in runners}
        for runner in runners.values():
            runner.run(name)
        for index in range(pairs):
            for side in list(runners)[:: 1 if index % 2 else -1]:
                took[side].append(runners[side].run(name))
        ratios = sorted(ours / theirs for ours, theirs in zip(took["ours"], took["theirs"], strict=True))
        quarter = len(ratios) // 4
        middle, span = (
            f"{low:.2f} to {high:.2f}"
            for low, high in ((ratios[quarter], ratios[-1 - quarter]), (ratios[0], ratios[-1]))
        )
        ms = {side: statistics.median(each) * 1000 for side, each in took.items()}
        print(
            f"{name:<34}{ms['theirs']:>9.1f}{ms['ours']:>9.1f}{statistics.median(ratios):>7.2f}x{middle:>16}{span:>16}",
            flush=True,
        )
    for runner in runners.values():
        runner.stop()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--pairs", type=int, default=9, help="pairs of runs for each case")
    parser.add_argument("--only", default="", help="only the cases whose names hold this")
    parser.add_argument("--noise", action="store_true", help="run the other checkout against itself")
    parser.add_argument("--runner", action="store_true", help=argparse.SUPPRESS)
    given: Any = parser.parse_args()
    if given.runner:
        serve(given.other.resolve())
    else:
        compare(given.other.resolve(), given.other.resolve() if given.noise else HERE, given.pairs, given.only)


if __name__ == "__main__":
    main()
