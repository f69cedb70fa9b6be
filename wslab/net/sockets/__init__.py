"""Ports and connections of TCP.

life.py          a server's port, and how far the server is: one state, asked by all
ports.py         listening sockets, and who holds a port that is taken
connections.py   connections that are accepted
"""

from __future__ import annotations

from wslab.net.sockets.connections import accept
from wslab.net.sockets.life import START, Life, Stage
from wslab.net.sockets.ports import LOOPBACK, listen

__all__ = ["LOOPBACK", "START", "Life", "Stage", "accept", "listen"]
