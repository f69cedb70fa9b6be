"""The live log in real JupyterLab and real Chromium: rows, filter, scrolling, details, keyboard, colours, bounds.

One page serves all tests but those that take it apart; each test runs the first cell again, which makes a fresh timeline
and a fresh log in place of the old one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_page
from tests.browser.jupyter import ROOT, Notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter

SETUP = f"""
import sys
sys.path.append({str(ROOT)!r})
from wslab.timeline import Timeline
from wslab.view import Log
from tests.view.traffic import Conversation, sample
keep = 100_000

def notes(count, start=0):
    for i in range(start, start + count):
        timeline.note("note", f"row {{i}}")
"""
SHOW = "timeline = Timeline(keep=keep)\nlog = Log(timeline)\nlog"


@pytest.fixture(scope="module")
def shared(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.write([SHOW, SETUP, "log"])).open().run_cell(1)
        yield notebook
        notebook.close()


@pytest.fixture
def notebook(shared: Notebook) -> Iterator[Notebook]:
    """The shared page with a fresh log. Nothing may have left the machine, and the console must be clean."""
    shared.execute("keep = 100_000")
    shared.run_cell(0)
    expect(shared.find(".wsl-state")).to_have_text("live")
    yield shared
    assert shared.elsewhere == []
    assert shared.complaints == []


def rows(notebook: Notebook) -> list[str]:
    """The visible rows, from the top, each as its text, once all of them have come."""
    expect(notebook.find(".wsl-space > .wsl-row[data-kind='waiting']:not([hidden])")).to_have_count(0)
    return list(
        notebook.find(".wsl-list").first.evaluate(
            """(list) => {
              const box = list.getBoundingClientRect();
              return [...list.querySelectorAll('.wsl-space > .wsl-row:not([hidden])')]
                .map((row) => [row.getBoundingClientRect(), row])
                .filter(([at]) => at.top >= box.top - 1 && at.bottom <= box.bottom + 1)
                .sort(([a], [b]) => a.top - b.top)
                .map(([, row]) => [...row.children].map((part) => part.innerText.replace(/\\s+/g, ' ')).join(' | '));
            }"""
        )
    )


def row(notebook: Notebook, text: str) -> Locator:
    """The drawn row that holds this text."""
    return notebook.find(".wsl-space > .wsl-row:not([hidden])").filter(has_text=text).first


def totals(notebook: Notebook) -> Locator:
    return notebook.find(".wsl-totals").first


def shows(notebook: Notebook, text: str) -> None:
    """Wait until this text stands in a row that is completely visible."""
    notebook.page.wait_for_function(
        """([panel, text]) => {
          const list = document.querySelector(`${panel} .wsl-list`), box = list.getBoundingClientRect();
          return [...list.querySelectorAll('.wsl-space > .wsl-row:not([hidden])')].some((row) => {
            const at = row.getBoundingClientRect();
            return at.top >= box.top - 1 && at.bottom <= box.bottom + 1 && row.innerText.includes(text);
          });
        }""",
        arg=[".jp-NotebookPanel:not(.lm-mod-hidden)", text],
    )


def detail(notebook: Notebook) -> Locator:
    return notebook.find(".wsl-detail").first


def test_rows_say_in_words_what_happened(notebook: Notebook) -> None:
    notebook.execute("c = Conversation(timeline); c.echo('Hello, server!'); c.heartbeat(); c.close(1000, 'bye')")
    expect(totals(notebook)).to_have_text("8 of 10 rows \u00b7 2 heartbeats hidden")
    shows(notebook, "bye")
    told = [re.sub(r"^\W+\d+\.\d{3} \| ", "", text) for text in rows(notebook)]
    assert told == [
        "#1 | client \u2192 server | handshake | GET /chat Upgrade: websocket, Origin: http://127.0.0.1:8888 | ",
        "#1 | client \u2190 server | handshake | 101 Switching Protocols Upgrade: websocket | ",
        "#1 | client | call | send() Hello, server! | 14 B",
        "#1 | client \u2192 server | message | text Hello, server! | 14 B",
        "#1 | client \u2190 server | message | text Hello, server! | 14 B",
        "#1 | client | event | message Hello, server! | 14 B",
        "#1 | client \u2192 server | close | 1000 normal closure: bye | ",
        "#1 | client \u2190 server | close | 1000 normal closure: bye | ",
    ]


def test_filters_hide_and_count(notebook: Notebook) -> None:
    notebook.execute("one = sample(timeline)")
    expect(totals(notebook)).to_have_text("25 of 29 rows \u00b7 4 heartbeats hidden")
    notebook.find(".wsl-chip[data-kind=control] input").check()
    expect(totals(notebook)).to_have_text("29 rows")
    notebook.find(".wsl-chip[data-kind=message] input").uncheck()
    expect(totals(notebook)).to_have_text("18 of 29 rows \u00b7 11 messages hidden")
    notebook.find(".wsl-search").fill("PING")
    expect(totals(notebook)).to_have_text("2 of 29 rows \u00b7 11 messages hidden")
    assert len(rows(notebook)) == 2
    notebook.find(".wsl-search").fill("nothing has this")
    expect(notebook.find(".wsl-empty")).to_have_text("No row passes the filter.")
    assert notebook.execute("print(log.hidden, log.text)") == "['message'] nothing has this\n"


def test_two_views_share_the_filter_and_keep_their_own_places(notebook: Notebook) -> None:
    notebook.execute("notes(500)")
    notebook.run_cell(2)
    first, second = notebook.find(".wsl-log").nth(0), notebook.find(".wsl-log").nth(1)
    expect(second.locator(".wsl-totals")).to_have_text("500 rows")
    second.locator(".wsl-list").press("Home")
    first.locator(".wsl-search").fill("row 4")
    for view in (first, second):
        expect(view.locator(".wsl-totals")).to_have_text("111 of 500 rows")
        expect(view.locator(".wsl-search")).to_have_value("row 4")
    notebook.execute("log.text = ''")
    for view in (first, second):
        expect(view.locator(".wsl-totals")).to_have_text("500 rows")
        expect(view.locator(".wsl-search")).to_have_value("")
    notebook.activate(2).command("notebook:clear-cell-output")
    expect(notebook.find(".wsl-log")).to_have_count(1)
    notebook.execute("notes(1)")
    expect(totals(notebook)).to_have_text("501 rows")


def test_the_end_is_followed_until_the_reader_scrolls_up(notebook: Notebook) -> None:
    notebook.execute("notes(300)")
    shows(notebook, "row 299")
    notebook.find(".wsl-list").hover()
    notebook.page.mouse.wheel(0, -600)
    expect(notebook.find(".wsl-end")).to_be_visible()
    before = rows(notebook)
    notebook.execute("notes(50, 300)")
    expect(notebook.find(".wsl-end")).to_have_text("50 new, go to the end \u2193")
    assert rows(notebook) == before
    notebook.find(".wsl-end").click()
    shows(notebook, "row 349")
    expect(notebook.find(".wsl-end")).to_be_hidden()
    notebook.execute("notes(50, 350)")
    shows(notebook, "row 399")
    notebook.page.mouse.wheel(0, -600)
    expect(notebook.find(".wsl-end")).to_be_visible()
    notebook.page.mouse.wheel(0, 5000)
    expect(notebook.find(".wsl-end")).to_be_hidden()
    notebook.execute("notes(50, 400)")
    shows(notebook, "row 449")


def test_rows_that_are_dropped_do_not_move_what_is_being_read(shared: Notebook) -> None:
    shared.execute("keep = 400")
    shared.run_cell(0)
    shared.execute("notes(400); timeline.refresh()")
    shows(shared, "row 399")
    shared.find(".wsl-list").hover()
    shared.page.mouse.wheel(0, -2000)
    expect(shared.find(".wsl-end")).to_be_visible()
    before = rows(shared)
    shared.execute("notes(150, 400); timeline.refresh()")
    expect(totals(shared)).to_have_text("400 rows \u00b7 150 oldest dropped")
    assert rows(shared) == before
    shared.execute("for start in (550, 950): notes(400, start); timeline.refresh()")
    expect(totals(shared)).to_have_text("400 rows \u00b7 950 oldest dropped")
    shows(shared, "row 950")  # what was being read is gone: the oldest that is left


def test_pause_holds_the_view_still_and_counts_what_waits(notebook: Notebook) -> None:
    notebook.execute("notes(100)")
    shows(notebook, "row 99")
    pause = notebook.find(".wsl-pause")
    pause.click()
    before = rows(notebook)
    notebook.execute("notes(30, 100)")
    expect(notebook.find(".wsl-state")).to_have_text("paused, 30 waiting")
    assert rows(notebook) == before
    expect(pause).to_have_text("Resume")
    pause.click()
    shows(notebook, "row 129")
    expect(notebook.find(".wsl-state")).to_have_text("live")


def test_clear_empties_the_log_and_recording_goes_on(notebook: Notebook) -> None:
    notebook.execute("notes(100)")
    shows(notebook, "row 99")
    notebook.find(".wsl-clear").click()
    expect(notebook.find(".wsl-empty")).to_contain_text("Nothing yet.")
    assert notebook.execute("print(len(timeline.rows()))") == "0\n"
    notebook.execute("notes(2, 100)")
    shows(notebook, "row 101")
    expect(totals(notebook)).to_have_text("2 rows")


def test_a_click_opens_a_row_into_payload_frames_and_times(notebook: Notebook) -> None:
    notebook.execute("one = sample(timeline)")
    expect(totals(notebook)).to_contain_text("25 of 29")
    row(notebook, "one message in three frames").click()
    pane = detail(notebook)
    expect(pane.locator(".wsl-pre")).to_have_text("one message in three frames")
    facts = pane.locator(".wsl-facts").inner_text()
    assert re.search(r"sent by the client at \d\.\d{6} s", facts)
    assert re.search(r"received by the server at \d\.\d{6} s, [+]\d+ \u00b5s", facts)
    assert "45 bytes in 3 frames" in facts
    assert [line.split("\t")[:2] for line in pane.locator("tbody").inner_text().splitlines()] == [
        ["\u2013", "text"],
        ["\u2013", "continuation"],
        ["FIN", "continuation"],
    ]
    pane.get_by_role("button", name="Hex").click()
    expect(pane.locator(".wsl-pre")).to_contain_text("00000000  6f 6e 65 20 6d 65 73 73")
    row(notebook, "one message in three frames").click()
    expect(pane).to_be_hidden()


def test_a_compressed_message_tells_both_sizes(notebook: Notebook) -> None:
    notebook.execute("c = Conversation(timeline, deflate=True, client='page', server='chat'); c.text('na ' * 200)")
    row(notebook, "na na").click()
    expect(detail(notebook)).to_contain_text(re.compile(r"600 bytes became \d+ \(\d %\) by permessage-deflate"))
    expect(detail(notebook)).to_contain_text("server: chat")
    expect(detail(notebook)).to_contain_text("FIN RSV1")


def test_a_handshake_opens_into_its_header_lines(notebook: Notebook) -> None:
    notebook.execute("c = Conversation(timeline)")
    row(notebook, "GET /chat").click()
    expect(detail(notebook).locator(".wsl-pre")).to_contain_text("Sec-WebSocket-Key: ")
    assert detail(notebook).locator(".wsl-pre").inner_text().splitlines()[0] == "GET /chat HTTP/1.1"


def test_a_large_payload_is_shown_in_part_and_more_on_demand(notebook: Notebook) -> None:
    notebook.execute("c = Conversation(timeline); c.text('x' * 40_000)")
    row(notebook, "xxx").click()
    expect(detail(notebook)).to_contain_text("16.0 KiB of 39.1 KiB shown.")
    detail(notebook).get_by_role("button", name="Show more").click()
    expect(detail(notebook)).not_to_contain_text("shown")
    assert len(detail(notebook).locator(".wsl-pre").inner_text()) == 40_000


def test_json_can_be_read_indented(notebook: Notebook) -> None:
    notebook.execute("c = Conversation(timeline); c.text('{\"a\": [1, 2]}')")
    row(notebook, '{"a"').click()
    detail(notebook).get_by_role("button", name="JSON").click()
    expect(detail(notebook).locator(".wsl-pre")).to_have_text('{\n  "a": [\n    1,\n    2\n  ]\n}')
    detail(notebook).get_by_role("button", name="Text").click()  # the choice is kept from row to row


def test_a_link_jumps_from_the_call_to_the_bytes_it_wrote(notebook: Notebook) -> None:
    notebook.execute("c = Conversation(timeline); c.echo('first'); notes(200); timeline.refresh()")
    notebook.find(".wsl-list").press("Home")
    row(notebook, "send() first").click()
    detail(notebook).get_by_role("button", name="led to message text first").click()
    expect(detail(notebook).locator(".wsl-title")).to_have_text("message text #1 client \u2192 server")
    expect(notebook.find(".wsl-row[aria-selected=true]")).to_contain_text("first")
    detail(notebook).get_by_role("button", name="caused by call send() first").click()
    expect(detail(notebook).locator(".wsl-title")).to_have_text("call send() #1 client")


def test_the_keyboard_is_enough(notebook: Notebook) -> None:
    notebook.execute("notes(200)")
    shows(notebook, "row 199")
    cells = notebook.find(".jp-Cell").count()
    keys = notebook.page.keyboard
    notebook.find(".wsl-list").focus()
    keys.press("ArrowUp")
    selected = notebook.find(".wsl-row[aria-selected=true]")
    expect(selected).to_contain_text("row 199")
    keys.press("Home")
    expect(selected).to_contain_text("row 0")
    keys.press("ArrowDown")
    keys.press("PageDown")
    expect(selected).to_contain_text("row 13")
    keys.press("Enter")
    expect(detail(notebook)).to_contain_text("row 13")
    keys.press("ArrowDown")  # the open pane follows the selection
    expect(detail(notebook)).to_contain_text("row 14")
    keys.press("Escape")
    expect(detail(notebook)).to_be_hidden()
    keys.press("End")
    expect(selected).to_contain_text("row 199")
    keys.press("/")
    expect(notebook.find(".wsl-search")).to_be_focused()
    keys.type("dd row 5")  # in JupyterLab, d d would delete the cell
    expect(notebook.find(".wsl-search")).to_have_value("dd row 5")
    keys.press("Escape")
    expect(notebook.find(".wsl-search")).to_have_value("")
    keys.press("Escape")
    expect(notebook.find(".wsl-list")).to_be_focused()
    for key in "ddxabm":
        keys.press(key)
    notebook.find(".wsl-pause").press("Enter")
    expect(notebook.find(".wsl-state")).to_have_text("paused")
    notebook.find(".wsl-chip[data-kind=note] input").press("Space")
    expect(notebook.find(".wsl-empty")).to_be_visible()
    assert notebook.find(".jp-Cell").count() == cells
    assert notebook.find(".jp-MarkdownCell").count() == 0


def test_hostile_payloads_are_text(notebook: Notebook) -> None:
    hostile = (
        "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u202egnp.exe\x07\n$x^2$"
    )
    notebook.execute(f"c = Conversation(timeline); c.text({hostile!r}); timeline.note({hostile[:80]!r}, {hostile!r})")
    row(notebook, "<script>").click()
    pane = detail(notebook)
    expect(pane.locator(".wsl-pre")).to_contain_text(
        "<script>document.title='owned'</script>\u27e8RLO\u27e9gnp.exe\u27e8BEL\u27e9\n$x^2$"
    )
    for mode in ("Hex", "Text"):
        pane.get_by_role("button", name=mode).click()
    assert notebook.find(".wsl-log img, .wsl-log script, .wsl-log mjx-container").count() == 0
    assert notebook.page.title() != "owned"
    text = notebook.find(".wsl-log").inner_text()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f]", text)


def test_a_hundred_thousand_rows_are_all_there_and_only_some_are_on_the_page(notebook: Notebook) -> None:
    notebook.execute("import threading; writer = threading.Thread(target=notes, args=(100_000,)); writer.start()")
    notebook.execute("writer.join()")
    expect(totals(notebook)).to_have_text("100,000 rows", timeout=60_000)
    assert notebook.execute("timeline.refresh(); print(len(timeline.rows()))") == "100000\n"
    shows(notebook, "row 99999")
    scroll = "(list, part) => { list.scrollTop = part * list.scrollHeight; }"
    for part in (0.5, 0.1, 0.9, 0.0):
        notebook.find(".wsl-list").evaluate(scroll, part)
        first = min(int(100_000 * part), 99_990)
        shows(notebook, f"row {first + 2}")
    notebook.find(".wsl-search").fill("row 777")
    expect(totals(notebook)).to_have_text("111 of 100,000 rows")
    assert notebook.find(".wsl-space > .wsl-row").count() < 60


# For the log it is later now than it is until a question is put again; over when it has looked.
SEVEN_SECONDS_LATER = """() => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 7000;
  return new Promise((done) => setTimeout(done, 1000));
}"""


def test_a_kernel_that_does_not_answer_is_called_busy_until_it_does(notebook: Notebook) -> None:
    # All at once: else the page might be told of the first rows on the way, and would not have to ask for them.
    notebook.execute("with log._window.lock:\n    notes(5000); timeline.refresh()")
    shows(notebook, "row 4999")
    go = notebook.jupyter.folder / "go on"
    notebook.execute(
        "import pathlib, threading, time; held = threading.Event(); limit = time.monotonic() + 200\n"
        "def hold():\n    with log._window.lock:\n        held.set()\n"
        f"        while not pathlib.Path({str(go)!r}).exists() and time.monotonic() < limit: time.sleep(0.01)\n"
        "threading.Thread(target=hold).start(); held.wait()"
    )
    notebook.find(".wsl-list").evaluate("(list) => { list.scrollTop = 0; }")
    busy = "kernel busy: the rest comes when its cell ends"
    expect(notebook.find(".wsl-state")).to_have_text(busy)
    notebook.page.evaluate(SEVEN_SECONDS_LATER)
    assert notebook.find(".wsl-state").inner_text() == busy, "a question that is put again is no answer"
    notebook.page.evaluate("() => delete performance.now")
    go.touch()
    expect(notebook.find(".wsl-state")).to_have_text("live")
    shows(notebook, "row 0")
    go.unlink()


def test_the_log_moves_while_a_cell_blocks(notebook: Notebook) -> None:
    write = notebook.jupyter.folder / "write"
    notebook.execute(
        "import pathlib, threading, time\ndef later():\n"
        f"    while not pathlib.Path({str(write)!r}).exists(): time.sleep(0.01)\n    notes(7)\n"
        "threading.Thread(target=later, daemon=True).start()"
    )
    with notebook.blocked():
        write.touch()
        expect(totals(notebook)).to_have_text("7 rows")
        shows(notebook, "row 6")
    write.unlink()


def test_a_reloaded_page_shows_the_same_log(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP, SHOW]).run_all()
    notebook.execute("notes(500); log.text = 'row 4'")
    expect(totals(notebook)).to_have_text("111 of 500 rows")
    notebook.command("docmanager:save")
    notebook.reload()
    expect(totals(notebook)).to_have_text("111 of 500 rows")
    expect(notebook.find(".wsl-search")).to_have_value("row 4")
    shows(notebook, "row 499")
    notebook.execute("log.text = ''; notes(3, 500)")
    expect(totals(notebook)).to_have_text("503 rows")
    shows(notebook, "row 502")
    assert notebook.elsewhere == []
    assert notebook.complaints == []


def test_a_restarted_kernel_leaves_a_calm_log_and_the_cell_makes_a_new_one(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP, SHOW]).run_all()
    notebook.execute("notes(50)")
    shows(notebook, "row 49")
    notebook.restart_kernel()
    expect(notebook.find(".wsl-state")).to_have_text("kernel gone: run the cell again for a new log")
    assert "row 49" in rows(notebook)[-1]
    expect(notebook.find(".wsl-clear")).to_be_disabled()
    notebook.run_all()
    notebook.execute("notes(3)")
    expect(totals(notebook)).to_have_text("3 rows")
    expect(notebook.find(".wsl-state")).to_have_text("live")
    assert notebook.complaints == []


def test_a_closed_log_leaves_the_page_and_a_stopped_one_stays(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP, SHOW]).run_all()
    notebook.execute("notes(500); log.stop()")
    expect(notebook.find(".wsl-state")).to_have_text("the lab is closed")
    shows(notebook, "row 499")
    notebook.find(".wsl-list").press("Home")
    shows(notebook, "row 0")
    row(notebook, "row 0").click()
    expect(detail(notebook)).to_contain_text("row 0")
    notebook.execute("log.close()")
    expect(notebook.find(".wsl-log")).to_have_count(0)


def test_a_screen_reader_hears_summaries_and_every_row_has_a_sentence(notebook: Notebook) -> None:
    notebook.execute("notes(500); c = Conversation(timeline); c.text('salut')")
    news = notebook.find("[role=log]")
    expect(news).to_have_attribute("aria-live", "polite")
    expect(news).to_have_text(
        re.compile(r"^(\d+ new rows, the last: )?.*connection 1, client to server, message text, salut, 5 bytes$")
    )
    option = row(notebook, "salut")
    expect(option).to_have_attribute("role", "option")
    expect(option).to_have_attribute(
        "aria-label", re.compile(r"seconds, connection 1, client to server, message text, salut, 5 bytes$")
    )
    expect(option).to_have_attribute("aria-posinset", "503")
    expect(option).to_have_attribute("aria-setsize", "503")
    listbox = notebook.find(".wsl-list")
    listbox.press("End")
    expect(listbox).to_have_attribute("aria-activedescendant", re.compile("."))
    active = listbox.get_attribute("aria-activedescendant")
    expect(notebook.find(f"#{active}")).to_contain_text("salut")
    unlabelled = notebook.find(".wsl-log").evaluate(
        """(log) => [...log.querySelectorAll('input, button')].filter((node) => !node.hidden && !(
             node.getAttribute('aria-label') || node.innerText.trim() || node.closest('label')?.innerText.trim())).length"""
    )
    assert unlabelled == 0


# Every text against what is really behind it, as WCAG 2 computes contrast.
CONTRAST = """(log) => {
  const parse = (text) => { const p = text.match(/[\\d.]+/g).map(Number); return [p[0], p[1], p[2], p[3] ?? 1]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, base) => [0, 1, 2].map((i) => top[i] * top[3] + base[i] * (1 - top[3]));
  const ground = (node) => {
    const stack = [];
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      stack.push(colour);
      if (colour[3] === 1) break;
    }
    return stack.reverse().reduce((base, top) => over(top, base), [255, 255, 255]);
  };
  const out = [];
  for (const node of log.querySelectorAll('*')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) || node.placeholder;
    if (!own || node.closest('[hidden], .wsl-only-spoken, .wsl-probe') || !node.offsetWidth) continue;
    const back = ground(node);
    const colour = node.placeholder && !node.value ? getComputedStyle(node, '::placeholder').color : getComputedStyle(node).color;
    const [a, b] = [light(over(parse(colour), back)), light(back)].sort((x, y) => y - x);
    out.push([(a + 0.05) / (b + 0.05), node.className, node.textContent.slice(0, 30)]);
  }
  return out;
}"""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_every_text_has_a_contrast_of_at_least_4_5(notebook: Notebook, theme: str) -> None:
    notebook.theme(theme)
    try:
        notebook.execute("one = sample(timeline)")
        expect(totals(notebook)).to_contain_text("25 of 29")
        row(notebook, "one message in three frames").click()
        expect(detail(notebook)).to_be_visible()
        seen: list[list[Any]] = notebook.find(".wsl-log").evaluate(CONTRAST)
        notebook.find(".wsl-list").press("Home")
        seen += notebook.find(".wsl-log").evaluate(CONTRAST)
        notebook.find(".wsl-pause").click()
        seen += notebook.find(".wsl-log").evaluate(CONTRAST)
        assert len(seen) > 200
        assert [entry for entry in seen if entry[0] < 4.5] == []
    finally:
        notebook.theme("JupyterLab Light")


@pytest.mark.parametrize("width", [480, 600, 700, 1200])
def test_nothing_overlaps_and_short_columns_are_never_cut(notebook: Notebook, width: int) -> None:
    notebook.execute("one = sample(timeline)")
    expect(totals(notebook)).to_contain_text("25 of 29")
    log = notebook.find(".wsl-log")
    log.evaluate("(log, width) => { log.style.width = `${width}px`; }", width)
    notebook.page.wait_for_function(
        "([panel, width]) => document.querySelector(`${panel} .wsl-log`).offsetWidth === width",
        arg=[".jp-NotebookPanel:not(.lm-mod-hidden)", width],
    )
    faults = log.evaluate(
        """(log) => {
          const faults = [];
          for (const row of log.querySelectorAll('.wsl-heads, .wsl-space > .wsl-row:not([hidden])')) {
            const parts = [...row.children].filter((part) => part.offsetWidth);
            for (let i = 1; i < parts.length; i++) {
              const [a, b] = [parts[i - 1].getBoundingClientRect(), parts[i].getBoundingClientRect()];
              if (a.right > b.left + 0.5) faults.push(['overlap', parts[i].className, row.innerText]);
            }
            for (const part of [...parts, ...row.querySelectorAll('.wsl-way > *')]) {
              if (!part.matches('.wsl-what, .wsl-open') && part.scrollWidth > part.clientWidth + 1) faults.push(['cut', part.className, part.innerText]);
            }
            if (row.getBoundingClientRect().right > log.getBoundingClientRect().right + 0.5) faults.push(['beyond', row.innerText]);
          }
          const bar = [...log.querySelectorAll('.wsl-search, .wsl-chip:not([hidden]), .wsl-bar button')].map((node) => [node.getBoundingClientRect(), node]);
          for (const [a, one] of bar) for (const [b, other] of bar) {
            if (one !== other && a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5) faults.push(['bar', one.innerText, other.innerText]);
          }
          return faults;
        }"""
    )
    assert faults == []
