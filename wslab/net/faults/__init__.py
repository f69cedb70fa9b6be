"""Faults on purpose: what goes wrong at one end of a connection, or at all of a server's, while it is switched on.

    a learner ──► Faults ─┬─ EndFaults      of one end
                          └─ ServerFaults   of all connections of a server, those to come included
                                │  on the loop of the connection
                                ▼
    user ══ TapTransport ══ FaultyLink ══ the real transport

    link.py   a link and its ends; `states.py` is the table of what may happen when
    user.py   who speaks to it above; directions.py  the bytes: a pipe.py each way, and what makes frames wrong (corruption.py)

The link is put in when the first fault is switched on, and taken out when nothing of a fault is left.
"""

from __future__ import annotations

from wslab.net.faults.end_faults import EndFaults
from wslab.net.faults.faults import Faults
from wslab.net.faults.link import FaultyLink
from wslab.net.faults.mixin import FaultyMixin
from wslab.net.faults.server_faults import ServerFaults

__all__ = ["EndFaults", "Faults", "FaultyLink", "FaultyMixin", "ServerFaults"]
