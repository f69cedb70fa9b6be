"""The live log under load, in real JupyterLab and Chromium: frames, lag and the kernel's share of a core.

    python -m tests.bench.log [rows] [rows a second]

A thread of the kernel records text messages (70 bytes, one connection, both ends recorded) while the log is open and
follows the end. Figures are printed, never asserted: they depend on the machine. What to expect on two cores: the 95th
percentile of the page's frames well under 50 ms.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.jupyter import CHROMIUM_ARGUMENTS, ROOT, Jupyter, Notebook, chromium

SETUP = f"""
import sys, threading, time
sys.path.append({str(ROOT)!r})
from wslab.timeline import Timeline
from wslab.view import Log
from tests.view.traffic import Conversation
timeline = Timeline(keep=1_000_000)
log = Log(timeline)

def write(count, rate):
    conversation, began = Conversation(timeline), time.perf_counter()
    for i in range(count):
        conversation.text(f"message {{i:>8}} ".ljust(70, "."))
        ahead = began + i / rate - time.perf_counter()
        if ahead > 0.002:
            time.sleep(ahead)
"""

FRAMES = """() => {
  window.frames_ = []; window.watching = true;
  let last = performance.now();
  const frame = (now) => { window.frames_.push(now - last); last = now; if (window.watching) requestAnimationFrame(frame); };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
}"""
STOP = "() => { window.watching = false; const f = window.frames_.sort((a, b) => a - b); const at = (p) => f[Math.min(f.length - 1, Math.floor(f.length * p))]; return [f.length, at(0.5), at(0.95), at(0.99), at(1)]; }"
SHOWN = "(count) => Number((document.querySelector('.wsl-totals')?.textContent ?? '').match(/[\\\\d,]+(?= rows?)/)?.[0].replaceAll(',', '')) >= count"


def measure(notebook: Notebook, rows: int, rate: int) -> None:
    """One run: record, watch, print a line."""
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(".wsl-state")
    page.evaluate(FRAMES)
    heap = page.evaluate("performance.memory?.usedJSHeapSize ?? 0")
    notebook.execute(
        f"cpu, began = time.process_time(), time.perf_counter(); threading.Thread(target=write, args=({rows}, {rate})).start()"
    )
    began = time.perf_counter()
    page.wait_for_function(SHOWN.replace("\\\\d", "\\d"), arg=rows + 2, timeout=300_000)
    shown = time.perf_counter() - began
    told = notebook.execute(
        "print(time.process_time() - cpu, timeline.end - timeline.first, max(log._window._index.hi, 0))"
    ).split()
    count, half, most, nearly, worst = page.evaluate(STOP)
    grown = (page.evaluate("performance.memory?.usedJSHeapSize ?? 0") - heap) / 2**20
    in_page = page.locator(".wsl-totals").inner_text()
    print(
        f"{rows:>9,} rows at {rate:>7,}/s: all shown after {shown:5.1f} s, kernel {float(told[0]) / shown * 100:3.0f} % of a core, "
        f"{count} frames, p50 {half:.0f} ms, p95 {most:.0f} ms, p99 {nearly:.0f} ms, worst {worst:.0f} ms, heap {grown:+.1f} MiB, "
        f"store {told[1]}, page: {in_page}"
    )


def main() -> None:
    """Run it at a few rates, or at the one that is asked for."""
    arguments = [int(argument) for argument in sys.argv[1:]]
    runs = (
        [(arguments[0], arguments[1] if len(arguments) > 1 else 10**9)]
        if arguments
        else [(20_000, 2_000), (100_000, 10_000), (100_000, 10**9)]
    )
    path = chromium()
    if path is None:
        sys.exit("no Chromium here: install it (Debian: apt install chromium) or set CHROMIUM to its path")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Jupyter(Path(folder) / "home").start()
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            notebook = Notebook(server, page, server.write([SETUP, "log"])).open()
            for rows, rate in runs:
                measure(notebook, rows, rate)
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
