"""Proxies in the environment, which would take loopback connections elsewhere.

`websockets.connect` reads the system's proxies, so ``ws://127.0.0.1:...`` would go to the proxy and fail there. A lab tells this
process, and only this one, that loopback needs no proxy.
"""

from __future__ import annotations

import os
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.timeline import Timeline

_NAMES = ("localhost", "127.0.0.1", "::1")


def let_loopback_pass(timeline: Timeline) -> None:
    """Add the loopback names to NO_PROXY of this process; where proxies are set already, a row says so."""
    either = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    missing = False
    # Where both are set Python reads the first and forgets the second; other programs read the second.
    for variable in ("no_proxy", "NO_PROXY"):
        names = [name for name in (os.environ.get(variable) or either).split(",") if name]
        add = [name for name in _NAMES if name not in names]
        if add and "*" not in names:
            os.environ[variable] = ",".join(names + add)
            missing = True
    if missing and {"http", "https", "ws", "wss", "socks", "all"} & set(urllib.request.getproxies()):
        timeline.note(
            "proxies are set here", "loopback was added to NO_PROXY of this process, so that it is reached directly"
        )
