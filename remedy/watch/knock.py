"""Knocks at SSH ports: does a server say who it is? That costs a thirtieth of what a login does."""

import asyncio
from contextlib import suppress

from remedy.sites.names import addresses
from remedy.ssh.connection import Place
from remedy.ssh.dial import reason

KNOCK_SECONDS = 5.0  # from the name to the banner
LINES, LENGTH = 50, 1024  # that a server may say before its banner, and of bytes in a line
FAMILIES = {"inet": ("IPv4",), "inet6": ("IPv6",)}


async def knock(place: Place) -> str:
    """Why there is no SSH banner (RFC 4253, section 4.2) at that place; empty if there is one. Raises nothing."""
    missing = [f"no address for {place.address}"]
    try:
        async with asyncio.timeout(KNOCK_SECONDS):
            found = await addresses(place.address)
            wanted = [at for family, at in found.items() if family in FAMILIES.get(place.family, found)]
            missing[0] = f"no SSH banner from port {place.port}"
            return await _any_banner(wanted, place.port) if wanted else f"no address for {place.address}"
    except TimeoutError:
        return f"{missing[0]} within {KNOCK_SECONDS:g} s"
    except OSError as error:
        return f"the name {place.address} is not known: {error.strerror or error}"


async def _any_banner(addresses: list[str], port: int) -> str:
    """The same for several addresses side by side: one banner is enough."""
    tasks = [asyncio.create_task(_banner(address, port)) for address in addresses]
    try:
        troubles = []
        for task in asyncio.as_completed(tasks):
            trouble = await task
            if not trouble:
                return ""
            troubles.append(trouble)
        return "; ".join(dict.fromkeys(troubles))
    finally:
        for left in tasks:
            left.cancel()


async def _banner(address: str, port: int) -> str:
    try:
        reader, writer = await asyncio.open_connection(address, port, limit=LENGTH)
    except OSError as error:
        return f"port {port}: {reason(error)}"
    try:
        for _ in range(LINES):
            line = await reader.readline()
            if line.startswith(b"SSH-"):
                return ""
            if not line.endswith(b"\n"):
                return f"port {port}: hung up before the SSH banner"
    except (OSError, ValueError):
        pass
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return f"port {port}: no SSH server"
