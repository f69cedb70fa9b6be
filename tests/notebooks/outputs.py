"""What cells show, in the shape that a notebook stores, and what of it is the same in every run.

nbval's rules (``notebooks/sanitize.cfg``) mask both sides before they are compared. A console is compared by what its program
printed, once that is over: `wslab.view.transcripts` tells it, and a label alone is no output.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbval.plugin import get_sanitize_patterns

from tests.notebooks.tags import CROSS, tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import nbformat

Output = dict[str, Any]

RULES = Path(__file__).parents[2] / "notebooks" / "sanitize.cfg"

CONSOLE = "<Console "
"""How the text of a console begins that nobody has put what was printed in the place of."""

_SOURCE = len("client → server")
_WIDGET = "application/vnd.jupyter.widget-view+json"


@functools.cache
def rules() -> list[tuple[re.Pattern[str], str]]:
    """The masks of nbval, as it reads them."""
    return [(re.compile(regex), replacement) for regex, replacement in get_sanitize_patterns(RULES.read_text("utf-8"))]


def normal(outputs: Iterable[Mapping[str, Any]]) -> list[Output]:
    """Keep of outputs what has to be the same in every run."""
    return [_normal(output) for output in outputs]


def with_transcripts(outputs: Iterable[Output], printed: Mapping[str, str]) -> list[Output]:
    """Put what was printed in the place of each console's label.

    Args:
        outputs: What a cell shows.
        printed: The transcript of each console whose program is over, by the id of its widget.

    Raises:
        LookupError: A program is not over, or its console has left the page.
    """
    return [_with_transcript(output, printed) for output in outputs]


def differences(
    cells: Iterable[nbformat.NotebookNode], shown: Mapping[str, Sequence[Output]]
) -> tuple[set[str], dict[str, str]]:
    """Compare what cells show with what they store.

    Args:
        cells: Code cells of a notebook.
        shown: What each shows, by its id.

    Returns:
        The ids of the cells that were compared; and of those that differ, by id, both sides as text.
    """
    compared, differing = set(), {}
    for cell in cells:
        if cell.id not in shown:
            continue
        now, stored = normal(shown[cell.id]), normal(cell.outputs)
        if CROSS in tags(cell):
            now, stored = [*map(_by_source, now)], [*map(_by_source, stored)]
        if any(_text(output).startswith(CONSOLE) for output in (*now, *stored)):
            continue
        compared.add(cell.id)
        if now != stored:
            differing[cell.id] = f"shows\n{_texts(now)}\nand stored is\n{_texts(stored)}"
    return compared, differing


def _normal(output: Mapping[str, Any]) -> Output:
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": output["name"], "text": _mask(output["text"])}
    if kind == "error":
        return {"output_type": kind, "ename": output["ename"], "evalue": _mask(output["evalue"])}
    data = {
        key: _mask(value) for key, value in output["data"].items() if "widget-view" not in key and "image/" not in key
    }
    return {"output_type": kind, "data": data}


def _mask(text: Any) -> Any:
    if isinstance(text, str):
        for pattern, replacement in rules():
            text = pattern.sub(replacement, text)
    return text


def _with_transcript(output: Output, printed: Mapping[str, str]) -> Output:
    data = output.get("data", {})
    label = str(data.get("text/plain", ""))
    if not label.startswith(CONSOLE):
        return output
    model = data[_WIDGET]["model_id"]
    if model not in printed:
        raise LookupError(f"{label} still runs, or has left the page: the last cell of a lesson closes its lab")
    return {**output, "data": {**data, "text/plain": printed[model]}}


def _by_source(output: Output) -> Output:
    """Put the lines of a transcript together that have one source, such as ``client → server``; their order stays."""
    data = output.get("data", {})
    lines = sorted(str(data.get("text/plain", "")).split("\n"), key=lambda line: line[:_SOURCE])
    return {**output, "data": {**data, "text/plain": "\n".join(lines)}}


def _text(output: Output) -> str:
    return str(output.get("text") or output.get("evalue") or output.get("data", {}).get("text/plain", ""))


def _texts(outputs: Iterable[Output]) -> str:
    return "\n".join(map(_text, outputs))
