"""The words in which an end says how TCP ended, or why it never came to be.

The network writes them (`wslab.net.tcp`), and a diagnosis reads them. They stand in recordings: never change one, add.
"""

from __future__ import annotations

RESET = "reset by the peer (RST)"
"""RST came from outside."""

RST = "(RST)"
"""Ends the words of every reset; without "by the peer" this end did it itself."""

GONE = "written to after the peer was gone"
"""An earlier RST, noticed only when something was written."""

SYSTEM = "given up by the system"
"""What was sent was not acknowledged however often it was repeated, or there is no way to the peer any more."""

REFUSED = "refused"
UNRESOLVED = "cannot be resolved"
TLS = "TLS"
NO_ANSWER = "no answer from"
GIVEN_UP = "given up before it was established"
