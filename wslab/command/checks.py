"""What `wslab doctor` looks at. Each check really tries the thing, and returns one finding.

Needed by every lesson: Python, the packages, a kernel, the widgets in JupyterLab, a port on 127.0.0.1.
Needed by some: ::1, Node, its package ``ws``, a browser on this machine.

Nothing that may be missing is imported at the top: the check for it has to run without it.
"""

from __future__ import annotations

import importlib.metadata
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from wslab.command.checks_node import node, ws
from wslab.command.finding import Finding, divided, lacking, within
from wslab.command.programs import find_browser
from wslab.command.words import pip_install, python

OLDEST_PYTHON = (3, 11)
LAB_EXTENSIONS = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets"}
"""The parts that widgets have inside JupyterLab, and the package that brings each."""


def python_version() -> Finding:
    """Python itself."""
    have = sys.version_info[:3]
    text = f"{'.'.join(map(str, have))} at {sys.executable}"
    if have >= OLDEST_PYTHON:
        return Finding("Python", text)
    return lacking(
        "Python", f"{text}; wslab needs 3.11 or newer", "uv venv --python 3.13    (or get it from python.org)"
    )


def packages() -> Finding:
    """Every package that wslab depends on, in a version within its bounds. Without `packaging`, only whether they are there."""
    wrong, good = [], []
    for requirement in importlib.metadata.requires("wslab") or ():
        if ";" in requirement:  # belongs to an extra
            continue
        name, bounds = divided(requirement)
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append((f"{name} is not installed", requirement))
            continue
        if within(version, bounds):
            good.append(f"{name} {version}")
        else:
            wrong.append((f"{name} is {version}, {bounds} is needed", requirement))
    if wrong:
        text = "; ".join(text for text, _ in wrong)
        return lacking("packages", text, pip_install(*(requirement for _, requirement in wrong)))
    return Finding("packages", ", ".join(good))


def kernel() -> Finding:
    """A kernel as JupyterLab would start it: does it run, in this Python, and does it find wslab?"""
    fix = f"{python()} -m ipykernel install --sys-prefix"
    expressions = {"prefix": "__import__('sys').prefix", "wslab": "__import__('wslab').Lab"}
    try:
        answers = ask_a_kernel(expressions)
    except RuntimeError:
        # It died. Jupyter chooses a kernel's ports before the kernel takes them, and another program may have been quicker.
        answers = ask_a_kernel(expressions)
    prefix, wslab = (answers[key] for key in expressions)
    if prefix["status"] != "ok" or prefix["data"]["text/plain"] != repr(sys.prefix):
        other = prefix.get("data", {}).get("text/plain", "another Python")
        return lacking("kernel", f"JupyterLab's `python3` kernel runs in {other}, not in {sys.prefix!r}", fix)
    if wslab["status"] != "ok":
        text = f"the kernel starts, but wslab fails there: {wslab['ename']}: {wslab['evalue']}"
        return lacking("kernel", text, f'{python()} -c "from wslab import Lab"    (shows the whole error)')
    return Finding("kernel", f"ipykernel {importlib.metadata.version('ipykernel')} starts and imports wslab")


def ask_a_kernel(expressions: dict[str, str]) -> dict[str, Any]:
    """What a new kernel answers to some expressions.

    Raises:
        RuntimeError: It died, or did not answer within a minute.
    """
    from jupyter_client.manager import KernelManager  # noqa: PLC0415 - may be missing

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        reply = client.execute("", silent=True, user_expressions=expressions, reply=True, timeout=60)
        answers: dict[str, Any] = reply["content"]["user_expressions"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return answers


def widgets() -> Finding:
    """The widgets' JavaScript inside JupyterLab: present, and not switched off."""
    from jupyter_core.paths import jupyter_path  # noqa: PLC0415 - may be missing
    from jupyterlab_server.config import get_federated_extensions, get_page_config  # noqa: PLC0415

    path = jupyter_path("labextensions")
    there = get_federated_extensions(path)
    off = {name.partition(":")[0] for name in get_page_config(path).get("disabledExtensions", ())}
    lost = [(name, package) for name, package in LAB_EXTENSIONS.items() if name not in there]
    if lost:
        fix = pip_install("--force-reinstall", "--no-deps", *(package for _, package in lost))
        return lacking("widgets", f"JupyterLab has no extension {' and no '.join(n for n, _ in lost)}", fix)
    dark = [name for name in LAB_EXTENSIONS if name in off]
    if dark:
        fixes = [f"{python()} -m jupyter labextension enable {name}" for name in dark]
        return lacking("widgets", f"switched off in JupyterLab: {', '.join(dark)}", *fixes)
    return Finding("widgets", ", ".join(f"{name} {there[name]['version']}" for name in LAB_EXTENSIONS))


def loopback() -> Finding:
    """A port of our own on 127.0.0.1 that a client can reach."""
    try:
        port = echo_once("127.0.0.1", socket.AF_INET)
    except OSError as error:
        text = f"a server on 127.0.0.1 could not be reached: {error}. A firewall or a sandbox is in the way"
        return lacking("127.0.0.1", text, "allow Python to accept connections from this machine, then: wslab doctor")
    return Finding("127.0.0.1", f"a server on port {port} answers")


def loopback_v6() -> Finding:
    """The same on ::1, which some machines and most containers lack."""
    try:
        port = echo_once("::1", socket.AF_INET6)
    except OSError as error:
        text = f"no server on ::1: {error}. Only what the lessons say about IPv6 cannot be tried here"
        return lacking("::1", text)
    return Finding("::1", f"a server on port {port} answers")


def echo_once(host: str, family: socket.AddressFamily) -> int:
    """Serves one byte to ourselves.

    Returns:
        The port it was served on.

    Raises:
        OSError: The byte did not come.
    """
    with socket.create_server((host, 0), family=family) as server:
        server.settimeout(5)
        address = server.getsockname()[:2]
        with socket.create_connection(address, timeout=5) as client, server.accept()[0] as accepted:
            client.sendall(b"?")
            accepted.settimeout(5)
            if accepted.recv(1) != b"?":
                raise OSError("the connection was cut")
    return int(address[1])


def browser() -> Finding:
    """A browser on this machine, for JupyterLab and the lessons that use its WebSocket."""
    found = find_browser()
    if found:
        return Finding("browser", found)
    text = (
        "none found on this machine. With one on another machine you can still work: copy the address that this prints"
    )
    return lacking("browser", text, "wslab --no-browser")


Check = Callable[[], Finding]

NEEDED: tuple[Check, ...] = (python_version, packages, kernel, widgets, loopback)
HELPFUL: tuple[Check, ...] = (loopback_v6, node, ws, browser)
