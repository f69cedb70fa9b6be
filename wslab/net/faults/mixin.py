"""A recorded connection that has faults: what its classes at a server, a client and a relay have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.net.faults.end_faults import EndFaults, on_loop
from wslab.net.faults.link import FaultyLink
from wslab.net.recording import RecordingMixin

if TYPE_CHECKING:
    import asyncio

    from wslab.net.recording import TapTransport


class FaultyMixin(RecordingMixin):
    """The half of a connection class that records and suffers faults; mixed in before the class that has the connection.

    Faults are inserted only while one is on (`wslab.net.faults.link`): without them nobody asks for them.
    """

    @property
    def faults(self) -> EndFaults:
        """What goes wrong on purpose at this end of the connection. Ours."""
        found = vars(self).get("_faults")
        if found is None:
            loop: asyncio.AbstractEventLoop = self.loop  # type: ignore[attr-defined]
            tap: TapTransport = self.transport  # type: ignore[attr-defined]
            secure = tap.get_extra_info("sslcontext") is not None
            made = EndFaults(self.end, on_loop(loop, self.end), self._link, secure=secure)
            found = vars(self).setdefault("_faults", made)
        assert isinstance(found, EndFaults)
        return found

    def _link(self) -> FaultyLink | None:
        tap: TapTransport = self.transport  # type: ignore[attr-defined]
        # The library's own word for it: it asserts that pause_writing and resume_writing take turns.
        return FaultyLink(tap, self, self.end, lambda: self.paused)  # type: ignore[attr-defined, arg-type]
