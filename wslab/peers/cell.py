"""What somebody wants run in a page or in Node, checked before anything happens."""

from __future__ import annotations

from wslab.lab import check_name
from wslab.net import BadType, BadValue

_MAX_CODE = 1_000_000  # characters


def check_cell(what: str, code: object, name: object) -> None:
    """See that something is the code of a cell, and something else the name of its run.

    Args:
        what: What runs it: ``page`` or ``Node cell``.
        code: The JavaScript.
        name: The name of the run.

    Raises:
        BadType: The code, or the name, is no text.
        BadValue: The code is too long; the name is empty, too long, or has line breaks.
    """
    if not isinstance(code, str):
        found = f"{type(code).__name__} {code!r:.60}"
        raise BadType(f'the code of a {what} is JavaScript as text, not {found}; write it like "console.log(1)"')
    if len(code) > _MAX_CODE:
        raise BadValue(
            f"the code of a {what} has at most {_MAX_CODE:,} characters, not {len(code):,}; put data into a file"
        )
    check_name("run", name)
