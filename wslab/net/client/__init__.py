"""`lab.connect`: the real `websockets` client on the caller's loop, recorded."""

from __future__ import annotations

from wslab.net.client.connect import RecordedConnect
from wslab.net.client.connection import recorded_client

__all__ = ["RecordedConnect", "recorded_client"]
