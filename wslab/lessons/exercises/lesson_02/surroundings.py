"""What the exercises of this lesson share: keys that no answer can know beforehand."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.lessons.authoring import Trial

SAMPLE = "dGhlIHNhbXBsZSBub25jZQ=="
"""The key of RFC 6455 section 1.3, which the lesson uses."""

SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The answer to it."""


def random_key(t: Trial, size: int = 16) -> str:
    """Make a Sec-WebSocket-Key.

    Args:
        t: Where the random bytes come from.
        size: How many bytes it decodes to; anything but 16 is wrong.
    """
    return base64.b64encode(t.random.randbytes(size)).decode()
