"""A test of the browser may fail once, and is named then; any other fails at once: tests/plugins/second_try.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository import small

SHARED = """
import pathlib, pytest, time

@pytest.fixture(scope="module")
def made():
    log = pathlib.Path("made.txt")
    with log.open("a") as file:
        file.write("made ")
    yield log.read_text().count("made")
    with log.open("a") as file:
        file.write("down ")
    assert log.read_text().count("down") != 1, "the first time it does not go down well either"

"""
FLAKY = f"""{SHARED}
pytestmark = pytest.mark.browser
def test_one(made): pass
def test_two(made): assert made == 2, f"made {{made}} times"
def test_three(made): assert made == 2
"""
ONCE = "import pathlib\n\ndef once():\n    try: pathlib.Path('once').mkdir()\n    except FileExistsError: return False\n    return True\n"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_second_try_begins_with_nothing_and_is_named(tmp_path: Path, workers: str) -> None:
    place = small.write(tmp_path, browser__test_a=FLAKY)

    code, said = small.run(place, "second_try", "-n", workers, "--dist=loadfile")

    assert (code, small.counts(said)) == (0, {"passed": 3, "flaky": 1}), said
    assert (place / "made.txt").read_text(encoding="utf-8").split() == ["made", "down"] * 2
    summary = said.partition("flaky: failed, and passed when tried a second time")[2]
    assert "tests/browser/test_a.py::test_two" in summary
    assert "made 1 times" in summary
    assert "test_one" not in summary


def test_a_fixture_that_fails_once_is_made_again(tmp_path: Path) -> None:
    text = f"{ONCE}\nimport pytest\npytestmark = pytest.mark.browser\n@pytest.fixture(scope='module')\ndef page():\n    assert not once()\n"
    place = small.write(tmp_path, test_a=f"{text}\ndef test_a(page): pass\ndef test_b(page): pass\n")

    code, said = small.run(place, "second_try")

    assert (code, small.counts(said)) == (0, {"passed": 2, "flaky": 1}), said


def test_two_failures_are_one_failed_test_which_says_both(tmp_path: Path) -> None:
    text = f"{ONCE}\nimport pytest\n@pytest.mark.browser\ndef test_a(): assert 0, f'first: {{once()}}'\ndef test_b(): pass\n"
    place = small.write(tmp_path, test_a=text)

    code, said = small.run(place, "second_try")

    assert (code, small.counts(said)) == (1, {"failed": 1, "passed": 1}), said
    assert "first: False" in said
    assert "first: True" in said.partition("The first try")[2]


def test_no_other_test_is_tried_twice(tmp_path: Path) -> None:
    place = small.write(tmp_path, test_a=f"{ONCE}\ndef test_a(): assert not once()\n")

    code, said = small.run(place, "second_try")

    assert (code, small.counts(said)) == (1, {"failed": 1}), said
    assert "flaky" not in said


def test_each_try_has_a_time_limit_of_its_own(tmp_path: Path) -> None:
    text = f"{ONCE}\nimport pytest, time\n@pytest.mark.browser\n@pytest.mark.timeout(2)\ndef test_a(): time.sleep(60)\n"
    place = small.write(tmp_path, test_a=text)

    code, said = small.run(place, "second_try")

    assert (code, small.counts(said)) == (1, {"failed": 1}), said
    assert said.count("Timeout (>2.0s)") >= 2
