"""The byte inspector in real JupyterLab and real Chromium: out of a row of the log, and in the output of a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
import wslab
from wslab import close_body, frame
from wslab.timeline import Timeline
from wslab.view import Log
from tests.view.traffic import Conversation, sample
key = bytes.fromhex("37fa213d")
"""
LOG = "timeline = Timeline()\nlog = Log(timeline)\nlog"
HELLO = 'wslab.dissect(frame("Hello", mask=key), direction="client to server")'
MANY = """wslab.dissect(
    frame("H\\u00e9", fin=False, mask=key) + frame("<img src=x onerror=alert(1)>", "ping", mask=key)
    + frame("\\u20ac" * 400, 0, mask=key) + frame("not masked", rsv2=True) + b"\\x81\\xfe\\x01", direction="client to server")"""


@pytest.fixture(scope="module")
def shared(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.write([SETUP, LOG, HELLO, MANY])).open().run_cell(0)
        yield notebook
        notebook.close()


@pytest.fixture
def notebook(shared: Notebook) -> Iterator[Notebook]:
    """The shared page. Nothing may leave the machine, and the console must stay clean."""
    yield shared
    assert shared.elsewhere == []
    assert shared.complaints == []


def run(notebook: Notebook, cell: int) -> Locator:
    """Run a cell; the inspector in its output, with the pointer away from it."""
    notebook.page.mouse.move(0, 0)
    notebook.run_cell(cell).scroll_to(cell)
    found = notebook.cell(cell).locator(".wsi")
    expect(found).to_be_visible()
    return found


def says(inspector: Locator) -> Locator:
    return inspector.locator(".wsi-says")


def bit(inspector: Locator, number: int) -> Locator:
    return inspector.locator(f".wsi-bit[data-bit='{number}']")


def byte(inspector: Locator, number: int) -> Locator:
    return inspector.locator(f".wsi-byte[data-byte='{number}']")


def row(notebook: Notebook, text: str) -> Locator:
    """The drawn row that holds this text."""
    return notebook.find(".wsl-space > .wsl-row:not([hidden])").filter(has_text=text).first


def test_one_message_is_followed_from_api_event_to_message_to_frame_to_a_single_bit(notebook: Notebook) -> None:
    notebook.run_cell(1)
    notebook.execute("Conversation(timeline).echo('Hello, bits')")
    row(notebook, "send()").click()  # the API event
    expect(notebook.find(".wsl-title")).to_contain_text("send()")
    notebook.find(".wsl-link").filter(has_text="led to").click()  # the message
    expect(notebook.find(".wsl-title")).to_contain_text("text")
    notebook.find(".wsl-frames .wsl-small").click()  # its frame
    inspector = notebook.find(".wsl-log .wsi")
    expect(inspector.locator(".wsi-head")).to_have_text("Bytes1 frame, 17 bytes, client to server")
    expect(inspector.locator(".wsi-message")).to_have_text('The whole of message 0 (text), 11 bytes: "Hello, bits"')
    bit(inspector, 7).click()  # a bit of it
    expect(says(inspector)).to_contain_text("Bit 7: 1 (bit 7 of byte 0, 81 = 1000 0001)")
    expect(says(inspector)).to_contain_text("opcode (bits 4\u20137) = 0x1: text: a message begins, of UTF-8 text.")
    byte(inspector, 6).click()
    expect(says(inspector)).to_contain_text("Payload byte 0, byte 0 of message 0: ")
    expect(says(inspector)).to_contain_text("It became H \u2013 U+0048, latin capital letter h.")
    byte(inspector, 6).press("Escape")  # closes the bytes, and leaves the row open
    expect(inspector).to_have_count(0)
    expect(notebook.find(".wsl-bytes-button")).to_be_focused()
    expect(notebook.find(".wsl-title")).to_contain_text("text")


def test_the_bytes_of_a_fragmented_and_of_a_compressed_message_open_from_their_rows(notebook: Notebook) -> None:
    notebook.run_cell(1)
    notebook.execute("one = sample(timeline)")
    row(notebook, "one message in three frames").click()
    notebook.find("[aria-label='The bits of frame 2']").click()
    inspector = notebook.find(".wsl-log .wsi")
    expect(inspector.locator(".wsi-option[aria-selected=true]")).to_contain_text("1: continuation, masked, length 11")
    expect(inspector.locator(".wsi-message")).to_contain_text("Frame 2 of 3 of message 0")
    row(notebook, "na na na").click()
    expect(inspector).to_have_count(0)
    notebook.find(".wsl-bytes-button").click()
    expect(inspector.locator(".wsi-message")).to_contain_text('307 bytes, inflated: "na na na')
    byte(inspector, 5).click()
    expect(says(inspector)).to_contain_text("The message is compressed")


def test_arrow_keys_go_from_bit_to_bit_and_from_byte_to_byte(notebook: Notebook) -> None:
    inspector = run(notebook, 2)
    expect(says(inspector)).to_contain_text("Point at a bit or a byte")
    bit(inspector, 0).press("ArrowRight")
    expect(bit(inspector, 1)).to_be_focused()
    expect(says(inspector)).to_contain_text("RSV1 (bit 1) = 0: reserved, 0.")
    bit(inspector, 1).press("ArrowDown")
    expect(bit(inspector, 33)).to_be_focused()
    expect(says(inspector)).to_contain_text("Byte 2 of the key")
    bit(inspector, 33).press("ArrowUp")
    bit(inspector, 1).press("ArrowUp")  # there is nothing above
    expect(bit(inspector, 1)).to_be_focused()
    byte(inspector, 0).press("End")
    expect(byte(inspector, 10)).to_be_focused()
    expect(says(inspector)).to_contain_text("58 XOR 37 = 6f")
    expect(inspector.locator("[role=status]")).to_contain_text("It became o")
    expect(inspector.locator(".wsi-xor td.wsi-on")).to_have_text(["4", "58", "37", "6f", "o"])
    expect(inspector.locator(".wsi-byte[tabindex='0']")).to_have_count(1)
    expect(inspector.locator(".wsi-bit[tabindex='0']")).to_have_count(1)


def test_plain_keys_in_it_do_nothing_to_the_notebook(notebook: Notebook) -> None:
    inspector = run(notebook, 2)
    cells = notebook.find(".jp-Notebook .jp-Cell").count()
    bit(inspector, 0).click()
    for key in ("d", "d", "a", "b", "ArrowRight"):
        notebook.page.keyboard.press(key)
    expect(bit(inspector, 1)).to_be_focused()
    assert notebook.find(".jp-Notebook .jp-Cell").count() == cells


def test_the_pointer_shows_and_a_tap_stays(notebook: Notebook) -> None:
    inspector = run(notebook, 2)
    byte(inspector, 1).click()
    expect(says(inspector)).to_contain_text("Byte 1: 85")
    byte(inspector, 3).hover()
    expect(says(inspector)).to_contain_text("Byte 3: fa")
    inspector.locator(".wsi-head").hover()
    expect(says(inspector)).to_contain_text("Byte 1: 85")
    inspector.locator(".wsi-xor td[data-byte='7']").first.click()
    expect(says(inspector)).to_contain_text("9f XOR fa = 65")
    inspector.locator(".wsi-all summary").click()
    inspector.locator(".wsi-fields tbody tr").filter(has_text="Payload len").click()
    expect(says(inspector)).to_contain_text("Bit 9: 0")


def test_frames_are_chosen_from_a_list_and_say_what_they_break(notebook: Notebook) -> None:
    inspector = run(notebook, 3)
    options = inspector.locator(".wsi-option")
    expect(options).to_have_count(5)
    expect(options.nth(3)).to_contain_text("! 2 violations")
    inspector.locator(".wsi-list").press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(inspector.locator(".wsi-became").first).to_contain_text("as ASCII<img\u2423src")  # text, never markup
    assert inspector.locator("img").count() == 0
    options.nth(2).click()
    expect(inspector.locator(".wsi-message")).to_contain_text("Frame 2 of 2 of message 0 (text), 1,203 bytes")
    expect(inspector.locator(".wsi-byte")).to_have_count(520)
    expect(inspector.locator(".wsi-pane").first).to_contain_text("and 688 more bytes")
    options.nth(3).click()
    expect(inspector.locator(".wsi-frame .wsi-warning").first).to_contain_text("a client must mask its frames")
    expect(inspector.locator(".wsi-frame")).to_contain_text(
        "(RFC 6455 section 5.2, MUST). Receivers customarily answer 1002."
    )
    expect(inspector.locator(".wsi-box[data-broken]")).to_have_count(2)
    inspector.locator(".wsi-list").press("End")
    expect(inspector.locator(".wsi-missing")).to_have_text("not here yet")
    expect(inspector.locator(".wsi-hex [role=gridcell]")).to_have_count(3)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_text_is_readable_in_both_themes(notebook: Notebook, theme: str) -> None:
    notebook.theme(theme)
    inspector = run(notebook, 3)
    inspector.locator(".wsi-option").nth(3).click()
    byte(inspector, 3).click()
    ratios = inspector.evaluate(
        """(root) => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const rgb = (colours) => {  // painted over each other, the last on top
            canvas.fillStyle = '#fff'; canvas.fillRect(0, 0, 1, 1);
            for (const c of colours) { canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); }
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const light = (c) => c.map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const out = [];
          for (const node of root.querySelectorAll('*')) {
            if (![...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
            if (!node.checkVisibility() || node.closest('.wsi-only-spoken')) continue;
            const grounds = [];
            for (let up = node; up; up = up.parentElement) grounds.unshift(getComputedStyle(up).backgroundColor);
            const [a, b] = [light(rgb(grounds)), light(rgb([...grounds, getComputedStyle(node).color]))].sort((x, y) => y - x);
            out.push([(a + 0.05) / (b + 0.05), node.className || node.tagName, node.textContent.slice(0, 20)]);
          }
          return out.filter(([ratio]) => ratio < 4.5);
        }"""
    )
    assert ratios == []


def test_run_again_and_after_a_reload_it_is_live_and_without_its_kernel_the_twin_says_all(
    open_notebook: OpenNotebook,
) -> None:
    # Bytes of its own: JupyterLab may restore the other notebook too, and its widget would serve all twins of the same bytes.
    notebook = open_notebook([SETUP, HELLO.replace("Hello", "Howdy")])
    notebook.run_cell(0)
    for _ in range(2):
        bit(run(notebook, 1), 0).click()
    notebook.command("docmanager:save")
    notebook.reload()
    bit(notebook.find(".wsi"), 0).click()
    expect(says(notebook.find(".wsi"))).to_contain_text("FIN (bit 0) = 1")
    notebook.command("docmanager:save")
    notebook.restart_kernel()
    notebook.execute("import sys; assert 'wslab' not in sys.modules")
    notebook.reload()
    twin = notebook.find(".wslab-inspector")
    expect(twin.locator("table")).to_contain_text("a masking key follows, as in every frame from client to server")
    expect(twin).to_contain_text("= unmasked     48 6f 77 64 79")
    assert notebook.find(".wsi").count() == 0
    assert notebook.complaints == []


def test_a_handshake_opens_line_by_line_and_each_of_its_bytes_tells_its_line(notebook: Notebook) -> None:
    notebook.run_cell(1)
    notebook.execute(
        "from tests.view import traffic; from unittest import mock\n"
        "attack = traffic.REQUEST.replace('Version: 13', 'Version: 8').replace('Origin', 'Cookie: id=S3CRET\\r\\nX: <b>bold</b>\\r\\nOrigin')\n"
        "with mock.patch.object(traffic, 'REQUEST', attack):\n    Conversation(timeline)"
    )
    row(notebook, "GET /chat").click()
    notebook.find(".wsl-bytes-button").click()
    inspector = notebook.find(".wsl-log .wsi")
    expect(inspector.locator(".wsi-head")).to_contain_text("in 10 lines, client to server, 1 violation")
    lines = inspector.locator(".wsi-lines tbody tr")
    expect(lines).to_have_count(10)
    expect(lines.nth(5).locator(".wsi-wrong").first).to_have_attribute("aria-label", "wrong")
    expect(lines.nth(2).locator(".wsi-right")).to_have_attribute("aria-label", "right")
    expect(lines.nth(7)).to_contain_text("X: <b>bold</b>")  # text, never markup
    assert inspector.locator("b").count() == 0
    assert "S3CRET" not in inspector.inner_text()
    expect(byte(inspector, 0)).to_be_focused()
    byte(inspector, 0).press("ArrowDown")
    byte(inspector, 16).press("ArrowRight")
    expect(byte(inspector, 17)).to_be_focused()
    expect(says(inspector)).to_contain_text("Byte 17: 31 = 0011 0001, as ASCII 1")
    expect(says(inspector)).to_contain_text("Line 1: GET /chat HTTP/1.1")
    expect(inspector.locator(".wsi-ascii.wsi-on")).to_have_text("1")
    expect(inspector.locator(".wsi-lines tr.wsi-same")).to_contain_text("GET /chat")
    byte(inspector, 20).hover()
    expect(says(inspector)).to_contain_text("Line 2, in its name: Host: 127.0.0.1:8000")
    lines.nth(6).click()
    expect(says(inspector)).to_contain_text("Line 7, in its name: Cookie: (redacted)")
    place = int(lines.nth(6).get_attribute("data-byte") or "") + len("Cookie: ")
    byte(inspector, place).click()
    expect(says(inspector)).to_contain_text("78 = 0111 1000, an x in place of a byte of a credential")
    notebook.page.keyboard.press("Escape")
    expect(notebook.find(".wsl-bytes-button")).to_be_focused()


def test_calls_and_events_open_the_bytes_they_are_linked_to_and_printed_lines_none(notebook: Notebook) -> None:
    notebook.run_cell(1)
    notebook.execute(
        "c = Conversation(timeline)\n"
        "c.client.note('event', 'open', link=('server to client', c.client.received.stop))\n"
        "c.echo('hi')\nc.server.note('print', 'print', 'client says: hi')"
    )
    inspector, note = notebook.find(".wsl-log .wsi"), notebook.find(".wsl-bytes > .wsl-note")
    row(notebook, "open").click()
    notebook.find(".wsl-bytes-button").click()
    expect(note).to_have_text("Here are the bytes of the response that caused this event.")
    expect(inspector.locator(".wsi-lines tbody tr").first).to_contain_text("HTTP/1.1 101 Switching Protocols")
    row(notebook, "send()").click()
    expect(inspector).to_have_count(0)
    notebook.find(".wsl-bytes-button").click()
    expect(note).to_have_text("Here are the bytes of the message that this call sent.")
    bit(inspector, 7).click()
    expect(says(inspector)).to_contain_text("opcode (bits 4\u20137) = 0x1")
    row(notebook, "client says: hi").click()
    expect(notebook.find(".wsl-title")).to_contain_text("print")
    expect(notebook.find(".wsl-bytes-button")).to_have_count(0)
