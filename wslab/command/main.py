"""The `wslab` command.

    wslab [folder] [--no-browser] [--copy-only] [-- options for JupyterLab]
    wslab doctor
    wslab --help | --version

Exit codes: 0 all is well, 1 something is missing or stands in the way, 2 the command was not understood.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from wslab import __version__
from wslab.command.course import FOLDER, CourseError, Step, choose_folder, find_course, lay_out
from wslab.command.doctor import examine
from wslab.command.jupyter import LESSON, command_line, is_root, open_lab
from wslab.command.trust import sign
from wslab.command.words import paint, short

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = "wslab [folder] [--no-browser] [--copy-only] [-- options for JupyterLab]\n       wslab doctor"

DESCRIPTION = f"""\
Learn WebSocket in Jupyter. Copies the lessons into a folder (./{FOLDER} unless you name one)
and opens JupyterLab there on lesson 00. Type it again whenever you want to go on: what you
have changed is never overwritten.
"""

EPILOG = f"""\
examples:
  wslab                       the course in ./{FOLDER}
  wslab ~/websocket           the course in a folder of your choice
  wslab -- --port=9999        JupyterLab on port 9999
  wslab doctor                what works on this machine, and what to type for what does not
"""

# Words that are more likely meant as a command than as a folder.
COMMANDS = ("doctor", "help", "version")


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors say what to type next."""

    def error(self, message: str) -> NoReturn:
        """Ends the command with code 2."""
        hint = "Options for JupyterLab itself go behind `--`, for example: wslab -- --port=9999"
        more = f"\n{hint}" if "unrecognized" in message else ""
        self.exit(2, f"wslab: {message}{more}\nType `wslab --help` to see what it understands.\n")


def run() -> NoReturn:
    """Runs the command with what was typed, and ends the process: this is what the `wslab` script calls."""
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)


def main(typed: Sequence[str]) -> int:
    """Runs the command.

    Args:
        typed: What stands behind ``wslab``.

    Returns:
        The exit code. When JupyterLab is opened, this process becomes JupyterLab and nothing is returned.
    """
    if list(typed[:1]) == ["doctor"]:
        parser = _Parser(
            prog="wslab doctor", description="Says what works on this machine, and what to type for what does not."
        )
        parser.parse_args(typed[1:])
        return examine()
    try:
        return _course(typed)
    except CourseError as error:
        print(f"{paint('wslab:', 'red', sys.stderr)} {error}", file=sys.stderr)
        return 1


def _course(typed: Sequence[str]) -> int:
    """Lays the course out and opens it."""
    ours, extra = _split(typed)
    options = _parser().parse_args(ours)
    folder = choose_folder(_checked(options.folder), Path.cwd())
    steps = lay_out(find_course(), folder, __version__)
    print("\n".join(report(steps, folder)))
    sign([step.target for step in steps if step.verb in ("copy", "update", "offer") and step.target.suffix == ".ipynb"])
    if not options.copy_only:
        if is_root():
            print("You are root here; JupyterLab is told that this is meant.")
        print(paint(f"JupyterLab opens on {LESSON}. To stop it, press Ctrl-C here.", "bold"))
        open_lab(command_line(folder.absolute(), browser=not options.no_browser, extra=extra))
    return 0


def _split(typed: Sequence[str]) -> tuple[list[str], list[str]]:
    """Divides what was typed at ``--``."""
    words = list(typed)
    cut = words.index("--") if "--" in words else len(words)
    return words[:cut], words[cut + 1 :]


def _parser() -> argparse.ArgumentParser:
    """Describes the command; this is what ``--help`` shows."""
    parser = _Parser(
        prog="wslab",
        usage=USAGE,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("folder", nargs="?", help=f"where the lessons go (default: {FOLDER})")
    parser.add_argument("--no-browser", action="store_true", help="start JupyterLab, and print its address only")
    parser.add_argument("--copy-only", action="store_true", help="copy the lessons, for a JupyterLab that already runs")
    parser.add_argument("--version", action="version", version=f"wslab {__version__}")
    return parser


def _checked(folder: str | None) -> str | None:
    """Refuses a folder that looks like a mistyped command, unless there is such a folder.

    Raises:
        CourseError: It does.
    """
    if folder == "":
        raise CourseError("the folder's name is empty.\nName one, for example: wslab ~/websocket")
    if folder is None or Path(folder).exists():
        return folder
    likely = difflib.get_close_matches(folder, COMMANDS, n=1, cutoff=0.8) if Path(folder).name == folder else []
    if likely:
        meant = "wslab doctor" if likely == ["doctor"] else f"wslab --{likely[0]}"
        raise CourseError(
            f"there is no folder {folder} here. Did you mean: {meant}\nIf you want such a folder: wslab ./{folder}"
        )
    return folder


def report(steps: Sequence[Step], folder: Path) -> list[str]:
    """Says what was done, in a few lines: one for what is new, one for each notebook that a learner should know about."""
    lines = [f"The course is in {paint(short(folder), 'bold')}"]
    copied = [step for step in steps if step.verb == "copy"]
    if copied:
        lines.append(f"  {_files(len(copied))} copied")
    lines += [
        f"  {step.name} is replaced by the new edition: you had not changed it"
        for step in steps
        if step.verb == "update"
    ]
    for step in steps:
        if step.verb == "offer":
            beside = step.target.relative_to(folder).as_posix()
            lines.append(
                paint(f"  {step.name} holds your work and stays; the new edition is beside it: {beside}", "yellow")
            )
    yours = [step.name for step in steps if step.verb == "yours"]
    if yours:
        lines.append(f"  {_files(len(yours))} with your work, left alone: {', '.join(yours)}")
    return lines


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
