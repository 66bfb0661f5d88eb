"""The ping for whoever watches the monitor, who gives the alarm when it stays away."""

import asyncio

PING_SECONDS = 10.0  # for all of it: a server that drips must not hold up the rounds


def ping(url: str) -> str:
    """Ask for the URL; why that did not go well, without the URL, which is a secret. Empty: it did."""
    import httpx2

    try:
        return asyncio.run(_ask(url))
    except TimeoutError:
        return f"no answer within {PING_SECONDS:g} s"
    except httpx2.HTTPError as error:
        return type(error).__name__


async def _ask(url: str) -> str:
    import httpx2

    async with (
        asyncio.timeout(PING_SECONDS),
        httpx2.AsyncClient(timeout=None) as client,
        client.stream("GET", url) as answer,
    ):
        return "" if answer.is_success else f"it answers {answer.status_code}"
