"""The magics of a notebook: ``%%browser`` and ``%%node``, and ``%load_ext wslab``, which registers them."""

from __future__ import annotations

from wslab.peers.magics.extension import load_ipython_extension as load_ipython_extension

__all__ = ["load_ipython_extension"]
