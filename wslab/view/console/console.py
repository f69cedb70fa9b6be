"""The console under a ``%%browser`` or ``%%node`` cell: what its program printed, how it stands, and a button to stop it.

    line(), state() ──► Flusher ──► _flush ──► `_head` (a trait), or "lines": what is new       at most 20 a second
                                    _answer ◄─ the page says "hello" and gets every line that is kept, or presses the button

Every line has an ordinal, and every message says which lines it carries: a view joins what it is told, in whatever order it
comes. As long as no view has said hello (an older kernel hears that only after the cell), the newest lines travel as a trait
of the model, where a view that comes late finds them.

Messages from here: ``lines``, ``pressed``. Messages from the page: ``hello``, ``bye``, ``press``; they may come on any thread.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from IPython.display import display

from wslab.timeline import CONTAINED, error_words, log_failure, masked
from wslab.view.console.lines import LEVELS, LINE_CHARACTERS, Line, Lines
from wslab.view.console.widget import CLOSED, ConsoleWidget
from wslab.view.flusher import SCREEN, Flusher, Screen
from wslab.wire import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline import Failed

WORDS = ("waiting", "running", "ended", "failed", "stopped")
"""How a program stands; the button is offered in the first two."""


class Console:
    """A console: a head line, a banner where there is one, and lines.

    Every method but `show` may be called from any thread and returns at once.

    Args:
        title: What it is called, such as ``node``.
        keep: The most lines that are kept; older ones are counted.
        failed: Told what raised while the page was told.
    """

    def __init__(self, title: str, *, keep: int = 1000, failed: Failed = log_failure, _screen: Screen = SCREEN) -> None:
        self.title = one_line(title, 80)
        self._lock = threading.RLock()
        self._lines = Lines(keep)
        self._sent = 0  # the ordinal behind the last line that the views were told
        self._head = {"word": "waiting", "text": "", "banner": "", "button": ""}
        self._click: Callable[[], object] | None = None
        self._view: ConsoleWidget | None = None
        self._views: set[str] = set()
        self._is_closed = False
        self._flusher = Flusher(self._flush, _screen, failed, tries=3)

    def __repr__(self) -> str:
        return f'<Console "{self.title}">'

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        with self._lock:
            if self._view is None or self._view.comm is None:
                self._view = ConsoleWidget(label=self.title, head=dict(self._head), opening=self._lines.newest())
                self._view.transcript = self.transcript
                self._view.on_msg(self._answer)
                if self._is_closed:
                    CLOSED.keep(self._view)
                else:
                    self._flusher.start()
            view = self._view
        self._wake()
        return view._repr_mimebundle_(**kwargs)

    @property
    def text(self) -> str:
        """All of it as plain text."""
        with self._lock:
            head, lines = dict(self._head), self._lines.text if self._lines.end else "no output yet"
        out = [f"{self.title}: {head['word']}{', ' if head['text'] else ''}{head['text']}"]
        out += [head["banner"]] if head["banner"] else []
        return "\n".join([*out, lines])

    def transcript(self) -> str:
        """What was printed as plain text, with what differs from run to run masked as in the lab's transcript.

        The title stands in front: JupyterLab shows the first line of an output that is hidden until its cell is run.
        """
        with self._lock:
            return f"{self.title}:\n{masked(self._lines.text) if self._lines.end else 'no output'}"

    def line(self, text: str, level: str = "log", where: str = "") -> None:
        """Add a line.

        Args:
            text: What was printed; it may hold line breaks. Invisible characters are made visible.
            level: One of `LEVELS`; anything else counts as ``log``.
            where: Its place in the cell, such as ``line 3``.
        """
        shown = printable(text[:LINE_CHARACTERS].removesuffix("\n"))
        if len(text) > LINE_CHARACTERS:
            shown += f" \u2026 {len(text) - LINE_CHARACTERS:,} more characters"
        line = Line(level if level in LEVELS else "log", one_line(where, 80), shown)
        with self._lock:
            self._lines.add(line)
        self._wake()

    def state(self, word: str, text: str = "") -> None:
        """Say how the program stands.

        Args:
            word: One of `WORDS`.
            text: What to add, such as ``listening on port 8080`` or ``exit code 1``.

        Raises:
            ValueError: The word is none of them.
        """
        if word not in WORDS:
            raise ValueError(f"console.state takes one of {', '.join(WORDS)}, not {word!r}")
        self._say(word=word, text=one_line(text, 300))

    def banner(self, text: str) -> None:
        """Show a note above the lines; an empty one takes it away."""
        self._say(banner=printable(text[:2000]))

    def button(self, label: str, click: Callable[[], object]) -> None:
        """Offer a button, as long as the program waits or runs.

        Args:
            label: What stands on it, such as ``Stop``; empty takes it away.
            click: What a click does. It runs on any thread and must return at once.
        """
        self._click = click
        self._say(button=one_line(label, 40))

    def show(self) -> None:
        """Display it under the cell that runs."""
        display(self)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Take the button away. The rest stays on the page and can still be read."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed, self._click = True, None
        self._say(button="")
        if self._view is not None:
            CLOSED.keep(self._view)

    def _say(self, **news: str) -> None:
        """Change the head."""
        with self._lock:
            self._head |= news
        self._wake()

    def _wake(self) -> None:
        """Let the screen's thread tell the page, where it stands on one."""
        if self._view is None:
            return
        if self._is_closed:
            self._flusher.finish()
        else:
            self._flusher.wake()

    def _flush(self) -> bool:
        """Tell the page what is new, in one message. Returns whether there is more."""
        view = self._view
        if view is None or view.comm is None:
            return False
        with self._lock:
            head, opening = dict(self._head), {} if self._views else self._lines.newest()
            if not self._views:
                self._sent = self._lines.end
        if (view.head, view.opening) != (head, opening):
            with view.hold_sync():
                view.head, view.opening = head, opening
            return self._sent < self._lines.end
        with self._lock:
            if self._sent >= self._lines.end:
                return False
            news = self._lines.after(self._sent)
        view.send({"t": "lines", **news})
        with self._lock:
            self._sent = news["at"] + len(news["lines"])
            return self._sent < self._lines.end

    def _answer(self, _view: object, content: dict[str, Any], _buffers: object) -> None:
        """Answer a view, on whatever thread it asks."""
        what, view = content.get("t"), str(content.get("view", ""))[:80]
        if self._view is None:
            return
        if what == "hello":
            with self._lock:
                self._views.add(view)
                everything = self._lines.everything()
            self._view.send({"t": "lines", "view": view, **everything})
        elif what == "bye":
            with self._lock:
                self._views.discard(view)
        elif what == "press":
            self._view.send({"t": "pressed", "view": view})
            self._pressed()

    def _pressed(self) -> None:
        """Somebody pressed the button."""
        click = self._click
        if click is None or self._head["word"] not in WORDS[:2]:
            return
        try:
            click()
        except CONTAINED as error:  # whatever goes wrong belongs on the screen
            self.line(f"{self._head['button']}: {error_words(error)}", "error")
