"""Runtimes that are not ours, on the timeline of a lab: the real browser (``%%browser``) and real Node (``%%node``)."""

from __future__ import annotations

from wslab.peers.browser_run import BrowserRun as BrowserRun
from wslab.peers.extension import load_ipython_extension as load_ipython_extension
from wslab.peers.node_find import Node as Node
from wslab.peers.node_find import NoNode as NoNode
from wslab.peers.node_find import find_node as find_node
from wslab.peers.node_run import NodeRun as NodeRun
from wslab.peers.node_ws import NoWs as NoWs
from wslab.peers.node_ws import bring_ws as bring_ws

__all__ = ["BrowserRun", "NoNode", "NoWs", "Node", "NodeRun", "bring_ws", "find_node", "load_ipython_extension"]
