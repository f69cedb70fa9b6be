"""The diagnosis of an ending as lessons show it: a card, and the same as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.lessons.display import markup

if TYPE_CHECKING:
    from wslab.lab import Lab
    from wslab.timeline import Diagnosis


LIMIT = 20.0
"""Seconds that what is on its way may take: a hang, or a machine with very much to do."""


@dataclass(frozen=True, repr=False, slots=True)
class HowItEnded:
    """How a connection ended.

    Attributes:
        connection: Its number.
        diagnosis: What is known about it.
    """

    connection: int
    diagnosis: Diagnosis

    def __repr__(self) -> str:
        return repr(self.diagnosis)

    def _repr_html_(self) -> str:
        found = self.diagnosis
        more = [("do:", found.advice), *([("cannot tell:", found.doubt)] if found.doubt else [])]
        return markup.card("plain", found.cause, found.certainty, found.sentence, more=more)


async def how_it_ended(lab: Lab) -> HowItEnded:
    """Say how the newest connection of a lab ended.

    Args:
        lab: The lab. Everything on its way is awaited first.

    Returns:
        The diagnosis, rich in a notebook and readable as text.

    Raises:
        LookupError: There was no connection yet, or the newest is still open.
    """
    await lab.settled(LIMIT)
    connections = lab.timeline.connections()
    if not connections:
        raise LookupError("there was no connection yet; make one: socket = lab.WebSocket(server.url)")
    newest = max(connections, key=lambda connection: connection.number)
    if newest.diagnosis is None:
        raise LookupError(f"connection {newest.number} is still open; close it first: await socket.closed()")
    return HowItEnded(newest.number, newest.diagnosis)
