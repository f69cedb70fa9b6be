"""What is buffered where, at one end of a connection, in bytes.

    your code ─► transport ─► kernel's send queue ══ network ══► kernel's receive queue ─► library's queue ─► your code

`send()` that returned has only reached the first of these. The kernel's queues are asked for where the system tells them
(Linux: SIOCOUTQ and SIOCINQ); elsewhere they are None.
"""

from __future__ import annotations

import array
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from websockets.asyncio.connection import Connection

if sys.platform == "linux":
    import fcntl
    import termios

    _OUT, _IN = termios.TIOCOUTQ, termios.FIONREAD  # the same numbers as SIOCOUTQ and SIOCINQ (tcp(7))


class Buffers(NamedTuple):
    """What one end holds, in bytes; None where nobody tells.

    Attributes:
        buffered_amount: Given to `send` and not taken by the network: bufferedAmount. None for ends that have none.
        transport: Written by the library and not taken by the kernel.
        kernel_out: Taken by the kernel and not acknowledged by the peer's.
        kernel_in: Arrived and not read.
        library: Read and not taken by the code; at a relay, not taken by the system for the server behind.
    """

    buffered_amount: int | None
    transport: int
    kernel_out: int | None
    kernel_in: int | None
    library: int | None


def buffers_of_connection(connection: Connection) -> Buffers | None:
    """Measure an end that is a `websockets` connection, from any thread.

    Returns:
        What it holds, or None when it is closed.
    """
    frames = tuple(connection.recv_messages.frames.queue)  # the library's queue: bounded by its `max_queue`
    return measure(connection.transport, sum(len(frame.data) for frame in frames))


def measure(transport: Any, library: int, buffered_amount: int | None = None) -> Buffers | None:
    """Measure an end by its transport, from any thread.

    Args:
        transport: What carries its bytes.
        library: Bytes that were read and not taken.
        buffered_amount: Its bufferedAmount, where it has one.

    Returns:
        What it holds, or None when it is closed.
    """
    queues = _kernel(transport)
    return None if queues is None else Buffers(buffered_amount, transport.get_write_buffer_size(), *queues, library)


def _kernel(transport: Any) -> tuple[int | None, int | None] | None:
    sock = transport.get_extra_info("socket")
    number = -1 if sock is None else sock.fileno()
    if number < 0:
        return None
    if sys.platform != "linux":
        return None, None
    try:
        return _ask(number, _OUT), _ask(number, _IN)
    except OSError:  # closed since
        return None


def _ask(number: int, what: int) -> int:
    answer = array.array("i", [0])
    fcntl.ioctl(number, what, answer)
    return answer[0]
