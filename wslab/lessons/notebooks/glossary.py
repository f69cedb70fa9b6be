"""Terms link to the glossary where a lesson first uses them.

A term is a heading of ``glossary.md``, written in lower case so that its anchor is the same for JupyterLab and for GitHub.
Code, links, headings and HTML tags are left alone. The longest term wins: "close code" is not a "close" and a "code".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE = "glossary.md"

_LEAVE_ALONE = r"```.*?```|`[^`\n]*`|!?\[[^\]]*\]\([^)]*\)|<[^>\n]+>|^#[^\n]*$|^ {4}[^\n]*$"
_TARGET = re.compile(rf"\]\((?:\./)?{re.escape(FILE)}#([^)]+)\)")


def terms(folder: Path) -> list[str]:
    """The headings of the glossary."""
    return re.findall(r"^## (.+)$", (folder / FILE).read_text("utf-8"), re.MULTILINE)


def anchor(term: str) -> str:
    """The anchor of a term's heading."""
    return term.replace(" ", "-")


def link(text: str, known: list[str], seen: set[str]) -> str:
    """Link the first use of each term in a piece of Markdown.

    Args:
        text: The Markdown.
        known: All terms.
        seen: Anchors of the terms that were linked before; the new ones are added.
    """
    longest_first = sorted(known, key=len, reverse=True)
    words = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in longest_first)
    both = re.compile(
        rf"(?P<leave>{_LEAVE_ALONE})|\b(?P<term>{words})(?:s|es)?\b", re.DOTALL | re.MULTILINE | re.IGNORECASE
    )

    def replaced(match: re.Match[str]) -> str:
        if match["leave"] is not None:
            seen.update(_TARGET.findall(match["leave"]))
            return match[0]
        name = anchor(" ".join(match["term"].lower().split()))
        if name in seen:
            return match[0]
        seen.add(name)
        return f"[{match[0]}]({FILE}#{name})"

    return both.sub(replaced, text)


def dead_links(text: str, known: list[str]) -> list[str]:
    """Anchors of the glossary that a text links to and that are not there."""
    there = {anchor(term) for term in known}
    return [target for target in _TARGET.findall(text) if target not in there]
