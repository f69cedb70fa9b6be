"""Brings ``ws``, the WebSocket package of Node, into a cache folder: once, with npm, and from then on without a network.

    <cache>/node/ws-8/node_modules/ws       WSLAB_CACHE names the cache folder, else the system does

It is installed into a folder beside, which then gets its name in one step: two kernels may do that at the same time, one of
them comes first and the other takes what is there. Nothing is ever half there.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from wslab.net import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.peers.node.find import Node

WANTED = "^8.18.0"
_OLDEST = (8, 18)
_LIMIT = 120.0  # seconds that npm may take
_NETWORK = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ERR_SOCKET_TIMEOUT",
    "network",
)


class NoWs(LabError, LookupError):
    """``ws`` is not here yet, and could not be brought."""


def ws_folder() -> Path:
    """The folder whose ``node_modules`` holds ``ws``, there or not."""
    cache = os.environ.get("WSLAB_CACHE") or platformdirs.user_cache_dir("wslab", appauthor=False)
    return Path(cache).expanduser().absolute() / "node" / "ws-8"


def ws_version(folder: Path | None = None) -> str | None:
    """The version of ``ws`` in the cache, or None where there is none that will do."""
    package = (folder or ws_folder()) / "node_modules" / "ws"
    try:
        version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        numbers = tuple(int(part) for part in version.split(".")[:2])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    good = numbers >= _OLDEST and numbers[0] == _OLDEST[0] and (package / "index.js").is_file()
    return str(version) if good else None


def packages_for(code: str, node: Node, say: Callable[[str], None]) -> Path | None:
    """Have what a cell needs: ``ws``, where its code names it.

    Args:
        code: The cell's JavaScript.
        node: The Node it will run in.
        say: Told what is waited for.

    Returns:
        The folder whose ``node_modules`` holds it; None where there is none, and none is needed.

    Raises:
        NoWs: It is needed, and could not be brought.
    """
    if ws_version() is None and re.search(r"""["'`]ws["'`/]""", code):
        say("npm installs the package ws, this once")
        return bring_ws(node)
    return ws_folder() if ws_version() else None


def bring_ws(node: Node) -> Path:
    """Have ``ws`` in the cache, installing it the first time.

    Args:
        node: The Node it is for; its npm does the work.

    Returns:
        The folder whose ``node_modules`` holds it.

    Raises:
        NoWs: There is no npm, no network, or no place to write.
    """
    folder = ws_folder()
    if ws_version(folder):
        return folder
    if node.npm is None:
        raise NoWs(
            "the first time, %%node installs the package `ws` with npm, and there is no npm beside "
            f'Node {node.version}; install npm, or type: python -m pip install "wslab[node]"'
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="ws-8.new-", dir=folder.parent))
    except OSError as error:
        raise NoWs(
            f"the package `ws` has no place to go: {error.strerror or error}; "
            "set the variable WSLAB_CACHE to a folder that can be written, and restart the kernel"
        ) from None
    try:
        _install(node, node.npm, fresh)
        _take_place(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    if not ws_version(folder):
        raise NoWs(f"npm ended well and still brought no `ws` {WANTED}; type: npm view ws version")
    return folder


def _install(node: Node, npm: str, folder: Path) -> None:
    """Run npm.

    Raises:
        NoWs: It failed.
    """
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
    command = [*node.npm_command(npm), "install", f"--prefix={folder}", *quiet, f"ws@{WANTED}"]
    environment = node.environment() | {"npm_config_update_notifier": "false", "npm_config_fetch_retries": "1"}
    try:
        done = subprocess.run(  # noqa: S603  npm, found beside Node
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoWs(_no_network(f"npm took longer than {_LIMIT:g} s")) from None
    except OSError as error:
        raise NoWs(f"npm does not run: {error.strerror or error}; type: npm --version") from None
    if done.returncode:
        said = _said(done.stderr or done.stdout)
        if any(word in done.stderr for word in _NETWORK):
            raise NoWs(_no_network(f"npm said: {said}"))
        raise NoWs(f"npm could not install the package `ws`: {said}; type: npm install ws@8")


def _no_network(why: str) -> str:
    return (
        "the package `ws` is not here yet, and npm did not reach its registry; connect this machine to the network once, "
        f"then run the cell again: later it is not needed ({why})"
    )


def _said(output: str) -> str:
    """What npm said was wrong: its first line with an error, without its own prefix."""
    lines = [line.removeprefix("npm").strip() for line in output.splitlines()]
    lines = [line.removeprefix("ERR!").removeprefix("error").strip() for line in lines if line]
    plain = [line for line in lines if line and not line.startswith(("code ", "syscall ", "errno "))]
    return (plain or lines or ["nothing"])[0][:200]


def _take_place(fresh: Path, folder: Path) -> None:
    """Gives the new folder its name, unless another kernel was faster."""
    for _ in range(2):
        with contextlib.suppress(OSError):
            fresh.rename(folder)
            return
        if ws_version(folder):
            return
        with contextlib.suppress(OSError):  # something else stands there: out of the way
            folder.rename(fresh.parent / f"{fresh.name}.old")
        shutil.rmtree(fresh.parent / f"{fresh.name}.old", ignore_errors=True)
