"""The gauge: every place where bytes wait, what the system does not tell, and how it came to that over time."""

from __future__ import annotations

import re
import threading
import xml.etree.ElementTree as ET
from typing import Any

from tests.view.reading import Clock
from wslab.net import Buffers
from wslab.view import Gauge
from wslab.view.flusher import Screen
from wslab.view.pictures.gauge import MOST_SAMPLES, QUEUES, draw_gauge

SVG = "{http://www.w3.org/2000/svg}"


def values_of(line: Any) -> list[float]:
    """What a plotted line goes through."""
    return list(line.get_ydata())


class Lines:
    """Ends that hold what a test says."""

    def __init__(self) -> None:
        self.held: list[tuple[int, str, Buffers]] = []

    def set(self, number: int, client: Buffers | None, server: Buffers | None) -> None:
        self.held = [each for each in self.held if each[0] != number]
        if client is not None:
            self.held.append((number, "client", client))
        if server is not None:
            self.held.append((number, "server", server))

    def gauge(self, screen: Screen | None = None) -> Gauge:
        return Gauge(lambda: self.held, _screen=screen or Screen(threaded=False))


def test_each_direction_goes_from_its_senders_queues_to_its_receivers() -> None:
    lines = Lines()
    lines.set(1, Buffers(11, 12, 13, 14, 15), Buffers(None, 22, 23, 24, 25))
    assert lines.gauge().sample() == {
        (1, "client to server"): (12, 13, 24, 25),
        (1, "server to client"): (22, 23, 14, 15),
    }


def test_an_end_that_is_not_ours_is_not_guessed() -> None:
    lines = Lines()
    lines.set(1, Buffers(0, 1, None, None, 2), None)
    gauge = lines.gauge()
    assert gauge.sample() == {
        (1, "client to server"): (1, None, None, None),
        (1, "server to client"): (None, None, None, 2),
    }
    assert "kernel, sending not told here" in repr(gauge)


def test_the_picture_names_every_place_and_its_bytes() -> None:
    root = ET.fromstring(draw_gauge({(3, "client to server"): (0, 2048, None, 5 * 1024 * 1024)}, {3: 100}, "key"))
    words = [text.text for text in root.findall(f"{SVG}text")]
    assert words == [
        "connection 3 · bufferedAmount 100 B", "client → server", "transport", "0 B", "kernel, sending", "2 KiB",
        "kernel, receiving", "not told here", "library", "5.0 MiB",
    ]  # fmt: skip


def test_a_fuller_place_has_a_longer_bar() -> None:
    root = ET.fromstring(draw_gauge({(1, "client to server"): (0, 10, 10_000, 10_000_000)}, {}, "key"))
    fills = [int(rect.get("width", "")) for rect in root.findall(f"{SVG}rect")[1::2]]
    assert fills == sorted(fills)
    assert fills[0] == 0
    assert len(set(fills)) == 4


def test_history_grows_with_changes_only_and_is_bounded() -> None:
    lines = Lines()
    gauge = lines.gauge()
    for size in (1, 1, 1, 2):
        lines.set(1, Buffers(0, size, 0, 0, 0), None)
        gauge.sample()
    assert [sample[1, "client to server"][0] for _, sample in gauge.history] == [1, 2]
    for size in range(MOST_SAMPLES + 50):
        lines.set(1, Buffers(0, size, 0, 0, 0), None)
        gauge.sample()
    assert len(gauge.history) == MOST_SAMPLES


def test_the_plot_has_a_line_for_each_place_and_leaves_out_where_nothing_waited() -> None:
    lines = Lines()
    gauge = lines.gauge()
    for size in (0, 5, 3):
        lines.set(1, Buffers(0, size * 1024, 0, 0, 0), Buffers(None, 0, 0, 0, 0))
        gauge.sample()
    figure = gauge.plot()
    assert figure._repr_png_().startswith(b"\x89PNG")
    (axes,) = figure.axes
    assert axes.get_title(loc="left") == "connection 1, client to server"
    plotted = {str(line.get_label()): values_of(line) for line in axes.get_lines()}
    assert set(plotted) == set(QUEUES)
    assert plotted["transport"] == [0, 5, 3]


def test_the_plot_leaves_out_a_direction_in_which_next_to_nothing_waited() -> None:
    lines = Lines()
    gauge = lines.gauge()
    for response in (0, 300, 0):  # on its way to the client in the moment in which somebody looks
        lines.set(1, Buffers(0, 0, 4_000_000, 0, 0), Buffers(None, 0, response, 0, 0))
        gauge.sample()
    (axes,) = gauge.plot().axes
    assert axes.get_title(loc="left") == "connection 1, client to server"


def test_the_plot_shows_both_directions_where_something_waited_in_both() -> None:
    lines = Lines()
    gauge = lines.gauge()
    lines.set(1, Buffers(0, 0, 4_000_000, 0, 0), Buffers(None, 0, 100_000, 0, 0))
    gauge.sample()
    assert len(gauge.plot().axes) == 2


def test_without_a_connection_it_says_what_to_do() -> None:
    gauge = Lines().gauge()
    assert repr(gauge) == "no open connection: make one, and send faster than the other side reads"
    assert "no open connection" in gauge._repr_mimebundle_()["image/svg+xml"]


def test_while_it_is_shown_it_measures_again_and_again_until_it_is_stopped() -> None:
    now = [0.0]
    screen = Screen(lambda: now[0], threaded=False)
    lines = Lines()
    gauge = lines.gauge(screen)
    gauge._repr_mimebundle_()
    for size in (1000, 2000):
        lines.set(1, Buffers(0, size, 0, 0, 0), None)
        now[0] += 1
        screen.step()
        assert re.search(rf"{size / 1024:.0f} KiB|{size} B", gauge._image.shown)
    gauge.stop()
    lines.set(1, Buffers(0, 7, 0, 0, 0), None)
    now[0] += 1
    screen.step()
    assert ">7 B<" in gauge._image.shown
    lines.set(1, Buffers(0, 9, 0, 0, 0), None)
    now[0] += 1
    screen.step()
    assert ">7 B<" in gauge._image.shown
    gauge._image.close()


def test_it_may_be_measured_while_it_is_plotted() -> None:
    lines = Lines()
    gauge = lines.gauge()
    gauge.sample()
    over = threading.Event()

    def measure() -> None:
        size = 0
        while not over.is_set():
            size += 1
            lines.held = [(1, "client", Buffers(0, size, 0, 0, 0))]
            gauge.sample()

    thread = threading.Thread(target=measure)
    thread.start()
    try:
        for _ in range(10):
            gauge.plot()
            repr(gauge)
    finally:
        over.set()
        thread.join()


def test_a_gauge_whose_measuring_fails_is_told_of_stays_as_it_is_and_measures_on() -> None:
    told: list[str] = []
    clock, lines = Clock(), Lines()
    screen = Screen(clock, threaded=False)
    lines.set(1, Buffers(0, 1, 2, 3, 4), None)
    broken: list[int] = []

    def measure() -> list[tuple[int, str, Buffers]]:
        if broken:
            raise LookupError("no such socket")
        return lines.held

    gauge = Gauge(measure, lambda what, _error: told.append(what), _screen=screen)
    gauge._repr_mimebundle_()
    screen.step()
    before = gauge._image.shown
    broken.append(1)
    for _ in range(2):
        clock.now += 1
        screen.step()
    assert told == ["drawing the gauge failed"] * 2, "whoever is told counts them"
    assert gauge._image.shown == before
    broken.clear()
    lines.set(1, Buffers(0, 99, 2, 3, 4), None)
    clock.now += 1
    screen.step()
    assert "99 B" in gauge._image.shown
    gauge._image.close()
