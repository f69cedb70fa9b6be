"""The heads of requests as they stream by, with the values of JupyterLab's own cookies hidden.

    request line ──► header lines ──► empty line ──► over: what follows is frames            a server of the lab
         ▲                                │
         └────── so many bytes of body ◄──┘ no Upgrade: another request may follow           a relay

Only the value of a Cookie header waits until it is whole, which a byte behind its line says: the next line may be folded
(RFC 9112 section 5.2). Every other byte passes at once, and behind the heads nothing is looked at. However the bytes are cut,
as many leave as come, in order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wslab.net.recording.jupyter_cookies import hide
from wslab.wire.handshake import HEAD_LIMIT, filled

if TYPE_CHECKING:
    from collections.abc import Callable

_STARTS = re.compile(rb" HTTP/\d\.\d\r?\n\Z")  # a request line, by its end
_TAIL = 16
_KNOWN = 64  # bytes of a header line that are remembered
_BLANKS = b" \t"


class RequestHeads:
    """Follows what one client sends.

    Args:
        several: Whether one request may follow the other on the connection, as they do to a server of HTTP.

    Attributes:
        over: Whether what comes now is not a head any more, and passes as it is.
    """

    def __init__(self, *, several: bool = False) -> None:
        self.over = False
        self._several = several
        self._step: Callable[[bytes, int], int] = self._request_line
        self._out = bytearray()
        self._line = b""  # of a request line the end, of a header line the beginning
        self._begun = False  # whether this head has a header line
        self._name = b""
        self._body = 0
        self._cookies = bytearray()  # the value that is waited for
        self._ended = False  # whether its line has ended, unless the next is folded
        self._blind = False  # whether it was too long to wait for

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes.

        Returns:
            What passes on now.
        """
        at = 0
        while at < len(data) and not self.over:
            at = self._step(data, at)
        out = bytes(self._out) + data[at:]
        self._out.clear()
        return out

    def finish(self) -> bytes:
        """End with the connection.

        Returns:
            The value that was waited for.
        """
        self.over = True
        self._release()
        return self.feed(b"")

    # The states. Each takes some bytes, from a place on, and says where the next is.

    def _request_line(self, data: bytes, at: int) -> int:
        stop = self._pass_line(data, at)
        self._line = (self._line + data[at:stop])[-_TAIL:]
        if self._line.endswith(b"\n"):
            line, self._line = self._line, b""
            if _STARTS.search(line):
                self._begun, self._step = False, self._header_name
            else:  # an empty line before a request does not matter (RFC 9112 section 2.2)
                self.over = bool(line.strip(b"\r\n"))
        return stop

    def _header_name(self, data: bytes, at: int) -> int:
        if not self._line and self._begun and data[at] in _BLANKS:  # folded
            self._name, self._step = b"", self._header_value
            return at
        stop = _line_end(data, at)
        stop = data.find(b":", at, stop) + 1 or stop
        self._out += data[at:stop]
        self._line = (self._line + data[at:stop])[:_KNOWN]
        if data[stop - 1] in b":\n":
            line, self._line = self._line, b""
            if data[stop - 1] == b":"[0]:
                self._name = line.partition(b":")[0].strip().lower()
                self._step = self._cookie_value if self._name == b"cookie" else self._header_value
            elif line in (b"\r\n", b"\n"):
                self.over = not self._several
                self._step = self._request_body if self._body else self._request_line
            self._begun = True
        return stop

    def _header_value(self, data: bytes, at: int) -> int:
        stop = self._pass_line(data, at)
        self._line = (self._line + data[at:stop])[:_KNOWN]
        if data[stop - 1 : stop] == b"\n":
            value, self._line, self._step = self._line.strip(), b"", self._header_name
            if self._name == b"content-length" and value.isdigit():
                self._body = int(value)
            elif self._name in (b"upgrade", b"transfer-encoding"):  # a page never sends its body in chunks
                self._several = False
        return stop

    def _cookie_value(self, data: bytes, at: int) -> int:
        if self._ended and data[at] not in _BLANKS:
            self._release()
            self._step = self._header_name
            return at
        stop = _line_end(data, at)
        self._cookies += data[at:stop]
        self._ended = data[stop - 1 : stop] == b"\n"
        if self._blind or len(self._cookies) > HEAD_LIMIT:  # rather a stranger's cookies too than one of JupyterLab's
            self._blind = True
            self._out += filled(bytes(self._cookies))
            self._cookies.clear()
        return stop

    def _request_body(self, data: bytes, at: int) -> int:
        part = data[at : at + self._body]
        self._out += part
        self._body -= len(part)
        if not self._body:
            self._step = self._request_line
        return at + len(part)

    # What they share

    def _pass_line(self, data: bytes, at: int) -> int:
        stop = _line_end(data, at)
        self._out += data[at:stop]
        return stop

    def _release(self) -> None:
        self._out += hide(bytes(self._cookies))
        self._cookies.clear()
        self._ended = self._blind = False


def _line_end(data: bytes, at: int) -> int:
    """The place behind the next line end, or behind everything."""
    return data.find(b"\n", at) + 1 or len(data)
