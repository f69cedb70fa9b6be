"""What holds for every test of the view: nothing of wslab's own fails unseen."""

from __future__ import annotations

from tests.net.harness import failures, nothing_fails

__all__ = ["failures", "nothing_fails"]
