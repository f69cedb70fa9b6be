"""A lab tells this process, and only this one, that loopback needs no proxy."""

from __future__ import annotations

import os

import pytest

from tests.net.harness import rows
from wslab import Lab

LOOPBACK = "localhost,127.0.0.1,::1"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "")  # so that it is put back
    monkeypatch.setenv("no_proxy", "")


async def both() -> tuple[str | None, str | None]:
    async with Lab() as lab:
        if "http_proxy" not in os.environ:
            assert not rows(lab, name="proxies are set here")
    return os.environ.get("no_proxy"), os.environ.get("NO_PROXY")


async def test_loopback_is_added_silently_where_no_proxy_is_set() -> None:
    assert await both() == (LOOPBACK, LOOPBACK)
    assert await both() == (LOOPBACK, LOOPBACK)


async def test_where_proxies_are_set_a_row_says_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    async with Lab() as lab:
        (row,) = rows(lab, name="proxies are set here")
        assert row.text == "loopback was added to NO_PROXY of this process, so that it is reached directly"
        async with Lab("second") as second:
            assert not rows(second, name="proxies are set here")


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
async def test_names_that_are_there_stay_whichever_way_they_are_written(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.delenv({"no_proxy": "NO_PROXY", "NO_PROXY": "no_proxy"}[name])
    monkeypatch.setenv(name, "corp.example,localhost")
    expected = "corp.example,localhost,127.0.0.1,::1"
    assert await both() == (expected, expected)


async def test_a_star_already_means_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("NO_PROXY", "*")
    assert await both() == ("*", "*")
