"""Tables: an opening handshake line by line, and what compression did message by message."""

from __future__ import annotations

from wslab.view.tables.compression import CompressionTable as CompressionTable
from wslab.view.tables.handshake import accept_steps as accept_steps
from wslab.view.tables.handshake import explain as explain

__all__ = ["CompressionTable", "accept_steps", "explain"]
