"""The exercises of lesson 02."""

from __future__ import annotations
