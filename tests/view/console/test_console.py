"""The console without a browser: what it keeps, what it says in plain text, and what it tells a page."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.view.reading import Clock
from wslab.view import Console, transcripts
from wslab.view.console.lines import LINE_CHARACTERS, MESSAGE_LINES, MOST_CHARACTERS
from wslab.view.console.widget import CLOSED, ConsoleWidget
from wslab.view.flusher import INTERVAL, Screen

if TYPE_CHECKING:
    from collections.abc import Callable


class Told:
    """What a page was told: the messages, and the lines it holds after them, by ordinal."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.lines: dict[int, list[str]] = {}
        self.first = 0

    def take(self, content: dict[str, Any], _buffers: object = None) -> None:
        self.messages.append(content)
        if content["t"] == "lines":
            self.first = content["first"]
            self.lines |= {content["at"] + i: line for i, line in enumerate(content["lines"])}
            self.lines = {at: line for at, line in self.lines.items() if at >= self.first}

    @property
    def texts(self) -> list[str]:
        return [self.lines[at][2] for at in sorted(self.lines)]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(ConsoleWidget, "send", lambda _view, content, buffers=None: told.take(content, buffers))
    return told


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def screen(clock: Clock) -> Screen:
    return Screen(clock, threaded=False)


@pytest.fixture
def shown(told: Told, screen: Screen) -> Callable[..., Console]:
    """Makes a console that stands on a page whose view has said hello."""

    def make(*, keep: int = 1000) -> Console:
        console = Console("node", keep=keep, _screen=screen)
        console._repr_mimebundle_()
        ask(console, t="hello")
        return console

    return make


def ask(console: Console, **content: Any) -> None:
    console._answer(None, {"view": "v", **content}, [])


def run(screen: Screen, clock: Clock) -> int:
    """Let the screen do all there is to do. Returns how many times it flushed."""
    flushes = 0
    while (wait := screen.step()) is not None:
        clock.now += wait
        flushes += 1
    return flushes + 1


def opening(console: Console) -> dict[str, Any]:
    """What waits in the model for a view that comes late."""
    assert console._view is not None
    return dict(console._view.opening)


def test_it_is_called_by_its_title_without_an_address(told: Told) -> None:
    console = Console("node")
    assert repr(console) == '<Console "node">'
    data, _metadata = console._repr_mimebundle_()
    assert data["text/plain"] == '<Console "node">'
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_showing_it_twice_shows_the_same(told: Told) -> None:
    console = Console("node")
    (first, _), (second, _) = console._repr_mimebundle_(), console._repr_mimebundle_()
    assert first == second


def test_plain_text_says_all_of_it() -> None:
    console = Console("node", keep=3)
    assert console.text == "node: waiting\nno output yet"
    console.state("running", "listening on port 8080")
    console.banner("Port 8080 is the lab's.")
    console.line("dropped")
    assert console.text.count("not kept") == 0
    console.line("two\nlines\n")
    console.line("old", "warn")
    console.line("TypeError: no", "error", "line 3")
    assert console.text == (
        "node: running, listening on port 8080\nPort 8080 is the lab's.\n1 earlier line is not kept\n"
        "two\nlines\nwarning: old\nerror, line 3: TypeError: no"
    )
    console.banner("")
    assert "Port 8080 is the lab's." not in console.text


def test_one_empty_line_is_output() -> None:
    console = Console("node")
    console.line("")
    assert console.text == "node: waiting\n"
    assert console.transcript() == "node:\n"


def test_the_transcript_is_what_was_printed_without_the_ports_of_a_run() -> None:
    console = Console("node", keep=2)
    assert console.transcript() == "node:\nno output"
    console.state("ended", "exit code 0")
    console.line("dropped")
    console.line("I am at ws://127.0.0.1:40123", "info")
    console.line("Error: no", "error", "line 3")
    assert (
        console.transcript()
        == "node:\n1 earlier line is not kept\ninfo: I am at ws://127.0.0.1:PORT\nerror, line 3: Error: no"
    )


def test_lines_and_their_length_are_bounded() -> None:
    console = Console("node", keep=10)
    for i in range(25):
        console.line(str(i))
    assert console.text.splitlines()[1:3] == ["15 earlier lines are not kept", "15"]
    console.line("x" * (LINE_CHARACTERS + 1234))
    assert console.text.endswith("x \u2026 1,234 more characters")
    assert len(console.text) < LINE_CHARACTERS + 200


def test_many_long_lines_are_bounded_together() -> None:
    console = Console("node", keep=10_000)
    for _ in range(200):
        console.line("x" * LINE_CHARACTERS)
    assert MOST_CHARACTERS - LINE_CHARACTERS <= len(console.text) <= MOST_CHARACTERS + 200


def test_every_word_of_the_head_is_one_visible_line() -> None:
    console = Console("no\nde\u202e")
    console.state("failed", "exit\ncode\x07 1")
    console.line("hi", "error", "line\n3")
    assert console.text.splitlines() == ["no de⟨RLO⟩: failed, exit code⟨BEL⟩ 1", "error, line 3: hi"]


def test_a_level_that_is_none_counts_as_log_and_a_state_that_is_none_is_refused() -> None:
    console = Console("node")
    console.line("hello", "<script>")
    assert console.text.endswith("\nhello")
    with pytest.raises(ValueError, match="takes one of waiting, running, ended, failed, stopped, not 'done'"):
        console.state("done")


def test_nothing_is_told_before_it_is_shown(told: Told, screen: Screen, clock: Clock) -> None:
    console = Console("node", _screen=screen)
    console.line("early")
    assert run(screen, clock) == 1
    assert told.messages == []
    console._repr_mimebundle_()
    ask(console, t="hello")
    assert told.texts == ["early"]


def test_hello_is_answered_with_every_line_to_the_view_that_said_it(told: Told, shown: Callable[..., Console]) -> None:
    console = shown()
    for i in range(500):
        console.line(str(i))
    ask(console, t="hello", view="w")
    assert told.messages[-1]["view"] == "w"
    assert [line[2] for line in told.messages[-1]["lines"]] == [str(i) for i in range(500)]


def test_views_are_told_only_what_is_new(
    told: Told, shown: Callable[..., Console], screen: Screen, clock: Clock
) -> None:
    console = shown()
    console.line("a")
    run(screen, clock)
    before = len(told.messages)
    console.line("b", "warn", "line 2")
    run(screen, clock)
    assert told.messages[before:] == [{"t": "lines", "first": 0, "at": 1, "lines": [["warn", "line 2", "b"]]}]
    run(screen, clock)
    assert len(told.messages) == before + 1


def test_as_long_as_nobody_said_hello_the_newest_lines_wait_in_the_model(
    told: Told, screen: Screen, clock: Clock
) -> None:
    console = Console("node", _screen=screen)
    console.line("before")
    console._repr_mimebundle_()
    assert [line[2] for line in opening(console)["lines"]] == ["before"]
    for i in range(300):
        console.line(str(i))
    run(screen, clock)
    assert [line[2] for line in opening(console)["lines"]] == [str(i) for i in range(200, 300)]
    assert told.messages == []
    ask(console, t="hello")
    assert len(told.lines) == 301
    console.line("after")
    run(screen, clock)
    assert opening(console) == {}
    assert told.texts[-1] == "after"
    ask(console, t="bye")
    console.line("nobody looks")
    run(screen, clock)
    assert opening(console)["lines"][-1][2] == "nobody looks"


def test_ten_thousand_lines_in_one_go_take_few_messages_and_the_end_is_right(
    told: Told, shown: Callable[..., Console], screen: Screen, clock: Clock
) -> None:
    console = shown()
    started = clock.now
    for i in range(10_000):
        console.line(f"line {i}")
    run(screen, clock)
    assert told.texts == [f"line {i}" for i in range(9000, 10_000)]
    news = [content for content in told.messages if "view" not in content]
    assert len(news) <= 1000 / MESSAGE_LINES + 1
    assert all(len(content["lines"]) <= MESSAGE_LINES for content in news)
    assert len(news) - 1 <= (clock.now - started) / INTERVAL + 1


def test_many_threads_print_and_no_line_is_lost_or_out_of_order(
    told: Told, shown: Callable[..., Console], screen: Screen, clock: Clock
) -> None:
    console = shown(keep=10_000)

    def write(who: int) -> None:
        for i in range(500):
            console.line(f"{who} {i}")

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        run(screen, clock)
    run(screen, clock)
    assert sorted(told.lines) == list(range(2000))
    for who in range(4):
        assert [text for text in told.texts if text.startswith(f"{who} ")] == [f"{who} {i}" for i in range(500)]


def test_the_head_reaches_the_page(shown: Callable[..., Console], screen: Screen, clock: Clock) -> None:
    console = shown()
    console.state("running", "on port 8080")
    console.banner("note")
    console.button("Stop", lambda: None)
    run(screen, clock)
    assert console._view is not None
    assert console._view.head == {"word": "running", "text": "on port 8080", "banner": "note", "button": "Stop"}


def test_lines_that_could_not_be_sent_once_come_with_the_next(
    told: Told, shown: Callable[..., Console], screen: Screen, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[str] = []
    console = shown()
    console._flusher._failed = lambda what, _error: failed.append(what)
    run(screen, clock)
    with monkeypatch.context() as patch:
        patch.setattr(ConsoleWidget, "send", lambda *_: int("away"))
        console.line("one")
        clock.now += 1
        run(screen, clock)
        assert failed == ["a widget could not be updated"]
    console.line("two")
    clock.now += 1
    run(screen, clock)
    assert told.texts == ["one", "two"]


def test_a_press_runs_the_click_and_is_confirmed_to_the_view(told: Told, shown: Callable[..., Console]) -> None:
    console, pressed = shown(), []
    console.button("Stop", lambda: pressed.append(1))
    ask(console, t="press")
    assert pressed == [1]
    assert told.messages[-1] == {"t": "pressed", "view": "v"}


@pytest.mark.parametrize("word", ["ended", "failed", "stopped"])
def test_a_press_that_comes_too_late_does_nothing(shown: Callable[..., Console], word: str) -> None:
    console, pressed = shown(), []
    console.button("Stop", lambda: pressed.append(1))
    console.state(word)
    ask(console, t="press")
    assert pressed == []


def test_a_click_that_fails_says_so_in_a_line(shown: Callable[..., Console]) -> None:
    console = shown()
    console.button("Stop", lambda: int("soon"))
    ask(console, t="press")
    assert console.text.endswith("error: Stop: ValueError: invalid literal for int() with base 10: 'soon'")


def test_a_click_that_would_end_the_program_says_so_in_a_line(shown: Callable[..., Console]) -> None:
    def quits() -> None:
        raise SystemExit("bye")

    console = shown()
    console.button("Stop", quits)
    ask(console, t="press")
    assert console.text.endswith("error: Stop: SystemExit: bye")


def test_what_is_no_question_of_ours_is_ignored(told: Told, shown: Callable[..., Console]) -> None:
    console = shown()
    before = len(told.messages)
    for content in ({}, {"t": 5}, {"t": "eval", "code": "1"}, {"t": "press"}, {"t": "bye", "view": ["x"]}):
        console._answer(None, content, [])
    assert told.messages[before:] == [{"t": "pressed", "view": ""}]


def test_a_closed_console_tells_the_rest_and_stays_without_its_button(
    told: Told, shown: Callable[..., Console], screen: Screen, clock: Clock
) -> None:
    console, pressed = shown(), []
    console.button("Stop", lambda: pressed.append(1))
    console.line("last words")
    console.close()
    console.close()
    run(screen, clock)
    assert told.texts == ["last words"]
    assert console._view is not None
    assert console._view.head["button"] == ""
    assert console._view.comm is not None
    console.line("and more")
    console.state("ended", "exit code 0")
    run(screen, clock)
    assert told.texts == ["last words", "and more"]
    assert console._view.head["word"] == "ended"
    ask(console, t="press")
    assert pressed == []
    assert screen.step() is None


def test_only_the_last_closed_consoles_stay_on_the_page(shown: Callable[..., Console]) -> None:
    consoles = [shown() for _ in range(CLOSED.most + 3)]
    for console in consoles:
        console.close()
    views = [console._view for console in consoles if console._view is not None]
    assert [view.comm is None for view in views] == [True] * 3 + [False] * CLOSED.most
    consoles[0].line("nobody hears")
    consoles[0]._repr_mimebundle_()
    assert consoles[0]._view is not None
    assert consoles[0]._view.comm is not None


def test_transcripts_tell_of_the_consoles_on_the_page_whose_program_is_over(shown: Callable[..., Console]) -> None:
    runs, over = shown(), shown()
    for console in (runs, over):
        console.line("hello")
    over.close()
    over.line("goodbye")
    found = transcripts()
    assert over._view is not None
    assert runs._view is not None
    assert found[over._view.model_id] == "node:\nhello\ngoodbye"
    assert runs._view.model_id not in found


def test_every_rule_of_the_style_sheet_stands_under_the_console() -> None:
    assert ".wsl-log" not in ConsoleWidget._css
    assert 'body[data-jp-theme-light="false"] .wsl-console' in ConsoleWidget._css
