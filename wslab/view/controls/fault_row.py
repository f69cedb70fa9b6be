"""The panel's row of faults: choose one, a value and a direction where it takes them, and apply it to the chosen end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ipywidgets

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from wslab.view.controls.ends import Ends

BOTH = "both directions"
DIRECTIONS = (BOTH, "client to server", "server to client")


class FaultChoice(NamedTuple):
    """A fault that can be chosen: its name, the value it begins with, the unit of that, and whether it has a direction."""

    name: str
    value: str = ""
    unit: str = ""
    directed: bool = False


FAULT_CHOICES = (
    FaultChoice("latency", "0.2", "s", directed=True),
    FaultChoice("jitter", "0.1", "s", directed=True),
    FaultChoice("bandwidth", "1000", "B/s", directed=True),
    FaultChoice("slice", "1", "B", directed=True),
    FaultChoice("stall", directed=True),
    FaultChoice("resume", directed=True),
    FaultChoice("corrupt: bad opcode", directed=True),
    FaultChoice("corrupt: RSV", directed=True),
    FaultChoice("corrupt: unmasked"),
    FaultChoice("corrupt: masked"),
    FaultChoice("corrupt: bad UTF-8", directed=True),
    FaultChoice("corrupt: wrong length", directed=True),
    FaultChoice("half-close"),
    FaultChoice("reset"),
    FaultChoice("drop"),
    FaultChoice("drop after bytes", "1000", "B", directed=True),
    FaultChoice("drop after seconds", "2", "s"),
    FaultChoice("drop after idle", "2", "s"),
)
"""What the row offers, in this order. `wslab.lab.fault_actions` knows what each does."""


class FaultRow(ipywidgets.GridBox):  # type: ignore[misc]
    """The row. Made by the panel.

    Args:
        ends: What it acts on.
        do: Acts at the chosen end and says what came of it.
        say: Shows a sentence.
    """

    def __init__(
        self, ends: Ends, do: Callable[[Callable[[Hashable], None], str], bool], say: Callable[..., None]
    ) -> None:
        self._ends, self._do, self._say = ends, do, say
        self._is_able = False
        wide = ipywidgets.Layout(width="auto", margin="0")
        self.kind = ipywidgets.Dropdown(
            options=[(choice.name, choice) for choice in FAULT_CHOICES],
            description="Fault",
            style={"description_width": "5.5em"},
            layout=wide,
        )
        self.amount = ipywidgets.Text(description="Value", style={"description_width": "4em"}, layout=wide)
        self.direction = ipywidgets.Dropdown(
            options=DIRECTIONS, description="Direction", style={"description_width": "5em"}, layout=wide
        )
        self.apply_button = ipywidgets.Button(
            description="Apply", tooltip="Switch this fault on at the chosen end", layout=wide
        )
        self.clear_button = ipywidgets.Button(
            description="No faults", tooltip="Switch off all faults of the chosen end", layout=wide
        )
        super().__init__(
            [self.kind, self.amount, self.direction, self.apply_button, self.clear_button],
            layout=ipywidgets.Layout(
                grid_template_columns="minmax(13em, 17em) minmax(8em, 1fr) minmax(12em, 1.5fr) 5em 7em",
                grid_gap="6px 8px",
                align_items="center",
                grid_area="faults",
            ),
        )
        self.kind.observe(lambda _change: self._picked(), "value")
        self.apply_button.on_click(lambda _button: self._apply())
        self.clear_button.on_click(lambda _button: self._do(self._ends.clear_faults, "switched all faults off"))
        self._picked()

    def able(self, *, able: bool) -> None:
        """Enable the row, or disable it because there is no end to act on."""
        self._is_able = able
        for widget in (self.kind, self.apply_button, self.clear_button):
            widget.disabled = not able
        choice: FaultChoice = self.kind.value
        self.amount.disabled = not (able and choice.unit)
        self.direction.disabled = not (able and choice.directed)

    def close(self) -> None:
        """Take the row off the page."""
        for widget in self.children:
            widget.close()
        super().close()

    def _picked(self) -> None:
        choice: FaultChoice = self.kind.value
        self.amount.value = choice.value
        self.amount.placeholder = f"in {choice.unit}" if choice.unit else "takes none"
        self.direction.value = BOTH
        self.able(able=self._is_able)

    def _apply(self) -> None:
        choice: FaultChoice = self.kind.value
        value: float | None = None
        if choice.unit:
            try:
                value = _number(self.amount.value)
            except ValueError:
                self._say(f'A value is a number such as {choice.value}, not "{self.amount.value[:60]}".', bad=True)
                return
        direction = None if self.direction.value == BOTH else self.direction.value
        said = f"{choice.name} {value:g} {choice.unit}" if value is not None else choice.name
        self._do(
            lambda key: self._ends.fault(key, choice.name, value, direction),
            f"{said}{f', {direction}' if direction else ''}",
        )


def _number(text: str) -> float:
    """A whole number where it is one, because slices take no other."""
    value = float(text.strip().replace("_", ""))
    return int(value) if value.is_integer() else value
