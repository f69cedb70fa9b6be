"""Faults on purpose: what stands between a connection and its transport while one is on."""

from __future__ import annotations
