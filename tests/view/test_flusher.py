"""The thread between news and screen: its pace, and its end."""

from __future__ import annotations

import gc
import logging
import threading
import weakref

import pytest

from tests.view.reading import Clock
from wslab.view.flusher import INTERVAL, SCREEN, Flusher, Screen


class Owner:
    """Counts its flushes, and takes some time for each."""

    def __init__(self, screen: Screen, clock: Clock, *, more: int = 0, takes: float = 0.0) -> None:
        self.times: list[float] = []
        self.more, self.takes, self.clock = more, takes, clock
        self.flusher = Flusher(self.flush, screen)
        self.flusher.start()

    def flush(self) -> bool:
        self.times.append(self.clock.now)
        self.clock.now += self.takes
        return len(self.times) <= self.more


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def screen(clock: Clock) -> Screen:
    return Screen(clock, threaded=False)


def test_however_often_it_is_woken_it_flushes_at_most_twenty_times_a_second(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock)
    begin = clock.now
    while clock.now < begin + 10:
        owner.flusher.wake()
        wait = screen.step()
        assert wait is None or 0 <= wait <= INTERVAL
        clock.now += 0.001
    assert 190 <= len(owner.times) <= 200
    for first, second in zip(owner.times, owner.times[1:], strict=False):
        assert second - first >= INTERVAL


def test_the_first_news_after_a_rest_is_flushed_at_once(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock)
    for _ in range(3):
        clock.now += 5
        owner.flusher.wake()
        assert screen.step() is None
        assert owner.times[-1] == clock.now


def test_news_that_come_too_soon_are_flushed_when_they_are_due(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock)
    owner.flusher.wake()
    screen.step()
    owner.flusher.wake()
    wait = screen.step()
    assert wait == pytest.approx(INTERVAL)
    assert len(owner.times) == 1
    clock.now += wait or 0
    screen.step()
    assert len(owner.times) == 2


def test_a_flush_that_has_more_to_do_comes_again_without_being_woken(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock, more=3, takes=0.04)
    owner.flusher.wake()
    while (wait := screen.step()) is not None:
        clock.now += wait
    assert len(owner.times) == 4


def test_what_is_said_during_a_flush_is_flushed_afterwards(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock)
    flush = owner.flush

    class Talkative:
        def flush(self) -> bool:
            if not owner.times:
                flusher.wake()
            return flush()

    talkative = Talkative()
    flusher = Flusher(talkative.flush, screen)
    flusher.start()
    flusher.wake()
    wait = screen.step()
    assert wait is not None
    clock.now += wait
    screen.step()
    assert len(owner.times) == 2


def test_one_slow_flusher_does_not_change_the_pace_of_another(screen: Screen, clock: Clock) -> None:
    slow, quick = Owner(screen, clock, takes=0.2), Owner(screen, clock)
    for _ in range(100):
        slow.flusher.wake()
        quick.flusher.wake()
        screen.step()
        clock.now += 0.01
    assert len(quick.times) >= len(slow.times) >= 20


def test_one_that_stops_is_not_called_again(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock)
    owner.flusher.wake()
    owner.flusher.stop()
    screen.step()
    owner.flusher.wake()
    screen.step()
    assert owner.times == []
    owner.flusher.start()
    owner.flusher.wake()
    screen.step()
    assert len(owner.times) == 1


def test_one_that_finishes_flushes_until_nothing_is_left_and_stops(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock, more=2)
    owner.flusher.finish()
    while (wait := screen.step()) is not None:
        clock.now += wait
    assert len(owner.times) == 3
    assert not owner.flusher.running
    assert screen._flushers == []


def test_one_that_fails_is_told_of_and_the_others_go_on(
    screen: Screen, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def flush(self) -> bool:
            raise OSError("no kernel")

    broken, sound = Broken(), Owner(screen, clock)
    flusher = Flusher(broken.flush, screen)
    flusher.start()
    flusher.wake()
    sound.flusher.wake()
    with caplog.at_level(logging.ERROR, "wslab"):
        screen.step()
    assert len(sound.times) == 1
    assert not flusher.running
    assert "a widget could not be updated" in caplog.text


@pytest.mark.parametrize("error", [OSError("no kernel"), SystemExit(), GeneratorExit()])
def test_whoever_wants_to_know_is_told_what_a_flush_raised(screen: Screen, clock: Clock, error: BaseException) -> None:
    class Broken:
        def flush(self) -> bool:
            raise error

    told: list[tuple[str, BaseException]] = []
    broken = Broken()
    flusher = Flusher(broken.flush, screen, lambda *what: told.append(what))
    flusher.start()
    flusher.wake()
    screen.step()
    assert told == [("a widget could not be updated, and is left as it is", error)]


def test_one_that_may_fail_again_goes_on_until_it_has_failed_so_often_in_a_row(screen: Screen, clock: Clock) -> None:
    class Shaky:
        def __init__(self) -> None:
            self.calls = 0
            self.sound = False

        def flush(self) -> bool:
            self.calls += 1
            if not self.sound:
                raise OSError("no kernel")
            return False

    told: list[str] = []
    shaky = Shaky()
    flusher = Flusher(shaky.flush, screen, lambda what, _error: told.append(what), tries=3)
    flusher.start()

    def step(*, sound: bool) -> None:
        shaky.sound = sound
        clock.now += 1
        flusher.wake()
        screen.step()

    for sound in (False, False, True, False, False, True):
        step(sound=sound)
        assert flusher.running
    assert (shaky.calls, told) == (6, ["a widget could not be updated"] * 4)
    for _ in range(3):
        step(sound=False)
    assert not flusher.running
    assert told[-1] == "a widget could not be updated, and is left as it is"
    step(sound=True)
    assert shaky.calls == 9
    flusher.start()
    for _ in range(2):
        step(sound=False)
    assert flusher.running
    flusher.stop()


def test_one_that_fails_at_its_last_flush_is_over(screen: Screen, clock: Clock) -> None:
    class Broken:
        def flush(self) -> bool:
            raise OSError("no kernel")

    told: list[str] = []
    broken = Broken()
    flusher = Flusher(broken.flush, screen, lambda what, _error: told.append(what), tries=3)
    flusher.finish()
    screen.step()
    assert screen._flushers == []
    assert len(told) == 1


def test_the_screens_thread_survives_whatever_a_flush_raises() -> None:
    class Quits:
        def flush(self) -> bool:
            raise SystemExit("bye")

    class Sound:
        def __init__(self) -> None:
            self.done = threading.Event()
            self.flusher = Flusher(self.flush)

        def flush(self) -> bool:
            self.done.set()
            return False

    told, quits, sound = threading.Event(), Quits(), Sound()
    flusher = Flusher(quits.flush, SCREEN, lambda *_: told.set())
    flusher.start()
    flusher.wake()
    assert told.wait(30)
    sound.flusher.start()
    sound.flusher.wake()
    assert sound.done.wait(30)
    sound.flusher.stop()


def test_a_screen_whose_thread_has_gone_gets_another() -> None:
    # After a fork only the forking thread is there.
    screen = Screen()
    screen._thread = threading.Thread(target=lambda: None)
    owner = Owner(screen, Clock())
    assert screen._thread.is_alive()
    owner.flusher.stop()
    screen._end()


def test_an_owner_that_is_forgotten_takes_its_flusher_with_it(screen: Screen, clock: Clock) -> None:
    owner = Owner(screen, clock)
    seen = weakref.ref(owner)
    owner.flusher.wake()
    screen.step()
    del owner
    gc.collect()
    assert seen() is None
    assert screen._flushers == []


def test_all_flushers_of_the_process_share_one_thread() -> None:
    class Real:
        def __init__(self) -> None:
            self.done = threading.Event()
            self.thread: str = ""
            self.flusher = Flusher(self.flush)

        def flush(self) -> bool:
            self.thread = threading.current_thread().name
            self.done.set()
            return False

    several = [Real() for _ in range(5)]
    for real in several:
        real.flusher.start()
        real.flusher.wake()
    for real in several:
        assert real.done.wait(30)
        real.flusher.stop()
    assert {real.thread for real in several} == {"wslab screen"}
    assert [thread.name for thread in threading.enumerate()].count("wslab screen") == 1
    assert not [flusher for flusher in SCREEN._flushers if flusher in {real.flusher for real in several}]


def test_it_may_be_stopped_from_its_own_flush_and_stop_waits_for_one_elsewhere() -> None:
    class Own:
        def __init__(self) -> None:
            self.begun, self.go, self.ended = threading.Event(), threading.Event(), False
            self.flusher = Flusher(self.flush)

        def flush(self) -> bool:
            self.begun.set()
            assert self.go.wait(30)
            self.flusher.stop()
            self.ended = True
            return True

    own = Own()
    own.flusher.start()
    own.flusher.wake()
    assert own.begun.wait(30)
    threading.Timer(0, own.go.set).start()
    own.flusher.stop(30)
    assert own.ended
    assert not own.flusher.running


def test_a_screen_ends_at_exit() -> None:
    screen = Screen()
    owner = Owner(screen, Clock())
    thread = screen._thread
    assert thread is not None
    screen._end()
    thread.join(30)
    assert not thread.is_alive()
    assert owner.flusher.running
