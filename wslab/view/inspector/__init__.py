"""The byte inspector: every bit of a frame, every line of a handshake, what they mean, and which rules they break.

    bytes ──► dissection ──describe_dissection()──► dict ──► inspector.js       the inspector in a live page
                                                        └──► static_html        the same without scripts, in a saved notebook
    a row of the log ──inspect_row()──────────────► dict ──► inspector.js       its frames, or those it is linked to
                                                        └──► head_inspector.js  its handshake

Payloads are hostile: whatever comes from a peer is cut, and what cannot be seen, or would reorder what is, is replaced by a
picture of itself. Nothing in these dicts is markup.
"""

from __future__ import annotations

from wslab.view.inspector.dissection import Dissection as Dissection
from wslab.view.inspector.dissection import dissect as dissect
from wslab.view.inspector.rows import inspect_for_page as inspect_for_page

__all__ = ["Dissection", "dissect", "inspect_for_page"]
