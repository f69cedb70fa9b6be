"""What holds for every test.

- No test reads or writes the Jupyter or IPython folders of whoever runs it, nor the cache into which %%node installs `ws`:
  all workers of a run share one, so `ws` is installed once.
- Hypothesis has no deadline, and does not mind that it draws slowly (a busy machine is no defect); on CI it tries the same
  examples each time.
- A notebook's cells carry the marker ``kernel``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import nbval.kernel
import pytest

from tests.kernel_ports import OwnPorts
from tests.optional import on_ci

PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("local", **PATIENT)
hypothesis.settings.register_profile("ci", **PATIENT, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if on_ci() else "local")

FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}


def pytest_configure(config: pytest.Config) -> None:
    """Gives Jupyter folders of its own, before the first kernel starts."""
    home = Path(tempfile.mkdtemp(prefix="wslab-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for variable, folder in FOLDERS.items():
        os.environ[variable] = str(home / folder)
    os.environ.setdefault("WSLAB_CACHE", str(home / "cache"))
    nbval.kernel.KernelManager = OwnPorts


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the cells that nbval has collected."""
    for item in items:
        if hasattr(item, "cell"):
            item.add_marker(pytest.mark.kernel)
