"""The errors of wslab. Each says what was expected, what came, and what to type next.

Exception
└── LabError
    ├── BadValue (ValueError)         an argument of the right type that cannot work
    ├── BadType (TypeError)           an argument of the wrong type
    ├── NoLoop (RuntimeError)         made where no event loop runs
    ├── LabClosed (RuntimeError)      used after it was closed or taken over
    ├── AwaitedTwice (RuntimeError)   awaited although it was awaited before
    ├── RawEnded (ConnectionError)    a raw socket's TCP ended, or never came to be; .ending
    ├── PortTaken (OSError)           somebody else listens on the port; .port, .holder
    └── TimedOut (TimeoutError)       something awaited did not happen in time; .waited
"""

from __future__ import annotations

from wslab.wire import BadType as BadType
from wslab.wire import BadValue as BadValue
from wslab.wire import LabError as LabError


class NoLoop(LabError, RuntimeError):
    """Something that lives on an event loop was made where none runs."""


class LabClosed(LabError, RuntimeError):
    """A lab, server or socket was used after it was closed."""


class AwaitedTwice(LabError, RuntimeError):
    """Something that gives its result once was awaited again."""


class PortTaken(LabError, OSError):
    """Somebody else listens on the port.

    Attributes:
        port: The port.
        holder: Who listens there, in words; empty when the system does not tell.
    """

    def __init__(self, port: int, holder: str = "") -> None:
        self.port = port
        self.holder = holder
        who = holder or "another program on this machine"
        super().__init__(
            f"port {port} is taken by {who}; "
            f"write port=0 (or leave port out) for a free one, or stop the other and run the cell again"
        )


class TimedOut(LabError, TimeoutError):
    """Something awaited did not happen in time.

    Attributes:
        waited: For how long, in seconds.
    """

    def __init__(self, message: str, waited: float) -> None:
        self.waited = waited
        super().__init__(message)
