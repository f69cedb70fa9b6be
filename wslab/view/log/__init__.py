"""The live message log: the rows of a timeline in the notebook, as they come.

    timeline ──► window: the rows that pass the filter ──► log ──pack──► the page: news, and what it asks for

Python keeps the master copy, and the page only what is near the view.
"""

from __future__ import annotations

from wslab.view.log.log import Log as Log

__all__ = ["Log"]
