"""A course of three files, small enough to see through, and what a learner does to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LESSON = "00_start_here.ipynb"
SOLUTION = "solutions/00_start_here.ipynb"
GLOSSARY = "glossary.md"


def notebook(*sources: str, **extra: Any) -> bytes:
    """A notebook whose cells have these sources; the first is prose."""
    kinds = ["markdown", *["code"] * (len(sources) - 1)]
    cells = [cell(kind, source) for kind, source in zip(kinds, sources, strict=True)]
    for count, each in enumerate(cells):
        each["id"] = f"c{count}"
    return json.dumps({"cells": cells, "metadata": extra, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def cell(kind: str, source: str) -> dict[str, Any]:
    """One cell, never run."""
    blank: dict[str, Any] = {"cell_type": kind, "id": "c", "metadata": {}, "source": source}
    return blank | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def write_course(place: Path, edition: str = "first") -> Path:
    """Writes an edition of the course, in place of any that is there."""
    (place / "solutions").mkdir(parents=True, exist_ok=True)
    (place / LESSON).write_bytes(notebook("# Start here", f"print({edition!r})", "1 + 1"))
    (place / SOLUTION).write_bytes(notebook("# Solutions", f"answer = {edition!r}"))
    (place / GLOSSARY).write_text(f"# Glossary\n\n{edition}\n", encoding="utf-8")
    return place


def run_all(path: Path) -> None:
    """What JupyterLab saves after Run All: outputs, counts, metadata, sources as lines, and an empty cell at the end."""
    book = json.loads(path.read_bytes())
    for count, each in enumerate(book["cells"], 1):
        each["source"] = "".join(each["source"]).splitlines(keepends=True)
        each["metadata"] = {"scrolled": True}
        each["id"] = f"new-{count}"
        if each["cell_type"] == "code":
            each["execution_count"] = count
            each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello\n"}]
    book["cells"].append(cell("code", ""))
    book["metadata"] = {"kernelspec": {"name": "python3"}, "language_info": {"version": "3.13.0"}}
    path.write_text(json.dumps(book, indent=2), encoding="utf-8")


def type_into(path: Path, text: str = "my answer") -> bytes:
    """Adds a line to the last cell, as a learner does; returns the file as it now is."""
    book = json.loads(path.read_bytes())
    book["cells"][-1]["source"] = "".join(book["cells"][-1]["source"]) + f"\n{text}"
    path.write_text(json.dumps(book), encoding="utf-8")
    return path.read_bytes()


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
