"""What a client's connection receives: recorded, taken apart by the protocol, and put together into messages.

    take()       bytes ──► recorded ─► the protocol
    message()    a frame of the protocol ──► once its message is whole, a step of the home loop
    keep_pace()  the network is not read on while too many steps wait

A step says at which offset of the stream what made it ends, so that its row can be linked to these bytes.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from websockets.frames import Opcode

from wslab.wire import CLOSE, Receiver, Walker

if TYPE_CHECKING:
    from websockets.client import ClientProtocol
    from websockets.frames import Frame

    from wslab.net.recording import TapTransport
    from wslab.net.websocket.delivery import Inbox
    from wslab.net.websocket.events import Events
    from wslab.timeline import End

MESSAGE_LIMIT = 256 * 1024 * 1024
"""The largest message that is taken, in bytes after inflating."""

_TEXT = int(Opcode.TEXT)
_BACKLOG_EVENTS = 20_000  # events that the home loop has not taken: past it the network is not read on
_BACKLOG_BYTES = 64 * 1024 * 1024


class Receiving:
    """The way in of one connection. Used on the lab's thread alone.

    Args:
        protocol: Takes the bytes apart.
        end: Where they are recorded.
        inbox: Takes the steps.
        events: Whose steps they are.

    Attributes:
        paused: Whether the network is not read on until the home loop has caught up. Any thread may read it.
    """

    def __init__(self, protocol: ClientProtocol, end: End, inbox: Inbox, events: Events) -> None:
        self._protocol = protocol
        self._end = end
        self._inbox = inbox
        self._events = events
        self._record = end.tap(end.received)
        self._walker = Walker()
        self._stops: deque[int] = deque()
        self._receiver = Receiver(keep=MESSAGE_LIMIT)
        self._transport: TapTransport | None = None
        self.paused = False

    def begin(self, transport: TapTransport) -> None:
        """Read from this transport from now on."""
        self._transport = transport

    def take(self, data: bytes) -> None:
        """Record bytes, and give them to the protocol."""
        self._record(data)
        self._stops.extend(self._walker.frame_boundaries(data))
        self._protocol.receive_data(data)

    def stop(self) -> int:
        """Offset in the stream behind the response or frame that the protocol gives next."""
        return self._stops.popleft() if self._stops else self._end.received.stop

    def message(self, frame: Frame, stop: int) -> bool:
        """Take a frame that ends at an offset, and post the message that it makes whole.

        Returns:
            False if the message is text, and not UTF-8.
        """
        receiver, opcode, data = self._receiver, int(frame.opcode), bytes(frame.data)
        receiver.begin(frame.fin << 7 | opcode, b"", len(data), 2)  # websockets has judged its header
        receiver.take(data, 0, len(data))
        whole = receiver.end()
        if receiver.found:
            return False
        if whole and opcode < CLOSE:
            said = receiver.kept
            text = said.decode() if receiver.opcode == _TEXT else said
            self._inbox.post(self._events.message, text, len(said), stop, size=len(said))
        return True

    def keep_pace(self) -> None:
        """Stop reading where the home loop is too far behind."""
        if self._behind() and not self.paused and self._transport is not None:
            self.paused = True
            self._transport.pause_reading()
            if not self._behind():  # it caught up just before it could see `paused`
                self.resume()

    def resume(self) -> None:
        """Read on after the home loop has caught up."""
        if self.paused and self._transport is not None and not self._transport.is_closing():
            self.paused = False
            self._transport.resume_reading()

    def _behind(self) -> bool:
        events, size = self._inbox.waiting()
        return events > _BACKLOG_EVENTS or size > _BACKLOG_BYTES
