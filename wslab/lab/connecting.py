"""How a lab connects, beside its browser-style `WebSocket`: the real `websockets` client, and plain TCP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.lab.home_loop import HomeLoop
from wslab.net import LabClosed, RawConnect, Raws, RecordedConnect

if TYPE_CHECKING:
    from ssl import SSLContext

    from wslab.lab.actions import LabEnds
    from wslab.net import ClientHost
    from wslab.timeline import Timeline


class Connecting(HomeLoop):
    """The half of a `Lab` that connects."""

    timeline: Timeline
    _ends: LabEnds
    _host: ClientHost
    _raws: Raws

    def connect(self, url: str, **options: Any) -> RecordedConnect:
        """Connect with the real `websockets` client, recorded. To be awaited, or used with ``async with``.

        Args:
            url: Where to connect.
            options: As for `websockets.connect`.

        Returns:
            What `websockets.connect` returns; awaiting it gives the `ClientConnection`.
        """
        self._check_open()
        self._find_home()
        return RecordedConnect(url, self.timeline, self._ends.opened, **options)

    def raw(
        self, url: str, *, half_open: bool = False, ssl: SSLContext | None = None, timeout: float = 5.0
    ) -> RawConnect:
        """Open a TCP connection on which you send exactly the bytes you want, recorded. To be awaited, or used with ``async with``.

        Args:
            url: ``ws://``, ``wss://`` or just host and port, such as ``"127.0.0.1:8080"``. Nothing is sent by itself.
            half_open: Whether to stay open when the peer has ended its direction; if not, ours ends too, as in every client.
            ssl: How to trust a ``wss://`` server; as a browser does by default.
            timeout: The longest to wait for TCP, in seconds.

        Returns:
            The open `RawSocket`.

        Raises:
            BadType, BadValue: Something cannot serve as what it was passed for.
            RawEnded: There is no TCP connection.
            LabClosed: The lab is closed.
        """
        self._check_open()
        return self._raws.connect(url, half_open=half_open, ssl=ssl, timeout=timeout)

    def _check_open(self) -> None:
        if self._host.closed:
            raise LabClosed(self._host.closed)
