"""Names to addresses, without waiting longer for a name server than for anything else."""

import asyncio
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from remedy.sites.facts import Family

FAMILIES = {socket.AF_INET: Family.IPV4, socket.AF_INET6: Family.IPV6}


async def addresses(name: str) -> dict[Family, str]:
    """The first address of each family that a name has; raise OSError if it has none.

    A thread of its own asks, since getaddrinfo(3) can't be told to give up: who waits no longer leaves it behind.
    """
    with suppress(ValueError):
        return {family_of(name): name}
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def tell(found: list[Any] | Exception) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look_up() -> None:
        found: list[Any] | Exception
        try:
            found = socket.getaddrinfo(name, 0, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found = error if isinstance(error, OSError) else OSError(str(error))
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, found)

    threading.Thread(target=look_up, name=f"look up {name}", daemon=True).start()
    known = {FAMILIES[family]: str(address[0]) for family, *_, address in reversed(await answer) if family in FAMILIES}
    if not known:
        raise socket.gaierror(socket.EAI_NONAME, "no address of a family that is known")
    return known


def family_of(address: str) -> Family:
    """Of which family an address is; raise ValueError if it is a name."""
    return Family.IPV4 if ip_address(address).version == 4 else Family.IPV6
