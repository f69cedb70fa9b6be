"""Pictures that stay live on the page: the states of a socket, and what is buffered where.

    state_diagram, gauge ──draw──► live_image ──► the page, at most 20 times a second
    gauge.plot() ──► plot: a figure of matplotlib, which nothing else imports

Each is a plain SVG image, which is still there without a kernel.
"""

from __future__ import annotations

from wslab.view.pictures.gauge import Gauge as Gauge
from wslab.view.pictures.state_diagram import StateDiagram as StateDiagram

__all__ = ["Gauge", "StateDiagram"]
