"""Text without the ports of this machine, which differ from run to run."""

from __future__ import annotations

import re

_PORT = re.compile(
    r"""((?:\b127\.\d+\.\d+\.\d+ | \b0\.0\.0\.0 | localhost | ::1 | ::)  # an address of this machine
         [\]'"]* (?:[:,]|[ ]port) [ ]?                                 # as in a URL, a tuple or a sentence
         | \bport[ =])
        \d{1,5}\b""",
    re.IGNORECASE | re.VERBOSE,
)


def masked(text: str) -> str:
    """Text without the ports of this machine, which differ from run to run."""
    return _PORT.sub(r"\1PORT", text)
