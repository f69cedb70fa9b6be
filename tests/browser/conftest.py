"""Fixtures for tests in a real page: `jupyter`, `browser`, `page`, `open_notebook`.

When a test fails, a screenshot, the console and the server's log are left in its folder under pytest's temporary directory,
and the report says where.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.browser.jupyter import CHROMIUM_ARGUMENTS, NO_CHROMIUM, TIMEOUT, Jupyter, Notebook, chromium
from tests.optional import need

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from playwright.sync_api import Browser, Page

_HERE = Path(__file__).parent


class OpenNotebook(Protocol):
    """Opens a notebook: from cells, or a copy of a file; in JupyterLab, or in Notebook 7."""

    def __call__(self, notebook: Sequence[str] | Path, *, page: Page = ..., app: type[Notebook] = ...) -> Notebook: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(
                pytest.mark.timeout(900)
            )  # longer than all that it waits for: what came too late says so itself


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None]:
    """Leaves what helps to understand a failure, while the pages are still open."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    given = getattr(item, "funcargs", {})
    if report.failed and report.when == "call" and {"jupyter", "tmp_path"} <= set(given):
        folder = _keep_evidence(given["jupyter"], given["tmp_path"])
        report.sections.append(("Evidence", f"screenshots, console and server log: {folder}"))


def _keep_evidence(jupyter: Jupyter, folder: Path) -> Path:
    for notebook in jupyter.opened:
        if not notebook.page.is_closed():
            name = notebook.path.stem
            notebook.page.screenshot(path=folder / f"{name}.png")
            (folder / f"{name}.console.txt").write_text("\n".join(notebook.console), encoding="utf-8")
    (folder / "server.log").write_text(jupyter.read_log(), encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, for this package only: as long as Playwright runs, so does its event loop, and asyncio tests cannot."""
    path = chromium()
    need(path, NO_CHROMIUM)
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415  only here is it needed

    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A JupyterLab server of this run's own."""
    server = Jupyter(tmp_path_factory.mktemp("jupyter") / "home").start()
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page: no cookies, no settings, no other tab."""
    with new_page(browser) as page:
        yield page


@pytest.fixture
def open_notebook(jupyter: Jupyter, page: Page) -> Iterator[OpenNotebook]:
    """Opens notebooks; afterwards their kernels are shut down."""

    opened: list[Notebook] = []

    def open_one(notebook: Sequence[str] | Path, *, page: Page = page, app: type[Notebook] = Notebook) -> Notebook:
        path = jupyter.copy(notebook) if isinstance(notebook, Path) else jupyter.write(notebook)
        opened.append(app(jupyter, page, path))
        return opened[-1].open()

    yield open_one
    for notebook in opened:
        notebook.close()


@pytest.fixture(autouse=True)
def _evidence(jupyter: Jupyter, tmp_path: Path) -> None:
    """Every test here has a server and a folder, so that its evidence can be kept."""


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        yield page
    finally:
        context.close()
