"""The diagnosis of the newest connection, as lessons show it."""

from __future__ import annotations

import asyncio
import html

import pytest

from wslab import Lab
from wslab.lessons import HowItEnded, how_it_ended


async def _closed_twice() -> HowItEnded:
    async with Lab() as lab:
        server = await lab.serve()
        for code in (4000, 1000):
            socket = lab.WebSocket(server.url)
            await socket.opened()
            socket.close(code)
            await socket.closed()
        return await how_it_ended(lab)


async def _reset() -> HowItEnded:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.reset()
        await socket.closed()
        return await how_it_ended(lab)


async def _too_early() -> None:
    async with Lab() as lab:
        with pytest.raises(LookupError, match="no connection yet; make one"):
            await how_it_ended(lab)
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        with pytest.raises(LookupError, match="connection 1 is still open; close it first"):
            await how_it_ended(lab)


def test_the_newest_connection_as_text_and_as_a_card() -> None:
    found = asyncio.run(_closed_twice())

    assert (found.connection, found.diagnosis.cause) == (2, "normal")
    assert repr(found) == repr(found.diagnosis)
    card = found._repr_html_()
    for word in ("normal", "certain", found.diagnosis.sentence, "do:", found.diagnosis.advice):
        assert word in card
    assert "cannot tell" not in card


def test_what_cannot_be_told_is_on_the_card() -> None:
    found = asyncio.run(_reset())

    assert found.diagnosis.doubt
    assert "cannot tell:" in found._repr_html_()
    assert html.escape(found.diagnosis.doubt) in found._repr_html_()


def test_while_there_is_no_ending_it_says_what_to_do() -> None:
    asyncio.run(_too_early())
