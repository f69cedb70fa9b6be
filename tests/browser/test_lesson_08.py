"""Lesson 08 as a learner meets it: the tutorial in the real page and in real Node, and what each side was told and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.browser_cell import set_source
from tests.browser.conftest import new_page
from tests.browser.jupyter import Notebook
from tests.browser.lesson import ALL_RAN, OUTPUTS, Lesson, free
from tests.browser.notebook import RUN
from tests.notebooks.tutorial import CLOSE, CREATE, MESSAGE, OPEN, SEND, SERVER, SNIPPETS, pasted
from tests.optional import need
from wslab.lessons import TranscriptPart, find, node_lacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter

pytestmark = pytest.mark.node

LESSON = Lesson("08_browser_and_node.ipynb")
NUMBERS = ("08.1", "08.2", "08.3", "08.4")

SETUP = """%load_ext wslab
from wslab import Lab
from wslab.lessons import Story
lab = Lab()
story = Story(lab)
display(lab.log)
async def hello(connection):
    print("已建立WebSocket连接")
    await connection.send("Hello, client!")
    async for message in connection:
        print("接收到消息：" + message)"""

SCENARIOS = {
    "first": pasted(CREATE, OPEN, MESSAGE, CLOSE),
    "second": pasted(CREATE, MESSAGE, SEND, CLOSE),
    "third": pasted(*SNIPPETS),
}
SENDS = ['event send() "Hello, server!" 14 B', "print 发送消息：Hello, server!"]
AT_OPEN = {"first": ["print WebSocket连接已打开"], "second": SENDS, "third": SENDS}
"""What the page says when its socket is open. In the third scenario one line of the tutorial is never printed."""

AT_THE_END = {"python": "event close 1001, clean", "node": "event close 1006, not clean"}


@pytest.fixture(scope="module", autouse=True)
def _node() -> None:
    need(not (lacks := node_lacks()), lacks)


def page_says(scenario: str, server: str) -> list[str]:
    """All rows of the page."""
    return [
        "event new WebSocket() ws://localhost:PORT/",
        "event open",
        *AT_OPEN[scenario],
        'event message "Hello, client!" 14 B',
        "print 接收到消息：Hello, client!",
        AT_THE_END[server],
        "print WebSocket连接已关闭",
    ]


def server_says(scenario: str, server: str) -> list[str]:
    """All rows of the server's own: of one in Python what it printed, of one in Node also its events and calls."""
    node, heard = server == "node", scenario != "first"
    return [
        *(["event connection"] if node else []),
        "print 已建立WebSocket连接",
        *(['event send() "Hello, client!" 14 B'] if node else []),
        *(['event message "Hello, server!" 14 B'] if node and heard else []),
        *(["print 接收到消息：Hello, server!"] if heard else []),
    ]


def bare(part: TranscriptPart, side: str) -> list[str]:
    """What a side's own code was told, called and printed, with single spaces."""
    lines = [line.split() for line in part.of(side)]
    return [" ".join(words[1:]) for words in lines if words[1] in ("event", "print")]


def conversation(scenario: str, server: str, port: int) -> list[str]:
    """The cells of one scenario; the last one shows its transcript."""
    page = f"%%browser\n{SCENARIOS[scenario]}"
    come = ["接收到消息：Hello, client!", *(["接收到消息：Hello, server!"] if scenario != "first" else [])]
    come += ['send() "Hello, client!"'] if server == "node" else []
    until = f"await story.until({', '.join(map(repr, come))})"
    last = "await story.until('WebSocket连接已关闭')"
    if server == "python":
        cells = [
            "server = await lab.serve(hello, port=8080)\nstory.begin()",
            page,
            f"{until}\nawait server.stop()\n{last}",
        ]
    else:
        cells = ["story.begin()", f"%%node\n{SERVER}", page, f"{until}\n%node --stop\n{last}"]
    return [cell.replace("8080", str(port)) for cell in cells]


@pytest.mark.parametrize("server", ["python", "node"])
def test_the_tutorial_as_it_stands_and_its_lines_in_order(open_notebook: OpenNotebook, server: str) -> None:
    port, cells, ends = free(8080), [SETUP], {}
    for scenario in SCENARIOS:
        cells += conversation(scenario, server, port)
        ends[scenario] = len(cells) - 1
    notebook = open_notebook(cells).run_all()

    notebook.page.wait_for_function(ALL_RAN, timeout=RUN)
    outputs = notebook.page.evaluate(OUTPUTS)
    shown = [outputs[cell.id] for cell in nbformat.read(notebook.path, as_version=4).cells]
    for scenario, index in ends.items():
        result = next((one["data"]["text/plain"] for one in shown[index] if "data" in one), "")
        part = TranscriptPart(tuple(result.splitlines()))
        assert bare(part, "client") == page_says(scenario, server), part
        assert bare(part, "server") == server_says(scenario, server), part
        assert len(part.of("client → server").of("message").lines) == (scenario != "first"), part
        assert len(part.of("server → client").of("message").lines) == 1, part
    log = notebook.scroll_to(0).cell(0)
    log.locator("input").first.fill("发送消息")
    expect(log.locator(".wsl-row:not([hidden])").filter(has_text=SENDS[1].removeprefix("print "))).to_have_count(2)
    assert notebook.complaints == []


@pytest.fixture(scope="module")
def exercises(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The exercises of the lesson, alone: for each its stub and its check, one below the other."""
    names = [f"{what}-{number.replace('.', '-')}" for number in NUMBERS for what in ("stub", "check")]
    sources = ["%load_ext wslab\nfrom wslab.lessons import check"]
    sources += [LESSON.cells[LESSON.place(name)].source for name in names]
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.write(sources)).open().run_all()
        yield notebook
        notebook.close()


@pytest.mark.parametrize("number", NUMBERS)
def test_an_answer_in_javascript_is_checked_in_the_cell_below_it(exercises: Notebook, number: str) -> None:
    exercise, stub = find(number), 1 + 2 * NUMBERS.index(number)
    check = stub + 1
    exercises.scroll_to(check)
    expect(exercises.cell(check).get_by_role("status")).to_contain_text("not yet")
    set_source(exercises, stub, f"{exercise.save_line}\n{exercise.solution.strip()}")
    exercises.run_cell(stub).run_cell(check)
    expect(exercises.cell(check).get_by_role("status")).to_contain_text("passed")
