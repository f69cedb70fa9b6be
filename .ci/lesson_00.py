"""Waits until JupyterLab serves lesson 00, then stops it: ``python .ci/lesson_00.py PROCESS RUNTIME_FOLDER``.

PROCESS is the shell that runs README's command; RUNTIME_FOLDER is where JupyterLab notes its address. Exits with 1 when
the process ends first, or when the lesson has not come after ten minutes (the command installs everything before).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

LESSON = "00_start_here.ipynb"
LIMIT = 600


def main(process: int, runtime: Path) -> int:
    """Waits, looks, and stops the server."""
    limit = time.monotonic() + LIMIT
    while time.monotonic() < limit and alive(process):
        for note in runtime.glob("jpserver-*.json"):
            try:
                server = json.loads(note.read_text(encoding="utf-8"))
                cells = look(server)
            except (OSError, ValueError):
                continue  # it is still starting
            print(f"lesson 00 is served at {server['url']}lab/tree/{LESSON} ({cells} cells)")
            os.kill(server["pid"], signal.SIGTERM)
            return 0
        time.sleep(0.2)
    print("the command ended too early" if not alive(process) else f"no lesson after {LIMIT} s", file=sys.stderr)
    return 1


def look(server: dict[str, Any]) -> int:
    """Fetches the page that opens the lesson, then the lesson itself.

    Returns:
        How many cells it has.

    Raises:
        OSError: The server does not answer, or not with the lesson.
    """
    page = fetch(server, f"lab/tree/{LESSON}").decode()
    if "jupyter-config-data" not in page:
        raise OSError("this is not JupyterLab's page")
    cells: list[object] = json.loads(fetch(server, f"api/contents/{LESSON}"))["content"]["cells"]
    if not cells:
        raise OSError("the lesson is empty")
    return len(cells)


def fetch(server: dict[str, Any], path: str) -> bytes:
    """Fetches one address of the server."""
    request = urllib.request.Request(server["url"] + path, headers={"Authorization": f"token {server['token']}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body: bytes = answer.read()
    return body


def alive(process: int) -> bool:
    """Whether a process of ours still runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
