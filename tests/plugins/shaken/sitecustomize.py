"""Shakes every Python that a shaken one starts: Python imports a module of this name by itself, where it finds one."""

from __future__ import annotations

import os

if "WSLAB_SHAKE" in os.environ:
    import shaker  # type: ignore[import-not-found]  # beside this file, and this folder is on the path then

    shaker.shake(os.environ["WSLAB_SHAKE"])
