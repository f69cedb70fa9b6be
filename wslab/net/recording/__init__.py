"""Recording: what a connection carries, and what code of a learner's prints, on the timeline."""

from __future__ import annotations
