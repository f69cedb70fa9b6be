"""A relay in front of a server that is not ours."""

from __future__ import annotations
