"""Lesson 08 as a learner meets it: the tutorial in the real page and in real Node, and what each side was told and printed."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.browser_cell import set_source
from tests.browser.jupyter import free_port
from tests.browser.lesson import ALL_RAN, OUTPUTS, Lesson, run_all
from tests.browser.notebook import RUN
from tests.notebooks.tutorial import CLOSE, CREATE, MESSAGE, OPEN, SEND, SERVER, SNIPPETS, pasted
from tests.optional import need
from wslab.lessons import Told, find
from wslab.lessons.scripts import lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter
    from tests.browser.notebook import Notebook

pytestmark = pytest.mark.node

LESSON = Lesson("08_browser_and_node.ipynb")
place = LESSON.place

SETUP = """%load_ext wslab
from wslab import Lab
from wslab.lessons import Story
lab = Lab()
story = Story(lab)
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
    need(not (lacks := lacking()), lacks)


def free(port: int) -> int:
    """The port that the tutorial names, or another where somebody else has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    text = LESSON.path.read_text("utf-8")
    for port in (8080, 8081):
        text = text.replace(str(port), str(free(port)))
    path = tmp_path_factory.mktemp("lesson") / LESSON.path.name
    path.write_text(text, "utf-8")
    with LESSON.whole(jupyter, browser, path) as notebook:
        yield notebook


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


def bare(told: Told, side: str) -> list[str]:
    """What a side's own code was told, called and printed, with single spaces."""
    lines = [line.split() for line in told.of(side)]
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
        told = Told(tuple(result.splitlines()))
        assert bare(told, "client") == page_says(scenario, server), told
        assert bare(told, "server") == server_says(scenario, server), told
        assert len(told.of("client → server").of("message").lines) == (scenario != "first"), told
        assert len(told.of("server → client").of("message").lines) == 1, told
    assert notebook.complaints == []


def as_stored(lesson: Notebook) -> None:
    """See that Run All left what is stored: of conversations where messages cross, each side's own order."""
    shown = LESSON.shows_what_is_stored(
        lesson,
        "story-first",
        "end-first",
        "never",
        "story-cure",
        "same",
        "stop-node-code",
        "same-node",
        "types-story",
        "blob-page-story",
        "blob-node-story",
        "compression-code",
        "deflate-client",
        "headers-server",
        "origin-story",
        "sandbox-story",
        "codes-page-story",
        "codes-node-story",
        raises="type-error",
        complains="Unexpected response code: 403",  # the sandbox
    )
    stored = {cell.id: cell for cell in LESSON.cells}
    for name in ("story-second", "story-third", "story-node", "python-node", "story-node-client", "ping-story"):
        now, then = Told(tuple(shown[name].splitlines())), stored[name].outputs[-1]["data"]["text/plain"].splitlines()
        for side in ("client", "server"):
            assert bare(now, side) == bare(Told(tuple(then)), side), shown[name]


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    as_stored(lesson)


def test_run_all_again_in_the_same_kernel_shows_the_same(lesson: Notebook) -> None:
    run_all(lesson)
    as_stored(lesson)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("page-first", ["WebSocket连接已打开", "接收到消息：Hello, client!", "WebSocket连接已关闭"]),
        ("page-third", ["发送消息：Hello, server!", "接收到消息：Hello, client!", "WebSocket连接已关闭"]),
        ("node-server-code", ["已建立WebSocket连接", "接收到消息：Hello, server!"]),
        ("headers-page-code", ["SyntaxError: "]),
        ("headers-node-code", ["Authorization: Bearer 42"]),
        ("origin-node", ["http://localhost:8888 is welcome", "https://example.com Unexpected server response: 403"]),
        ("sandbox", ["error", "close 1006"]),
        ("codes-node", ["1006 TypeError: ", "1001 sent"]),
    ],
)
def test_what_a_cell_printed_stands_below_it(lesson: Notebook, cell: str, said: list[str]) -> None:
    lesson.scroll_to(place(cell))
    console = lesson.cell(place(cell)).get_by_role("log")
    for line in said:
        expect(console).to_contain_text(line)


def test_the_log_has_the_lines_of_page_and_node(lesson: Notebook) -> None:
    lesson.scroll_to(place("start"))
    log = lesson.cell(place("start"))
    log.locator("input").first.fill("发送消息")
    rows = log.locator(".wsl-row:not([hidden])").filter(has_text="发送消息：Hello, server!")
    expect(rows).to_have_count(5)  # second, third, cured, page to Node, Node to Python
    log.locator("input").first.fill("")


@pytest.mark.parametrize("number", ["08.1", "08.2", "08.3", "08.4"])
def test_an_answer_in_javascript_is_checked_in_the_cell_below_it(lesson: Notebook, number: str) -> None:
    exercise, name = find(number), number.replace(".", "-")
    stub, check = place(f"stub-{name}"), place(f"check-{name}")
    lesson.scroll_to(check)
    expect(lesson.cell(check).get_by_role("status")).to_contain_text("not yet")
    set_source(lesson, stub, f"{exercise.save_line}\n{exercise.solution.strip()}")
    lesson.run_cell(stub).run_cell(check)
    expect(lesson.cell(check).get_by_role("status")).to_contain_text("passed")
