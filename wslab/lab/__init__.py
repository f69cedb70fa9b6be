"""The lab: what a learner holds. It joins `wslab.net` and `wslab.view`."""

from __future__ import annotations

from wslab.lab.lab import Lab as Lab
from wslab.lab.sockets import WebSocket as WebSocket

__all__ = ["Lab", "WebSocket"]
