"""Which witness belongs to which server's end: by the marker, in either order, whenever somebody reads."""

from __future__ import annotations

import pytest

from tests.timeline.pair import SERVER, Pair, fresh
from tests.timeline.told import WHOLE, Told
from wslab.timeline import Timeline


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize("first", ["witness", "end"])
def test_a_marker_pairs_in_either_order(timeline: Timeline, first: str, read: bool) -> None:
    told = Told(timeline, end=first == "end", witness=first == "witness")
    if read:
        timeline.refresh()
    if first == "end":
        told.tell_of()
    else:
        told.accept()
    told.whole()
    assert timeline.transcript() == WHOLE


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("read", [False, True])
def test_sockets_are_numbered_as_the_page_made_them_whichever_the_server_accepted_first_unless_that_was_shown(
    timeline: Timeline, read: bool
) -> None:
    one, two = Told(timeline, end=False, witness=False), Told(timeline, end=False, witness=False)
    two.accept()
    one.accept()
    if read:
        timeline.refresh()
    one.tell_of()
    if read:
        timeline.refresh()
    two.tell_of()
    found = [timeline.connection_of(end) for end in (one.witness, two.witness, one.server, two.server)]
    assert found == ([2, 1, 2, 1] if read else [1, 2, 1, 2])
    assert len(timeline.connections()) == 2


@pytest.mark.usefixtures("hasty")
def test_a_witness_that_is_told_of_long_after_joins_the_connection_that_the_server_has(timeline: Timeline) -> None:
    told = Told(timeline, witness=False)
    other = Pair(timeline)
    assert timeline.connection_of(told.server) == 1
    told.tell_of()
    told.whole()
    assert timeline.transcript().splitlines()[: len(WHOLE.splitlines())] == WHOLE.splitlines()
    assert timeline.connection_of(told.witness) == 1
    assert timeline.connection_of(other.client) == 2
    assert timeline.unsettled() == []


WAITED_FOR = "an accepted connection is not matched to its client yet"


def test_where_markers_are_expected_an_accepted_connection_has_not_settled_before_its_request_line_is_there(
    timeline: Timeline,
) -> None:
    timeline.expect_markers()
    pair = Pair(timeline, "server", begin=False)
    assert timeline.unsettled() == [WAITED_FOR]
    assert timeline.connection_of(pair.server) == 1
    assert timeline.unsettled() == [WAITED_FOR]
    pair.open()  # without a marker: a client of somebody else
    assert timeline.unsettled() == []
    probe = Pair(timeline, "server", begin=False)
    probe.server.lost()
    assert timeline.unsettled() == []


def test_a_connection_whose_page_has_yet_to_tell_of_itself_has_not_settled(timeline: Timeline) -> None:
    told = Told(timeline, witness=False)
    assert timeline.unsettled() == [WAITED_FOR]
    told.tell_of()
    told.opened()
    assert timeline.unsettled() == []


@pytest.mark.usefixtures("hasty")
def test_a_page_that_never_tells_of_itself_is_not_waited_for(timeline: Timeline) -> None:
    timeline.expect_markers()
    Pair(timeline, "server", begin=False)
    Told(timeline, witness=False)
    assert timeline.unsettled() == []


def test_a_witness_pairs_by_address_where_that_is_known(timeline: Timeline) -> None:
    node, address = timeline.witness_end("node", port=SERVER[1]), fresh()
    server = timeline.server_end("server", SERVER, address)
    timeline.refresh()
    node.connected(address, SERVER)
    assert timeline.connection_of(node) == timeline.connection_of(server) == 1
    assert timeline.connections()[0].witness is node


def test_an_unmarked_socket_of_a_page_keeps_no_other_client_waiting(timeline: Timeline) -> None:
    timeline.witness_end("browser")
    pair = Pair(timeline, "server")
    assert timeline.connection_of(pair.server) == 2
    assert timeline.unsettled() == []


def test_a_marker_that_is_told_twice_pairs_once(timeline: Timeline) -> None:
    told = Told(timeline)
    impostor = timeline.witness_end("browser", marker=told.marker)
    impostor.printed("me too")
    assert timeline.connection_of(told.witness) == timeline.connection_of(told.server) == 1
    assert timeline.connection_of(impostor) == 2
