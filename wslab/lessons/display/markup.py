"""How lessons show things: small pieces of HTML that follow JupyterLab's theme, and the same as text.

Whatever an answer produced is hostile: it goes through `escape` and is never markup. Our own words may mark code with
backquotes, which become ``<code>``. Colours are JupyterLab's CSS variables, each with a fallback for pages that have none.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Literal

from wslab.wire import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Tone = Literal["good", "not yet", "plain"]

TONES: dict[Tone, str] = {
    "good": "var(--jp-success-color1, #2e7d32)",
    "not yet": "var(--jp-warn-color1, #b36200)",
    "plain": "var(--jp-brand-color1, #1976d2)",
}

_CARD = (
    "border-left:4px solid {colour};padding:8px 14px;margin:4px 0;max-width:46em;line-height:1.5;"
    "background:var(--jp-cell-editor-background, #f5f5f5);color:var(--jp-content-font-color1, #212121)"
)
_FACTS = (
    "margin:6px 0 0;padding:6px 10px;white-space:pre-wrap;overflow-wrap:anywhere;"
    "background:var(--jp-layout-color0, #ffffff);color:var(--jp-content-font-color1, #212121);"
    "border:1px solid var(--jp-border-color2, #e0e0e0);font-family:var(--jp-code-font-family, monospace);"
    "font-size:var(--jp-code-font-size, 13px)"
)
_MORE = "margin-top:4px"
_SESSION = (
    "display:grid;grid-template-columns:max-content 1fr;gap:4px 8px;max-width:60em;padding:8px;"
    "border:1px dashed var(--jp-border-color1, #bdbdbd);color:var(--jp-content-font-color1, #212121);"
    "font-family:var(--jp-code-font-family, monospace);font-size:var(--jp-code-font-size, 13px)"
)
_PROMPT = "padding-top:5px;color:var(--jp-content-font-color2, #616161)"
_TYPED = "margin:0;padding:5px 8px;white-space:pre-wrap;background:var(--jp-cell-editor-background, #f5f5f5)"
_SHOWN = "margin:0;padding:5px 8px;white-space:pre-wrap;overflow-wrap:anywhere"
_CODE = "font-family:var(--jp-code-font-family, monospace);background:var(--jp-layout-color0, #ffffff);padding:0 3px"
_TABLE = "border-collapse:collapse;color:var(--jp-content-font-color1, #212121)"
_CELL = (
    "text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--jp-border-color2, #e0e0e0)"
)

_MAX_CHARS = 2000
"""Characters of facts that are shown."""


def visible(text: str) -> str:
    """Make control characters visible, so that a text cannot move the cursor or colour the screen, and bound its length."""
    return printable(shortened(text, _MAX_CHARS))


def escape(text: str) -> str:
    """Turn any text into HTML that shows exactly this text."""
    return html.escape(visible(text))


def prose(text: str) -> str:
    """Turn our own words into HTML; backquotes mark code."""
    return re.sub(r"`([^`]+)`", rf'<code style="{_CODE}">\1</code>', escape(text))


def card(tone: Tone, title: str, word: str, message: str, facts: str = "", more: Iterable[tuple[str, str]] = ()) -> str:
    """Build a card: a title with a word on how it stands, a sentence, more of them with a label each, and facts in code type."""
    head = f"<strong>{escape(title)}</strong> &middot; <strong>{escape(word)}</strong>"
    seen = f'<pre style="{_FACTS}">{escape(facts)}</pre>' if facts else ""
    added = "".join(f'<div style="{_MORE}"><em>{escape(label)}</em> {prose(text)}</div>' for label, text in more)
    style = _CARD.format(colour=TONES[tone])
    return f'<div role="status" style="{style}"><div>{head}</div><div>{prose(message)}</div>{added}{seen}</div>'


def session(cells: Iterable[tuple[str, str, bool]]) -> str:
    """Build the picture of a notebook: each cell's code, and what it showed; the last of the three says whether it failed."""
    blocks = []
    for number, (code, output, failed) in enumerate(cells, 1):
        edge = f"border-left:3px solid {TONES['not yet']}" if failed else "border-left:3px solid transparent"
        shown = f'<pre style="{_SHOWN};{edge}">{escape(output)}</pre>' if output else ""
        blocks.append(
            f'<div style="{_PROMPT}">[{number}]:</div><div><pre style="{_TYPED}">{escape(code)}</pre>{shown}</div>'
        )
    return f'<div style="{_SESSION}">{"".join(blocks)}</div>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Build a table of our own words."""
    top = "".join(f'<th scope="col" style="{_CELL}">{escape(head)}</th>' for head in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{prose(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    return f'<table style="{_TABLE}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Lay the same table out as text."""
    lines = [tuple(row) for row in rows]
    widths = [max(len(row[at]) for row in lines) for at in range(len(lines[0]))] if lines else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in lines
    )
