"""What is said about a run in a page: banners and sentences."""

from __future__ import annotations

NO_PAGE = (
    "no page has taken this cell within {seconds:g} s: open the notebook in JupyterLab or Notebook 7 and run the cell "
    "there (without a way to the kernel's machine a page can take it only when no cell runs: leave out --wait)"
)
"""Nobody was there."""

STILL = (
    "after {seconds:g} s it is not over: {still}; close the sockets in the cell, or give it more time: --wait {more:g}"
)
"""`--wait` has waited long enough."""

BANNERS = {
    "direct": "",
    "proxied": (
        "Through jupyter-server-proxy. A proxy is no cable: the page gets no compression (permessage-deflate), close codes of "
        "the other side arrive as 1005, the first subprotocol looks chosen whatever the server chose, and a refused "
        "handshake fires open before close. The rows of the server's end show what really happened there."
    ),
    "messages": (
        "This page has found no way to the kernel's machine, neither straight nor through a proxy. Its sockets may not reach "
        "the lab's servers, and its rows arrive only when no cell runs. What helps: python -m pip install "
        "jupyter-server-proxy where Jupyter runs, then start Jupyter again and reload this page."
    ),
}
"""What stands above the lines, by the route that the page has found."""

ROUTES = {
    "direct": "it speaks with the kernel directly",
    "proxied": "it speaks with the kernel through jupyter-server-proxy",
    "messages": "it speaks with the kernel by widget messages only",
}
"""The row of a page that takes a cell, by route."""

GONE = "its tab was closed or reloaded, or lost its kernel; its sockets ended with it. Run the cell again for a new run"
"""The row of a page that went away."""

REPLACED = "a newer run of this name took over"
"""The row of a run whose cell was run again, or another cell under its name; its sockets are closed with it."""

STOPPED = "somebody stopped it"
"""The row of a run that was stopped; its sockets are closed with it."""
