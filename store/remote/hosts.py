"""What stands behind the name of a host, and whether strangers may be led there (hazards 13, 70)."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

Resolver = Callable[[str, int], Sequence[str]]
"""Turns a host name and port into addresses; raises OSError."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolve(host: str, port: int) -> Sequence[str]:
    """Resolve a name by the system, IPv4 first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found.sort(key=lambda item: item[0] != socket.AF_INET)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def is_public(text: str) -> bool:
    """Whether an IP address can be one on the open internet; what hides in IPv6 counts too."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # with a scope id (fe80::1%eth0): link-local
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast
