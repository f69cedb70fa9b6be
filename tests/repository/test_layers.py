"""The house: rooms, their folders, and what may import what. `wslab/README.md` draws it.

    wire < timeline < {net, view} < lab < peers < lessons < the public face (wslab/__init__.py)

- Imports run downwards only. Rooms on one floor never import each other. `command` stands beside: it imports nothing but the
  public face, and nobody imports it.
- The folders of a room have floors too (`FOLDERS`); the modules that lie loose in a room are one of them.
- Whoever stands outside of a package imports what its face (`__init__.py`) offers in ``__all__``, and not its modules. Nobody inside
  imports the face. So do tests: those of a folder import its modules, others what is offered.
- Modules form no circle at run time, and an import inside a function counts like any other, so none can hide there. What stands
  under ``if TYPE_CHECKING`` obeys all of this, but up to three modules of one package may name each other's types (`CIRCLES`).
- A package holds at most fifteen files and folders.
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
LOOSE = "the loose modules"
FOLDERS: dict[str, list[list[str]]] = {
    "wire": [[LOOSE], ["handshake"], ["stream"], ["dissection"]],
    "timeline": [["records"], ["diagnosis", "failures"], ["connection"], ["order", "rows"], ["export"], [LOOSE]],
    "net": [
        [LOOSE],
        ["dom", "recording", "sockets"],
        ["faults", "raw"],
        ["client", "relay", "server", "websocket"],
    ],
    "view": [[LOOSE], ["ladder"], ["console", "inspector", "pictures", "tables"], ["log"], ["controls"]],
    "lab": [[LOOSE]],
    "peers": [[LOOSE], ["browser", "node"], ["magics"]],
    "lessons": [["display", "trial"], ["authoring"], ["exercises"], ["catalogue"], ["checks", "notebooks"], [LOOSE]],
    "command": [[LOOSE]],
}
"""The folders of each room, from the ground up."""

CIRCLES = {
    (
        "timeline.connection.direction",
        "timeline.connection.state",
    ): "a connection has directions, and a direction decodes an end",
    ("timeline.replay", "timeline.timeline"): "a timeline makes replays, and a replay shows its rows in a timeline",
    ("net.relay.client_side", "net.relay.relay"): "a relay makes its client sides, and each reports to it",
    ("net.websocket.client_host", "net.websocket.websocket"): "a host knows its open sockets, and a socket its host",
    ("wire.dissection.frame", "wire.dissection.message"): "a frame names its message, and a message its frames",
}
"""Modules that name each other's types, each circle with its reason."""

MOST = 15
"""The most files and folders of a package."""


@dataclass(frozen=True)
class Import:
    """One import: which module of ours imports which name of which, where, and whether at run time."""

    source: str
    target: str
    name: str
    line: int
    runtime: bool


@dataclass(frozen=True)
class Module:
    """A module of ours.

    Attributes:
        path: Its file.
        face: Whether it is a package's `__init__.py`.
        offers: The names in its ``__all__``; None where there is none.
    """

    path: Path
    face: bool
    offers: frozenset[str] | None


def offences(package: Path) -> list[str]:
    """Says everything that breaks the rules of this module, but for tests."""
    modules = modules_of(package)
    imports = [found for name in modules for found in imports_of(name, modules)]
    strangers = {room(name) for name in modules} - set(FLOORS) - {"command"}
    return [
        *(f"{stranger} is on no floor: give it one in FLOORS" for stranger in sorted(strangers)),
        *(f"{where} has no floor in its room: give it one in FOLDERS" for where in sorted(homeless(modules))),
        *crowded(package),
        *(said for each in imports for said in wrong(each, modules)),
        *circles(imports),
        *typing_circles(imports, modules),
    ]


def modules_of(package: Path) -> dict[str, Module]:
    """All modules by name: ``wslab.wire.frames`` is wslab/wire/frames.py, ``wslab.wire`` its __init__.py."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        if "__pycache__" not in path.parts and "_course" not in path.parts:
            parts = path.relative_to(package.parent).with_suffix("").parts
            face = parts[-1] == "__init__"
            found[".".join(parts[:-1] if face else parts)] = Module(path, face, offered(path) if face else None)
    return found


def offered(path: Path) -> frozenset[str] | None:
    """The names in a module's ``__all__``."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "__all__"
            and isinstance(node.value, ast.List)
        ):
            return frozenset(ast.literal_eval(node.value))
    return None


def room(module: str) -> str:
    """The room that a module belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else FACE


def home(module: str, modules: dict[str, Module]) -> str:
    """The package that a module belongs to; exercises are one."""
    parts = module.split(".") if modules[module].face else module.split(".")[:-1]
    return ".".join(parts[: parts.index("exercises") + 1] if "exercises" in parts else parts)


def folder(module: str, modules: dict[str, Module]) -> str:
    """The folder of its room that a module lies in."""
    parts = home(module, modules).split(".")
    return parts[2] if len(parts) > 2 else LOOSE


def homeless(modules: dict[str, Module]) -> set[str]:
    """The folders that have no floor."""
    known = {(where, each) for where, floors in FOLDERS.items() for floor in floors for each in floor}
    inside = {(room(name), folder(name, modules)) for name in modules if room(name) in FOLDERS}
    return {".".join(each) for each in inside - known}


def crowded(package: Path) -> Iterator[str]:
    """The packages that hold too much."""
    for face in sorted(package.rglob("__init__.py")):
        inside = [each.name for each in face.parent.iterdir()]
        inside = [each for each in inside if each not in {"__init__.py", "__pycache__", "README.md", "_course"}]
        if face.parent.parent.name != "exercises" and len(inside) > MOST:
            yield f"{face.parent.relative_to(package.parent)} holds {len(inside)} files and folders, more than {MOST}"


def wrong(each: Import, modules: dict[str, Module]) -> Iterator[str]:
    """What is wrong with an import."""
    here = f"{each.source}, line {each.line}: imports {each.target}"
    above, below = room(each.source), room(each.target)
    if above != below:
        if "command" in (above, below):
            allowed = above == "command" and below == FACE
        else:
            allowed = FLOORS.get(above, 0) > FLOORS.get(below, 0)
        if not allowed:
            yield f"{here}, which is not below it"
        elif not at_the_door(each, modules):
            yield f"{here}, and not what {home(each.target, modules)} offers"
    elif home(each.source, modules) != home(each.target, modules):
        if modules[each.source].face and each.target.startswith(f"{each.source}."):
            return  # a face offers what is behind it
        floors = {name: height for height, floor in enumerate(FOLDERS.get(above, ())) for name in floor}
        upper, lower = folder(each.source, modules), folder(each.target, modules)
        if home(each.source, modules).startswith(f"{each.target}."):
            yield f"{here}, the face of the room in which it stands"
        elif floors.get(upper, 0) <= floors.get(lower, 0):
            yield f"{here}, which is not below it in its room"
        elif lower != LOOSE and not at_the_door(each, modules):
            yield f"{here}, and not what {home(each.target, modules)} offers"
    elif modules[each.target].face and not modules[each.source].face:
        yield f"{here}, the face of its own package"


def at_the_door(each: Import, modules: dict[str, Module]) -> bool:
    """Whether an import takes what the face of a package offers."""
    target = modules[each.target]
    return target.face and (target.offers is None or each.name in target.offers | {"", "__version__"})


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


def typing_circles(imports: list[Import], modules: dict[str, Module]) -> Iterator[str]:
    """The circles of modules that name each other's types, where they are too large or have no reason; reasons without a circle."""
    reach: dict[str, set[str]] = {name: set() for name in modules}
    for each in imports:
        if not modules[each.source].face and each.source != each.target:
            reach[each.source].add(each.target)
    for middle in modules:  # Warshall's way
        through = [name for name, to in reach.items() if middle in to]
        for name in through:
            reach[name] |= reach[middle]
    found = {
        tuple(sorted(each.removeprefix("wslab.") for each in reach[name] if name in reach[each]))
        for name in modules
        if name in reach[name]
    }
    for circle in sorted(found):
        if len(circle) > 3:
            yield f"a circle of {len(circle)} modules, more than three: {', '.join(circle)}"
        elif circle not in CIRCLES:
            yield f"a circle without a reason in CIRCLES: {', '.join(circle)}"
    if modules["wslab"].path.parent == PACKAGE:
        yield from (
            f"CIRCLES has a reason for what is none: {', '.join(each)}" for each in CIRCLES if each not in found
        )


def imports_of(name: str, modules: dict[str, Module]) -> Iterator[Import]:
    """Every import of a module of ours that stands in a file, wherever it stands."""
    tree = ast.parse(modules[name].path.read_text(encoding="utf-8"))
    package = name if modules[name].face else name.rpartition(".")[0]
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        for target, what in targets(node, package, modules):
            yield Import(name, target, what, getattr(node, "lineno", 0), id(node) not in typing_only)


def targets(node: ast.AST, package: str, modules: dict[str, Module]) -> Iterator[tuple[str, str]]:
    """The modules of ours that one piece of code imports, each with the name that it takes from it; empty for itself."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names if alias.name.split(".")[0] == "wslab")
    elif isinstance(node, ast.ImportFrom):
        base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
        module = ".".join(filter(None, [base, node.module]))
        if module.split(".")[0] == "wslab":
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                by_itself = inner in modules and (module == package or alias.name not in (modules[module].offers or ()))
                yield (inner, "") if by_itself else (module, alias.name)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__"):
        name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
        if isinstance(name, str) and name.split(".")[0] == "wslab":
            yield name, ""


def offences_of_tests(tests: Path, package: Path) -> list[str]:
    """Says which tests import what they should not: a module of a folder whose tests they are not, or a name that is not offered."""
    modules = modules_of(package)
    found = []
    for path in sorted(tests.rglob("*.py")):
        mine = ".".join(("wslab", *path.relative_to(tests).parts[:-1]))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target, name in targets(node, mine, modules):
                each = Import(mine, target, name, getattr(node, "lineno", 0), runtime=True)
                if target in modules and not at_the_door(each, modules):
                    package_of = target if modules[target].face else target.rpartition(".")[0]
                    if not f"{mine}.".startswith(f"{package_of}."):
                        what = f"{name} of " * bool(name) + target
                        found.append(
                            f"{path.relative_to(tests)}, line {each.line}: imports {what}, which {package_of} does not offer"
                        )
    return found


def test_the_house_is_in_order() -> None:
    assert offences(PACKAGE) == []


def test_tests_import_what_is_offered_or_what_they_test() -> None:
    assert offences_of_tests(PACKAGE.parent / "tests", PACKAGE) == []


def house(place: Path, files: dict[str, str]) -> Path:
    """Builds a small package; ``wire/frames`` is wire/frames.py, ``wire/`` its face."""
    package = place / "wslab"
    for name, text in {"": "", **files}.items():
        path = package / (f"{name}__init__.py" if name.endswith("/") or not name else f"{name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for folder in path.parents:
            if package in folder.parents and not (folder / "__init__.py").exists():
                (folder / "__init__.py").touch()
    return package


def typing(text: str) -> str:
    """An import for types only."""
    return f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  {text}"


@pytest.mark.parametrize(
    "files",
    [
        {"wire/frames": "import asyncio", "timeline/": "", "timeline/store": "from wslab.wire import x"},
        {"net/tap": "from wslab.timeline import x", "lab/lab": "from wslab.net import y", "timeline/": "", "net/": ""},
        {"wire/a": "", "wire/b": "from .a import x\nfrom . import a", "wire/": "__all__ = ['y']", "view/c": "from ..wire import y"},
        {"lab/": "", "": "from wslab.lab import Lab"},
        {"command/main": "from wslab import __version__\nfrom wslab.command import words", "command/words": ""},
        {"wire/stream/": "", "wire/stream/a": "from wslab.wire.frames import x\nfrom wslab.wire.handshake import y", "wire/frames": "", "wire/handshake/": ""},
        {"wire/": "from wslab.wire.stream import x", "wire/stream/": "from wslab.wire.stream.a import x", "wire/stream/a": ""},
        {"peers/node/": "__all__ = ['words']", "peers/node/words": "", "peers/magics/a": "from wslab.peers.node import words"},
    ],
)  # fmt: skip
def test_a_house_in_order_passes(tmp_path: Path, files: dict[str, str]) -> None:
    assert offences(house(tmp_path, files)) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"wire/frames": "from wslab.timeline import store", "timeline/store": ""}, "wslab.wire.frames, line 1"),
        ({"net/a": "import wslab.view.b", "view/b": ""}, "imports wslab.view.b, which is not below it"),
        ({"view/b": "def f():\n  from wslab.net import a", "net/a": ""}, "wslab.view.b, line 2: imports wslab.net.a"),
        ({"view/b": "from ..lab import Lab", "lab/": ""}, "imports wslab.lab"),
        ({"peers/a": "from wslab.lessons.b import x", "lessons/b": ""}, "imports wslab.lessons.b"),
        ({"lab/": "from wslab import __version__"}, "wslab.lab, line 1: imports wslab, which"),
        ({"lab/": "import importlib\nimportlib.import_module('wslab.lessons')", "lessons/": ""}, "wslab.lab, line 2: imports wslab.lessons"),
        ({"view/a": typing("from wslab.lab import L"), "lab/": ""}, "imports wslab.lab"),
        ({"command/a": "from wslab.lab import Lab", "lab/": ""}, "wslab.command.a, line 1: imports wslab.lab"),
        ({"": "from wslab.command.a import main", "command/a": ""}, "wslab, line 1: imports wslab.command.a"),
        ({"attic/a": ""}, "attic is on no floor"),
        ({"net/attic/a": ""}, "net.attic has no floor"),
        ({"wire/a": "from wslab.wire.b import x", "wire/b": "def f():\n  from wslab.wire.a import y"}, "a circle: "),
        ({"net/a": "from wslab.wire.frames import x", "wire/frames": ""}, "and not what wslab.wire offers"),
        ({"net/a": "from wslab.wire import x", "wire/": "__all__ = ['y']"}, "and not what wslab.wire offers"),
        ({"wire/a": "from wslab.wire import x", "wire/": ""}, "the face of its own package"),
        ({"wire/stream/a": "from wslab.wire import x", "wire/": ""}, "the face of the room in which it stands"),
        ({"wire/handshake/a": "from wslab.wire.stream import x", "wire/stream/": ""}, "which is not below it in its room"),
        ({"wire/handshake/a": typing("from wslab.wire.stream import x"), "wire/stream/": ""}, "which is not below it in its room"),
        ({"wire/a": "from wslab.wire.stream import x", "wire/stream/": ""}, "which is not below it in its room"),
        ({"wire/stream/a": "from wslab.wire.handshake.b import x", "wire/handshake/b": ""}, "and not what wslab.wire.handshake offers"),
        ({"wire/a": typing("from wslab.wire.b import x"), "wire/b": "from wslab.wire.a import y"}, "without a reason in CIRCLES: wire.a, wire.b"),
        ({f"wire/{here}": typing(f"from wslab.wire.{there} import x") for here, there in zip("abcd", "bcda", strict=True)}, "a circle of 4 modules"),
        ({f"wire/m{number}": "" for number in range(16)}, "holds 16 files and folders"),
    ],
)  # fmt: skip
def test_every_way_to_break_the_rules_is_seen(tmp_path: Path, files: dict[str, str], said: str) -> None:
    assert said in "\n".join(offences(house(tmp_path, files)))


@pytest.mark.parametrize(
    ("path", "text", "wrong"),
    [
        ("net/test_a.py", "from wslab.net import x\nfrom wslab.net.threads import y\nfrom wslab.wire.stream import z", 0),
        ("net/faults/test_a.py", "from wslab.net.faults.pipe import x\nfrom wslab.net.faults import pipe\nfrom wslab.net.threads import y", 0),
        ("net/test_a.py", "from wslab.net.faults.pipe import x", 1),
        ("net/test_a.py", "from wslab.net.faults import pipe", 1),
        ("view/test_a.py", "def f():\n  from wslab.net.threads import y", 1),
        ("view/test_a.py", "from wslab.net import y", 1),
    ],
)  # fmt: skip
def test_a_test_that_reaches_into_a_package_is_seen(tmp_path: Path, path: str, text: str, wrong: int) -> None:
    package = house(
        tmp_path,
        {
            "net/": "__all__ = ['x']",
            "net/threads": "",
            "net/faults/": "__all__ = []",
            "net/faults/pipe": "",
            "wire/stream/": "",
        },
    )
    test = tmp_path / "tests" / path
    test.parent.mkdir(parents=True)
    test.write_text(text, encoding="utf-8")

    assert len(offences_of_tests(tmp_path / "tests", package)) == wrong
