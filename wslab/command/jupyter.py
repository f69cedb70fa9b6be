"""Opens JupyterLab on lesson 00.

JupyterLab takes over this process where the system can do that, so Ctrl-C reaches it directly and nothing of ours is left
running. It is told to say little, and to ask nothing on Ctrl-C. The page neither fetches news nor asks whether it may: that
part is switched off by `jupyter_config/`, for this run alone, since no option of the command line can do it.
What a learner writes behind ``--`` comes last and therefore wins.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from wslab.command.course import CourseError
from wslab.command.words import pip_install

if TYPE_CHECKING:
    from collections.abc import Sequence

LESSON = "00_start_here.ipynb"
CONFIG = Path(__file__).with_name("jupyter_config")


def command_line(folder: Path, *, browser: bool = True, extra: Sequence[str] = ()) -> list[str]:
    """Writes the command that starts JupyterLab.

    Args:
        folder: The course.
        browser: Whether a browser is opened on it.
        extra: Options for JupyterLab itself.
    """
    return [
        sys.executable,
        # Without the folder where `wslab` was typed on sys.path: a learner's own random.py must not stop JupyterLab.
        "-P",
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        # The address that is printed leads to the lesson too, so a browser on another machine gets there as well.
        f"--LabApp.default_url=/lab/tree/{LESSON}",
        # Warnings are for those who run the server (a language server that is not installed); the address is always printed.
        "--Application.log_level=ERROR",
        "--ServerApp.answer_yes=True",
        *(() if browser else ("--ServerApp.open_browser=False",)),
        # In a container everybody is root, and JupyterLab refuses to start for root unless told otherwise.
        *(("--ServerApp.allow_root=True",) if is_root() else ()),
        *extra,
    ]


def is_root() -> bool:
    """Whether JupyterLab would refuse to start for this user unless told otherwise."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def open_lab(command: Sequence[str]) -> NoReturn:
    """Becomes JupyterLab.

    Raises:
        CourseError: JupyterLab is not installed here.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError(f"JupyterLab is missing in {sys.executable}.\nType: {pip_install('jupyterlab>=4.4,<5')}")
    # Ours is one more place where JupyterLab looks for its configuration, behind those that are set already.
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [os.environ.get("JUPYTER_CONFIG_PATH"), str(CONFIG)])
    )
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform == "win32":  # pragma: no cover - exec there returns to the prompt while the program goes on
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], list(command))
