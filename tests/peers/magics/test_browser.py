"""`%%browser`: what may stand behind it, and what it says when it cannot run."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError

from wslab import Lab
from wslab.peers.browser import runs
from wslab.peers.magics.browser import browser, read_options


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ("page", None, None, None, False)),
        ("--iframe --wait", ("iframe", 30.0, None, None, False)),
        ("--wait 2.5 --sandbox", ("sandbox", 2.5, None, None, False)),
        ("--wait=5", ("page", 5.0, None, None, False)),
        ("--name 'my chat' --lab b --wait 1", ("page", 1.0, "my chat", "b", False)),
        ("--stop --name chat", ("page", None, "chat", None, True)),
    ],
)
def test_the_magic_reads_its_options(line: str, expected: tuple[Any, ...]) -> None:
    assert read_options(line) == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--iframe --sandbox", "one of --iframe and --sandbox, not both"),
        ("--wait soon", "--wait takes seconds, more than 0 and at most 3600, not 'soon'"),
        ("--wait 0", "not '0'"),
        ("--wait nan", "not 'nan'"),
        ("--name", "--name is followed by a name, such as --name chat"),
        ("--lab --wait", "--lab is followed by a name"),
        ("--ifram", "%%browser does not know '--ifram'; write %%browser [--iframe"),
        ("--name 'x", "No closing quotation"),
        ("--stop --wait", "--stop ends a run and starts none"),
        ("--iframe=1", "%%browser does not know '--iframe'"),
    ],
)
def test_the_magic_says_what_was_expected(line: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_options(line)
    assert said in str(refused.value)


def test_the_magic_says_when_there_is_no_lab_or_no_code(lab: Lab) -> None:
    with pytest.raises(UsageError, match="the JavaScript below it"):
        browser("", " \n")
    with pytest.raises(UsageError, match="there is no lab named 'x'"):
        browser("--lab x", "1")


def test_stop_ends_the_run_of_a_name_or_all(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two", "three"):
        browser(f"--name {name}", "1")
    browser("--stop --name two")
    assert [run.name for run in runs(lab)] == ["one", "three"]
    browser("--stop --name four")
    assert "no browser cell named 'four' is running; there is 'one', 'three'" in capsys.readouterr().out
    browser("--stop")
    assert not runs(lab)
    browser("--stop")
    assert capsys.readouterr().out.endswith("no browser cell is running\n")


def test_wait_in_a_cell_prints_its_sentence(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    browser("--wait 0.01", "1")
    assert "no page has taken this cell within 0.01 s" in capsys.readouterr().out
