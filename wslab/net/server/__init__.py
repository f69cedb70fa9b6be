"""`lab.serve`: a real `websockets` server on a thread and an event loop of its own.

server.py            the half that others hold         serving.py   the half on the thread
handlers.py, handshake_hooks.py, origins.py            what a learner passes to it, checked and watched
connection.py                                          the class of its connections
"""

from __future__ import annotations

from wslab.net.server.connection import recorded_server
from wslab.net.server.handlers import Handler, check_handler, echo
from wslab.net.server.origins import LOOPBACK, Origins, check_origins
from wslab.net.server.server import Server

__all__ = ["LOOPBACK", "Handler", "Origins", "Server", "check_handler", "check_origins", "echo", "recorded_server"]
