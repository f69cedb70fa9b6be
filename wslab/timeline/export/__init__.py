"""Saving a recording as JSONL, HAR, pcapng or text, and loading JSONL."""

from __future__ import annotations

from wslab.timeline.export.jsonl_read import read_jsonl as read_jsonl
from wslab.timeline.export.saving import save as save

__all__ = [
    "read_jsonl",
    "save",
]
