"""What README.md says is so: its commands, its course table, its map, its links."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = [
    "start_here",
    "why_websocket",
    "handshake",
    "frames",
    "events",
    "sending",
    "closing",
    "servers",
    "browser_and_node",
    "staying_alive",
    "limits",
    "security",
    "scaling_out",
    "capstone",
]


@pytest.fixture(scope="module")
def reader() -> Any:
    """The script that CI reads the commands with."""
    spec = importlib.util.spec_from_file_location("readme", ROOT / ".ci" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_command_is_one_line_that_installs_and_runs(reader: Any) -> None:
    commands = reader.commands(README)
    notebooks = commands.pop("notebooks")
    assert notebooks.startswith("python -m pip install ")
    assert " && python -m pytest " in notebooks
    assert set(commands) == {f"{what}{how}" for what in ("course", "tests") for how in ("", " with uv", " with conda")}
    assert re.fullmatch(r"python -m pip install \. && wslab", commands["course"])
    assert commands["tests"].startswith("python -m pip install ")
    assert commands["tests"].endswith(" && python -m pytest")
    for name, command in commands.items():
        assert re.search(r"\bwslab\b" if name.startswith("course") else r"\bpytest\b", command)


@pytest.mark.parametrize(
    "broken",
    [
        "<!-- command: a -->\n```sh\none\ntwo\n```\n",
        "<!-- command: a -->\n```sh\n \n```\n",
        "<!-- command: a -->\nnothing\n",
        "<!-- command: a -->\n```sh\none\n```\n\n<!-- command: a -->\n```sh\ntwo\n```\n",
    ],
)
def test_a_command_that_ci_could_misread_is_refused(reader: Any, broken: str) -> None:
    with pytest.raises(ValueError, match=r"README\.md"):
        reader.commands(broken)


def rows() -> list[list[str]]:
    """The course table, row by row."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line.startswith("| ")
    ][1:]


def test_the_course_table_has_all_fourteen_lessons_in_order() -> None:
    assert [row[0] for row in rows()] == [f"{number:02}" for number in range(14)]
    titles = [re.sub(r"\[(.*)\]\(.*\)", r"\1", row[1]) for row in rows()]
    assert [title.lower().replace(" ", "_") for title in titles] == NAMES


@pytest.mark.parametrize("number", range(14))
def test_a_lesson_is_called_here_when_it_is_and_planned_when_it_is_not(number: int) -> None:
    path = f"notebooks/{number:02}_{NAMES[number]}.ipynb"
    _, title, _, state = rows()[number]
    if (ROOT / path).exists():
        assert state == "here"
        assert f"]({path})" in title
    else:
        assert state == "planned"
        assert "](" not in title


def test_every_link_into_the_repository_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("https://")]
    assert "notebooks/images/log.png" in links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_map_names_what_is_there() -> None:
    plan = README.partition("## In this repository")[2].split("```")[1]
    paths, folder = [], ""
    for line in plan.strip().splitlines():
        name = line.split()[0]
        inside = line.startswith("  ")
        folder = folder if inside else name
        paths.append(folder + name if inside else name)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    rooms = {path.name for path in (ROOT / "wslab").iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert rooms <= {Path(path).name for path in paths}
