"""TCP segments in IP packets, made up around bytes whose own headers nobody recorded (RFC 791, RFC 8200, RFC 9293)."""

from __future__ import annotations

import ipaddress
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

_TCP = 6
_ISN = 1000
_WINDOW = 0xFFFF


class Conversation:
    """A TCP connection that keeps count of its sequence numbers.

    Args:
        client: Host and port.
        server: Host and port.
    """

    def __init__(self, client: tuple[str, int], server: tuple[str, int]) -> None:
        hosts = [ipaddress.ip_address(client[0]), ipaddress.ip_address(server[0])]
        self._six = any(host.version == 6 for host in hosts)
        packed = [
            b"\0" * 10 + b"\xff\xff" + host.packed if self._six and host.version == 4 else host.packed for host in hosts
        ]
        self._host = dict(zip(("client", "server"), packed, strict=True))
        self._port = {"client": client[1], "server": server[1]}
        self._next = {"client": _ISN, "server": _ISN}

    def segment(self, side: str, flags: int, data: bytes = b"") -> bytes:
        """The next packet of one side.

        Args:
            side: ``client`` or ``server``.
            flags: Of the TCP header.
            data: The bytes it carries.

        Returns:
            The IP packet.
        """
        peer = "server" if side == "client" else "client"
        acknowledged = self._next[peer] if flags & ACK else 0
        tcp = struct.pack(
            "!HHIIBBHHH", self._port[side], self._port[peer], self._next[side] & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF,
            5 << 4, flags, _WINDOW, 0, 0,
        )  # fmt: skip
        self._next[side] += len(data) + bool(flags & (SYN | FIN))
        size, ends = len(tcp) + len(data), self._host[side] + self._host[peer]
        pseudo = struct.pack("!II", size, _TCP) if self._six else struct.pack("!HH", _TCP, size)
        tcp = tcp[:16] + struct.pack("!H", checksum(ends + pseudo + tcp + data)) + tcp[18:]
        if self._six:
            return struct.pack("!IHBB", 6 << 28, size, _TCP, 64) + ends + tcp + data
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 0, 0x4000, 64, _TCP, 0) + ends
        return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp + data


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): 16-bit words added with their carries are the number modulo 65535."""
    return 0xFFFF - (int.from_bytes(data + b"\0" * (len(data) % 2), "big") % 0xFFFF or 0xFFFF)
