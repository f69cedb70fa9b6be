"""A cell's JavaScript in a real Node, with the package ``ws``.

find, ws       which Node it is, and ``ws`` in a cache folder
NodeRun  ──►   NodeProcess (static/main.cjs) ──► `output` ──► `news`: rows, lines of the console
               NodeRelays, one in front of each server of the cell
"""

from __future__ import annotations

from wslab.peers.node import words as words
from wslab.peers.node.find import Node as Node
from wslab.peers.node.find import NoNode as NoNode
from wslab.peers.node.find import candidates as candidates
from wslab.peers.node.find import find_node as find_node
from wslab.peers.node.run import NodeRun as NodeRun
from wslab.peers.node.run import runs as runs
from wslab.peers.node.ws import NoWs as NoWs
from wslab.peers.node.ws import bring_ws as bring_ws
from wslab.peers.node.ws import ws_folder as ws_folder
from wslab.peers.node.ws import ws_version as ws_version

__all__ = [
    "NoNode",
    "NoWs",
    "Node",
    "NodeRun",
    "bring_ws",
    "candidates",
    "find_node",
    "runs",
    "words",
    "ws_folder",
    "ws_version",
]
