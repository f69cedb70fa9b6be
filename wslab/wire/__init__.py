"""Bytes and their meaning. No I/O, no clocks, no threads: bytes in, facts out."""

from __future__ import annotations

from wslab.wire.close_codes import CLOSE_CODES as CLOSE_CODES
from wslab.wire.close_codes import close_code_name as close_code_name
from wslab.wire.deflate import Deflate as Deflate
from wslab.wire.deflate import Inflater as Inflater
from wslab.wire.deflate import negotiated_deflate as negotiated_deflate
from wslab.wire.frames import CLOSE as CLOSE
from wslab.wire.frames import OPCODES as OPCODES
from wslab.wire.frames import Frame as Frame
from wslab.wire.frames import FrameHeader as FrameHeader
from wslab.wire.frames import parse_close as parse_close
from wslab.wire.frames import parse_header as parse_header
from wslab.wire.frames import unmask as unmask
from wslab.wire.handshake import Head as Head
from wslab.wire.handshake import parse_head as parse_head
from wslab.wire.stops import FrameStops as FrameStops
from wslab.wire.stream import Decoded as Decoded
from wslab.wire.stream import StreamDecoder as StreamDecoder
from wslab.wire.text import one_line as one_line

__all__ = [
    "CLOSE",
    "CLOSE_CODES",
    "OPCODES",
    "Decoded",
    "Deflate",
    "Frame",
    "FrameHeader",
    "FrameStops",
    "Head",
    "Inflater",
    "StreamDecoder",
    "close_code_name",
    "negotiated_deflate",
    "one_line",
    "parse_close",
    "parse_head",
    "parse_header",
    "unmask",
]
