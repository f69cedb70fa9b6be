"""Which names a cell makes, and which it needs to be there: read from its code, as Python and IPython understand it."""

from __future__ import annotations

import ast
import dis
import shlex
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

from tests.notebooks.tags import needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import nbformat

_EXTENSION = "%load_ext wslab"
"""Stands for the magics that it brings, among the names."""


class Names(NamedTuple):
    """The names of a cell.

    Attributes:
        made: Those it leaves to the cells below it.
        used: Those it takes from the cells above it, or from Python itself.
    """

    made: set[str]
    used: set[str]


def names(source: str) -> Names:
    """Read a cell.

    Raises:
        ValueError: It has a magic of which nobody has said here what it makes.
    """
    tree = ast.parse(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]  # IPython has no type here
    code = compile(tree, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    made, used = set[str](), set[str]()
    for instruction in dis.get_instructions(code):
        name = instruction.argval
        if instruction.opname.startswith("STORE_"):
            made.add(name)
        elif instruction.opname in ("LOAD_NAME", "LOAD_GLOBAL") and name not in made:
            used.add(name)
    for inner in _inside(code):
        instructions = list(dis.get_instructions(inner))
        made |= {each.argval for each in instructions if each.opname == "STORE_GLOBAL"}
        own = {each.argval for each in instructions if each.opname == "STORE_NAME"}  # of a class
        loaded = {each.argval for each in instructions if each.opname in ("LOAD_NAME", "LOAD_GLOBAL")}
        used |= loaded - own - made
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr.startswith("run_"):
            magic = _magic(*(str(ast.literal_eval(argument)) for argument in call.args[:2]))
            made, used = made | magic.made, used | magic.used
    return Names(made, used)


def borrowed(cells: Iterable[nbformat.NotebookNode]) -> list[str]:
    """The names that an untagged cell uses and that only tagged cells above it make: one sentence each."""
    plain, tagged, found = set[str](), set[str](), []
    for cell in cells:
        if cell.cell_type != "code":
            continue
        made, used = names(cell.source)
        if needs(cell):
            tagged |= made
            continue
        found += [f"{cell.id} uses {name}" for name in sorted(used & tagged - plain)]
        plain |= made
    return found


def _inside(code: CodeType) -> Iterator[CodeType]:
    """The functions, classes and comprehensions of some code, to any depth."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inside(constant)


def _magic(magic: str, line: str) -> Names:
    """What a magic makes and uses."""
    words = shlex.split(line.replace("=", " "))
    if (magic, words) == ("load_ext", ["wslab"]):
        return Names({_EXTENSION}, set())
    if magic in ("browser", "node"):
        return Names({words[at + 1] for at, word in enumerate(words) if word == "--save"}, {_EXTENSION})
    if magic == "matplotlib":
        return Names(set(), set())
    raise ValueError(f"tests/notebooks/names.py does not know which names %{magic} {line} makes: write it there")
