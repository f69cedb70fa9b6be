"""A figure of matplotlib that shows itself in a notebook without a backend, and takes no part in pyplot's global state."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class Plot(Figure):
    """A figure: evaluate it in a cell to see it."""

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.savefig(out, format="png", dpi=110)
        return out.getvalue()
