"""Two ends, one connection, and its public number (design: identity and order)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.pair import REQUEST, SERVER, Pair, fresh, short, taps
from wslab.timeline import Address, End, Timeline
from wslab.timeline.pairing import SLACK_NS


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def numbers(timeline: Timeline, *ends: End) -> list[int | None]:
    return [timeline.connection_of(end) for end in ends]


def age(end: End, nanoseconds: int) -> None:
    """Make an end older."""
    end.created -= nanoseconds
    if end.closed is not None:
        end.closed -= nanoseconds


@pytest.mark.parametrize("reads", list(itertools.product([False, True], repeat=4)))
def test_two_sockets_opened_together_are_numbered_by_creation_although_the_server_accepts_the_other_first(
    timeline: Timeline, reads: tuple[bool, ...]
) -> None:
    """Whenever somebody reads in between."""
    steps = iter(reads)

    def perhaps_read() -> None:
        if next(steps):
            timeline.refresh()

    one, two, first, second = timeline.client_end(port=8000), timeline.client_end(port=8000), fresh(), fresh()
    perhaps_read()
    server_of_two = timeline.server_end("server", SERVER, second)
    perhaps_read()
    server_of_one = timeline.server_end("server", SERVER, first)
    two.connected(second, SERVER)
    perhaps_read()
    one.connected(first, SERVER)
    perhaps_read()
    assert numbers(timeline, one, two, server_of_one, server_of_two) == [1, 2, 1, 2]
    assert [connection.number for connection in timeline.connections()] == [1, 2]


def test_the_servers_end_may_be_seen_first_and_joins_the_client_that_is_connecting(timeline: Timeline) -> None:
    client, address = timeline.client_end(port=8000), fresh()
    server = timeline.server_end("server", SERVER, address)
    assert numbers(timeline, client, server) == [1, 2]
    assert timeline.unsettled() == ["connection 1 is still connecting"]
    client.connected(address, SERVER)
    assert numbers(timeline, client, server) == [1, 1]
    assert [connection.number for connection in timeline.connections()] == [1]


def test_what_both_ends_record_before_they_have_found_each_other_is_there_once_when_they_have(
    timeline: Timeline,
) -> None:
    client, address = timeline.client_end(port=8000), fresh()
    server = timeline.server_end("server", SERVER, address)
    taps(client)[0](REQUEST)
    taps(server)[1](REQUEST)
    server.printed("hello")
    assert [row.source for row in timeline.rows()] == ["client to server", "client to server", "server"]
    client.connected(address, SERVER)
    assert [(n, source, name) for n, source, name, _ in short(timeline)] == [
        (1, "client to server", "GET /chat"),
        (1, "server", "print"),
    ]


def test_an_accepted_connection_of_nobody_we_know_gets_a_number_at_once(timeline: Timeline) -> None:
    server = timeline.server_end("server", SERVER, fresh())
    assert numbers(timeline, server) == [1]
    (connection,) = timeline.connections()
    assert (connection.client, connection.server, connection.client_end) == ("client", "server", None)


def test_a_client_that_connects_to_another_port_is_another_connection(timeline: Timeline) -> None:
    timeline.client_end(port=9999)
    assert numbers(timeline, timeline.server_end("server", SERVER, fresh())) == [2]


def test_an_accept_that_was_shown_has_its_number_before_a_client_that_is_made_later(timeline: Timeline) -> None:
    server = timeline.server_end("server", SERVER, fresh())
    assert numbers(timeline, server) == [1]
    client = timeline.client_end(port=8000)
    assert numbers(timeline, server, client) == [1, 2]


def test_a_client_that_failed_is_nobodys_other_end(timeline: Timeline) -> None:
    client = timeline.client_end(port=8000)
    server = timeline.server_end("server", SERVER, fresh())
    client.note("event", "error")
    client.lost("refused")
    assert numbers(timeline, client, server) == [1, 2]


def test_a_refused_connection_gets_its_number_and_its_rows(timeline: Timeline) -> None:
    refused = timeline.client_end(port=1)
    other = timeline.client_end(port=8000)
    refused.note("event", "new WebSocket()", "ws://127.0.0.1:1/", link=("client to server", 0))
    refused.note("note", "TCP connection failed", "refused")
    refused.lost("refused")
    refused.note("event", "close", "1006, not clean")
    assert [row[:3] for row in short(timeline)] == [
        (1, "client", "new WebSocket()"), (1, "client", "TCP connection failed"), (1, "client", "close"),
    ]  # fmt: skip
    assert numbers(timeline, refused, other) == [1, 2]
    assert not timeline.connections()[0].open


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (("::1", 5, 0, 0), ("::1", 5, 0, 0), True),
        (("::1", 5, 0, 0), ("0:0:0:0:0:0:0:1", 5), True),
        (("127.0.0.1", 5), ("::ffff:127.0.0.1", 5, 0, 0), True),
        (("fe80::1%eth0", 5, 0, 2), ("fe80::1", 5, 0, 0), True),
        (("127.0.0.1", 5), ("::1", 5, 0, 0), False),
        (("127.0.0.1", 5), ("127.0.0.1", 6), False),
    ],
)
def test_an_address_is_one_however_it_is_spelled(mine: Any, theirs: Any, same: bool) -> None:
    assert (Address.of(mine) == Address.of(theirs)) is same


@pytest.mark.parametrize("name", ["/tmp/socket", "", None, b"", (), ("localhost", 5), (5,)])
def test_what_is_no_tcp_address_is_none(name: Any) -> None:
    assert Address.of(name) is None


@pytest.mark.parametrize(
    ("client_sees", "server_sees"),
    [
        ((("::1", 5, 0, 0), ("::1", 80, 0, 0)), (("::1", 80, 0, 0), ("::1", 5, 0, 0))),
        ((("127.0.0.1", 5), ("127.0.0.1", 80)), (("::ffff:127.0.0.1", 80, 0, 0), ("::ffff:127.0.0.1", 5, 0, 0))),
    ],
)
def test_ends_pair_over_ipv6_and_over_a_dual_stack_socket(
    timeline: Timeline, client_sees: Any, server_sees: Any
) -> None:
    client = timeline.client_end(port=80)
    client.connected(*client_sees)
    server = timeline.server_end("server", *server_sees)
    assert numbers(timeline, client, server) == [1, 1]


@pytest.mark.parametrize("read", [False, True])
def test_a_port_that_is_used_again_belongs_to_the_connection_of_its_time(timeline: Timeline, read: bool) -> None:
    """An unrecorded client came first; later a recorded one got the same port."""
    address = fresh()
    early = timeline.server_end("server", SERVER, address)
    early.lost()
    if read:
        timeline.refresh()
    client = timeline.client_end(port=8000)
    client.connected(address, SERVER)
    late = timeline.server_end("server", SERVER, address)
    assert numbers(timeline, early, client, late) == [1, 2, 2]


@pytest.mark.parametrize("read", [False, True])
def test_two_recorded_connections_of_one_port_pair_each_with_its_own(timeline: Timeline, read: bool) -> None:
    address = fresh()
    ends = []
    for _ in range(3):
        client = timeline.client_end(port=8000)
        client.connected(address, SERVER)
        server = timeline.server_end("server", SERVER, address)
        if read:
            timeline.refresh()
        client.lost()
        server.lost()
        ends += [client, server]
    assert numbers(timeline, *ends) == [1, 1, 2, 2, 3, 3]


def test_an_accept_long_after_the_client_is_gone_is_somebody_elses(timeline: Timeline) -> None:
    address = fresh()
    client = timeline.client_end(port=8000)
    client.connected(address, SERVER)
    client.note("event", "close")
    client.lost()
    age(client, SLACK_NS + 1)
    assert numbers(timeline, client, timeline.server_end("server", SERVER, address)) == [1, 2]


@pytest.mark.parametrize("late", [0, 10**9, SLACK_NS - 10**10])
@pytest.mark.parametrize("request_", [REQUEST, b""])
@pytest.mark.parametrize("read", [False, True])
def test_an_accept_noticed_after_the_client_is_gone_is_still_its_own(
    timeline: Timeline, read: bool, request_: bytes, late: int
) -> None:
    """A server's loop comes to it late where a handler blocks it; it may have come with no bytes at all."""
    address = fresh()
    client, other = timeline.client_end(port=8000), timeline.client_end(port=8000)
    client.connected(address, SERVER)
    if request_:
        taps(client)[0](request_)
    client.lost()
    if read:
        timeline.refresh()
    age(client, late)
    server = timeline.server_end("server", SERVER, address)
    assert numbers(timeline, client, other, server) == [1, 2, 1]
    assert timeline.connections()[0].open


@pytest.mark.parametrize("read", [False, True])
def test_accepts_that_are_noticed_late_belong_to_the_clients_of_that_port_in_order(
    timeline: Timeline, read: bool
) -> None:
    """A system hands connections out in the order in which they came."""
    address, clients, servers = fresh(), [], []
    for _ in range(3):
        clients.append(timeline.client_end(port=8000))
        clients[-1].connected(address, SERVER)
        if len(clients) < 3:
            clients[-1].lost()
    for _ in range(3):
        servers.append(timeline.server_end("server", SERVER, address))
        if read:
            timeline.refresh()
    assert numbers(timeline, *clients, *servers) == [1, 2, 3, 1, 2, 3]


@given(
    kinds=st.lists(st.sampled_from(["recorded", "unrecorded", "refused"]), max_size=8),
    reads=st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_numbers_are_the_same_whenever_somebody_reads(kinds: list[str], reads: list[bool]) -> None:
    timeline, ends = Timeline(), list[tuple[End, ...]]()
    for kind, read in zip(kinds, reads, strict=False):
        if kind == "recorded":
            pair = Pair(timeline)
            ends.append((pair.client, pair.server))
        elif kind == "unrecorded":
            ends.append((Pair(timeline, "server").server,))
        else:
            ends.append((timeline.client_end(port=1),))
            ends[-1][0].note("event", "error")
            ends[-1][0].lost("refused")
        if read:
            timeline.refresh()
    assert [numbers(timeline, *group) for group in ends] == [[n] * len(group) for n, group in enumerate(ends, 1)]


def test_a_socket_without_a_tcp_address_still_has_a_connection(timeline: Timeline) -> None:
    server = timeline.server_end("server", "/tmp/socket", "")
    assert numbers(timeline, server) == [1]
    assert timeline.unsettled() == []
