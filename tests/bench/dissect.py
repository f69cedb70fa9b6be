"""Taking frames apart: `wslab.dissect` against `tshark -r` on the same capture, in turn in one run, as ratios of CPU time.

    python -m tests.bench.dissect

A recording is exported as a capture. tshark reads it and prints opcode, length and text of every frame; dissect takes the same
bytes apart, checks every rule, and gives opcode, length and content of every frame. A ratio below one means that dissect was
faster. tshark's own start (an empty capture) is measured in the same run and shown, not taken off.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from wslab import Timeline
from wslab.wire import dissect, frame, request, response

FIELDS = ("websocket.opcode", "websocket.payload_length", "websocket.payload.text")


def frames(count: int, size: int) -> bytes:
    """So many masked text frames, each with its own words and key."""
    text = ("the quick brown fox jumps over the lazy dog " * (size // 44 + 1))[: size - 7]
    return b"".join(
        frame(f"{text}{index:07}", mask=(index * 2654435761 % 2**32).to_bytes(4, "big")) for index in range(count)
    )


def capture(path: Path, data: bytes) -> None:
    """A recording of one client that sends these bytes, as a capture."""
    timeline = Timeline(keep=2_000_000, keep_bytes=1024 * 1024 * 1024)
    end = timeline.client_end(port=8000)
    end.connected(("127.0.0.1", 50_000), ("127.0.0.1", 8000))
    sent, received = end.tap(end.sent), end.tap(end.received)
    asked = request(key="dGhlIHNhbXBsZSBub25jZQ==")
    sent(asked)
    received(response(asked))
    for at in range(0, len(data), 4096):
        sent(data[at : at + 4096])
    end.lost()
    timeline.export(path)


def by_tshark(path: Path) -> tuple[float, int]:
    """CPU seconds, and how many frames it saw."""
    command = ["tshark", "-r", str(path), "-Y", "websocket", "-T", "fields"]
    for field in FIELDS:
        command += ["-e", field]
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    return took, sum(line.split("\t")[0].count(",") + 1 for line in done.stdout.splitlines())


def by_us(data: bytes) -> tuple[float, int]:
    """CPU seconds, and how many frames it saw."""
    start = time.process_time()
    dissection = dissect(data, direction="client to server")
    seen = [(each.opcode, each.payload_length, each.content) for each in dissection]
    assert not dissection.violations
    return time.process_time() - start, len(seen)


CASES = {"100,000 frames of 64 B": (100_000, 64), "200 frames of 1 MiB": (200, 1024 * 1024)}


def main(pairs: int) -> None:
    """Run all cases and print the table."""
    if shutil.which("tshark") is None:
        raise SystemExit("no tshark here: sudo apt install tshark")
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.pcapng"
        capture(empty, b"")
        print(f"tshark starts in {min(by_tshark(empty)[0] for _ in range(3)):.2f} s")
        print(f"{'':<26}{'tshark s':>10}{'dissect s':>11}{'ratio':>8}{'range':>16}  frames seen by tshark and dissect")
        for name, (count, size) in CASES.items():
            data = frames(count, size)
            path = Path(folder) / "capture.pcapng"
            capture(path, data)
            theirs, ours, seen = [], [], set()
            for index in range(pairs):
                sides = (by_tshark(path), by_us(data)) if index % 2 else (by_us(data), by_tshark(path))[::-1]
                theirs.append(sides[0][0])
                ours.append(sides[1][0])
                seen.add((sides[0][1], sides[1][1]))
            ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
            print(
                f"{name:<26}{statistics.median(theirs):>10.2f}{statistics.median(ours):>11.2f}"
                f"{statistics.median(ratios):>7.2f}x{f'{min(ratios):.2f} to {max(ratios):.2f}':>16}  {seen}"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs for each case")
    main(parser.parse_args().pairs)
