"""The WebSocket that learners hold: the browser's, and a picture of its states beside it."""

from __future__ import annotations

from wslab import net
from wslab.view import StateDiagram


class WebSocket(net.WebSocket):  # noqa: D101  (it has the docstring of the one below)
    __doc__ = net.WebSocket.__doc__

    _diagram: StateDiagram | None = None

    @property
    def state_diagram(self) -> StateDiagram:
        """The four states, the current one lit, live: evaluate it in a cell. Ours.

        It is an SVG image, which stays in a saved notebook as it was when the cell ran.
        """
        if self._diagram is None:
            self._diagram = StateDiagram(lambda: self.states, self.watch_state, self.end.failed)
        return self._diagram
