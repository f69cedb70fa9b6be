"""`lab.serve`: a real `websockets` server on a thread of its own."""

from __future__ import annotations
