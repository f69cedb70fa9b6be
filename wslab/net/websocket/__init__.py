"""The browser's WebSocket, in Python: events on the home loop, bytes on the lab's own thread.

    WebSocket                        websocket.py         what a learner holds: the browser's interface
    ├─ Events                        events.py            home loop: readyState, rows, listeners
    ├─ Mailbox                       mailbox.py           home loop: `opened`, `closed`, `next`, ``async for``
    └─ Wire                          wire.py              to the lab's thread and back
       ├─ Inbox, Outbox              delivery.py          one queue each way
       ├─ BufferedAmount             buffered_amount.py   what has been handed over and has not left
       └─ SocketConnection           connection.py        lab's thread: TCP, handshakes, pongs, close replies
          └─ Sending, Receiving      sending.py, receiving.py

`client_host.py` is what the sockets of one lab share, `loop_sockets.py` what holds those of one loop. What a page may not do is
in `argument_checks.py` and `read_only.py`.
"""

from __future__ import annotations

from wslab.net.websocket.argument_checks import check_close
from wslab.net.websocket.client_host import ClientHost
from wslab.net.websocket.mailbox import ConnectionEnded
from wslab.net.websocket.websocket import WebSocket

__all__ = ["ClientHost", "ConnectionEnded", "WebSocket", "check_close"]
