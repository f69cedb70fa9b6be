"""Imports run downwards only.

    wire < timeline < {net, view} < lab < peers < lessons < the public face (wslab/__init__.py)

Rooms on one floor never import each other. `command` stands beside: it imports nothing but the public face, and nobody
imports it. Modules form no circle, and an import inside a function counts like any other, so none can hide there.
What stands under ``if TYPE_CHECKING`` must run downwards too, but may close a circle between modules of one room.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[2] / "wslab"
FACE = "the public face"
FLOORS = {"wire": 0, "timeline": 1, "net": 2, "view": 2, "lab": 3, "peers": 4, "lessons": 5, FACE: 6}


@dataclass(frozen=True)
class Import:
    """One import: which module of ours imports which, where, and whether at run time."""

    source: str
    target: str
    line: int
    runtime: bool


def offences(package: Path) -> list[str]:
    """Says everything that breaks the rules of this module."""
    modules = {
        name_of(path, package): path for path in sorted(package.rglob("*.py")) if "__pycache__" not in path.parts
    }
    imports = [found for name, path in modules.items() for found in imports_of(name, path, set(modules))]
    strangers = {room(name) for name in modules} - set(FLOORS) - {"command"}
    return [
        *(f"{stranger} is on no floor: give it one in FLOORS" for stranger in sorted(strangers)),
        *(
            f"{each.source}, line {each.line}: imports {each.target}, which is not below it"
            for each in imports
            if bad(each)
        ),
        *circles(imports),
    ]


def name_of(path: Path, package: Path) -> str:
    """``wslab.wire.frames`` for wslab/wire/frames.py, ``wslab.wire`` for its __init__.py."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """The room that a module belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else FACE


def bad(found: Import) -> bool:
    """Whether an import runs sideways or upwards."""
    above, below = room(found.source), room(found.target)
    if above == below:
        return False
    if "command" in (above, below):
        return not (above == "command" and below == FACE)
    return FLOORS.get(above, 0) <= FLOORS.get(below, 0)


def circles(imports: list[Import]) -> list[str]:
    """The modules that import each other in a circle, one circle at most."""
    graph: dict[str, set[str]] = {}
    for each in imports:
        if each.runtime and each.source != each.target:
            graph.setdefault(each.source, set()).add(each.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["a circle: " + " <- ".join(error.args[1])]
    return []


def imports_of(name: str, path: Path, modules: set[str]) -> Iterator[Import]:
    """Every import of a module of ours that stands in a file, wherever it stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        for target in targets(node, package, modules):
            yield Import(name, target, getattr(node, "lineno", 0), id(node) not in typing_only)


def targets(node: ast.AST, package: str, modules: set[str]) -> Iterator[str]:
    """The modules of ours that one piece of code imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "wslab")
    elif isinstance(node, ast.ImportFrom):
        base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
        module = ".".join(filter(None, [base, node.module]))
        if module.split(".")[0] == "wslab":
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if inner in modules else module
    elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__"):
        name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
        if isinstance(name, str) and name.split(".")[0] == "wslab":
            yield name


def test_imports_run_downwards_only_and_in_no_circle() -> None:
    assert offences(PACKAGE) == []


def house(place: Path, **files: str) -> Path:
    """Builds a small package; ``wire__frames`` is wire/frames.py."""
    package = place / "wslab"
    for name, text in {"__init__": "", **files}.items():
        path = package / f"{name.replace('__', '/') if name != '__init__' else name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent != package:
            (path.parent / "__init__.py").touch()
        path.write_text(text, encoding="utf-8")
    return package


@pytest.mark.parametrize(
    "files",
    [
        {"wire__frames": "import asyncio", "timeline__store": "from wslab.wire import frames"},
        {"wire__frames": "", "net__tap": "from wslab.wire.frames import x", "lab": "from wslab.net.tap import y"},
        {"wire__a": "", "wire__b": "from .a import x\nfrom . import a", "view__c": "from ..wire.b import y"},
        {"lab": "", "__init__": "from wslab.lab import Lab"},
        {"command__main": "from wslab import __version__\nfrom wslab.command import words", "command__words": ""},
        {
            "wire__a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from wslab.wire.b import x",
            "wire__b": "from wslab.wire.a import y",
        },
    ],
)
def test_a_house_in_order_passes(tmp_path: Path, files: dict[str, str]) -> None:
    assert offences(house(tmp_path, **files)) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"wire__frames": "from wslab.timeline import store", "timeline__store": ""}, "wslab.wire.frames, line 1"),
        ({"net__a": "import wslab.view.b", "view__b": ""}, "imports wslab.view.b, which is not below it"),
        ({"view__b": "def f():\n  from wslab.net import a", "net__a": ""}, "wslab.view.b, line 2: imports wslab.net.a"),
        ({"view__b": "from ..lab import Lab", "lab": ""}, "imports wslab.lab"),
        ({"peers__a": "from wslab.lessons.b import x", "lessons__b": ""}, "imports wslab.lessons.b"),
        ({"lab": "from wslab import __version__"}, "wslab.lab, line 1: imports wslab, which"),
        (
            {"lab": "import importlib\nimportlib.import_module('wslab.lessons')"},
            "wslab.lab, line 2: imports wslab.lessons",
        ),
        (
            {"view__a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from wslab.lab import L", "lab": ""},
            "imports wslab.lab",
        ),
        ({"command__a": "from wslab.lab import Lab", "lab": ""}, "wslab.command.a, line 1: imports wslab.lab"),
        ({"__init__": "from wslab.command.a import main", "command__a": ""}, "wslab, line 1: imports wslab.command.a"),
        ({"attic__a": ""}, "attic is on no floor"),
        ({"wire__a": "from wslab.wire.b import x", "wire__b": "def f():\n  from wslab.wire.a import y"}, "a circle: "),
    ],
)
def test_every_way_to_break_the_rules_is_seen(tmp_path: Path, files: dict[str, str], said: str) -> None:
    assert said in "\n".join(offences(house(tmp_path, **files)))
