"""The code of a cell and the name of its run, checked before anything happens."""

from __future__ import annotations

from typing import Any

import pytest

from wslab import BadType, BadValue, Lab, LabError
from wslab.peers import BrowserRun, NodeRun


@pytest.mark.parametrize("run", [BrowserRun, NodeRun])
@pytest.mark.parametrize(
    ("code", "name", "error", "said"),
    [
        (3, "chat", BadType, 'JavaScript as text, not int 3; write it like "console.log(1)"'),
        (None, "chat", BadType, "JavaScript as text, not NoneType None"),
        ("x" * 1_000_001, "chat", BadValue, "at most 1,000,000 characters, not 1,000,001; put data into a file"),
        ("1", 3, BadType, 'the name of a run is text such as "run", not int 3'),
        ("1", "", BadValue, "the name of a run is 1 to 40 printable characters, not ''"),
    ],
)
def test_a_page_and_node_refuse_the_same_in_the_same_words(
    lab: Lab, run: Any, code: Any, name: Any, error: type[LabError], said: str
) -> None:
    with pytest.raises(error) as caught:
        run(lab, code, name=name)
    assert said in str(caught.value)
