"""A command of an SSH client, run by a real shell with real pipes; when the client goes, they close, as with sshd."""

import asyncio
import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncssh

CHUNK = 64 * 1024  # bytes
SIGNALS = {2: "INT", 9: "KILL", 13: "PIPE", 14: "ALRM", 15: "TERM"}


async def run_shell(
    process: asyncssh.SSHServerProcess[bytes], command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> None:
    """Run the command for the client until it has ended and all its output is told."""
    (from_child, stdout), (errors, stderr) = os.pipe(), os.pipe()
    (reader, pipe), (error_reader, error_pipe) = await _open(from_child), await _open(errors)
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
    finally:
        os.close(stdout)
        os.close(stderr)
    feeding = asyncio.create_task(_feed(process, child))
    telling = asyncio.gather(_tell(reader, pipe, process.stdout), _tell(error_reader, error_pipe, process.stderr))
    status = await child.wait()
    await telling  # whoever else holds the pipes may go on to talk
    feeding.cancel()
    with contextlib.suppress(asyncssh.Error, OSError):  # the client may have gone
        if status < 0:
            process.exit_with_signal(SIGNALS.get(-status, "TERM"))
        else:
            process.exit(status)


async def _open(end: int) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    """The reading end of a pipe."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(end, "rb"))
    return reader, transport


async def _feed(process: asyncssh.SSHServerProcess[bytes], child: asyncio.subprocess.Process) -> None:
    """Give the child what the client sends, to the end of it or of either."""
    if not child.stdin:
        return
    with contextlib.suppress(asyncssh.Error, OSError):
        while data := await process.stdin.read(CHUNK):
            child.stdin.write(data)
            await child.stdin.drain()
    child.stdin.close()


async def _tell(reader: asyncio.StreamReader, pipe: asyncio.BaseTransport, writer: asyncssh.SSHWriter[bytes]) -> None:
    """Tell the client what the child prints; once it is gone, close the pipe, whose writers then get SIGPIPE."""
    try:
        with contextlib.suppress(asyncssh.Error, OSError):
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
    finally:
        pipe.close()
