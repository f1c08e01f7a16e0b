"""Addresses and prefixes, as detectors write them."""

import ipaddress
from typing import Any, Optional, Union

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Prefix = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def parse_address(text: Any) -> Optional[Address]:
    """
    Read an address. Space around it is allowed, a prefix length, a port or a zone is not. An IPv4 address in IPv6 clothes
    (`::ffff:192.0.2.1`) is the IPv4 address: it is the one that a network ACL sees.
    """
    # `ipaddress` takes numbers and zones too.
    if not isinstance(text, str) or "%" in text:
        return None
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    clothed = getattr(address, "ipv4_mapped", None)
    return address if clothed is None else clothed


def parse_prefix(text: Any) -> Optional[Prefix]:
    """Read a prefix in CIDR notation, or an address as the prefix of it alone. Host bits are cleared."""
    address = parse_address(text)
    if address is not None:
        return ipaddress.ip_network(address)
    if not isinstance(text, str) or "%" in text:
        return None
    address, _, length = text.strip().partition("/")
    # Of what `ipaddress` takes, a mask in place of a length is no CIDR notation. As many digits as the longest length has, zeros before it
    # included: so the Rust SDK reads it.
    if not length.isascii() or not length.isdecimal() or len(length) > (3 if ":" in address else 2):
        return None
    try:
        return ipaddress.ip_network(f"{address}/{int(length)}", strict=False)
    except ValueError:
        return None


def by_number(address: Address) -> tuple[int, int]:
    """A key for `sorted`: IPv4 before IPv6, then by number."""
    return address.version, int(address)
