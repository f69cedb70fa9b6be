"""A small project whose tests pytest runs in a process of its own, with one of our plugins."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def write(place: Path, **files: str) -> Path:
    """Write the tests of a project; ``lessons__test_a`` is tests/lessons/test_a.py."""
    for name, text in files.items():
        path = place / "tests" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (place / "pytest.ini").write_text("[pytest]\nmarkers = browser\ntimeout = 100\n", encoding="utf-8")
    return place


def run(place: Path, plugin: str, *options: str) -> tuple[int, str]:
    """Run them, and tell how it ended and what was said."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "WSLAB_"))}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        f"tests.plugins.{plugin}",
        "-p",
        "no:nbval",
        "-p",
        "no:cacheprovider",
    ]
    command.append("--import-mode=importlib")
    done = subprocess.run(
        [*command, *options],
        cwd=place,
        env=ours | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def counts(said: str) -> dict[str, int]:
    """How often each outcome came, by the last line."""
    last = said.rstrip().splitlines()[-1]
    return {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|flaky|error|errors)", last)}


def script(name: str) -> Any:
    """One of the scripts of .ci, as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
