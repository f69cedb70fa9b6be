"""Several handshakes in one table: what RFC 6455 says about each, and what this server did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.lessons.display import markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wslab.wire import Handshake

HEADS = ("", "", "what the RFC says", "what this server did", "agree")


@dataclass(frozen=True, repr=False, slots=True)
class SideBySide:
    """Handshakes by name, such as what was broken in each. Each has a row for the status, and one for what is against the RFC."""

    handshakes: Mapping[str, Handshake]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        for name, handshake in self.handshakes.items():
            first = name
            for row in handshake.verdict.rows:
                if row.name == "status" or row.agrees is False:
                    did = "not known" if row.did is None else row.did or "nothing"
                    yield first, row.name, row.rfc, did, {True: "✓ yes", False: "✗ no", None: ""}[row.agrees]
                    first = ""

    def __repr__(self) -> str:
        return markup.columns([HEADS, *self])

    def _repr_html_(self) -> str:
        return markup.table(HEADS, self)


def side_by_side(handshakes: Mapping[str, Handshake]) -> SideBySide:
    """Compare handshakes.

    Args:
        handshakes: What `wslab.explain` said, by name.

    Returns:
        The table, rich in a notebook and readable as text.
    """
    return SideBySide(dict(handshakes))
