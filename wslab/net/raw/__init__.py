"""`lab.raw`: a TCP connection that sends exactly the bytes it is given and shows exactly what comes back.

socket.py ─ taking.py     what a learner holds, on any loop      connect.py   makes them, and closes those of a lab
wire.py                   TCP, on the lab's own thread           errors.py    what is said when bytes do not come
"""

from __future__ import annotations

from wslab.net.raw.connect import RawConnect, Raws
from wslab.net.raw.errors import RawEnded
from wslab.net.raw.socket import RawSocket

__all__ = ["RawConnect", "RawEnded", "RawSocket", "Raws"]
