"""Bytes taken apart for somebody who looks: every frame with its fields, bits and violations, every message with its frames.

dissect(bytes) ──► Dissector ──► Dissection ──► DissectedFrame, Message, PartialFrame ──► Field
"""

from __future__ import annotations

from wslab.wire.dissection.dissection import Dissection as Dissection
from wslab.wire.dissection.dissection import PartialFrame as PartialFrame
from wslab.wire.dissection.dissector import Dissector as Dissector
from wslab.wire.dissection.dissector import dissect as dissect
from wslab.wire.dissection.fields import Field as Field
from wslab.wire.dissection.frame import CloseBody as CloseBody
from wslab.wire.dissection.frame import DissectedFrame as DissectedFrame
from wslab.wire.dissection.frame import XorStep as XorStep
from wslab.wire.dissection.message import Message as Message

__all__ = [
    "CloseBody",
    "DissectedFrame",
    "Dissection",
    "Dissector",
    "Field",
    "Message",
    "PartialFrame",
    "XorStep",
    "dissect",
]
