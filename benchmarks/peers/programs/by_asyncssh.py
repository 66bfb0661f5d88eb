"""asyncssh: so many connections at once, the script on standard input."""

import asyncio
import sys
from pathlib import Path

import asyncssh

names, script, folder, config, _, parallel = sys.argv[1:]


async def one(host: str, text: str, turns: asyncio.Semaphore) -> str:
    async with turns, asyncssh.connect(host, config=[config], known_hosts=f"{folder}/known_hosts") as connection:
        done = await connection.run("sh -s", input=text, check=True)
        return str(done.stdout)


async def main() -> None:
    turns = asyncio.Semaphore(int(parallel))
    text = Path(script).read_text()
    await asyncio.gather(*(one(host, text, turns) for host in Path(names).read_text().split()))


asyncio.run(main())
