"""The lab: what a learner holds. It joins `wslab.net` and `wslab.view`."""

from __future__ import annotations

from wslab.lab.lab import Lab as Lab

__all__ = ["Lab"]
