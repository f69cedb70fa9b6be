"""The panel without a browser: what it hands over, what it says, and that nothing of it waits or stays."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.hostile import KINDS, error_of
from wslab.view import Panel
from wslab.view.controls.fault_row import FAULT_CHOICES
from wslab.view.controls.panel import NO_ENDS, NO_PING, NOT_OURS
from wslab.view.flusher import SCREEN

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class Pretended:
    """Ends that only remember what was asked of them."""

    def __init__(self, *labels: str) -> None:
        self.labels = list(labels)
        self.asked: list[tuple[Any, ...]] = []
        self.watchers: list[Callable[[], None]] = []

    def choices(self) -> list[tuple[str, Hashable]]:
        return [(label, f"key of {label}") for label in self.labels]

    def send(self, key: Hashable, data: str | bytes) -> None:
        if data == "boom":
            raise RuntimeError("connection 1 is closed; <b>choose</b> another")
        self.asked.append(("send", key, data))

    def ping(self, key: Hashable) -> None:
        self.asked.append(("ping", key))

    def close(self, key: Hashable, code: int | None, reason: str) -> None:
        self.asked.append(("close", key, code, reason))

    def fault(self, key: Hashable, name: str, value: float | None, direction: str | None) -> None:
        if name == "reset":
            raise RuntimeError("that connection is closed")
        self.asked.append(("fault", key, name, value, direction))

    def clear_faults(self, key: Hashable) -> None:
        self.asked.append(("clear faults", key))

    def can_ping(self, key: Hashable) -> bool:
        return "server" in str(key)

    def can_act(self, key: Hashable) -> bool:
        return "node" not in str(key)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)


@pytest.fixture
def ends() -> Pretended:
    return Pretended("1 client", "1 server")


@pytest.fixture
def board(ends: Pretended) -> Any:
    made: Any = Panel(ends)
    yield made
    made.close()
    assert made._flusher not in SCREEN._flushers
    assert not ends.watchers


def said(board: Any) -> str:
    return str(board.status.value)


def test_it_has_a_stable_text() -> None:
    board: Any = Panel(Pretended("1 client"))
    bundle = board._repr_mimebundle_()
    assert bundle["text/plain"] == repr(board) == "<Panel: choose an end, send, ping, close>"
    board.close()


def test_send_hands_the_text_over_says_so_and_empties_the_field(board: Any, ends: Pretended) -> None:
    board.message.value = "hello"
    board.send_button.click()
    assert ends.asked == [("send", "key of 1 client", "hello")]
    assert "1 client: sent &quot;hello&quot;." in said(board)
    assert board.message.value == ""


def test_the_enter_key_sends(board: Any, ends: Pretended) -> None:
    board.message.value = "hello"
    board.message._handle_custom_msg({"event": "submit"}, [])
    assert ends.asked == [("send", "key of 1 client", "hello")]


def test_a_refusal_is_shown_as_its_sentence_as_text_and_the_field_stays(board: Any) -> None:
    board.message.value = "boom"
    board.send_button.click()
    assert "connection 1 is closed; &lt;b&gt;choose&lt;/b&gt; another" in said(board)
    assert board.message.value == "boom"


def test_ping_is_for_those_who_can_and_says_why_for_others(board: Any, ends: Pretended) -> None:
    assert board.ping_button.disabled
    assert board.ping_button.tooltip == NO_PING
    assert NO_PING.partition("'")[0] in said(board)
    board.end.value = "key of 1 server"
    assert not board.ping_button.disabled
    assert board.ping_button.tooltip == "Send a Ping frame"
    board.ping_button.click()
    assert ends.asked == [("ping", "key of 1 server")]


def test_another_programs_end_can_only_be_broken() -> None:
    ends = Pretended("1 node", "1 client")
    board: Any = Panel(ends)
    try:
        for button in (board.send_button, board.ping_button, board.close_button):
            assert button.disabled
            assert button.tooltip == NOT_OURS
        assert NOT_OURS.partition("'")[0] in said(board)
        pick(board, "latency")
        board.fault_row.apply_button.click()
        assert [asked[0] for asked in ends.asked] == ["fault"]
        board.end.value = "key of 1 client"
        assert not board.send_button.disabled
    finally:
        board.close()


@pytest.mark.parametrize(("code", "reason", "asked"), [("1000", "", 1000), (" 4001 ", "bye", 4001), ("", "", None)])
def test_close_hands_code_and_reason_over(
    board: Any, ends: Pretended, code: str, reason: str, asked: int | None
) -> None:
    board.code.value, board.reason.value = code, reason
    board.close_button.click()
    assert ends.asked == [("close", "key of 1 client", asked, reason)]


def test_a_code_that_is_no_number_is_answered_and_not_sent(board: Any, ends: Pretended) -> None:
    board.code.value = "soon"
    board.close_button.click()
    assert ends.asked == []
    assert "A close code is a whole number such as 1000 or 4001, not &quot;soon&quot;." in said(board)


def pick(board: Any, name: str) -> None:
    board.fault_row.kind.value = next(choice for choice in FAULT_CHOICES if choice.name == name)


def test_a_fault_goes_to_the_chosen_end_with_its_value_and_direction(board: Any, ends: Pretended) -> None:
    pick(board, "latency")
    assert board.fault_row.amount.value == "0.2"
    board.fault_row.direction.value = "server to client"
    board.fault_row.apply_button.click()
    assert ends.asked == [("fault", "key of 1 client", "latency", 0.2, "server to client")]
    assert "1 client: latency 0.2 s, server to client." in said(board)
    board.fault_row.clear_button.click()
    assert ends.asked[1:] == [("clear faults", "key of 1 client")]


def test_a_fault_without_value_and_direction_has_those_fields_disabled(board: Any, ends: Pretended) -> None:
    pick(board, "slice")
    board.fault_row.direction.value = "server to client"
    pick(board, "drop")
    assert board.fault_row.amount.disabled
    assert board.fault_row.direction.disabled
    board.fault_row.apply_button.click()
    assert ends.asked == [("fault", "key of 1 client", "drop", None, None)]
    pick(board, "slice")
    assert board.fault_row.direction.value == "both directions"
    assert not board.fault_row.amount.disabled
    assert not board.fault_row.direction.disabled


def test_a_fault_that_is_refused_and_a_value_that_is_none_are_answered(board: Any, ends: Pretended) -> None:
    pick(board, "reset")
    board.fault_row.apply_button.click()
    assert "that connection is closed" in said(board)
    pick(board, "bandwidth")
    board.fault_row.amount.value = "slow"
    board.fault_row.apply_button.click()
    assert "A value is a number such as 1000, not &quot;slow&quot;." in said(board)
    assert ends.asked == []


def test_without_a_connection_everything_is_disabled_and_says_why() -> None:
    board: Any = Panel(Pretended())
    for widget in (
        board.end,
        board.message,
        board.send_button,
        board.ping_button,
        board.code,
        board.reason,
        board.close_button,
        board.fault_row.kind,
        board.fault_row.amount,
        board.fault_row.direction,
        board.fault_row.apply_button,
        board.fault_row.clear_button,
    ):
        assert widget.disabled
    assert board.send_button.tooltip == NO_ENDS
    assert "No open connection" in said(board)
    board._do_send()
    assert "No open connection" in said(board)
    board.close()


def test_the_choice_stays_while_others_come_and_go(board: Any, ends: Pretended) -> None:
    board.end.value = "key of 1 server"
    ends.labels = ["1 client", "1 server", "2 client"]
    board._refresh()
    assert board.end.value == "key of 1 server"
    ends.labels = ["2 client"]
    board._refresh()
    assert board.end.value == "key of 2 client"
    ends.labels = []
    board._refresh()
    assert board.end.value is None
    assert board.send_button.disabled
    ends.labels = ["3 client"]
    board._refresh()
    assert board.end.value == "key of 3 client"
    assert not board.send_button.disabled


def test_new_choices_come_from_any_thread_once_it_is_shown(board: Any, ends: Pretended) -> None:
    assert not ends.watchers
    board._repr_mimebundle_()
    board._repr_mimebundle_()
    assert len(ends.watchers) == 1
    arrived = threading.Event()
    board.end.observe(lambda change: arrived.set() if len(change.new) == 3 else None, "options")
    ends.labels.append("2 client")
    for _ in range(100):
        ends.watchers[0]()
    assert arrived.wait(30)


def test_a_panel_that_is_stopped_stays_and_offers_nothing_more(ends: Pretended) -> None:
    board: Any = Panel(ends)
    board._repr_mimebundle_()
    told = threading.Event()
    board.status.observe(lambda change: told.set() if "No open connection" in change.new else None, "value")
    ends.labels = []
    board.stop()
    assert told.wait(30), said(board)
    assert board.send_button.disabled
    assert not ends.watchers
    board._repr_mimebundle_()
    assert not ends.watchers
    assert "No open connection" in said(board)
    board.close()


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_acting_or_looking_raises_is_a_sentence_in_the_status_line(kind: str) -> None:
    class Hostile(Pretended):
        def send(self, key: Hashable, data: str | bytes) -> None:
            raise error_of(kind)

        def choices(self) -> list[tuple[str, Hashable]]:
            if broken:
                raise error_of(kind)
            return super().choices()

    broken: list[int] = []
    board: Any = Panel(Hostile("1 client"))
    passes = kind in ("KeyboardInterrupt", "of no known kind", "BaseExceptionGroup")  # those are for somebody else
    for act in (board._do_send, board._refresh):
        board.status.value = ""
        broken.extend([1] if act == board._refresh else [])
        if passes:
            with pytest.raises(type(error_of(kind))):
                act()
        else:
            act()
            assert said(board)
    board.close()
