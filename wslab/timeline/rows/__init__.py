"""Rows: made of the bytes and notes of a connection, said anew, opened, and let go.

    decoding     bytes and notes become rows      notes        the row of a note
    restating    rows that are said anew          remote       rows that another process told of
    detail       what a row opens into            redaction    bytes without credentials
    trimming     rows and bytes are let go        facts        those that a diagnosis is made of

Each is a function of a connection and keeps nothing itself.
"""

from __future__ import annotations

from wslab.timeline.rows.decoding import ahead as ahead
from wslab.timeline.rows.decoding import decode as decode
from wslab.timeline.rows.detail import PAYLOAD_LIMIT as PAYLOAD_LIMIT
from wslab.timeline.rows.detail import open_row as open_row
from wslab.timeline.rows.detail import seen_by as seen_by
from wslab.timeline.rows.facts import diagnosis_of as diagnosis_of
from wslab.timeline.rows.facts import facts_of as facts_of
from wslab.timeline.rows.redaction import REDACTION as REDACTION
from wslab.timeline.rows.redaction import Redactor as Redactor
from wslab.timeline.rows.redaction import redacted as redacted
from wslab.timeline.rows.restating import absorb as absorb
from wslab.timeline.rows.restating import restate as restate
from wslab.timeline.rows.trimming import drop_all as drop_all
from wslab.timeline.rows.trimming import drop_decoded as drop_decoded
from wslab.timeline.rows.trimming import drop_row as drop_row
from wslab.timeline.rows.trimming import drop_unneeded as drop_unneeded

__all__ = [
    "PAYLOAD_LIMIT",
    "REDACTION",
    "Redactor",
    "absorb",
    "ahead",
    "decode",
    "diagnosis_of",
    "drop_all",
    "drop_decoded",
    "drop_row",
    "drop_unneeded",
    "facts_of",
    "open_row",
    "redacted",
    "restate",
    "seen_by",
]
