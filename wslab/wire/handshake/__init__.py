"""The opening handshake: two heads, of a request and of a response (RFC 6455 section 4). Read, build, judge.

build        request, response   ──► bytes          any header replaced, repeated or left out
head         bytes               ──► Head           read; which of its headers are credentials
accept       Sec-WebSocket-Key   ──► AcceptSteps    how Sec-WebSocket-Accept comes from it
extensions   a response          ──► Deflate        what was agreed on about compression
explained    both heads          ──► Handshake      each line with its `meanings`; what is wrong with it, by
                                                    `request_checks` and `response_checks`; and the `verdict`
"""

from __future__ import annotations

from wslab.wire.handshake.accept import AcceptSteps as AcceptSteps
from wslab.wire.handshake.accept import accept_steps as accept_steps
from wslab.wire.handshake.build import Headers as Headers
from wslab.wire.handshake.build import request as request
from wslab.wire.handshake.build import response as response
from wslab.wire.handshake.explained import ExplainedHead as ExplainedHead
from wslab.wire.handshake.explained import Handshake as Handshake
from wslab.wire.handshake.explained import HeadLine as HeadLine
from wslab.wire.handshake.explained import explain as explain
from wslab.wire.handshake.extensions import negotiated_deflate as negotiated_deflate
from wslab.wire.handshake.head import END_OF_HEAD as END_OF_HEAD
from wslab.wire.handshake.head import HEAD_LIMIT as HEAD_LIMIT
from wslab.wire.handshake.head import REDACTED as REDACTED
from wslab.wire.handshake.head import Head as Head
from wslab.wire.handshake.head import filled as filled
from wslab.wire.handshake.head import parse_head as parse_head
from wslab.wire.handshake.verdict import Point as Point
from wslab.wire.handshake.verdict import Verdict as Verdict

__all__ = [
    "END_OF_HEAD",
    "HEAD_LIMIT",
    "REDACTED",
    "AcceptSteps",
    "ExplainedHead",
    "Handshake",
    "Head",
    "HeadLine",
    "Headers",
    "Point",
    "Verdict",
    "accept_steps",
    "explain",
    "filled",
    "negotiated_deflate",
    "parse_head",
    "request",
    "response",
]
