"""How TCP ends, or never comes to be, in words."""

from __future__ import annotations

import errno

from wslab.net.tcp import why_no_tcp


def test_a_reset_that_comes_at_once_is_not_taken_for_one_of_tls() -> None:
    error = ConnectionResetError(errno.ECONNRESET, "Connect call failed ('127.0.0.1', 8080)")
    said = "reset by the peer (RST) as soon as it was established: 127.0.0.1:8080 could not serve it"
    assert why_no_tcp(error, "127.0.0.1", 8080) == said
