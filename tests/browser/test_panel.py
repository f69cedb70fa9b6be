"""The panel in real JupyterLab: what a learner types goes where it should, and refusals are sentences, not markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook

ENDS = """
from wslab.view import Panel

class Ends:
    labels, asked, watchers = ['1 client', '1 server'], [], []
    def choices(self): return [(label, label) for label in self.labels]
    def send(self, key, data):
        if data == 'boom': raise RuntimeError('connection 1 is closed; <b>choose</b> another, $x^2$')
        self.asked.append((key, data))
    def ping(self, key): self.asked.append((key, 'ping'))
    def close(self, key, code, reason): self.asked.append((key, code, reason))
    def fault(self, key, name, value, way): self.asked.append((key, name, value, way))
    def clear_faults(self, key): self.asked.append((key, 'no faults'))
    def can_ping(self, key): return key.endswith('server')
    def can_act(self, key): return True
    def watch(self, callback):
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)

ends = Ends()
Panel(ends)
"""


def test_a_learner_acts_from_the_panel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([ENDS]).run_all()
    page, panel = notebook.page, notebook.find(".wsl-panel")
    status = panel.locator("[role=status]")
    expect(status).to_contain_text("Ready. No Ping from here")
    expect(panel.get_by_role("button", name="Ping")).to_be_disabled()
    expect(panel.get_by_role("button", name="Ping")).to_have_attribute(
        "title", "No Ping from here: a page's WebSocket has no way to send one. The server's end can."
    )

    text = page.get_by_label("Text", exact=True)
    text.fill("hello")
    text.press("Enter")
    expect(status).to_have_text('1 client: sent "hello".')
    expect(text).to_have_value("")

    page.get_by_label("Act as").select_option("1 server")
    panel.get_by_role("button", name="Ping").click()
    expect(status).to_have_text("1 server: sent a Ping.")
    page.get_by_label("Close code").fill("4001")
    page.get_by_label("Reason").fill("enough")
    panel.get_by_role("button", name="Close").click()
    expect(status).to_have_text('1 server: began to close with 4001 and the reason "enough".')
    asked = notebook.execute("print(ends.asked)")
    assert asked == "[('1 client', 'hello'), ('1 server', 'ping'), ('1 server', 4001, 'enough')]\n"

    page.get_by_label("Fault", exact=True).select_option("latency")
    page.get_by_label("Value").fill("0.5")
    page.get_by_label("Direction").select_option("server to client")
    panel.get_by_role("button", name="Apply").click()
    expect(status).to_have_text("1 server: latency 0.5 s, server to client.")
    page.get_by_label("Fault", exact=True).select_option("reset")
    expect(page.get_by_label("Value")).to_be_disabled()
    panel.get_by_role("button", name="No faults").click()
    expect(status).to_have_text("1 server: switched all faults off.")
    asked = notebook.execute("print(ends.asked[3:])")
    assert asked == "[('1 server', 'latency', 0.5, 'server to client'), ('1 server', 'no faults')]\n"

    text.fill("boom")
    panel.get_by_role("button", name="Send").click()
    expect(status).to_contain_text("connection 1 is closed; <b>choose</b> another, $x^2$")
    expect(text).to_have_value("boom")

    notebook.execute(
        "import threading; ends.labels = []; t = threading.Thread(target=ends.watchers[0]); t.start(); t.join()"
    )
    expect(status).to_contain_text("1 server is closed. No open connection.")
    expect(panel.get_by_role("button", name="Send")).to_be_disabled()
    notebook.execute("ends.labels = ['2 client']; ends.watchers[0]()")
    expect(status).to_contain_text("Ready.")
    assert notebook.elsewhere == []
    assert notebook.complaints == []
