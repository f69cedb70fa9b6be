"""Answers in JavaScript: what is handed over, what a machine without Node says, and what is left behind."""

from __future__ import annotations

import asyncio
import threading

import psutil
import pytest

from tests.lessons.answers import result_of, threads_left
from wslab.lessons import Exercise, check, find, solution
from wslab.lessons.checks import checking, javascript
from wslab.lessons.checks.checking import examine

ECHO = find("08.2")


def test_what_is_no_text_is_told_how_to_become_one() -> None:
    result = asyncio.run(examine(ECHO, print))

    assert result.condition == "saved"
    assert "`%%node --save echo`" in result.message
    assert result.facts == "echo is of type builtin_function_or_method"


def test_an_answer_that_was_not_handed_over_is_asked_for() -> None:
    async def main() -> str:
        return (await check("08.2")).condition

    assert asyncio.run(main()) == "given"


def test_a_machine_without_node_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "node_lacks", lambda: "there is no program `node` on this machine: install Node")

    result = asyncio.run(examine(ECHO, ECHO.solution))

    assert result.condition == "node"
    assert result.facts == "there is no program `node` on this machine: install Node"


def test_without_node_the_stub_is_told_its_first_step_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "node_lacks", lambda: pytest.fail("the stub needs no Node"))

    assert asyncio.run(examine(ECHO, ECHO.stub)).condition == "started"


def test_comments_and_white_space_make_no_other_text() -> None:
    assert javascript.bare('let a = "// no comment"; // one\n/* two */') == javascript.bare('let a="// no comment";')
    assert javascript.bare("let a = 1;") != javascript.bare("let a = 2;")
    assert javascript.bare("`a  b`") != javascript.bare("`a b`")


@pytest.mark.node
def test_an_error_is_shown_with_the_learners_own_line_and_none_of_ours() -> None:
    result = result_of(ECHO, "function echo(ws) {\n  // here\n  ws.sent(1);\n}\n")

    assert result.condition == "unhurt"
    assert result.facts == "TypeError: ws.sent is not a function\nline 3: ws.sent(1);"


@pytest.mark.node
@pytest.mark.parametrize("exercise", [find("08.1"), ECHO], ids=["client", "server"])
def test_a_process_that_ends_by_itself_is_no_error_and_no_answer(exercise: Exercise) -> None:
    result = result_of(exercise, f"{exercise.solution}\nprocess.exit(0);\n")

    assert result.condition == "goes on"
    assert "ended before your function was called" in result.message


@pytest.mark.node
def test_an_answer_may_be_a_module_an_arrow_or_a_constant() -> None:
    arrow = 'import "ws";\nconst echo = (ws) => ws.on("message", (data, binary) => ws.send(data, { binary }));'

    assert result_of(ECHO, arrow).passed


@pytest.mark.node
@pytest.mark.parametrize("code", [ECHO.solution, "function echo(ws) {\n  while (true) {\n  }\n}\n"])
def test_nothing_of_an_answer_is_left(code: str) -> None:
    before, children = threading.enumerate(), psutil.Process().children()

    result_of(ECHO, code)

    assert threads_left(before) == []
    assert [child for child in psutil.Process().children() if child not in children] == []


def test_a_solution_is_shown_as_javascript() -> None:
    assert "```javascript\nfunction echo(ws) {" in solution("08.2")._repr_markdown_()
