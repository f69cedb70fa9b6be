"""What the panel's row of faults offers is there, at every kind of end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.net.harness import rows, until
from wslab import BadValue, Lab
from wslab.lab.fault_actions import apply_fault
from wslab.view import FAULT_CHOICES


@pytest.mark.parametrize("choice", FAULT_CHOICES, ids=lambda choice: choice.name)
async def test_every_choice_does_something_and_leaves_a_row(choice: Any) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        await lab.connect(server.url)
        await until(lambda: len(lab._ends.choices()) == 2)
        key = dict(lab._ends.choices())["#1 server (server)"]
        value = float(choice.value) if choice.value else None
        if value is not None and value.is_integer():
            value = int(value)
        lab._ends.fault(key, choice.name, value, None)
        await until(lambda: rows(lab, kind="fault", source="server"))


async def test_faults_of_every_kind_of_end_are_switched_off_again() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        client: Any = await lab.connect(server.url)
        await until(lambda: len(lab._ends.choices()) == 4)
        for label, key in lab._ends.choices():
            lab._ends.fault(key, "slice", 1, "client to server" if "client" in label else "server to client")
        await until(lambda: len(rows(lab, name="slices of 1 B")) == 4)
        socket.send("in slices")
        assert (await socket.next("message")).data == "in slices"
        await client.send("in slices")
        assert await client.recv() == "in slices"
        for _, key in lab._ends.choices():
            lab._ends.clear_faults(key)
        await until(lambda: len(rows(lab, name="no faults")) == 4)
        await client.close()


async def test_a_fault_that_is_not_there_is_refused() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        with pytest.raises(BadValue, match="there is no fault called 'thunder'"):
            apply_fault(server.faults, "thunder", None, None)
