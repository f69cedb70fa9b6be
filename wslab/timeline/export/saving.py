"""Saving a recording: the suffix says how, and the file is replaced whole or not at all.

    .jsonl    ours, complete, for `Timeline.load`         `wslab.timeline.export.jsonl_write`
    .har      as browsers save their network log          `wslab.timeline.export.har`
    .pcapng   for Wireshark                               `wslab.timeline.export.pcapng`
    .txt      the transcript with times                   `wslab.timeline.export.text`

Each writer gives its file piece by piece, so a large recording is never held a second time.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from wslab.timeline.export.har import write_har
from wslab.timeline.export.jsonl_write import write_jsonl
from wslab.timeline.export.pcapng import write_pcapng
from wslab.timeline.export.text import write_text
from wslab.timeline.records import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wslab.timeline.connection import Recording

_ALMOST = {".json": ".jsonl", ".ndjson": ".jsonl", ".pcap": ".pcapng", ".cap": ".pcapng", ".log": ".txt", ".md": ".txt"}


def save(recording: Recording, path: str | os.PathLike[str]) -> Path:
    """Save a recording. See `wslab.timeline.Timeline.export`.

    Args:
        recording: The recording.
        path: Where to.

    Returns:
        The path.

    Raises:
        RecordingError: The suffix is another, or the file cannot be written.
    """
    target = Path(path)
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        suffix, better = target.suffix.lower(), target.with_name((target.stem or "recording") + ".jsonl")
        better = target.with_suffix(_ALMOST.get(suffix, ".jsonl")) if target.name else better
        came = f"with {target.suffix!r}" if suffix else "without a suffix"
        raise RecordingError(
            f"the suffix says what to save: {', '.join(_WRITERS)}; "
            f"{str(target)!r} came {came}, write for example export({str(better)!r})",
            path=str(target),
        )
    _replace(target, write(recording))
    return target


def _replace(target: Path, pieces: Iterator[bytes]) -> None:
    """Write a file beside the target, then put it in its place."""
    real = Path(os.path.realpath(target))  # a link stays a link
    if real.is_dir():
        better = str(target / f"recording{target.suffix}")
        raise RecordingError(
            f"a file was expected and {str(target)!r} is a folder; export({better!r})", path=str(target)
        )
    if not real.parent.is_dir():
        raise RecordingError(
            f"there is no folder {str(target.parent)!r} to save {target.name!r} in; make it first: "
            f"pathlib.Path({str(target.parent)!r}).mkdir(parents=True)",
            path=str(target),
        )
    beside = real.with_name(f".{real.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            file.writelines(pieces)
        beside.replace(real)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordingError(
            f"{str(target)!r} cannot be written ({reason}); choose a folder that you may write to, with room left",
            path=str(target),
        ) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


_WRITERS: dict[str, Callable[[Recording], Iterator[bytes]]] = {
    ".jsonl": write_jsonl,
    ".har": write_har,
    ".pcapng": write_pcapng,
    ".txt": write_text,
}
