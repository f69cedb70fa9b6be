"""The live message log: a window onto a timeline, in the notebook.

    timeline ──watch──► Flusher ──► Log._flush ──► "news": state, and the rows at the end       at most 20 a second
                                    Log._answer ◄─► the page asks for the rows it is looking at, or opens one

Python keeps the master copy and filters it; the page keeps only what is near the view (design.md, invariant 4). What is
pushed is what a view that follows the end needs. Every message carries the whole state (generation of the filter, bounds,
counts, a rising ``seq``), so a view that missed some, or that came late, is right again with the next one.

Messages from here: ``news`` (pushed), ``rows``, ``detail``, ``bytes``, ``found`` (answers).
Messages from the page: ``hello``, ``bye``, ``get``, ``open``, ``bytes``, ``find``, ``clear``. They may come on any thread.
A filter is state of the model (`hidden`, `text`), so all views of a log agree and a page that is reloaded keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import anywidget
import traitlets

from wslab.timeline import KINDS, error_words
from wslab.view.closed_widgets import CLOSED
from wslab.view.flusher import SCREEN, Flusher, Screen
from wslab.view.inspector import inspect_for_page
from wslab.view.log.filter import Filter
from wslab.view.log.opened_row import open_row
from wslab.view.log.window import Answer, Window
from wslab.view.static_files import STATIC, static_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wslab.timeline import Timeline

T = TypeVar("T")


class Log(anywidget.AnyWidget):
    """The live message log of a timeline.

    Args:
        timeline: What to show.
        label: The name of the lab it belongs to.

    Attributes:
        hidden: The kinds of rows that are left out; heartbeats (``"control"``) at first.
        text: Only rows that show this text are listed; ``#2`` asks for a connection.
    """

    _esm: ClassVar[Path] = STATIC / "log.js"
    _css: ClassVar[str] = static_text("log.css", "inspector.css", "head_inspector.css")

    label = traitlets.Unicode().tag(sync=True)
    hidden = traitlets.List(traitlets.Unicode(), default_value=["control"]).tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    _kinds = traitlets.Any(list(KINDS)).tag(sync=True)
    _opening = traitlets.Dict().tag(sync=True)

    def __init__(self, timeline: Timeline, label: str = "lab", *, _screen: Screen = SCREEN) -> None:
        self.timeline = timeline
        self._window = Window(timeline)
        self._views: set[str] = set()
        self._unwatch: Callable[[], None] | None = None
        super().__init__(label=label)
        self._flusher = Flusher(self._flush, _screen, timeline.failed, tries=3)
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        return f'<Log of lab "{self.label}">'

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        # No text/html beside the widget: JupyterLab would not fall back to it (it says "model not found"), and nbval
        # would compare it, times and all. What survives without a kernel is the transcript.
        self._watch()
        self._window.scan()
        state, buffers = self._window.tail()
        self._opening = {**state, "block": b"".join(buffers)}
        return super()._repr_mimebundle_(**kwargs)

    @property
    def closed(self) -> bool:
        """Whether it is off the page for good: show a new one."""
        return self.comm is None

    def stop(self) -> None:
        """End the flow of news after one last flush. Returns at once, from any thread.

        What is there stays on the page and can still be read, filtered and opened.
        """
        self._window.stopped = True
        self._ignore()
        if self._flusher.running:
            self._flusher.finish()
        CLOSED.keep(self)

    def close(self) -> None:
        """End the flow of news and take the log off the page."""
        if "_flusher" in self.__dict__:
            self._window.stopped = True
            self._ignore()
            self._flusher.stop()
            CLOSED.forget(self)
        super().close()

    # News

    def _watch(self) -> None:
        """Begin to follow the timeline, if that is not so yet."""
        with self._window.lock:
            if self._window.stopped or self._unwatch is not None:
                return
            self._flusher.start()
            self._unwatch = self.timeline.watch(self._flusher.wake)
        self._flusher.wake()

    def _ignore(self) -> None:
        """Follow the timeline no longer."""
        with self._window.lock:
            unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()

    def _flush(self) -> bool:
        """Take in what is new and tell all views. Returns whether there is more to do."""
        self._window.problem = ""
        more = self._read(self._window.scan)
        news = self._read(self._window.news)
        if news is not None:
            self.send({"t": "news", **news[0]}, news[1])
        return bool(more)

    def _read(self, read: Callable[[], T]) -> T | None:
        """Read the timeline; what goes wrong is told with the next news."""
        try:
            return read()
        except Exception as error:  # noqa: BLE001  whatever goes wrong belongs on the screen, not into a thread's grave
            self._window.problem = f"the log could not read the timeline: {error_words(error)}"[:500]
            self.timeline.failed("the log could not read the timeline", error)
            return None

    def _flush_soon(self) -> None:
        """Let the screen's thread flush, even where nothing is recorded any more."""
        if self._flusher.running:
            self._flusher.wake()
        elif self._views:
            self._flusher.finish()

    # The filter

    @traitlets.validate("hidden")
    def _check_hidden(self, proposal: dict[str, Any]) -> list[str]:
        unknown = sorted(set(proposal["value"]) - set(KINDS))
        if unknown:
            kinds, given = ", ".join(KINDS), ", ".join(map(repr, unknown))
            raise ValueError(f"log.hidden takes kinds of rows ({kinds}), not {given}")
        return [kind for kind in KINDS if kind in proposal["value"]]

    @traitlets.validate("text")
    def _check_text(self, proposal: dict[str, Any]) -> str:
        return str(proposal["value"])[:200]

    @traitlets.observe("hidden", "text")
    def _filter_changed(self, _change: object = None) -> None:
        if self._window.change(Filter(frozenset(self.hidden), self.text)):
            self._flush_soon()

    # Questions

    def _answer(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """Answer a view. It may run on any thread, so it only reads; the rest is the screen's."""
        try:
            self._answer_to(content)
        except Exception as error:  # noqa: BLE001  (told: nobody would see it else)
            self.timeline.failed("answering the page failed", error)

    def _answer_to(self, content: dict[str, Any]) -> None:
        what, view = content.get("t"), str(content.get("view", ""))[:80]
        if what == "hello":
            self._views.add(view)
            self._watch()
            self._say("rows", content, self._window.tail())
        elif what == "bye":
            self._bye(view)
        elif what == "get":
            rows = self._window.rows(content.get("gen"), _number(content, "a"), _number(content, "b"))
            self._say("rows", content, rows)
        elif what == "find":
            self._say("found", content, self._window.find(_number(content, "pos")))
        elif what == "open":
            self._say("detail", content, self._open(_number(content, "pos"), _number(content, "from")))
        elif what == "bytes":
            answer = inspect_for_page(self.timeline, _number(content, "pos"), content.get("have"))
            self._say("bytes", content, ({**self._window.state(), **answer}, []))
        elif what == "clear":
            self.timeline.clear()
            self._flush_soon()

    def _bye(self, view: str) -> None:
        """A view is gone. Without any, nothing needs to be pushed."""
        self._views.discard(view)
        if not self._views:
            self._ignore()
            self._flusher.stop()

    def _open(self, position: int, start: int) -> Answer:
        """A row's detail, or from some byte on more of its payload."""
        state = self._window.state()
        content, buffers = open_row(self.timeline, position, start)
        return {**state, **content}, buffers

    def _say(self, what: str, asked: dict[str, Any], answer: Answer) -> None:
        """Send an answer to the view that asked."""
        self.send({"t": what, "view": asked.get("view"), "req": asked.get("req"), **answer[0]}, answer[1])


def _number(content: dict[str, Any], key: str) -> int:
    """A whole number out of a message, 0 where there is none."""
    value = content.get(key, 0)
    return max(0, int(value)) if isinstance(value, (int, float)) and abs(value) < 2**53 else 0
