"""Reads the exercises of wslab/lessons/exercises off their files: one file, one exercise, found by its folder.

    lesson_06/tell.py                 06.3, because its docstring begins so
    stub, solution, @wrong, @right    functions there, which never run there: their source becomes a cell, under the name ``tell``
    surroundings.py                   what the exercises of a lesson share, and no exercise

The source is taken from the module's syntax tree, comments and all, as somebody would have typed it.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import textwrap
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wslab.lessons.authoring import noted
from wslab.lessons.catalogue.exercise import Exercise, Right, Wrong

if TYPE_CHECKING:
    from types import ModuleType

    from wslab.lessons.trial import Wants

PACKAGE = import_module("wslab.lessons.exercises")  # now: `wslab.lessons` will bind the function of this name over it
SHARED = "surroundings"
"""Name of the module with what the exercises of a lesson share."""

_HEAD = re.compile(r"(?P<number>\d\d\.\d) (?P<title>[^\n]+)\n\n(?P<goal>.+?)\n\n(?P<example>    .+)", re.DOTALL)


@functools.cache
def exercises() -> tuple[Exercise, ...]:
    """Read all of them, in the order of their numbers."""
    folder = Path(*PACKAGE.__path__)
    files = (file for file in folder.glob("lesson_*/*.py") if file.stem not in {"__init__", SHARED})
    return tuple(sorted(map(read, files), key=lambda exercise: exercise.number))


def read(file: Path) -> Exercise:
    """Read one exercise.

    Raises:
        ValueError: Something about its file is not as it should be; the message says what.
    """
    module = import_module(f"{PACKAGE.__name__}.{file.parent.name}.{file.stem}")
    return _Reader(file, module).exercise()


class _Reader:
    def __init__(self, file: Path, module: ModuleType) -> None:
        self._file = file
        self._module = module
        self._text = file.read_text("utf-8")
        self._tree = ast.parse(self._text)
        self._answer = file.stem
        self._solution = self._code(self._given("solution"))

    def exercise(self) -> Exercise:
        head = _HEAD.fullmatch(inspect.cleandoc(self._module.__doc__ or ""))
        if head is None or head["number"][:2] != self._file.parent.name.removeprefix("lesson_"):
            raise self._odd(
                "its docstring should be the number of its lesson and its place with the title, the goal, and an indented example"
            )
        notes = [
            (why, caught_by, self._noted(why, code)) for why, caught_by, code in noted.get(self._module.__name__, [])
        ]
        return Exercise(
            number=head["number"],
            title=head["title"],
            goal=head["goal"].strip(),
            example=inspect.cleandoc(head["example"]),
            answer=self._answer,
            wants=self._wants(),
            parameters=self._parameters(),
            needs=getattr(self._module, "NEEDS", ""),
            stub=self._code(self._given("stub")),
            start=self._given("START"),
            solution=self._solution,
            afterwards=self._given("AFTERWARDS"),
            check=self._given("check"),
            wrong=tuple(Wrong(why, code, caught_by) for why, caught_by, code in notes if caught_by),
            right=tuple(Right(why, code) for why, caught_by, code in notes if not caught_by),
            returns=self._returns(),
            file=self._file,
        )

    def _given(self, name: str) -> Any:
        if not hasattr(self._module, name):
            raise self._odd(f"it should say `{name}`")
        return getattr(self._module, name)

    def _odd(self, what: str) -> ValueError:
        return ValueError(f"{self._file.parent.name}/{self._file.name}: {what}")

    def _noted(self, why: str, code: Any) -> str:
        if not isinstance(code, dict):
            return self._in_full(code)
        edited = self._solution
        for old, new in code.items():
            if edited.count(old) != 1:
                raise self._odd(
                    f"the answer {why!r} edits {old!r}, which occurs {edited.count(old)} times in the solution"
                )
            edited = edited.replace(old, new)
        return edited

    def _code(self, code: Any) -> str:
        return code.strip("\n") + "\n" if isinstance(code, str) else self._source(code)

    def _in_full(self, code: Any) -> str:
        """A text without the answer's name is what stands inside it."""
        if not isinstance(code, str) or re.search(rf"\b{self._answer}\b", code):
            return self._code(code)
        head = self._solution.partition("\n")[0]
        if self._function("solution") is None:
            return f"{head}\n{textwrap.indent(code, '  ')}\n}}\n"
        return f"{head}\n{textwrap.indent(code, '    ')}\n"

    def _source(self, function: Any) -> str:
        """The source of a function, without decorators, under the name of the answer."""
        line = function.__code__.co_firstlineno
        node = next(
            node for node in self._functions() if line in {node.lineno, *(each.lineno for each in node.decorator_list)}
        )
        lines = self._text.splitlines(keepends=True)[node.lineno - 1 : node.end_lineno]
        return re.sub(rf"def {node.name}\(", f"def {self._answer}(", "".join(lines), count=1)

    def _functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in self._tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]

    def _function(self, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        return next((node for node in self._functions() if node.name == name), None)

    def _wants(self) -> Wants:
        check, solution = self._function("check"), self._function("solution")
        if solution is None:
            return "javascript"
        annotation = check.args.args[0].annotation if check else None
        if annotation is not None and ast.unparse(annotation) == "Handler":
            return "handler"
        return "async def" if isinstance(solution, ast.AsyncFunctionDef) else "def"

    def _parameters(self) -> tuple[str, ...]:
        solution = self._function("solution")
        if solution is not None:
            return tuple(each.arg for each in solution.args.args)
        found = re.search(rf"function {self._answer}\((.*?)\)", self._solution)
        return tuple(found[1].split(", ")) if found else ()

    def _returns(self) -> bool:
        """Whether the solution itself, and not a function inside it, always returns a value to its caller, and never None."""
        if self._wants() == "handler":
            return False
        todo: list[ast.AST] = [self._function("solution") or ast.Pass()]
        found: list[ast.expr | None] = []
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Return):
                found.append(node.value)
            inner = ast.iter_child_nodes(node)
            todo += [
                each for each in inner if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            ]
        return bool(found) and not any(value is None or ast.unparse(value) == "None" for value in found)
