"""Runtimes that are not ours, on the timeline of a lab: the real browser (``%%browser``) and real Node (``%%node``).

magics/        what a cell begins with
browser/       the page that shows the notebook      node/      a Node process
remote_feed    what the code of either tells, as rows of the timeline
"""

from __future__ import annotations

from wslab.peers.browser import BrowserRun as BrowserRun
from wslab.peers.magics import load_ipython_extension as load_ipython_extension
from wslab.peers.node import Node as Node
from wslab.peers.node import NodeRun as NodeRun
from wslab.peers.node import NoNode as NoNode
from wslab.peers.node import NoWs as NoWs
from wslab.peers.node import bring_ws as bring_ws
from wslab.peers.node import find_node as find_node

__all__ = ["BrowserRun", "NoNode", "NoWs", "Node", "NodeRun", "bring_ws", "find_node", "load_ipython_extension"]
