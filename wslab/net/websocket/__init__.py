"""The browser's WebSocket, in Python: events on the home loop, bytes on the lab's own thread.

    home loop     websocket.py ─ events.py ─ waiting.py        what a learner holds, its events, awaiting them
                       │ calls        ▲ events
                    delivery.py: one queue each way
                       ▼              │
    lab thread    wire.py ─ sending.py                         TCP, the opening handshake, pongs, close replies

`client_host.py` is what the sockets of one lab share, `loop_sockets.py` what holds those of one loop.
"""

from __future__ import annotations

from wslab.net.websocket.argument_checks import check_close
from wslab.net.websocket.client_host import ClientHost
from wslab.net.websocket.waiting import ConnectionEnded
from wslab.net.websocket.websocket import WebSocket

__all__ = ["ClientHost", "ConnectionEnded", "WebSocket", "check_close"]
