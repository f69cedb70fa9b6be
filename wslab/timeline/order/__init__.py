"""Rows in an order that is the same for the same conversation: by cause or by direction, and as text."""

from __future__ import annotations

from wslab.timeline.order.causal_order import CODE_GONE as CODE_GONE
from wslab.timeline.order.causal_order import by_cause as by_cause
from wslab.timeline.order.transcript import transcript as transcript

__all__ = [
    "CODE_GONE",
    "by_cause",
    "transcript",
]
