"""Renews the versions that CI installs:  python .ci/constraints.py      (and commit what it writes by itself).

Every Python that pyproject.toml names is asked what pip would install today for the commands of README.md; what all of them say is
one line of constraints.txt, what they say differently a line for each. ``.ci/run`` hands the file to README's commands unchanged,
by ``PIP_CONSTRAINT`` and ``UV_CONSTRAINT``, so that a landing fails by its own fault only; ``.ci/run --full`` runs without.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / ".ci" / "constraints.txt"
WHAT = ".[test,node]"
HEAD = "# What CI installs, for every Python of ours. Renewed by: python .ci/constraints.py\n"

Versions = dict[str, str]
"""The version of each package, by its normalised name."""


def pythons(pyproject: str) -> list[str]:
    """The versions of Python that the project says it is made for, such as ``3.11``."""
    classifiers = "\n".join(tomllib.loads(pyproject)["project"]["classifiers"])
    return re.findall(r"^Programming Language :: Python :: (3\.\d+)$", classifiers, re.MULTILINE)


def interpreter(version: str) -> str:
    """A Python of this version that runs: a name on the path may be a stand-in that does not.

    Raises:
        SystemExit: This machine has none.
    """
    kept = sorted(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
    for path in filter(None, [shutil.which(f"python{version}"), *kept]):
        if subprocess.run([path, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0:
            return path
    raise SystemExit(
        f"expected Python {version} on this machine, and there is none; install it: the file has lines for it"
    )


def resolved(python: str) -> Versions:
    """What pip would install for a Python of ours in a fresh environment."""
    free = {name: value for name, value in os.environ.items() if name not in ("PIP_CONSTRAINT", "UV_CONSTRAINT")}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "--dry-run", "--report", "-", WHAT]
        done = subprocess.run(pip, cwd=ROOT, env=free, check=True, stdout=subprocess.PIPE, text=True)
    found = [each["metadata"] for each in json.loads(done.stdout)["install"]]
    return {re.sub(r"[-_.]+", "-", each["name"]).lower(): each["version"] for each in found}


def merged(of: dict[str, Versions]) -> list[str]:
    """The lines of constraints.txt: one for a package where every Python gets the same version of it.

    Args:
        of: What each Python gets.
    """
    lines = []
    for name in sorted({name for versions in of.values() for name in versions} - {"wslab"}):
        said = {python: versions[name] for python, versions in of.items() if name in versions}
        if len(said) == len(of) and len({*said.values()}) == 1:
            lines.append(f"{name}=={said.popitem()[1]}")
        else:
            lines += [f'{name}=={version} ; python_version == "{python}"' for python, version in said.items()]
    return lines


def main() -> None:
    """Write the file."""
    versions = pythons((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = merged({version: resolved(interpreter(version)) for version in versions})
    FILE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines for Python {', '.join(versions)} in {FILE.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
