"""Knocks at SSH ports: does a server say who it is? That costs a thirtieth of what a login does."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from remedy.sites.names import addresses
from remedy.sites.troubles import is_unasked
from remedy.ssh.connection import Place
from remedy.ssh.dial import reason

KNOCK_SECONDS = 5.0  # from the name to the banner
LINES, LENGTH = 50, 1024  # that a server may say before its banner, and of bytes in a line
FAMILIES = {"inet": ("IPv4",), "inet6": ("IPv6",)}


@dataclass(frozen=True)
class Answer:
    """What came of a knock: an SSH banner (RFC 4253, section 4.2) from an `address`, or why there is none.

    `is_unasked`: the trouble is this machine's, and says nothing of whom it did not knock at.
    """

    trouble: str = ""
    address: str = ""
    is_unasked: bool = False


async def knock(place: Place) -> Answer:
    """Whether an SSH server shows its banner at that place; raises nothing."""
    missing = [f"no address for {place.address}"]
    try:
        async with asyncio.timeout(KNOCK_SECONDS):
            found = await addresses(place.address)
            wanted = [at for family, at in found.items() if family in FAMILIES.get(place.family, found)]
            missing[0] = f"no SSH banner from port {place.port}"
            return await _any_banner(wanted, place.port) if wanted else Answer(f"no address for {place.address}")
    except TimeoutError:
        return Answer(f"{missing[0]} within {KNOCK_SECONDS:g} s")
    except OSError as error:
        return Answer(f"the name {place.address} is not known: {error.strerror or error}", is_unasked=is_unasked(error))


async def _any_banner(addresses: list[str], port: int) -> Answer:
    """The same for several addresses side by side: one banner is enough."""
    tasks = [asyncio.create_task(_banner(address, port)) for address in addresses]
    try:
        answers = []
        for task in asyncio.as_completed(tasks):
            answer = await task
            if not answer.trouble:
                return answer
            answers.append(answer)
        troubles = dict.fromkeys(answer.trouble for answer in answers)
        return Answer("; ".join(troubles), is_unasked=any(answer.is_unasked for answer in answers))
    finally:
        for left in tasks:
            left.cancel()


async def _banner(address: str, port: int) -> Answer:
    try:
        reader, writer = await asyncio.open_connection(address, port, limit=LENGTH)
    except OSError as error:
        return Answer(f"port {port}: {reason(error)}", is_unasked=is_unasked(error))
    try:
        for _ in range(LINES):
            line = await reader.readline()
            if line.startswith(b"SSH-"):
                return Answer(address=address)
            if not line.endswith(b"\n"):
                return Answer(f"port {port}: hung up before the SSH banner")
    except (OSError, ValueError):
        pass
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return Answer(f"port {port}: no SSH server")
