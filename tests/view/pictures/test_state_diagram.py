"""The picture of a socket's states: every way through them, and what stands behind the image on the page."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from tests.view.reading import Clock
from wslab.timeline import Failed
from wslab.view import StateDiagram
from wslab.view.flusher import SCREEN, Screen
from wslab.view.pictures.state_diagram import describe_states, draw_states

SVG = "{http://www.w3.org/2000/svg}"
NEW, OPEN, CLOSING, CLOSED = (0, "new WebSocket()"), (1, "open event"), (2, "close()"), (3, "close event, 1005")
WAYS = [
    (NEW,), (NEW, OPEN), (NEW, OPEN, CLOSING), (NEW, OPEN, CLOSING, CLOSED), (NEW, CLOSED), (NEW, CLOSING, CLOSED),
    (NEW, OPEN, CLOSED),
]  # fmt: skip


class Socket:
    def __init__(self) -> None:
        self.states: tuple[tuple[int, str], ...] = (NEW,)
        self.watchers: list[Callable[[], None]] = []

    def watch_state(self, watcher: Callable[[], None]) -> None:
        self.watchers.append(watcher)

    def change(self, state: tuple[int, str]) -> None:
        self.states = (*self.states, state)
        for watcher in self.watchers:
            watcher()

    def diagram(self, *failed: Failed, screen: Screen = SCREEN) -> StateDiagram:
        return StateDiagram(lambda: self.states, self.watch_state, *failed, _screen=screen)


@pytest.mark.parametrize("way", WAYS)
def test_one_state_is_lit_and_those_that_were_passed_say_what_led_to_them(way: tuple[tuple[int, str], ...]) -> None:
    root = ET.fromstring(draw_states(way, "key"))
    boxes = root.findall(f"{SVG}rect")
    names = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"]
    assert [box.get("fill") != "none" for box in boxes] == [number == way[-1][0] for number in range(4)]
    assert ["stroke-dasharray" in box.attrib for box in boxes] == [number not in dict(way) for number in range(4)]
    words = [text.text for text in root.findall(f"{SVG}text")]
    assert [word for word in words if word in names] == names
    assert words.count("now") == 1  # not only its colour
    assert all(why in words for _, why in way)
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == describe_states(way)


def test_the_plain_twin_names_the_way_and_the_state() -> None:
    assert describe_states((NEW, OPEN)) == "CONNECTING → OPEN (now 1: OPEN)"


def test_what_led_to_a_state_is_never_markup() -> None:
    root = ET.fromstring(draw_states(((0, "<script>alert(1)</script> & more"),), "key"))
    assert "<script>alert(1)</script> & more" in [text.text for text in root.findall(f"{SVG}text")]
    assert root.find(f"{SVG}script") is None


def test_the_image_on_the_page_follows_the_socket() -> None:
    screen = Screen(threaded=False)
    socket = Socket()
    diagram = socket.diagram(screen=screen)
    shown = diagram._repr_mimebundle_()
    assert set(shown) == {"image/svg+xml", "text/plain"}
    image = diagram._image
    assert image.shown == shown["image/svg+xml"]
    assert image.key in shown["image/svg+xml"]
    screen.step()
    socket.change(OPEN)
    assert image.shown == shown["image/svg+xml"]  # the socket's loop does not draw
    image._flusher.due = 0
    screen.step()
    assert image.shown == diagram.svg != shown["image/svg+xml"]
    assert repr(diagram) == "CONNECTING → OPEN (now 1: OPEN)"
    socket.change(CLOSED)
    image._flusher.due = 0
    screen.step()
    assert ": CLOSED)" in image.shown
    image.close()
    assert image.shown == ""


def test_of_a_socket_that_is_closed_it_is_an_image_and_nothing_more() -> None:
    socket = Socket()
    socket.change(CLOSED)
    diagram = socket.diagram(screen=Screen(threaded=False))
    assert "CLOSED" in diagram._repr_mimebundle_()["image/svg+xml"]
    assert diagram._image.shown == ""


def test_two_pictures_never_share_a_key() -> None:
    socket = Socket()
    assert socket.diagram().svg != socket.diagram().svg


def test_a_picture_that_cannot_be_drawn_once_stays_as_it_is_and_goes_on() -> None:
    told: list[str] = []
    socket, clock = Socket(), Clock()
    screen = Screen(clock, threaded=False)
    diagram = socket.diagram(lambda what, _error: told.append(what), screen=screen)
    diagram._repr_mimebundle_()
    screen.step()
    before, draw = diagram._image.shown, diagram._image._draw
    diagram._image._draw = broken
    for state in (OPEN, CLOSING):
        clock.now += 1
        socket.change(state)
        screen.step()
        assert told == ["drawing the states failed"]
        if state is OPEN:
            assert diagram._image.shown == before
            diagram._image._draw = draw
    assert "CLOSING" in diagram._image.shown
    diagram._image.close()


def broken(_key: str) -> str:
    raise LookupError("no ink")
