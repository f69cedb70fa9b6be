"""What `wslab doctor` looks at for ``%%node``: Node, npm and the package ``ws``, where `wslab.peers` looks for them too."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from wslab.command.finding import Finding, lacking, within
from wslab.command.programs import nodes, npm_command, ws_folder
from wslab.command.words import pip_install, short

OLDEST_NODE = 18
NODE_EXTRA = "wslab[node]"


def node() -> Finding:
    """Node, for the lessons that run the same JavaScript outside a browser, and npm beside it."""
    found, wrong = usable_node()
    if found is None:
        text = "; ".join(wrong) or "no program `node` found"
        return lacking("Node", f"{text}; %%node and lesson 08 need {OLDEST_NODE} or newer", pip_install(NODE_EXTRA))
    program, version = found
    npm = npm_command(program)
    have = f"npm {output_of(program, *npm, '--version')}" if npm else "no npm beside it"
    return Finding("Node", f"{version} at {program}, {have}")


def usable_node() -> tuple[tuple[str, str] | None, list[str]]:
    """The first Node that is new enough, with its version; and what is wrong about those before it."""
    wrong = []
    for program in nodes():
        version = output_of(program, program, "-p", "process.versions.node")
        major = re.match(r"(\d+)\.\d+\.\d+\S*\Z", version)
        if major is None:
            wrong.append(f"{program} is no working Node")
        elif int(major[1]) < OLDEST_NODE:
            wrong.append(f"{program} is {version}")
        else:
            return (program, version), wrong
    return None, wrong


def output_of(node: str, *command: str) -> str:
    """What a program of Node's answers; empty where it does not work. It finds this Node first."""
    path = os.pathsep.join((str(Path(node).parent), os.environ.get("PATH", "")))
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=True, env=os.environ | {"PATH": path}
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def ws() -> Finding:
    """``ws``, the WebSocket package that most Node programs use: the cache has it from the first cell that needs it."""
    folder = ws_folder()
    try:
        package = json.loads((folder / "node_modules" / "ws" / "package.json").read_text(encoding="utf-8"))
        version = str(package["version"])
    except (OSError, ValueError, LookupError, TypeError):
        version = ""
    if within(version, ">=8.18,<9"):
        return Finding("ws", f"{version}, kept in {short(folder)}")
    found, _ = usable_node()
    if found is None:
        return lacking("ws", "needs Node first")
    if not npm_command(found[0]):
        return lacking("ws", "not here yet, and there is no npm to bring it", pip_install(NODE_EXTRA))
    text = f"not in {short(folder)} yet: the first %%node cell that uses it brings it, and needs the network for that"
    return lacking("ws", text)
