"""Bytes and their meaning. No I/O, no clocks, no threads: bytes in, facts out."""

from __future__ import annotations

from wslab.wire.accept import AcceptSteps as AcceptSteps
from wslab.wire.accept import accept_steps as accept_steps
from wslab.wire.build import close_body as close_body
from wslab.wire.build import frame as frame
from wslab.wire.build_handshake import request as request
from wslab.wire.build_handshake import response as response
from wslab.wire.close_codes import CLOSE_CODES as CLOSE_CODES
from wslab.wire.close_codes import close_code_name as close_code_name
from wslab.wire.decoded import Decoded as Decoded
from wslab.wire.deflate import Deflate as Deflate
from wslab.wire.deflate import Inflater as Inflater
from wslab.wire.deflate import negotiated_deflate as negotiated_deflate
from wslab.wire.dissected import CloseBody as CloseBody
from wslab.wire.dissected import DissectedFrame as DissectedFrame
from wslab.wire.dissected import XorStep as XorStep
from wslab.wire.dissection import Dissection as Dissection
from wslab.wire.dissection import PartialFrame as PartialFrame
from wslab.wire.dissector import Dissector as Dissector
from wslab.wire.dissector import dissect as dissect
from wslab.wire.errors import BadType as BadType
from wslab.wire.errors import BadValue as BadValue
from wslab.wire.errors import LabError as LabError
from wslab.wire.explained import ExplainedHead as ExplainedHead
from wslab.wire.explained import Handshake as Handshake
from wslab.wire.explained import HeadLine as HeadLine
from wslab.wire.explained import explain as explain
from wslab.wire.fields import Field as Field
from wslab.wire.frames import CLOSE as CLOSE
from wslab.wire.frames import OPCODES as OPCODES
from wslab.wire.frames import Frame as Frame
from wslab.wire.frames import FrameHeader as FrameHeader
from wslab.wire.frames import parse_close as parse_close
from wslab.wire.frames import parse_header as parse_header
from wslab.wire.frames import unmask as unmask
from wslab.wire.handshake import Head as Head
from wslab.wire.handshake import parse_head as parse_head
from wslab.wire.message import Message as Message
from wslab.wire.receiver import Receiver as Receiver
from wslab.wire.rules import RULES as RULES
from wslab.wire.rules import broken_by_close as broken_by_close
from wslab.wire.stream import StreamDecoder as StreamDecoder
from wslab.wire.text import one_line as one_line
from wslab.wire.verdict import Point as Point
from wslab.wire.verdict import Verdict as Verdict
from wslab.wire.violation import Rule as Rule
from wslab.wire.violation import Violation as Violation
from wslab.wire.walker import HeadSeen as HeadSeen
from wslab.wire.walker import Part as Part
from wslab.wire.walker import Walker as Walker

__all__ = [
    "CLOSE",
    "CLOSE_CODES",
    "OPCODES",
    "RULES",
    "AcceptSteps",
    "BadType",
    "BadValue",
    "CloseBody",
    "Decoded",
    "Deflate",
    "DissectedFrame",
    "Dissection",
    "Dissector",
    "ExplainedHead",
    "Field",
    "Frame",
    "FrameHeader",
    "Handshake",
    "Head",
    "HeadLine",
    "HeadSeen",
    "Inflater",
    "LabError",
    "Message",
    "Part",
    "PartialFrame",
    "Point",
    "Receiver",
    "Rule",
    "StreamDecoder",
    "Verdict",
    "Violation",
    "Walker",
    "XorStep",
    "accept_steps",
    "broken_by_close",
    "close_body",
    "close_code_name",
    "dissect",
    "explain",
    "frame",
    "negotiated_deflate",
    "one_line",
    "parse_close",
    "parse_head",
    "parse_header",
    "request",
    "response",
    "unmask",
]
