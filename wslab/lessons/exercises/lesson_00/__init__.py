"""The exercises of lesson 00."""

from __future__ import annotations
