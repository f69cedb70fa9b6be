"""The exercises of lesson ${number}."""

from __future__ import annotations
