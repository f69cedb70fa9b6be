"""The console in real JupyterLab and real Chromium: lines, scrolling, button, reload, colours.

One page serves all tests but those that take it apart; each test runs the first cell again, which makes a fresh console.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_page
from tests.browser.jupyter import Notebook
from tests.browser.test_log import CONTRAST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter

SETUP = """
from wslab.view import Console
keep = 1000

def lines(count, start=0):
    for i in range(start, start + count):
        console.line(f"line {i}")
"""
SHOW = "console = Console('node', keep=keep)\nconsole.state('running', 'on port 8080')\nconsole.show()"
SAMPLE = """
console.banner("Port 8080 is the lab's.")
console.button("Stop", lambda: None)
for level in ("log", "info", "debug", "warn", "error"):
    console.line(f"a line of level {level}\\nin two rows " + "x" * 300, level, "line 3" if level == "error" else "")
lines(keep)
for level in ("log", "info", "debug", "warn", "error"):
    console.line(f"the last of level {level}", level, "line 3" if level == "error" else "")
"""


@pytest.fixture(scope="module")
def shared(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.write([SHOW, SETUP, "console"])).open().run_cell(1)
        yield notebook
        notebook.close()


@pytest.fixture
def notebook(shared: Notebook) -> Iterator[Notebook]:
    """The shared page with a fresh console. Nothing may have left the machine, and the browser's console must be clean."""
    shared.execute("keep = 1000")
    shared.run_cell(0)
    expect(state(shared)).to_have_text("\u25cfrunning on port 8080")
    yield shared
    assert shared.elsewhere == []
    assert shared.complaints == []


def state(notebook: Notebook) -> Locator:
    return notebook.find(".wsc-state").first


def output(notebook: Notebook) -> Locator:
    """The lines of the first console."""
    return notebook.find(".wsc-lines").first


def texts(notebook: Notebook) -> list[str]:
    """All lines, as they stand in the document."""
    return list(notebook.find(".wsl-console").first.locator(".wsc-text").all_text_contents())


def in_sight(notebook: Notebook) -> list[str]:
    """The lines that are completely visible."""
    return list(
        output(notebook).evaluate(
            """(list) => {
              const box = list.getBoundingClientRect();
              return [...list.children].filter((line) => {
                const at = line.getBoundingClientRect();
                return at.top >= box.top - 1 && at.bottom <= box.bottom + 1;
              }).map((line) => line.innerText);
            }"""
        )
    )


def shows(notebook: Notebook, text: str) -> None:
    """Wait until a line with exactly this text is completely visible."""
    notebook.page.wait_for_function(
        """([panel, text]) => {
          const list = document.querySelector(`${panel} .wsc-lines`), box = list?.getBoundingClientRect();
          return list !== null && [...list.children].some((line) => {
            const at = line.getBoundingClientRect();
            return at.top >= box.top - 1 && at.bottom <= box.bottom + 1 && line.querySelector('.wsc-text').textContent === text;
          });
        }""",
        arg=[".jp-NotebookPanel:not(.lm-mod-hidden)", text],
    )


def test_a_console_without_lines_says_so_until_the_first(notebook: Notebook) -> None:
    quiet = notebook.find(".wsc-quiet")
    expect(quiet).to_have_text("no output yet")
    notebook.execute("console.line('hello')")
    shows(notebook, "hello")
    expect(quiet).to_be_hidden()


def test_the_head_says_how_it_stands(notebook: Notebook) -> None:
    notebook.execute("console.state('failed', 'exit code 1'); console.banner('Port 8080\\nis taken.')")
    expect(state(notebook)).to_have_text("\u26a0failed exit code 1")
    expect(notebook.find(".wsc-banner")).to_have_text("Port 8080\nis taken.")
    notebook.execute("console.state('stopped'); console.banner('')")
    expect(state(notebook)).to_have_text("\u25a0stopped ")
    expect(notebook.find(".wsc-banner")).to_be_hidden()


def test_lines_keep_their_breaks_and_wrap(notebook: Notebook) -> None:
    notebook.execute("console.line('two\\n  lines\\tand a tab'); console.line('x' * 5000); console.line('end')")
    shows(notebook, "end")
    assert texts(notebook) == ["two\n  lines\tand a tab", "x" * 5000, "end"]
    assert output(notebook).evaluate("(list) => list.scrollWidth <= list.clientWidth")
    heights = output(notebook).evaluate("(list) => [...list.children].map((line) => line.offsetHeight)")
    assert heights[0] > 1.5 * heights[2]
    assert heights[1] > 10 * heights[2]


def test_hostile_lines_are_text(notebook: Notebook) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u202egnp.exe\x07\ud800 $x^2$"
    notebook.execute(
        f"bad = {hostile!r}\nconsole.line(bad, 'error', bad); console.banner(bad); console.state('running', bad)\n"
        "console.button(bad, print)"
    )
    notebook.page.wait_for_function(
        "(panel) => document.querySelector(`${panel} .wsc-banner`)?.textContent.includes('script')",
        arg=".jp-NotebookPanel:not(.lm-mod-hidden)",
    )
    shows(
        notebook,
        "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
        "\u27e8RLO\u27e9gnp.exe\u27e8BEL\u27e9\u27e8U+D800\u27e9 $x^2$",
    )
    assert notebook.find(":is(.wsl-console img, .wsl-console script, .wsl-console mjx-container)").count() == 0
    assert notebook.page.title() != "owned"
    text = notebook.find(".wsl-console").inner_text()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f]", text)


def test_levels_and_places_are_said_in_words_and_signs(notebook: Notebook) -> None:
    notebook.execute("console.line('old', 'warn'); console.line('TypeError: no', 'error', 'line 3')")
    shows(notebook, "TypeError: no")
    assert output(notebook).locator(".wsc-line").all_text_contents() == ["warning: old", "error: line 3 TypeError: no"]
    signs = output(notebook).evaluate(
        "(list) => [...list.children].map((line) => getComputedStyle(line, '::before').content)"
    )
    assert [sign[1] for sign in signs] == ["\u26a0", "\u2715"]


def test_the_end_is_followed_until_the_reader_scrolls_up(notebook: Notebook) -> None:
    notebook.execute("lines(100)")
    shows(notebook, "line 99")
    end = notebook.find(".wsl-end")
    output(notebook).hover()
    notebook.page.mouse.wheel(0, -600)
    expect(end).to_be_visible()  # its text stands there while it is hidden too
    expect(end).to_have_text("Go to the end \u2193")
    before = in_sight(notebook)
    notebook.execute("lines(50, 100)")
    expect(end).to_have_text("50 new, go to the end \u2193")
    assert in_sight(notebook) == before
    end.click()
    shows(notebook, "line 149")
    expect(end).to_be_hidden()
    notebook.page.mouse.wheel(0, -600)
    expect(end).to_be_visible()
    notebook.page.mouse.wheel(0, 5000)
    expect(end).to_be_hidden()
    notebook.execute("lines(50, 150)")
    shows(notebook, "line 199")
    assert len(in_sight(notebook)) in {13, 14}


def test_a_layout_that_changes_for_an_instant_is_not_taken_for_the_reader(notebook: Notebook) -> None:
    # As while JupyterLab changes its theme: there are fewer lines for a moment, so the browser scrolls, and says so afterwards.
    notebook.execute("lines(100)")
    shows(notebook, "line 99")
    moved = output(notebook).evaluate(
        """(list) => {
          const before = list.scrollTop;
          list.lastChild.style.display = 'none';
          const between = list.scrollHeight && list.scrollTop;
          list.lastChild.style.display = '';
          return [before, between, list.scrollTop];
        }"""
    )
    assert moved[1] < moved[0]
    assert moved[2] < moved[0], "the browser put it back itself: this shows nothing"
    shows(notebook, "line 99")
    expect(notebook.find(".wsl-end")).to_be_hidden()
    output(notebook).evaluate("(list) => { list.scrollTop = 0; }")  # find in page, or a screen reader: no hand on it
    shows(notebook, "line 0")
    expect(notebook.find(".wsl-end")).to_be_visible()


def test_lines_that_are_dropped_do_not_move_what_is_being_read(notebook: Notebook) -> None:
    notebook.execute("lines(1000)")
    shows(notebook, "line 999")
    output(notebook).hover()
    notebook.page.mouse.wheel(0, -2000)
    expect(notebook.find(".wsl-end")).to_be_visible()
    before = in_sight(notebook)
    notebook.execute("lines(150, 1000)")
    expect(notebook.find(".wsc-earlier")).to_have_text("150 earlier lines are not kept")
    assert in_sight(notebook) == before
    notebook.execute("lines(2000, 1150)")
    expect(notebook.find(".wsc-earlier")).to_have_text("2,150 earlier lines are not kept")
    shows(notebook, "line 2150")  # what was being read is gone: the oldest that is left


def test_ten_thousand_lines_in_one_go_are_bounded_and_the_end_is_right(notebook: Notebook) -> None:
    notebook.execute("lines(10_000)")
    shows(notebook, "line 9999")
    expect(notebook.find(".wsc-earlier")).to_have_text("9,000 earlier lines are not kept")
    assert texts(notebook) == [f"line {i}" for i in range(9000, 10_000)]


def test_two_views_show_the_same_and_keep_their_own_places(notebook: Notebook) -> None:
    notebook.execute("lines(300)")
    notebook.run_cell(2)
    first, second = notebook.find(".wsc-lines").nth(0), notebook.find(".wsc-lines").nth(1)
    expect(second.locator(".wsc-line")).to_have_count(300)
    second.hover()
    notebook.page.mouse.wheel(0, -600)
    notebook.execute("lines(20, 300); console.state('ended', 'exit code 0')")
    for view in (first, second):
        expect(view.locator(".wsc-text").last).to_have_text("line 319")
    assert first.locator(".wsc-text").all_text_contents() == second.locator(".wsc-text").all_text_contents()
    for words in notebook.find(".wsc-state").all():
        expect(words).to_have_text("\u25cbended exit code 0")
    expect(notebook.find(".wsl-end:visible")).to_have_count(1)
    notebook.activate(2).command("notebook:clear-cell-output")
    expect(notebook.find(".wsl-console")).to_have_count(1)
    notebook.execute("lines(1, 320)")
    shows(notebook, "line 320")


STOP = """
presses = []
def stop():
    presses.append(1); console.state('stopped', 'by you')
console.button('Stop', stop)
"""


def test_a_click_on_stop_reaches_python(notebook: Notebook) -> None:
    notebook.execute(STOP)
    button = notebook.page.get_by_role("button", name="Stop", exact=True)
    button.click()
    expect(state(notebook)).to_have_text("\u25a0stopped by you")
    expect(button).to_be_hidden()
    assert notebook.execute("print(presses)") == "[1]\n"


def test_a_click_while_a_cell_blocks_says_so_and_is_heard_afterwards(notebook: Notebook) -> None:
    notebook.execute(STOP)
    button = notebook.page.get_by_role("button", name="Stop", exact=True)
    expect(button).to_be_enabled()
    with notebook.blocked():
        button.click()
        expect(state(notebook)).to_have_text("\u25cfrunning kernel busy: it hears Stop when its cell ends")
        expect(button).to_be_disabled()
    expect(state(notebook)).to_have_text("\u25a0stopped by you")
    assert notebook.execute("print(presses)") == "[1]\n"


def test_a_cell_that_blocks_shows_its_lines_at_once(notebook: Notebook) -> None:
    # As with %%node: the console is shown, and printed to, by the cell that then waits.
    notebook.execute(SETUP)
    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[2].model.sharedModel.setSource("
        "\"import threading; console = Console('second'); console.show(); go = threading.Event(); lines(7); go.wait(60)\")"
    )
    try:
        notebook.run_cell(2, wait=False)
        second = notebook.find(".wsl-console").nth(1)
        expect(second.locator(".wsc-line")).to_have_count(7)
    finally:
        notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
        notebook.execute("pass")
        notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets[2].model.sharedModel.setSource('console')"
        )
        notebook.activate(2).command("notebook:clear-cell-output")


def test_a_reloaded_page_shows_all_lines_again(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP, SHOW]).run_all()
    notebook.execute("lines(1200); console.banner('note'); console.button('Stop', lambda: console.state('stopped'))")
    shows(notebook, "line 1199")
    notebook.command("docmanager:save")
    notebook.reload()
    shows(notebook, "line 1199")
    assert texts(notebook) == [f"line {i}" for i in range(200, 1200)]
    expect(notebook.find(".wsc-earlier")).to_have_text("200 earlier lines are not kept")
    expect(notebook.find(".wsc-banner")).to_have_text("note")
    notebook.execute("lines(3, 1200)")
    shows(notebook, "line 1202")
    notebook.find(".wsc-button").click()
    expect(state(notebook)).to_have_text("\u25a0stopped ")
    assert notebook.elsewhere == []
    assert notebook.complaints == []


def test_a_restarted_kernel_leaves_a_console_that_can_be_read(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP, SHOW]).run_all()
    notebook.execute("lines(50); console.button('Stop', print)")
    shows(notebook, "line 49")
    expect(notebook.find(".wsc-button")).to_be_visible()
    notebook.restart_kernel()
    expect(state(notebook)).to_have_text("\u25cbkernel gone run the cell again")
    expect(notebook.find(".wsc-button")).to_be_hidden()
    assert texts(notebook) == [f"line {i}" for i in range(50)]
    assert notebook.complaints == []


def test_a_closed_console_stays(notebook: Notebook) -> None:
    notebook.execute(
        "console.button('Stop', print); lines(50); console.close(); console.state('ended', 'the lab closed')"
    )
    expect(state(notebook)).to_have_text("\u25cbended the lab closed")
    shows(notebook, "line 49")
    expect(notebook.find(".wsc-button")).to_be_hidden()


def test_keys_pressed_in_it_stay_in_it(notebook: Notebook) -> None:
    notebook.execute("lines(100)")
    shows(notebook, "line 99")
    cells = notebook.find(".jp-Cell").count()
    output(notebook).focus()
    for key in "ddxabm":
        notebook.page.keyboard.press(key)
    notebook.page.keyboard.press("Home")
    shows(notebook, "line 0")
    notebook.page.keyboard.press("End")
    shows(notebook, "line 99")
    assert notebook.find(".jp-Cell").count() == cells
    assert notebook.find(".jp-MarkdownCell").count() == 0


def test_a_screen_reader_finds_roles_and_names_and_is_not_flooded(notebook: Notebook) -> None:
    page = notebook.page
    notebook.execute(SAMPLE)
    shows(notebook, "the last of level error")
    expect(page.get_by_role("region", name="Console of node")).to_be_visible()
    expect(page.get_by_role("log", name="Output of node")).to_be_visible()
    expect(page.get_by_role("note")).to_have_text("Port 8080 is the lab's.")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="running")).to_be_visible()
    assert output(notebook).get_attribute("tabindex") == "0"
    expect(notebook.find(".wsl-only-spoken[role=status]").first).to_have_text(re.compile(r"^\d+ new lines of output$"))
    expect(output(notebook)).to_have_attribute("aria-live", "off")  # many at once are announced by their number
    notebook.execute("console.line('one more')")
    shows(notebook, "one more")
    expect(output(notebook)).to_have_attribute("aria-live", "polite")
    hidden = notebook.find(".wsl-console").first.evaluate(
        """(root) => [...root.querySelectorAll('button')].filter((node) => !node.hidden && !node.textContent.trim()).length
             + [...root.querySelectorAll('[aria-hidden] :is(button, [tabindex])')].length
             + document.querySelectorAll('.wsl-console [id]').length"""
    )
    assert hidden == 0


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_every_text_has_a_contrast_of_at_least_4_5(notebook: Notebook, theme: str) -> None:
    notebook.execute("keep = 20\n" + SAMPLE)
    shows(notebook, "the last of level error")
    notebook.theme(theme)
    try:
        shows(notebook, "the last of level error")  # still at the end, however the theme lays it out
        seen: list[list[Any]] = []
        for word in ("waiting", "running", "ended", "failed", "stopped"):
            notebook.execute(f"console.state({word!r}, 'with some text')")
            expect(state(notebook)).to_contain_text(word)
            seen += notebook.find(".wsl-console").evaluate(CONTRAST)
        assert len(seen) > 100
        assert [entry for entry in seen if entry[0] < 4.5] == []
    finally:
        notebook.theme("JupyterLab Light")


@pytest.mark.parametrize("width", [320, 480, 700, 1200])
def test_nothing_overlaps_or_stands_beyond_the_edge(notebook: Notebook, width: int) -> None:
    notebook.execute(SAMPLE + "console.state('running', 'a long text about what it does ' * 4)")
    shows(notebook, "the last of level error")
    console = notebook.find(".wsl-console")
    console.evaluate("(root, width) => { root.style.width = `${width}px`; }", width)
    shows(notebook, "the last of level error")
    faults = console.evaluate(
        """(root) => {
          const faults = [], edge = root.getBoundingClientRect();
          for (const node of root.querySelectorAll('.wsc-head > *, .wsc-line, .wsc-text, .wsc-where, .wsc-banner')) {
            const at = node.getBoundingClientRect();
            if (node.offsetWidth && (at.right > edge.right + 0.5 || at.left < edge.left - 0.5)) faults.push(['beyond', node.className, at.right]);
          }
          const head = [...root.querySelectorAll('.wsc-head > *')].filter((node) => node.offsetWidth);
          for (let i = 1; i < head.length; i++) {
            if (head[i - 1].getBoundingClientRect().right > head[i].getBoundingClientRect().left + 0.5) faults.push(['overlap', head[i].className]);
          }
          if (!root.querySelector('.wsc-button').offsetWidth) faults.push(['no button']);
          return faults;
        }"""
    )
    assert faults == []
