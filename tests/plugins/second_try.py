"""A test that drives a real page may fail once: it is tried a second time, and named in the summary as flaky if it passes then.

JupyterLab, Chromium and a kernel are much machinery, and some of its faults are not ours: ipykernel 7.4 now and then gives the
end of a cell to the cell before it. No other test is tried twice, and nothing within a test is.

The second try begins with nothing: what the fixtures of the first had made, JupyterLab included, is taken down before. (That,
and that no socket of the plugin's own is open in a process whose sockets tests count, is why this is not pytest-rerunfailures.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Generator

    from _pytest.terminal import TerminalReporter

FLAKY = "flaky"
_tries = pytest.StashKey[list[pytest.TestReport]]()
"""How the first try failed, then all that is reported of the second."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Runs a test of the browser, and again if it fails. Every other test, and the second try, is left to pytest."""
    if item.get_closest_marker("browser") is None or _tries in item.stash or item.config.option.usepdb:
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = next((report for report in reports if report.failed), None)
    if failed is not None:
        # What goes wrong while it is taken down belongs to the first try, which has failed.
        pytest.CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(None), when="teardown")
        item.stash[_tries] = tries = [failed]
        hook.pytest_runtest_protocol(
            item=item, nextitem=nextitem
        )  # from outside, so that it has a time limit of its own
        reports = [] if any(report.failed for report in tries[1:]) else [failed]
        failed.outcome = FLAKY  # type: ignore[assignment]
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps how the second try goes; where that fails too, its report says how the first did."""
    report = yield
    if tries := item.stash.get(_tries, None):
        if report.failed:
            report.sections.append(("The first try", tries[0].longreprtext))
        tries.append(report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Counts a flaky test as such, beside its second try, which has passed."""
    return (FLAKY, "f", ("FLAKY", {"yellow": True})) if report.outcome == FLAKY else None


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Names every flaky test, and says what went wrong at first."""
    flaky = terminalreporter.getreports(FLAKY)
    if flaky:
        terminalreporter.section("flaky: failed, and passed when tried a second time", yellow=True)
    for report in flaky:
        terminalreporter.section(report.nodeid, sep="_", yellow=True)
        report.toterminal(terminalreporter._tw)
        for name, text in report.sections:
            terminalreporter.section(name, sep="-")
            terminalreporter.line(text)
