"""`lab.raw`: bytes by hand."""

from __future__ import annotations
