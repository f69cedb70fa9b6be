"""What a client's wire sends: taken from the protocol, recorded, written as one piece, and counted.

    send(...), send(...)  ──► the protocol's frames, collected
    flush()               ──► recorded ─► written ─► each call's row learns which bytes it became

Whatever a batch of calls made travels in one write. A call's row is resolved only once its bytes are recorded, so nobody sees
the one without the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websockets.client import ClientProtocol

    from wslab.net.recording import TapTransport
    from wslab.timeline import End, Note


class Sending:
    """The way out of one connection. Used on the lab's thread alone.

    Args:
        protocol: Makes the bytes.
        end: Where its bytes are recorded.

    Attributes:
        taken: Bytes of application data that the network has taken so far. Any thread may read it.
    """

    def __init__(self, protocol: ClientProtocol, end: End) -> None:
        self._protocol = protocol
        self._end = end
        self._out: list[bytes] = []
        self._size = 0
        self._calls: list[tuple[Note, int]] = []
        self._transport: TapTransport | None = None
        self._unsent = 0
        self.taken = 0

    @property
    def stop(self) -> int:
        """Offset in the stream behind everything that was made so far."""
        return self._end.sent.stop + self._size

    def begin(self, transport: TapTransport) -> None:
        """Write to this transport, which records, from now on."""
        self._transport = transport
        # pause_writing as soon as anything is buffered, resume_writing when nothing is.
        transport.set_write_buffer_limits(high=0)

    def message(self, data: bytes, note: Note, *, text: bool) -> None:
        """Make a message of a call, to be written with the next `flush`."""
        start = self.stop
        self._unsent += len(data)
        if text:
            self._protocol.send_text(data)
        else:
            self._protocol.send_binary(data)
        self._calls.append((note, start))
        self._collect()

    def flush(self) -> None:
        """Write what has been made so far, as one piece."""
        self._collect()
        transport = self._transport
        if transport is None or not self._out:
            return
        parts, self._out, self._size = self._out, [], 0
        calls, self._calls = self._calls, []
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        try:
            if data:
                transport.write(data)
            if b"" in parts:  # the protocol's sign for the end of the stream
                if transport.can_write_eof():
                    transport.write_eof()
                else:
                    transport.close()
        except BaseException:
            for note, _ in calls:
                self._end.resolve(note, None)
            raise
        for note, start in calls:
            self._end.resolve(note, ("client to server", start))
        if self._unsent and not transport.get_write_buffer_size():
            self.emptied()

    def emptied(self) -> None:
        """Say that the network has taken everything that was written."""
        self.taken += self._unsent
        self._unsent = 0

    def _collect(self) -> None:
        for data in self._protocol.data_to_send():
            self._out.append(data)
            self._size += len(data)
