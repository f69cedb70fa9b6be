"""Where an end of a TCP connection is, spelled in one way only, so that both ends name the same place alike."""

from __future__ import annotations

import ipaddress
from typing import Any, NamedTuple


class Address(NamedTuple):
    """A normalised TCP address: an IPv4-mapped IPv6 address is its IPv4 address, scope ids are left out."""

    host: str
    port: int

    @classmethod
    def of(cls, name: Any) -> Address | None:
        """Normalise what `socket.getsockname` or `getpeername` said; None for anything but a TCP address."""
        if not isinstance(name, (tuple, list)) or len(name) < 2:
            return None
        try:
            ip = ipaddress.ip_address(str(name[0]).partition("%")[0])
        except ValueError:
            return None
        mapped = getattr(ip, "ipv4_mapped", None)
        return cls(str(mapped or ip), int(name[1]))
