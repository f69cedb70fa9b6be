"""Prints one of README's own commands, so that CI runs what a newcomer types: ``python .ci/readme.py course``.

A command is a fenced block of one line behind a comment with its name: ``<!-- command: course -->``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^<!-- command: ([^>]+) -->\n```sh\n(.*?)\n```$", re.DOTALL | re.MULTILINE)


def commands(readme: str) -> dict[str, str]:
    """Reads every command of a README, by name.

    Raises:
        ValueError: A command is not one line, a name is used twice, or a comment stands before something else.
    """
    found = BLOCK.findall(readme)
    named = dict(found)
    if len(named) != len(found) or len(found) != readme.count("<!-- command:"):
        raise ValueError(
            "README.md: each `<!-- command: name -->` needs a name of its own and a block ```sh right below it"
        )
    for name, text in found:
        if "\n" in text or not text.strip():
            raise ValueError(f"README.md: the command `{name}` has to be one line, and is: {text!r}")
    return named


if __name__ == "__main__":
    known = commands((Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8"))
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        sys.exit(f"expected one of: {', '.join(known)}")
    print(known[sys.argv[1]])
