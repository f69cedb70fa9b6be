"""`wslab doctor`: runs every check, says what works, and what to type for what does not.

Its exit code is 1 only when something is missing that the lessons cannot do without.
"""

from __future__ import annotations

import platform
import textwrap
from typing import TYPE_CHECKING

from wslab import __version__
from wslab.command.checks import HELPFUL, NEEDED
from wslab.command.finding import Finding, lacking
from wslab.command.words import paint, pip_install

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wslab.command.checks import Check

WIDTH = 96
MARGIN = 23


def examine(needed: Iterable[Check] = NEEDED, helpful: Iterable[Check] = HELPFUL) -> int:
    """Runs the checks and prints each finding as soon as it is known.

    Returns:
        The exit code: 0 when the lessons can run here.
    """
    print(f"wslab {__version__} on {platform.system()} {platform.machine()}\n")
    lost = [finding.name for finding in _show(needed, "missing") if not finding.fine]
    spare = [finding.name for finding in _show(helpful, "absent") if not finding.fine]
    print()
    if lost:
        print(paint(f"The lessons cannot run yet: {', '.join(lost)}.", "red"))
        print("Type what is shown above, then: wslab doctor")
    elif spare:
        print(f"The lessons can run. Some parts of them need more: {', '.join(spare)}.")
    else:
        print(paint("Everything is here. Type: wslab", "green"))
    return 1 if lost else 0


def _show(checks: Iterable[Check], word: str) -> list[Finding]:
    """Runs checks and prints what they find, calling what does not work by this word."""
    findings = []
    for check in checks:
        finding = look(check)
        print("\n".join(lines(finding, word)), flush=True)
        findings.append(finding)
    return findings


def look(check: Check) -> Finding:
    """Runs one check. A check that fails itself is a finding too: a doctor must not faint."""
    name = check.__name__.replace("_", " ")
    try:
        return check()
    except ImportError as error:
        return lacking(name, f"cannot be tried yet: {error}", pip_install("jupyterlab>=4.4,<5", "ipykernel>=6.31,<8"))
    except Exception as error:  # noqa: BLE001 - whatever a broken installation raises belongs in the report
        return lacking(name, f"the check itself failed: {type(error).__name__}: {error}")


def lines(finding: Finding, word: str = "missing") -> list[str]:
    """Writes a finding down: its state in a word, its name, its text, and what to type."""
    state = (
        paint("ok".ljust(8), "green")
        if finding.fine
        else paint(word.ljust(8), "red" if word == "missing" else "yellow")
    )
    first, *rest = textwrap.wrap(finding.text, WIDTH - MARGIN, break_long_words=False, break_on_hyphens=False) or [""]
    return [
        f"  {state} {finding.name:<11} {first}",
        *(" " * MARGIN + line for line in rest),
        *(" " * MARGIN + paint("type: ", "dim") + command for command in finding.type),
    ]
