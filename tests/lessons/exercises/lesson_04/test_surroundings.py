"""What the trials of lesson 04 share."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from tests.lessons.double import DOUBLE
from wslab.lessons.exercises.lesson_04.surroundings import nobody
from wslab.lessons.trial import Trial, UnawaitedListener


def test_nobody_can_listen_where_nobody_does() -> None:
    async def main() -> None:
        listener = UnawaitedListener("", lambda *_: None)
        here = Trial(DOUBLE, listener)
        port = urlsplit(nobody(here)).port
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with socket.socket() as client, pytest.raises(ConnectionRefusedError):
            client.connect(("127.0.0.1", port))
        await here.close()
        listener.close()

    asyncio.run(main())
