"""Everything that the byte inspector shows of a dissection, as plain bounded data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.view.inspector.frame import describe_frame, describe_partial
from wslab.wire import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wslab.wire import Dissection, Message, Violation

MOST_FRAMES = 64
"""The most frames that can be chosen from."""

_TEXT = 1
_PREVIEW = 200


def describe_dissection(
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
    said = _Previews(contents or {})
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
        "head": f"{one_line(head.name, 80)}: an HTTP head of {counted(dissection.head_size, 'byte')}" if head else "",
        "frames": frames,
        "more": len(dissection.frames) + (dissection.partial is not None) - len(frames),
        "moreBroken": sum(found.frame_index >= MOST_FRAMES for found in violations),
        "unfinished": dissection.unfinished,
    }


class _Previews:
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


def _together(known: Sequence[Violation], found: Sequence[Violation]) -> list[Violation]:
    """What is known of frames, and what was found besides."""
    named = {(each.frame_index, each.rule) for each in known}
    return [*known, *(each for each in found if (each.frame_index, each.rule) not in named)]


def _summary(dissection: Dissection, broken: int) -> str:
    frames = len(dissection.frames)
    parts = [
        f"{frames} frame{'s' * (frames != 1)}",
        counted(dissection.size, "byte"),
        dissection.direction or "",
        f"{broken} violation{'s' * (broken != 1)}" if broken else "",
    ]
    return ", ".join(filter(None, parts))


def _preview(content: bytes, *, text: bool) -> str:
    if text:
        return f'"{one_line(content[: 4 * _PREVIEW].decode("utf-8", "replace"), _PREVIEW)}"'
    return content[:32].hex(" ") + (" \u2026" if len(content) > 32 else "")
