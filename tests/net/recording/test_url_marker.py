"""One-time markers: taken out of the request line before anybody sees it, and what they allow."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus

from tests.net.harness import run, until
from tests.net.relay.relaying import Behind, Keeping, Wire, relayed
from wslab.net import LOOPBACK, Markers, Origins, Server, echo

HEAD = (
    b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
STRANGER = "A" * 22
FAR = "https://hub.example:8000"


def line(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\n".encode()


# Markers


def test_a_marker_is_taken_out_and_the_rest_of_the_line_stays() -> None:
    markers = Markers()
    key = markers.issue()
    for number, (before, after) in enumerate(
        [
            ("/?MARK", "/"),
            ("/chat?MARK", "/chat"),
            ("/chat?room=1&MARK", "/chat?room=1"),
            ("/chat?&MARK", "/chat?"),
            ("/chat?MARK&later=1", "/chat?later=1"),
            ("/chat?room=1&MARK&later=1", "/chat?room=1&later=1"),
            ("/a?b?MARK", "/a?b"),
        ]
    ):
        marked = before.replace("MARK", f"wslab-marker={key}.{number}")
        assert markers.take(line(marked)) == (line(after), f"{key}.{number}")


def test_a_marker_is_good_once_and_taken_out_always() -> None:
    markers = Markers()
    one, two = markers.issue(), markers.issue()
    assert markers.take(line(f"/?wslab-marker={one}.1")) == (line("/"), f"{one}.1")
    assert markers.take(line(f"/?wslab-marker={one}.1")) == (line("/"), "")
    assert markers.take(line(f"/?wslab-marker={one}.01")) == (line("/"), "")
    assert markers.take(line(f"/?wslab-marker={one}.2")) == (line("/"), f"{one}.2")
    assert markers.take(line(f"/?wslab-marker={two}.1")) == (line("/"), f"{two}.1")


def test_of_several_markers_all_are_taken_out_and_the_fresh_one_counts() -> None:
    markers = Markers()
    key = markers.issue()
    mark = f"wslab-marker={key}"
    markers.take(line(f"/?{mark}.1"))
    assert markers.take(line(f"/?{mark}.1&{mark}.2&{mark}.1&x")) == (line("/?x"), f"{key}.2")


@pytest.mark.parametrize(
    "target",
    [
        "/?wslab-marker=",
        f"/?wslab-marker={STRANGER}.1",
        "/?wslab-marker=KEY",
        "/?wslab-marker=KEY.",
        "/?wslab-marker=KEY.x",
        "/?wslab-marker=KEY.1x",
        "/?wslab-marker=KEY.1.2",
        "/?wslab-marker=KEY.1234567890",
        "/?wslab-marker=xKEY.1",
        "/?Wslab-Marker=KEY.1",
        "/?xwslab-marker=KEY.1",
        "/wslab-marker=KEY.1",
        "/?wslab-marker%3DKEY.1",
        "/?wslab-marker=KEY.\u0661",
    ],
)
def test_what_only_looks_like_a_marker_is_left_alone(target: str) -> None:
    markers = Markers()
    whole = line(target.replace("KEY", markers.issue()))
    assert markers.take(whole) == (whole, "")


def test_the_markers_of_a_run_that_has_ended_pair_nothing_and_allow_nothing() -> None:
    markers = Markers()
    key = markers.issue()
    markers.allow(key, FAR)
    assert markers.origin(f"{key}.1") == FAR
    markers.revoke(key)
    assert markers.origin(f"{key}.1") is None
    assert markers.take(line(f"/?wslab-marker={key}.1")) == (line("/"), "")
    markers.allow(key, FAR)
    assert markers.origin(f"{key}.1") is None


def test_only_runs_of_this_lab_have_an_origin_and_null_is_none() -> None:
    markers, other = Markers(), Markers()
    key = markers.issue()
    markers.allow(key, "null")
    markers.allow(other.issue(), FAR)
    markers.revoke(STRANGER)
    for marker in (f"{key}.1", f"{STRANGER}.1", "", "."):
        assert markers.origin(marker) is None


@given(st.text(st.characters(codec="latin-1", exclude_characters="\n"), max_size=60))
def test_whatever_is_no_marker_of_ours_stays_as_it_is(target: str) -> None:
    markers = Markers()
    markers.issue()
    whole = b"GET " + target.encode("latin-1") + b" HTTP/1.1\r\n"
    assert markers.take(whole) == (whole, "")


# Over TCP


class Served(NamedTuple):
    """A server of ours, and the paths that its handler and its process_request have seen."""

    server: Server
    timeline: Keeping
    markers: Markers
    paths: list[str]

    def names(self) -> list[str]:
        return [row.name for row in self.timeline.rows()]


@contextlib.asynccontextmanager
async def served(origins: Origins = LOOPBACK, *, marked: bool = True) -> AsyncIterator[Served]:
    timeline, markers, paths = Keeping(), Markers(), []

    def ask(_connection: Any, request: Any) -> None:
        paths.append(request.path)

    options = {"process_request": ask}
    server = Server("server", echo, timeline, origins, options, markers if marked else None)
    await server.start(0)
    try:
        yield Served(server, timeline, markers, paths)
    finally:
        await server.shut_down(1001)


async def test_neither_handler_nor_log_nor_record_sees_it() -> None:
    async with served() as here:
        key = here.markers.issue()
        async with websockets.connect(f"{here.server.url}/chat?room=1&wslab-marker={key}.7") as client:
            await client.send("hi")
            assert await client.recv() == "hi"
        assert here.paths == ["/chat?room=1"]
        (end,) = here.timeline.ends
        assert end.marker == f"{key}.7"
        assert bytes(end.received.read(0, end.received.stop)).startswith(b"GET /chat?room=1 HTTP/1.1\r\n")
        await until(lambda: "GET /chat?room=1" in here.names())
        assert not any("wslab-marker" in f"{row.name} {row.text}" for row in here.timeline.rows())


async def test_a_socket_without_a_marker_has_none_and_keeps_its_query() -> None:
    async with served() as here:
        async with websockets.connect(f"{here.server.url}/?wslab-marker={STRANGER}.1"):
            pass
        assert here.paths == [f"/?wslab-marker={STRANGER}.1"]
        assert [end.marker for end in here.timeline.ends] == [""]


async def test_a_server_without_markers_leaves_all_urls_alone() -> None:
    async with served(marked=False) as here:
        key = here.markers.issue()
        async with websockets.connect(f"{here.server.url}/?wslab-marker={key}.1"):
            pass
        assert here.paths == [f"/?wslab-marker={key}.1"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 250), max_size=8), st.sampled_from(["/", "/chat?room=1", "/?a=?&b=&", "/\u00e9?x"]))
def test_however_the_segments_are_cut_the_marker_goes_and_nothing_else(cuts: list[int], target: str) -> None:
    async def talk() -> None:
        async with Behind() as behind, relayed(behind.port) as stand:
            key = stand.markers.issue()
            marked = f"{target}{'&' if '?' in target else '?'}wslab-marker={key}.1"
            whole = line(marked) + HEAD
            client = await Wire.to(stand.relay.port)
            server = await behind.accepted.get()
            seen = b""
            places = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
            for start, stop in itertools.pairwise(places):
                await client.send(whole[start:stop])
                if (sure := min(stop, whole.index(b"?"))) > len(seen):
                    seen += await server.reader.readexactly(sure - len(seen))  # nothing before a query is held back
            client.fin()
            assert seen + await server.heard() == line(target) + HEAD
            end = stand.end()
            assert end.marker == f"{key}.1"
            assert b"".join(end.received.chunks) == line(target) + HEAD
            server.fin()
            await client.heard()
            await client.close()

    run(talk())


@pytest.mark.parametrize("whole", ["/?x=", "/"])
async def test_a_request_line_beyond_the_limit_is_passed_on_untouched(whole: str) -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        key = stand.markers.issue()
        for number, size in enumerate((7000, 9000), 1):
            path = whole + "y" * size
            sent = line(f"{path}{'&' if '?' in path else '?'}wslab-marker={key}.{number}") + HEAD
            client = await Wire.to(stand.relay.port)
            server = await behind.accepted.get()
            for start in range(0, len(sent), 1500):
                await client.send(sent[start : start + 1500])
                await asyncio.sleep(0.001)
            client.fin()
            assert await server.heard() == (line(path) + HEAD if size == 7000 else sent)
            server.fin()
            await client.heard()
            await client.close()
        assert [end.marker for end in stand.timeline.ends] == [f"{key}.1", ""]


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01?", b"?", b"get /?x", b"POST /?x", b"GET\t/?x", b"\x00" * 10, b"GET /half"]
)
async def test_what_is_no_request_for_a_websocket_is_not_waited_for(said: bytes) -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        client = await Wire.to(stand.relay.port)
        server = await behind.accepted.get()
        await client.send(said)
        assert await server.reader.readexactly(len(said)) == said
        await client.close()


async def test_a_query_that_never_ends_is_passed_on_with_the_end_of_the_connection() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        client = await Wire.to(stand.relay.port)
        server = await behind.accepted.get()
        await client.send(b"GET /?half")
        client.fin()
        assert await server.heard() == b"GET /?half"
        await server.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        server.fin()
        assert (await client.heard()).startswith(b"HTTP/1.1 400")
        await client.close()


async def test_bytes_behind_the_request_line_follow_it_in_order() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        key = stand.markers.issue()
        client = await Wire.to(stand.relay.port)
        server = await behind.accepted.get()
        later = line(f"/?wslab-marker={key}.2") * 3
        await client.send(line(f"/?wslab-marker={key}.1") + HEAD + later)
        await client.send(later)
        client.fin()
        assert await server.heard() == line("/") + HEAD + later * 2, "only the first line of a connection can have one"
        assert stand.end().marker == f"{key}.1"
        server.fin()
        await client.heard()
        await client.close()


async def test_faults_see_no_marker() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        stand.relay.faults.slice = 5
        stand.relay.faults.drop_after(bytes=20, direction="client to server")
        key = stand.markers.issue()
        client = await Wire.to(stand.relay.port)
        server = await behind.accepted.get()
        for part in (b"GET /?x&wslab-mar", f"ker={key}.1 HTTP/1.1\r\n".encode(), HEAD):
            await client.send(part)
        assert await server.heard() == b"GET /?x HTTP/1.1\r\nHo", "twenty bytes, and none of them of the marker"
        assert stand.end().marker == f"{key}.1"
        await client.close()


# Who may connect


async def connects(here: Served, origin: str | None, marker: str) -> bool:
    """Whether a page may connect."""
    headers = {} if origin is None else {"Origin": origin}
    try:
        async with websockets.connect(f"{here.server.url}/{marker}", additional_headers=headers):
            return True
    except InvalidStatus as refused:
        return refused.response.status_code != 403


async def test_the_page_of_a_run_may_connect_from_where_it_says_it_is() -> None:
    async with served() as here:
        key = here.markers.issue()
        here.markers.allow(key, FAR)
        assert await connects(here, FAR, f"?wslab-marker={key}.1")
        await until(lambda: "Origin allowed for this run" in here.names())
        (row,) = [row for row in here.timeline.rows() if row.name == "Origin allowed for this run"]
        assert row.text == FAR
        assert not await connects(here, FAR, f"?wslab-marker={key}.1"), "a marker is good once"
        assert not await connects(here, FAR, ""), "another tab of that page is not this run"
        assert not await connects(here, f"{FAR}0", f"?wslab-marker={key}.2"), "exactly that Origin"
        assert not await connects(here, "null", f"?wslab-marker={key}.3")
        here.markers.allow(key, "null")
        assert not await connects(here, "null", f"?wslab-marker={key}.4"), "every sandboxed page says null"
        assert await connects(here, FAR, f"?wslab-marker={key}.5"), "what was allowed stays so"
        here.markers.revoke(key)
        assert not await connects(here, FAR, f"?wslab-marker={key}.6")


async def test_a_page_that_may_connect_anyway_needs_no_such_row() -> None:
    async with served() as here:
        key = here.markers.issue()
        here.markers.allow(key, "http://localhost:8888")
        assert await connects(here, "http://localhost:8888", f"?wslab-marker={key}.1")
        assert await connects(here, None, f"?wslab-marker={key}.2")
        await until(lambda: here.names().count("GET /") == 2)
        assert "Origin allowed for this run" not in here.names()


async def test_a_rule_that_somebody_wrote_is_kept_to_the_letter() -> None:
    async with served(["http://localhost:8888"]) as here:
        key = here.markers.issue()
        here.markers.allow(key, FAR)
        assert not await connects(here, FAR, f"?wslab-marker={key}.1")


async def test_two_origin_headers_are_refused_even_when_both_are_allowed() -> None:
    async with served() as here:
        key = here.markers.issue()
        here.markers.allow(key, FAR)
        client = await Wire.to(here.server.port)
        origins = f"Origin: {FAR}\r\n".encode() * 2
        await client.send(line(f"/?wslab-marker={key}.1") + origins + HEAD)
        assert (await client.heard()).startswith(b"HTTP/1.1 403")
        await client.close()
        await until(lambda: "Origin refused" in here.names())
