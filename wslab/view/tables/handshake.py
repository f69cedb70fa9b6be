"""An opening handshake as tables: line by line, and the verdict in two columns, what RFC 6455 says and what this server did.

    explain(request, response)     the explanation of `wslab.wire`, which shows itself in a notebook
    accept_steps(key)              from Sec-WebSocket-Key to Sec-WebSocket-Accept, step by step

Only the looks are made here; what is right and wrong is said by `wslab.wire`. The same as text is `str()`, and `repr()`.
Bytes are a stranger's: every value is escaped, and no more than `MOST_LINES` lines of a head are drawn.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from wslab import wire
from wslab.wire import AcceptSteps, ExplainedHead, Handshake, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wslab.wire import Head

MOST_LINES = 60
"""Lines of a head that are drawn."""

_TABLE = "border-collapse:collapse;table-layout:auto;margin:0 0 10px;color:inherit;max-width:75em"
_CAPTION = "text-align:left;font-weight:bold;padding:6px 0;color:inherit"
_CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 0;border-bottom:1px solid rgba(128,128,128,0.35);white-space:normal"
_CODE = "font-family:var(--jp-code-font-family, monospace);overflow-wrap:anywhere;white-space:pre-wrap"
_SMALL = "font-size:90%;white-space:nowrap"
# Readable on a light page and on a dark one.
_SIGNS = {
    True: ("\u2713", "right", "#2e9e44"),
    False: ("\u2717", "wrong", "#e0533d"),
    None: ("", "", "inherit"),
}


def explain(request: bytes | Head | None, response: bytes | Head | None = None) -> ShownHandshake:
    """Explain an opening handshake (RFC 6455 section 4).

    Args:
        request: The client's bytes, or None when they are not at hand. What follows the head is not read.
        response: The server's bytes, likewise.

    Returns:
        Each line with its meaning, and the verdict: what RFC 6455 says, and what this server did.

    Raises:
        BadType: An argument is something else.
    """
    made = wire.explain(request, response)
    return ShownHandshake(
        ShownHead.of(made.request), ShownHead.of(made.response), made.accept, ShownVerdict.of(made.verdict)
    )


def accept_steps(key: str) -> ShownSteps:
    """Compute Sec-WebSocket-Accept (RFC 6455 section 4.2.2, item 5.4).

    Args:
        key: The value of Sec-WebSocket-Key. One that is wrong has steps too.

    Returns:
        Each step.

    Raises:
        BadType: `key` is no text.
        BadValue: `key` cannot stand in a header.
    """
    made = wire.accept_steps(key)
    return ShownSteps(made.key, made.guid, made.joined, made.sha1, made.accept, made.key_bytes)


class ShownHead(ExplainedHead):
    """A request or a response, line by line."""

    __slots__ = ()

    @classmethod
    def of(cls, made: ExplainedHead | None) -> ShownHead | None:
        """Show a head, where there is one."""
        return None if made is None else cls(made.head, made.lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        title = "Request" if self.head.status is None else "Response"
        rows = [
            (
                _sign(line.right),
                _line(line.name, line.value),
                _words(line.problem, line.meaning),
                _section(line.section),
            )
            for line in self.lines[:MOST_LINES]
        ]
        if len(self.lines) > MOST_LINES:
            rows.append(("", f"and {len(self.lines) - MOST_LINES} more lines", "", ""))
        return _table(title, ("", "line", "what it says", "where"), rows)


class ShownVerdict(Verdict):
    """What the answer must be, and what it was."""

    __slots__ = ()

    @classmethod
    def of(cls, made: Verdict) -> ShownVerdict:
        """Show a verdict."""
        return cls(made.status, made.reason, made.section, made.answer, made.rows, made.firm)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        answered = any(row.did is not None for row in self.rows)
        rows = []
        for row in self.rows:
            cells = [_sign(row.agrees), escape(row.name), escape(row.rfc), _section(row.section, row.level)]
            if answered:
                why = f'<div style="font-size:90%">{escape(row.why)}</div>' if row.why else ""
                cells.insert(3, (escape(row.did or "") or "nothing") + why)
            rows.append(cells)
        heads = ["", "", "what the RFC says", *["what this server did"] * answered, "where"]
        return _table(self.reason, heads, rows)


class ShownHandshake(Handshake):
    """An opening handshake explained: its request, its response, and the verdict."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        parts = [self.request, self.response, self.verdict]
        return "".join(part._repr_html_() for part in parts if isinstance(part, (ShownHead, ShownVerdict)))


class ShownSteps(AcceptSteps):
    """From Sec-WebSocket-Key to Sec-WebSocket-Accept."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = [(escape(step), f'<span style="{_CODE}">{escape(value)}</span>') for step, value in self]
        return _table("From Sec-WebSocket-Key to Sec-WebSocket-Accept", ("step", "value"), rows)


def _sign(judged: bool | None) -> str:  # noqa: FBT001  (three values, not a flag)
    sign, word, colour = _SIGNS[judged]
    return (
        f'<strong role="img" aria-label="{word}" title="{word}" style="color:{colour}">{sign}</strong>' if sign else ""
    )


def _line(name: str, value: str | None) -> str:
    if value is None:
        return f'<span style="{_CODE}"><del>{escape(name)}</del></span> (not there)'
    text = value if name.endswith(" line") and " " in name else f"{name}: {value}"
    return f'<span style="{_CODE}">{escape(text)}</span>'


def _words(problem: str, meaning: str) -> str:
    return f"<strong>{escape(problem)}</strong>" if problem else escape(meaning)


def _section(text: str, level: str = "") -> str:
    said = f"<br>{escape(level)}" if level else ""
    return f'<span style="{_SMALL}">{escape(text.replace(" section ", ", "))}{said}</span>'


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col" style="{_CELL}">{escape(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in row) + "</tr>" for row in rows)
    return (
        f'<table style="{_TABLE}"><caption style="{_CAPTION}">{escape(title)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )
