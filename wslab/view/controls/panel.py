"""The panel under the log: choose an end of a connection, send text, ping, close, and make it go wrong.

Its callbacks may run on any thread, with any loop or none (subshells, design.md invariant 5): they call the `Ends`, which hand
the work to the right loop and return at once, and they never create tasks. What happened, or an error's own sentence, stands
in the status line. A button that cannot be used says why, as its tooltip and as text.
"""

from __future__ import annotations

import html
import threading
from typing import TYPE_CHECKING, Any

import ipywidgets

from wslab.timeline import CONTAINED, error_text, log_failure
from wslab.view.closed_widgets import CLOSED
from wslab.view.controls.fault_row import FaultRow
from wslab.view.flusher import Flusher

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from wslab.timeline import Failed
    from wslab.view.controls.ends import Ends

NOT_OURS = "Another program's code sends and closes at this end; its line can be broken here."
NO_PING = "No Ping from here: a page's WebSocket has no way to send one. The server's end can."
NO_ENDS = "No open connection. Make one in a cell, for example: socket = lab.WebSocket(server.url)"


class Panel(ipywidgets.GridBox):  # type: ignore[misc]
    """The panel of one lab.

    Args:
        ends: What there is to act on.
        failed: Told what raised on the screen's thread.
    """

    def __init__(self, ends: Ends, failed: Failed = log_failure) -> None:
        self._ends = ends
        self._lock = threading.RLock()
        self._keys: list[tuple[str, Hashable]] = []
        self.end = ipywidgets.Dropdown(options=[], description="Act as", **_field("end", "5.5em"))
        self.message = ipywidgets.Text(
            description="Text", placeholder="Text to send; Enter sends it", **_field("text", "4em")
        )
        self.send_button = _button("Send", "Send the text as one message", "send")
        self.ping_button = _button("Ping", "Send a Ping frame", "ping")
        self.code = ipywidgets.Text(
            value="1000", description="Close code", placeholder="none", **_field("code", "5.5em")
        )
        self.reason = ipywidgets.Text(description="Reason", placeholder="may be empty", **_field("reason", "4em"))
        self.close_button = _button("Close", "Start the closing handshake with this code and reason", "close")
        self.fault_row = FaultRow(ends, self._do, self._say)
        self.status = ipywidgets.HTML(layout=ipywidgets.Layout(width="auto", margin="0", grid_area="status"))
        super().__init__(
            [
                self.end,
                self.message,
                self.send_button,
                self.ping_button,
                self.code,
                self.reason,
                self.close_button,
                self.fault_row,
                self.status,
            ],
            layout=ipywidgets.Layout(
                grid_template_columns="minmax(13em, 17em) minmax(12em, 1fr) 5em 5em",
                grid_template_areas='"end text send ping" "code reason close close" "faults faults faults faults" "status status status status"',
                grid_gap="6px 8px",
                align_items="center",
                width="100%",
                padding="6px 0",
                overflow="auto",
            ),
        )
        self.add_class("wsl-panel")
        self.send_button.on_click(lambda _button: self._do_send())
        self.ping_button.on_click(lambda _button: self._do_ping())
        self.close_button.on_click(lambda _button: self._do_close())
        self.message.on_msg(lambda _widget, content, _buffers: self._submit(content))
        self.end.observe(self._picked, "value")
        self._flusher = Flusher(self._refresh, failed=failed, tries=3)
        self._unwatch: Callable[[], None] | None = None
        self._stopped = False
        self._refresh()

    def __repr__(self) -> str:
        return "<Panel: choose an end, send, ping, close>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if self._unwatch is None and not self._stopped:
            self._flusher.start()
            self._unwatch = self._ends.watch(self._flusher.wake)
        self._refresh()
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def stop(self) -> None:
        """Follow the ends no longer. The panel stays on the page and offers what there is now: after its lab, nothing.

        Returns at once, from any thread.
        """
        self._stopped = True
        self._ignore()
        if self._flusher.running:
            self._flusher.finish()
        CLOSED.keep(self)

    def close(self) -> None:
        """Take the panel off the page."""
        if "_flusher" in self.__dict__:
            self._stopped = True
            self._ignore()
            self._flusher.stop()
            CLOSED.forget(self)
            for widget in self.children:
                widget.close()
        super().close()

    def _ignore(self) -> None:
        """Follow the ends no longer."""
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()

    def _refresh(self) -> bool:
        """Offer the ends there are now, keeping the one that is chosen."""
        with self._lock:
            try:
                choices = list(self._ends.choices())
            except CONTAINED as error:  # its sentence belongs on the screen
                self._say(error_text(error), bad=True)
                return False
            if choices == self._keys and self.status.value:
                return False
            before, name, now = self.end.value, self.end.label, [key for _label, key in choices]
            self._keys = choices
            self.end.options = choices
            if choices:
                self.end.value = before if before in now else now[0]
            self._chosen()
            if not choices:
                self._say(f"{name} is closed. {NO_ENDS}" if name else NO_ENDS)
            elif before is None:
                self._ready()
            elif before not in now:
                self._say(f"{name} is closed; you act as {self.end.label} now.")
        return False

    def _picked(self, change: dict[str, Any]) -> None:
        """The learner, or `_refresh`, chose another end."""
        self._chosen()
        if change["new"] is not None:
            self._ready()

    def _chosen(self) -> None:
        """Enable what the chosen end can do, and say why not."""
        key = self.end.value
        _able(self.end, able=key is not None, why=NO_ENDS)
        can_act = key is not None and self._ends.can_act(key)
        for widget in (self.message, self.send_button, self.code, self.reason, self.close_button):
            _able(widget, able=can_act, why=NO_ENDS if key is None else NOT_OURS)
        self.fault_row.able(able=key is not None)
        can_ping = key is not None and self._ends.can_ping(key)
        _able(self.ping_button, able=can_ping, why=NO_ENDS if key is None else NO_PING if can_act else NOT_OURS)

    def _ready(self) -> None:
        """Say what the chosen end can do."""
        key = self.end.value
        if key is None or self._ends.can_ping(key):
            self._say("Ready.")
        else:
            self._say(f"Ready. {NO_PING}" if self._ends.can_act(key) else NOT_OURS)

    def _submit(self, content: object) -> None:
        """The Enter key in the text field."""
        if isinstance(content, dict) and content.get("event") == "submit":
            self._do_send()

    def _do_send(self) -> None:
        text = self.message.value
        if self._do(lambda key: self._ends.send(key, text), f"sent {_quote(text)}"):
            self.message.value = ""

    def _do_ping(self) -> None:
        self._do(self._ends.ping, "sent a Ping")

    def _do_close(self) -> None:
        code_text, reason = self.code.value.strip(), self.reason.value
        try:
            code = int(code_text) if code_text else None
        except ValueError:
            self._say(f"A close code is a whole number such as 1000 or 4001, not {_quote(code_text)}.", bad=True)
            return
        said = (
            "without a code" if code is None else f"with {code}{f' and the reason {_quote(reason)}' if reason else ''}"
        )
        self._do(lambda key: self._ends.close(key, code, reason), f"began to close {said}")

    def _do(self, act: Callable[[Hashable], None], done: str) -> bool:
        """Act at the chosen end, and say what came of it."""
        key = self.end.value
        if key is None:
            self._say(NO_ENDS, bad=True)
            return False
        name = self.end.label
        try:
            act(key)
        except CONTAINED as error:  # its sentence belongs on the screen
            self._say(error_text(error), bad=True)
            return False
        self._say(f"{name}: {done}.")
        return True

    def _say(self, sentence: str, *, bad: bool = False) -> None:
        """Show a sentence: as text, never as markup or mathematics."""
        text = html.escape(f"{chr(0x26A0)} {sentence[:500]}" if bad else sentence[:500])
        style = f"display: block; line-height: 1.45; font-weight: {600 if bad else 400}; color: var(--jp-ui-font-color1, inherit)"
        self.status.value = f'<span role="status" class="tex2jax_ignore mathjax_ignore" style="{style}">{text}</span>'


def _field(area: str, description_width: str) -> dict[str, Any]:
    """How a field is laid out: its description (which labels it for a screen reader, too) as wide as those above and below."""
    return {
        "layout": ipywidgets.Layout(width="auto", margin="0", grid_area=area),
        "style": {"description_width": description_width},
    }


def _button(text: str, tooltip: str, area: str) -> ipywidgets.Button:
    button = ipywidgets.Button(
        description=text, tooltip=tooltip, layout=ipywidgets.Layout(width="auto", margin="0", grid_area=area)
    )
    button.when_able = tooltip
    return button


def _able(widget: ipywidgets.Widget, *, able: bool, why: str) -> None:
    """Enable or disable a control; a button's tooltip says why."""
    widget.disabled = not able
    if isinstance(widget, ipywidgets.Button):
        widget.tooltip = widget.when_able if able else why


def _quote(text: str) -> str:
    """A short quotation for the status line."""
    return f'"{text[:60]}\u2026"' if len(text) > 60 else f'"{text}"'
