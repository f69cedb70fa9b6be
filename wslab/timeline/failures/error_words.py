"""An exception in words. It may be anybody's: its own methods may raise, its text may be huge, and it may hold others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wslab.timeline.failures.source_line import raised_at, steps_of
from wslab.timeline.records import PREVIEW

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT_LIMIT = 2000
"""The most characters of an exception's text that are shown."""

_MEMBERS = 5  # of a group
_PACKAGE = Path(__file__).resolve().parents[3]


def error_words(error: BaseException) -> str:
    """Type and text of an exception; of a group, those of its members too.

    Returns:
        A phrase such as ``ValueError: no such room``. It never raises.
    """
    words = _words(error)
    if not isinstance(error, BaseExceptionGroup):
        return words
    members = list(_members(error))
    told = "; ".join(map(_words, members[:_MEMBERS]))
    more = f"; and {len(members) - _MEMBERS} more" if len(members) > _MEMBERS else ""
    return f"{words}: {told}{more}"[:TEXT_LIMIT]


def error_text(error: BaseException) -> str:
    """The text alone, for an error that says in a sentence what to do; of one without a text, its type. It never raises."""
    return _words(error).removeprefix(f"{type(error).__name__}: ") or type(error).__name__


def error_and_line(error: BaseException) -> str:
    """What `error_words` says, and where it was raised: the learner's own line, or else that of wslab or of a library.

    The place comes first where a row would not show it behind the words.
    """
    words = error_words(error)
    place = raised_at(error) or _innermost(error)
    if not place:
        return words
    return f"{words} at {place}" if len(words) + len(str(place)) + 4 <= PREVIEW else f"at {place}; {words}"


def _words(error: BaseException) -> str:
    name = type(error).__name__
    try:
        text = str.__getitem__(str(error), slice(0, TEXT_LIMIT))  # a plain str, whatever class it had
    except BaseException as worse:  # noqa: BLE001  (its own code, which may raise anything)
        return f"{name} (its text cannot be shown: __str__ raised {type(worse).__name__})"
    return f"{name}: {text}"


def _members(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for member in group.exceptions:
        if isinstance(member, BaseExceptionGroup):
            yield from _members(member)
        else:
            yield member


def _innermost(error: BaseException) -> str:
    for frame, line in steps_of(error):
        path = Path(frame.f_code.co_filename)
        short = path.relative_to(_PACKAGE).as_posix() if path.is_relative_to(_PACKAGE) else path.name
        return f"{short}, line {line}"
    return ""
