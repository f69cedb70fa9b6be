"""The only place that opens a socket: a Python without sockets has these three modules to replace.

life.py          a server's port, and how far the server is: one state, asked by all
ports.py         listening sockets, and who holds a port that is taken
connections.py   connections, made and accepted: asyncio's `create_connection` and `create_server`
"""

from __future__ import annotations

from wslab.net.sockets.connections import accept, connect, connect_from
from wslab.net.sockets.life import START, Life, Stage
from wslab.net.sockets.ports import LOOPBACK, listen

__all__ = ["LOOPBACK", "START", "Life", "Stage", "accept", "connect", "connect_from", "listen"]
