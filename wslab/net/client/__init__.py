"""`lab.connect`: the real `websockets` client, recorded."""

from __future__ import annotations
