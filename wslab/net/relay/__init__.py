"""A relay: the port of a server that is not ours, every byte recorded on its way to where that one really listens.

    client ══ client_side.py (recorded, with faults) ── tcp_half.py ══ the server behind

`relay.py` owns the port and the connections.
"""

from __future__ import annotations

from wslab.net.relay.client_side import RelayClientSide
from wslab.net.relay.relay import Relay

__all__ = ["Relay", "RelayClientSide"]
