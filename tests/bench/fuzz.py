"""A million mutated inputs taken apart: no error, no hang, no growth, and the same facts however the bytes are cut.

    python tests/bench/fuzz.py                      a million inputs
    python tests/bench/fuzz.py --inputs 200000      fewer
    python tests/bench/fuzz.py --seed 7             others

Inputs are legal streams (fragmented, compressed, masked, with and without heads) whose bytes are flipped, cut, repeated,
moved and replaced by values that parsers trip over. Each is dissected with random options, every fact is asked for, and every
fourth is fed again in random pieces. One that takes longer than `--limit` seconds ends the run with a stack. Memory is compared
after a tenth of the run and at its end.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import random
import sys
import time
import zlib
from typing import Any

import psutil

from wslab.wire import Dissection, Dissector, close_body, dissect, explain, frame, request, response

GROWTH = 16 << 20
"""Bytes that the process may grow by after a tenth of the run; it holds nothing of an input that is done."""

_NASTY = [0x00, 0x7D, 0x7E, 0x7F, 0x80, 0xFD, 0xFE, 0xFF, 0x88, 0xC1, 0x41, 0x8B, 0x0A, 0x0D, 0x20, 0x3A]


def deflated(text: bytes) -> bytes:
    """A payload as permessage-deflate sends it."""
    z = zlib.compressobj(wbits=-15)
    return (z.compress(text) + z.flush(zlib.Z_SYNC_FLUSH))[:-4]


def seeds() -> list[bytes]:
    """Streams that are legal, or nearly."""
    key = bytes.fromhex("37fa213d")
    extensions = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    asked = request(key="dGhlIHNhbXBsZSBub25jZQ==", headers=extensions)
    talk = (
        frame("Gr\u00fc\u00dfe", fin=False, mask=key) + frame("beat", "ping", mask=key) + frame("\u20ac!", 0, mask=key)
    )
    packed = frame(deflated(b"na " * 200), "text", rsv1=True) + frame(deflated(b"batman"), "binary", rsv1=True)
    halves = deflated(b"hello hello hello")
    pieces = frame(halves[:4], "text", rsv1=True, fin=False) + frame(halves[4:], 0)
    bye = frame(close_body(1000, "bye"), "close")
    return [
        talk + frame(close_body(1001, "\u00fcber"), "close", mask=key),
        frame("x" * 130) + frame(b"y" * 300, mask=key) + bye,
        packed + pieces + bye,
        asked + talk,
        response(asked, {"Sec-WebSocket-Extensions": "permessage-deflate"}) + packed,
        response(status=426, headers={"Sec-WebSocket-Version": "13"}, body=b"no"),
        frame(b"", length=2**40) + b"abc",
        frame(deflated(bytes(100_000)), "text", rsv1=True),
    ]


def mutate(rng: random.Random, pool: list[bytes]) -> bytes:
    """One input."""
    data = bytearray(rng.choice(pool))
    for _ in range(rng.randrange(1, 6)):
        size = len(data) or 1
        at, way = rng.randrange(size), rng.randrange(7)
        if way == 0 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif way == 1 and data:
            data[at] = rng.choice(_NASTY)
        elif way == 2:
            del data[at : at + rng.randrange(1, 9)]
        elif way == 3:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif way == 4:
            data[at:at] = data[at : at + rng.randrange(1, 60)]
        elif way == 5:
            data = data[:at]
        else:
            data += rng.choice(pool)[: rng.randrange(1, 200)]
    return bytes(data)


def facts(found: Dissection) -> list[Any]:
    """All that a dissection says."""
    return [
        [(f.offset, f.wire, f.payload, f.content, f.content_reason, f.violations, f.close, f.shortest) for f in found],
        [(m.opcode, m.content, m.text, m.ended, len(m.frames), repr(m)) for m in found.messages],
        [f.fields for f in found[:4]],
        [found.rest, found.missing, found.unfinished, found.partial, found.direction, found.violations],
        str(found),
    ]


def once(rng: random.Random, data: bytes, turn: int) -> None:
    """Take one input apart in every way."""
    options: dict[str, Any] = {
        "direction": rng.choice([None, "client to server", "server to client"]),
        "deflate": rng.choice([None, True, True, "unknown"]),
        "max_size": rng.choice([None, None, 0, 100]),
    }
    said = facts(dissect(data, **options))
    if turn % 4 == 0:
        dissector, at = Dissector(**options), 0
        while at < len(data):
            step = rng.choice((1, 2, 7, 50, 1000))
            dissector.feed(data[at : at + step])
            at += step
        if facts(dissector.dissection()) != said:
            raise AssertionError("in pieces it says something else")
    if turn % 8 == 1:
        str(explain(data, data))


def main() -> int:
    """Run, and say what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=6455)
    parser.add_argument("--limit", type=float, default=20.0)
    chosen = parser.parse_args()
    rng, pool, process = random.Random(chosen.seed), seeds(), psutil.Process()
    settled = slowest = size = 0.0
    began = time.perf_counter()
    for turn in range(chosen.inputs):
        data = mutate(rng, pool)
        size += len(data)
        start = time.perf_counter()
        if turn % 1000 == 0:  # a timer for each would cost more than the work: one for the next thousand
            faulthandler.dump_traceback_later(chosen.limit + 60, exit=True)
        try:
            once(rng, data, turn)
        except BaseException:
            print(f"input {turn} of seed {chosen.seed}: {data.hex()}", file=sys.stderr)
            raise
        took = time.perf_counter() - start
        slowest = max(slowest, took)
        if took > chosen.limit:
            print(f"input {turn} of seed {chosen.seed} took {took:.1f} s: {data.hex()}", file=sys.stderr)
            return 1
        if turn == chosen.inputs // 10:
            gc.collect()
            settled = process.memory_info().rss
    faulthandler.cancel_dump_traceback_later()
    gc.collect()
    spent, grown = time.perf_counter() - began, process.memory_info().rss - settled
    print(
        f"{chosen.inputs} inputs, {size / chosen.inputs:.0f} bytes each, in {spent:.0f} s: {chosen.inputs / spent:.0f} a second"
    )
    print(
        f"slowest {slowest * 1000:.0f} ms; memory {settled / 2**20:.0f} MiB after a tenth, {grown / 2**20:+.1f} MiB at the end"
    )
    if grown > GROWTH:
        print(f"it grew by more than {GROWTH >> 20} MiB", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
