"""Bytes and their meaning. No I/O, no clocks, no threads: bytes in, facts out.

dissection/   bytes taken apart, for somebody who looks
stream/       one direction as it comes: one walker, one list of rules, messages put together
handshake/    heads: read, build, judge
frames, build, deflate, close_codes, text, errors        what all of these stand on
"""

from __future__ import annotations

from wslab.wire.build import close_body as close_body
from wslab.wire.build import frame as frame
from wslab.wire.close_codes import CLOSE_CODES as CLOSE_CODES
from wslab.wire.close_codes import REASON_LIMIT as REASON_LIMIT
from wslab.wire.close_codes import close_code_name as close_code_name
from wslab.wire.close_codes import may_be_sent as may_be_sent
from wslab.wire.deflate import INFLATE_LIMIT as INFLATE_LIMIT
from wslab.wire.deflate import Deflate as Deflate
from wslab.wire.deflate import Inflater as Inflater
from wslab.wire.dissection import CloseBody as CloseBody
from wslab.wire.dissection import DissectedFrame as DissectedFrame
from wslab.wire.dissection import Dissection as Dissection
from wslab.wire.dissection import Dissector as Dissector
from wslab.wire.dissection import Field as Field
from wslab.wire.dissection import Message as Message
from wslab.wire.dissection import PartialFrame as PartialFrame
from wslab.wire.dissection import XorStep as XorStep
from wslab.wire.dissection import dissect as dissect
from wslab.wire.errors import BadType as BadType
from wslab.wire.errors import BadValue as BadValue
from wslab.wire.errors import LabError as LabError
from wslab.wire.frames import CLOSE as CLOSE
from wslab.wire.frames import OPCODES as OPCODES
from wslab.wire.frames import Frame as Frame
from wslab.wire.frames import FrameHeader as FrameHeader
from wslab.wire.frames import parse_close as parse_close
from wslab.wire.frames import parse_header as parse_header
from wslab.wire.frames import unmask as unmask
from wslab.wire.handshake import AcceptSteps as AcceptSteps
from wslab.wire.handshake import ExplainedHead as ExplainedHead
from wslab.wire.handshake import Handshake as Handshake
from wslab.wire.handshake import Head as Head
from wslab.wire.handshake import HeadLine as HeadLine
from wslab.wire.handshake import Point as Point
from wslab.wire.handshake import Verdict as Verdict
from wslab.wire.handshake import accept_steps as accept_steps
from wslab.wire.handshake import explain as explain
from wslab.wire.handshake import negotiated_deflate as negotiated_deflate
from wslab.wire.handshake import parse_head as parse_head
from wslab.wire.handshake import request as request
from wslab.wire.handshake import response as response
from wslab.wire.stream import RULES as RULES
from wslab.wire.stream import Decoded as Decoded
from wslab.wire.stream import HeadSeen as HeadSeen
from wslab.wire.stream import Part as Part
from wslab.wire.stream import Receiver as Receiver
from wslab.wire.stream import Rule as Rule
from wslab.wire.stream import StreamDecoder as StreamDecoder
from wslab.wire.stream import Violation as Violation
from wslab.wire.stream import Walker as Walker
from wslab.wire.stream import broken_by_close as broken_by_close
from wslab.wire.text import counted as counted
from wslab.wire.text import one_line as one_line
from wslab.wire.text import printable as printable
from wslab.wire.text import shortened as shortened
from wslab.wire.text import visible as visible

__all__ = [
    "CLOSE",
    "CLOSE_CODES",
    "INFLATE_LIMIT",
    "OPCODES",
    "REASON_LIMIT",
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
    "counted",
    "dissect",
    "explain",
    "frame",
    "may_be_sent",
    "negotiated_deflate",
    "one_line",
    "parse_close",
    "parse_head",
    "parse_header",
    "printable",
    "request",
    "response",
    "shortened",
    "unmask",
    "visible",
]
