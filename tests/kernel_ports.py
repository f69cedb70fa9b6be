"""Kernels whose ports are chosen by `tests.ports`, so that none of them is taken before the kernel has it.

Jupyter asks the system for five free ports, gives them back, and starts a kernel, which takes them a second later. Where hundreds
of connections of other tests come and go meanwhile, one of those now and then has been given one of the five, and the kernel says
"Address already in use" and ends.
"""

from __future__ import annotations

from typing import Any

from jupyter_client.connect import port_names
from jupyter_client.manager import KernelManager

from tests.ports import free_port


class OwnPorts(KernelManager):
    """Starts a kernel on ports of this worker's own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cache_ports = False  # else the system is asked all the same
        for name in port_names:
            setattr(self, name, free_port())
