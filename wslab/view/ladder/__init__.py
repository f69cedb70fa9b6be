"""The sequence diagram: client and server as two lifelines, and between them everything that was said.

    Timeline ──copy──► trace: steps in the order of the transcript ──► svg, for a notebook and a code host
                                                                   └─► text, its plain twin

A `Ladder` shows what was recorded up to the moment when it was made, and never changes.
"""

from __future__ import annotations

from wslab.view.ladder.ladder import Ladder as Ladder

__all__ = ["Ladder"]
