"""A saved recording on the page, step by step: buttons, where one is, and the same live log as of a lab.

    play("talk.jsonl")      in a cell; its rows appear as one steps
    player.ladder()         the sequence diagram of what has appeared so far
    player.replay           to step from code

Its callbacks may run on any thread: stepping holds a lock, and what follows is the log's business.
"""

from __future__ import annotations

import html
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets

from wslab.timeline import Replay, Timeline
from wslab.view.ladder import Ladder
from wslab.view.log import Log
from wslab.wire import BadType

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

LARGE_STEP = 10
"""How many rows the larger step takes."""


class Player(ipywidgets.VBox):  # type: ignore[misc]
    """A recording that is played step by step. Made by `play`.

    Args:
        timeline: The recording.
        name: What to call it.

    Attributes:
        replay: Where it stands; ``player.replay.step()`` steps from code.
        live_log: The log of the rows that have appeared. (A widget has a `log` of its own, for something else.)
    """

    def __init__(self, timeline: Timeline, name: str) -> None:
        self.replay: Replay = timeline.replay()
        self.live_log = Log(self.replay.timeline, name)
        self._lock = threading.RLock()
        self._name = name
        self.step_button = _button("Step", "Show the next row", self.replay.step)
        self.large_step_button = _button(
            f"Step {LARGE_STEP}", f"Show the next {LARGE_STEP} rows", lambda: self.replay.step(LARGE_STEP)
        )
        self.rest_button = _button("All", "Show all rows that are left", self.replay.rest)
        self.where = ipywidgets.HTML(layout=ipywidgets.Layout(margin="0 0 0 8px"))
        for button in (self.step_button, self.large_step_button, self.rest_button):
            button.on_click(self._clicked)
        bar = ipywidgets.HBox(
            [self.step_button, self.large_step_button, self.rest_button, self.where],
            layout=ipywidgets.Layout(align_items="center", flex_flow="row wrap"),
        )
        super().__init__([bar, self.live_log])
        self.add_class("wsl-player")
        self._tell()

    def ladder(self, connection: int | None = None, *, times: bool = False) -> Ladder:
        """The sequence diagram of what has appeared so far. See `wslab.Lab.ladder`."""
        return Ladder(self.replay.timeline, connection, times=times)

    def close(self) -> None:
        """Take the player off the page."""
        if "live_log" in self.__dict__:
            self.live_log.close()
            for widget in (self.step_button, self.large_step_button, self.rest_button, self.where, self.children[0]):
                widget.close()
        super().close()

    def __repr__(self) -> str:
        return f"<Player of {self._name!r}: {self.replay.position} of {len(self.replay)} rows>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._tell()
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def _clicked(self, button: ipywidgets.Button) -> None:
        with self._lock:
            button.act()
            self._tell()

    def _tell(self) -> None:
        """Say where it stands, as text and never as markup."""
        position, size, after = self.replay.position, len(self.replay), self.replay.next
        for button in (self.step_button, self.large_step_button, self.rest_button):
            button.disabled = after is None
        coming = f"next: {after.name}" if after is not None else "at its end"
        self.where.value = (
            '<span role="status" class="tex2jax_ignore mathjax_ignore" style="color: var(--jp-ui-font-color1, inherit)">'
            f"{position} of {size} rows, {html.escape(coming[:80])}</span>"
        )


def play(recording: str | os.PathLike[str] | Timeline) -> Player:
    """Play a recording step by step, into the same log, sequence diagram and inspector as a lab's.

    Args:
        recording: The path of a ``.jsonl`` file that ``timeline.export`` saved, or a timeline.

    Returns:
        The player: evaluate it in a cell to see it.

    Raises:
        BadType: It is neither.
        RecordingError: The file is no such recording.
    """
    if isinstance(recording, Timeline):
        return Player(recording.copy(), "replay")
    if not isinstance(recording, (str, Path)) and not hasattr(recording, "__fspath__"):
        raise BadType(
            f"play() takes the path of a .jsonl recording or a timeline, not {type(recording).__name__} {recording!r:.60}; "
            'save one first: lab.timeline.export("talk.jsonl")'
        )
    path = Path(recording)
    return Player(Timeline.load(path), path.name)


def _button(text: str, tooltip: str, act: Callable[[], object]) -> ipywidgets.Button:
    button = ipywidgets.Button(description=text, tooltip=tooltip, layout=ipywidgets.Layout(width="auto"))
    button.act = act
    return button
