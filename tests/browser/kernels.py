"""How JupyterLab starts kernels here: `tests.kernel_ports`. JupyterLab itself imports this."""

from __future__ import annotations

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from tests.kernel_ports import OwnPorts


class Kernels(OwnPorts, ServerKernelManager):
    """Starts a kernel of JupyterLab."""
