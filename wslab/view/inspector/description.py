"""What the byte inspector shows of a dissection: plain bounded data, for the page and for the static twin alike.

    Dissection ──describe()──────► dict ──► inspector.js        the inspector in a live page
                                       └──► inspector_html.py   the same without scripts, in a saved notebook
    row of a log ──inspect_row()─► dict ──► inspector.js        its frames, or those it is linked to
                                       └──► head_inspector.js   its handshake: `wslab.view.inspector.head`

Payloads are hostile: whatever comes from a peer is cut, and what cannot be seen, or would reorder what is, is replaced by a
picture of itself. Nothing here is markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.view.inspector.frame import count_bytes, describe_frame, describe_partial
from wslab.view.inspector.head import inspect_head
from wslab.view.related_rows import bytes_of
from wslab.view.static_files import static_text
from wslab.wire import Dissector, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wslab.timeline import Row, Timeline
    from wslab.wire import Dissection, Message, Violation

MOST_FRAMES = 64
"""The most frames that can be chosen from."""

_MODULES = {"frames": "inspector.js", "head": "head_inspector.js"}
_TEXT = 1
_PREVIEW = 200


def describe(
    dissection: Dissection, contents: Mapping[int, bytes] | None = None, known: Sequence[Violation] = ()
) -> dict[str, Any]:
    """Say everything that the inspector shows.

    Args:
        dissection: What to show.
        contents: What messages say, by their number, where the dissection cannot know it: it lacks the context that
            inflates them.
        known: What is wrong with the frames, where the dissection cannot know it: it lacks what went before.

    Returns:
        JSON, bounded by `MOST_FRAMES` and `wslab.view.inspector.frame.MOST_BYTES`.
    """
    said = _Said(contents or {})
    violations = _together(known, dissection.violations)
    frames = [
        describe_frame(frame, said.of, [each for each in violations if each.frame_index == frame.index])
        for frame in dissection.frames[:MOST_FRAMES]
    ]
    if dissection.partial is not None and len(dissection.frames) < MOST_FRAMES:
        frames.append(describe_partial(dissection.partial, len(dissection.frames)))
    head = dissection.head
    return {
        "summary": _summary(dissection, len(violations)),
        "head": f"{one_line(head.name, 80)}: an HTTP head of {count_bytes(dissection.head_size)}" if head else "",
        "frames": frames,
        "more": len(dissection.frames) + (dissection.partial is not None) - len(frames),
        "moreBroken": sum(found.frame_index >= MOST_FRAMES for found in violations),
        "unfinished": dissection.unfinished,
    }


class _Said:
    """What messages say, each worked out once: a large one may have many frames."""

    def __init__(self, contents: Mapping[int, bytes]) -> None:
        self._contents = contents
        self._said: dict[int, dict[str, Any]] = {}

    def of(self, message: Message) -> dict[str, Any]:
        """Size, preview and, where these are not known, the reason."""
        if message.index not in self._said:
            content = self._contents.get(message.index)
            content = message.content if content is None else content
            self._said[message.index] = {
                "size": None if content is None else len(content),
                "preview": "" if content is None else _preview(content, text=message.opcode == _TEXT),
                "reason": "" if content is not None else message.content_reason,
            }
        return self._said[message.index]


def inspected(timeline: Timeline, position: int, have: object) -> dict[str, Any]:
    """Answer a page that asks for the bytes of a row.

    Args:
        timeline: Where the row is kept.
        position: Its arrival position.
        have: The names of the modules that the page has already; it comes from the page, and may be anything.

    Returns:
        ``told``, what `inspect_row` says; and where the page lacks it, the text of the ``module`` that shows it.
    """
    rows = timeline.rows(position, position + 1)
    told = inspect_row(timeline, rows[0]) if rows else None
    answer: dict[str, Any] = {"pos": position, "told": told}
    if told is not None and not (isinstance(have, list) and told["shows"] in have):
        answer["module"] = static_text(_MODULES[told["shows"]])
    return answer


def inspect_row(timeline: Timeline, row: Row) -> dict[str, Any] | None:
    """Say what the inspector shows of a row of the log: the frames, or the head, that carried it or that it is linked to.

    Args:
        timeline: Where the row is kept.
        row: The row.

    Returns:
        What `describe` or `wslab.view.inspector.head.describe_head` says, with ``shows``, which of the two, ``"frames"`` or
        ``"head"``; and with ``whose``, whose bytes these are, empty where they are the row's own. None where the row has no
        bytes or they are no longer kept.
    """
    found = bytes_of(timeline, row)
    if found is None:
        return None
    carrier, whose = found
    head = carrier.kind == "handshake"
    told = inspect_head(timeline, carrier) if head else _inspect_frames(timeline, carrier)
    return None if told is None else {**told, "shows": "head" if head else "frames", "whose": whose}


def _inspect_frames(timeline: Timeline, row: Row) -> dict[str, Any] | None:
    try:
        detail = timeline.detail(row)
    except LookupError:
        return None
    if not detail.frames:
        return None
    # The frames alone, without those before them, cannot tell all: the detail knows what was inflated, the row what is wrong.
    deflated = row.compressed or any(found.rule == "compressed-bit" for found in row.violations)
    dissector = Dissector(direction=row.source, deflate="unknown" if deflated else None)
    for frame in detail.frames:
        dissector.feed(frame.wire)
    known = {0: detail.payload} if row.compressed and detail.payload is not None else {}
    return describe(dissector.dissection(), known, row.violations)


def _together(known: Sequence[Violation], found: Sequence[Violation]) -> list[Violation]:
    """What is known of frames, and what was found besides."""
    named = {(each.frame_index, each.rule) for each in known}
    return [*known, *(each for each in found if (each.frame_index, each.rule) not in named)]


def _summary(dissection: Dissection, broken: int) -> str:
    frames = len(dissection.frames)
    parts = [
        f"{frames} frame{'s' * (frames != 1)}",
        count_bytes(dissection.size),
        dissection.direction or "",
        f"{broken} violation{'s' * (broken != 1)}" if broken else "",
    ]
    return ", ".join(filter(None, parts))


def _preview(content: bytes, *, text: bool) -> str:
    if text:
        return f'"{one_line(content[: 4 * _PREVIEW].decode("utf-8", "replace"), _PREVIEW)}"'
    return content[:32].hex(" ") + (" \u2026" if len(content) > 32 else "")
