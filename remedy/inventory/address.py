"""Addresses as people write them: NAME:PORT, IPv6 in brackets or bare."""

import re
from ipaddress import ip_address


def is_ip(text: str) -> bool:
    """Whether this is an IPv4 or IPv6 address, a zone (%eth0) allowed."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return re.fullmatch(r"[^%]*(?:%[\w.\-]+)?", text) is not None


def split_server(text: str) -> tuple[str, int | None]:
    """NAME, NAME:PORT, [IPV6]:PORT, [IPV6] or a bare IPv6 address, as (name, port or None).

    The name is not looked at further; ValueError if the port is none, or the brackets hold no IPv6 address.
    """
    if is_ip(text):
        return text, None
    match = re.fullmatch(r"(?:\[([^][]*)\]|([^][:]*))(?::(\d{1,5}))?", text, re.ASCII | re.DOTALL)
    if match is None or (match[1] is not None and not (":" in match[1] and is_ip(match[1]))):
        raise ValueError(text)
    port = int(match[3]) if match[3] else None
    if port is not None and not 1 <= port <= 65535:
        raise ValueError(text)
    return match[1] or match[2], port
