"""Addresses as people write them: NAME:PORT, IPv6 in brackets or bare; mailboxes."""

import re
from functools import lru_cache
from ipaddress import ip_address

# A mailbox that every mail server knows (RFC 5321, section 4.1.2): a Dot-string that begins with no dash; and a domain,
# or an address in brackets. Of ASCII a domain has letters, digits, dots, dashes and underscores.
MAILBOX_PATTERN = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~][A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]*"
    r"@(?:[^\x00-,/:-@\[-^`{-\x7f]+|\[[A-Za-z0-9.:]+\])"
)


def is_ip(text: str) -> bool:
    """Whether this is an IPv4 or IPv6 address, a zone (%eth0) allowed."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return re.fullmatch(r"[^%]*(?:%[\w.\-]+)?", text) is not None


@lru_cache(maxsize=10_000)  # each host is compared with each window
def plain(text: str) -> str:
    """An IP address in the one way in which it equals itself (RFC 5952); anything else as it is."""
    return str(ip_address(text)) if is_ip(text) else text


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


def mailbox(text: str) -> str:
    """A mailbox in ASCII, its domain as the DNS has it (RFC 5890); ValueError if not every mail server knows it."""
    user, _, domain = text.rpartition("@")
    in_ascii = f"{user}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    if not re.fullmatch(MAILBOX_PATTERN, in_ascii):
        raise ValueError(text)
    return in_ascii
