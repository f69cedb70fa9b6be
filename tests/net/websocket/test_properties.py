"""Properties of the browser's WebSocket over real TCP: whatever is sent, received or asked, the rules hold.

Each example is a server, a socket and a connection of its own, so there are few of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.net.harness import BINARY, CLOSE, CONT, PING, PONG, TEXT, Peer, RawServer, frame, run, until
from tests.net.websocket.faulty import answers_close, says
from tests.net.websocket.test_websocket import watch
from wslab import DOMException, Lab

if TYPE_CHECKING:
    from websockets.frames import Opcode

FEW = settings(max_examples=25, deadline=None)

SURROGATES = st.characters(categories=["Cs"])
TEXTS = st.text(st.one_of(st.characters(), SURROGATES), max_size=40)
SIZES = st.one_of(st.integers(0, 2), *(st.integers(edge - 2, edge + 2) for edge in (125, 65_536)))
CODES = st.one_of(
    st.none(), st.integers(-1, 70_000), st.sampled_from([0, 999, 1000, 1001, 1005, 2999, 3000, 4999, 5000])
)


def scalars(text: str) -> str:
    """Text as a USVString (Web IDL section 3.3.9), character by character: what is expected, written in another way than wslab's."""
    out: list[str] = []
    for char in text:
        if out and "\ud800" <= out[-1] <= "\udbff" and "\udc00" <= char <= "\udfff":
            high, low = ord(out.pop()) - 0xD800, ord(char) - 0xDC00
            char = chr(0x10000 + (high << 10) + low)  # noqa: PLW2901
        out.append(char)
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in out)


async def echoes(peer: Peer) -> None:
    """A server that sends the first frame back as it came."""
    await peer.open()
    opcode, data = await peer.frame()
    peer.write(frame(opcode, data))
    await peer.gone()
    peer.writer.close()


def comes_back(data: str | bytes) -> Any:
    """What an echo server makes of a message."""
    got: list[Any] = []

    async def once() -> None:
        async with RawServer(echoes) as server, Lab() as lab:
            socket = lab.WebSocket(server.url)
            socket.binaryType = "arraybuffer"
            await socket.opened()
            socket.send(data)
            sent = scalars(data).encode() if isinstance(data, str) else data
            assert socket.bufferedAmount == len(sent)
            got.append((await socket.next()).data)
            await until(lambda: socket.bufferedAmount == 0)
            socket.abort()
            await socket.closed()

    run(once())
    return got[0]


@FEW
@given(TEXTS)
@example("\ud83d\udc4b")
@example("\udc4b\ud83d")
@example("a\ud83d")
def test_any_text_comes_back_with_its_pairs_combined_and_lone_surrogates_replaced(text: str) -> None:
    assert comes_back(text) == scalars(text)


@FEW
@given(SIZES, st.booleans(), st.integers(0, 255))
@example(125, True, 0)
@example(126, False, 255)
@example(65_535, True, 0)
@example(65_536, False, 128)
def test_a_message_of_any_size_around_the_edges_of_the_length_field_comes_back(
    size: int, text: bool, byte: int
) -> None:
    data: str | bytes = chr(byte & 0x7F) * size if text else bytes([byte]) * size
    assert comes_back(data) == data


CONTROLS = st.lists(st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125)), max_size=2)


@FEW
@given(st.one_of(st.text(max_size=30), st.binary(max_size=60)), st.lists(st.integers(0, 100), max_size=6), st.data())
def test_a_message_in_any_fragments_with_any_control_frames_between_is_the_same_message(
    message: str | bytes, cuts: list[int], data: st.DataObject
) -> None:
    payload = message.encode() if isinstance(message, str) else message
    ends = [*sorted({min(cut, len(payload)) for cut in cuts}), len(payload)]
    wire: list[bytes] = []
    pings: list[tuple[int, bytes]] = []
    start, opcode = 0, TEXT if isinstance(message, str) else BINARY
    for number, end in enumerate(ends):
        for control, body in data.draw(CONTROLS):
            wire.append(frame(control, body))
            if control is PING:
                pings.append((PONG, body))
        wire.append(frame(opcode, payload[start:end], fin=number == len(ends) - 1))
        start, opcode = end, CONT
    whole = b"".join(wire) + frame(CLOSE, b"\x03\xe8")
    pieces = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    answers: list[tuple[int, bytes]] = []

    async def once() -> None:
        async with RawServer(in_pieces(whole, pieces, answers)) as server, Lab() as lab:
            socket = lab.WebSocket(server.url)
            socket.binaryType = "arraybuffer"
            seen = watch(socket)
            await socket.closed()
            assert seen == ["open in 1", f"message {message!r} in 1", "close 1000 True in 3"]
            await lab.settled()

    run(once())
    assert answers == [*pings, (CLOSE, b"\x03\xe8")]


def in_pieces(whole: bytes, pieces: list[int], keep: list[tuple[int, bytes]]) -> Any:
    """A server that writes these bytes cut at these places, and keeps what the client answers."""

    async def script(peer: Peer) -> None:
        await peer.open()
        for start, end in zip([0, *pieces], [*pieces, len(whole)], strict=True):
            peer.write(whole[start:end])
            await peer.writer.drain()
        while not keep or keep[-1][0] != CLOSE:
            keep.append(await peer.frame())
        peer.writer.close()

    return script


@FEW
@given(CODES, st.one_of(st.none(), TEXTS, st.integers(120, 126).map(lambda size: "x" * size)))
@example(1000, "x" * 123)
@example(1000, "x" * 124)
@example(1000, "\ud83d" * 41)
@example(1001, "x" * 124)
@example(4999, None)
@example(None, None)
def test_any_code_and_reason_is_refused_or_sent_just_as_the_rules_say(code: int | None, reason: str | None) -> None:
    text = scalars(reason or "")
    refusal = None
    if code is not None and code != 1000 and not 3000 <= code <= 4999:
        refusal = "InvalidAccessError"
    elif len(text.encode()) > 123:
        refusal = "SyntaxError"
    assume(refusal or code is not None or not text)  # close(undefined, "why"): where engines differ
    frames: list[tuple[int, bytes]] = []

    async def once() -> None:
        async with RawServer(answers_close(frames)) as server, Lab() as lab:
            socket = lab.WebSocket(server.url)
            await socket.opened()
            raised = None
            try:
                socket.close(code, reason)
            except DOMException as error:
                raised = error.name
            assert raised == refusal
            assert socket.readyState == (socket.OPEN if refusal else socket.CLOSING)
            if refusal:
                socket.close()
            event = await socket.closed()
            said = (1005, "") if refusal or code is None else (code, text)
            assert (event.code, event.reason, event.wasClean) == (*said, True)
            await lab.settled()

    run(once())
    assert frames == [(CLOSE, b"" if refusal or code is None else code.to_bytes(2, "big") + text.encode())]


OPCODES = st.sampled_from([TEXT, BINARY, PING, PONG])


@FEW
@given(st.lists(st.tuples(OPCODES, st.text(max_size=5)), max_size=12))
def test_messages_keep_their_order_whatever_lies_between_them(sent: list[tuple[Opcode, str]]) -> None:
    async def once() -> None:
        wire = [frame(opcode, text.encode()) for opcode, text in sent]
        async with RawServer(says(*wire, frame(CLOSE, b""))) as server, Lab() as lab:
            socket = lab.WebSocket(server.url)
            socket.binaryType = "arraybuffer"
            seen = watch(socket)
            await socket.closed()
            kinds: dict[int, Any] = {TEXT: str, BINARY: str.encode}
            messages = [f"message {kinds[opcode](text)!r} in 1" for opcode, text in sent if opcode in kinds]
            assert seen == ["open in 1", *messages, "close 1005 True in 3"]

    run(once())
