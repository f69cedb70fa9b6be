"""The package `ws` comes into the cache once, whole or not at all, and says what is missing."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from tests.optional import missing
from tests.peers.noding import need_node
from wslab.peers.node import Node, NoWs, bring_ws, ws_folder, ws_version
from wslab.peers.node import ws as module
from wslab.peers.node.ws import packages_for

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")

INSTALL = """\
for word; do case $word in --prefix=*) to=${word#--prefix=};; esac; done
echo run >> "$RUNS"
mkdir -p "$to/node_modules/ws"
echo '{"name": "ws", "version": "8.23.0"}' > "$to/node_modules/ws/package.json"
: > "$to/node_modules/ws/index.js"
"""
"""An npm that needs no network."""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("WSLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RUNS", str(tmp_path / "runs"))
    return tmp_path / "cache"


def with_npm(folder: Path, script: str) -> Node:
    """A Node whose npm is a shell script."""
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    npm.chmod(0o755)
    return Node(str(folder / "node"), "20.0.0", str(npm))


def put(version: str) -> None:
    """Has some version lie in the cache."""
    package = ws_folder() / "node_modules" / "ws"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    (package / "index.js").touch()


def test_it_is_installed_once(tmp_path: Path, cache: Path) -> None:
    node = with_npm(tmp_path, INSTALL)
    assert ws_version() is None
    assert bring_ws(node) == bring_ws(node) == cache / "node" / "ws-8"
    assert ws_version() == "8.23.0"
    assert (tmp_path / "runs").read_text(encoding="utf-8") == "run\n"
    assert [path.name for path in (cache / "node").iterdir()] == ["ws-8"]


def test_once_there_neither_npm_nor_a_network_is_needed(tmp_path: Path) -> None:
    bring_ws(with_npm(tmp_path, INSTALL))
    assert bring_ws(Node("/nowhere/node", "20.0.0", None)) == ws_folder()


@pytest.mark.parametrize(
    ("version", "fine"), [("8.18.0", True), ("8.30.1", True), ("8.17.9", False), ("7.5.0", False), ("9.0.0", False)]
)
def test_only_a_version_from_8_18_below_9_will_do(version: str, *, fine: bool) -> None:
    put(version)
    assert (ws_version() is not None) is fine


def test_what_will_not_do_is_replaced(tmp_path: Path, cache: Path) -> None:
    put("7.5.0")
    bring_ws(with_npm(tmp_path, INSTALL))
    assert ws_version() == "8.23.0"
    assert [path.name for path in (cache / "node").iterdir()] == ["ws-8"]


@pytest.mark.parametrize("text", ["", "[]", "null", '{"version": 8}', '{"version": "eight"}', "\xff"])
def test_a_broken_package_is_none(text: str) -> None:
    put("8.23.0")
    (ws_folder() / "node_modules" / "ws" / "package.json").write_text(text, encoding="latin-1")
    assert ws_version() is None


@pytest.mark.parametrize("code", ['require("ws")', "import W from 'ws';", "import('ws')", "require(`ws/lib/sender`)"])
def test_a_cell_that_names_it_has_it_brought(tmp_path: Path, code: str) -> None:
    said: list[str] = []
    node = with_npm(tmp_path, INSTALL)
    assert packages_for("console.log(1)", node, said.append) is None
    assert packages_for(code, node, said.append) == ws_folder()
    assert packages_for("console.log(1)", node, said.append) == packages_for(code, node, said.append) == ws_folder()
    assert said == ["npm installs the package ws, this once"]


def test_two_kernels_that_install_at_the_same_time_both_have_it(tmp_path: Path, cache: Path) -> None:
    # Each npm waits until the other has begun: both have made a folder before either takes its place.
    wait = f'while [ "$(wc -l < "$RUNS")" -lt 2 ]; do sleep 0.01; done\n: > {tmp_path}/both'
    node = with_npm(tmp_path, f"{INSTALL}\n{wait}")
    homes: list[Path] = []
    threads = [threading.Thread(target=lambda: homes.append(bring_ws(node))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert homes == [ws_folder()] * 2
    assert (tmp_path / "both").exists()
    assert ws_version() == "8.23.0"
    assert [path.name for path in (cache / "node").iterdir()] == ["ws-8"]


def test_without_npm_it_says_what_to_type() -> None:
    with pytest.raises(NoWs, match=r'no npm beside Node 20.0.0; install npm, or type: .* "wslab\[node\]"'):
        bring_ws(Node("/nowhere/node", "20.0.0", None))


@pytest.mark.parametrize("code", ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT"])
def test_without_a_network_it_says_so(tmp_path: Path, cache: Path, code: str) -> None:
    said = f"npm error code {code}\nnpm error syscall x\nnpm error request to https://registry failed"
    node = with_npm(tmp_path, f"cat >&2 <<'end'\n{said}\nend\nexit 1")
    with pytest.raises(NoWs) as caught:
        bring_ws(node)
    assert "npm did not reach its registry; connect this machine to the network once" in str(caught.value)
    assert "(npm said: request to https://registry failed)" in str(caught.value)
    assert not any((cache / "node").iterdir())


def test_another_failure_of_npm_is_told_in_its_words(tmp_path: Path) -> None:
    node = with_npm(tmp_path, "echo 'npm ERR! code EWEIRD\nnpm ERR! it is Monday' >&2; exit 1")
    with pytest.raises(NoWs, match="npm could not install the package `ws`: it is Monday; type: npm install ws@8"):
        bring_ws(node)


def test_an_npm_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LIMIT", 0.1)
    with pytest.raises(NoWs, match=r"npm took longer than 0\.1 s"):
        bring_ws(with_npm(tmp_path, "exec sleep 60"))


def test_an_npm_that_brings_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoWs, match="npm ended well and still brought no `ws`"):
        bring_ws(with_npm(tmp_path, "exit 0"))


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file stands where the folder should", encoding="utf-8")
    with pytest.raises(NoWs, match="set the variable WSLAB_CACHE to a folder that can be written"):
        bring_ws(with_npm(tmp_path, INSTALL))


@pytest.mark.node
def test_the_real_npm_brings_the_real_package() -> None:
    node = need_node()
    try:
        home = bring_ws(node)
    except NoWs as error:
        missing(str(error))
    assert (home / "node_modules" / "ws" / "lib" / "websocket-server.js").is_file()
    assert ws_version() is not None
