"""ProxyCommand of ssh_config: a process that speaks for the host on a socket.

Paramiko's own spins on a process that ended and leaves it behind as a zombie.
"""

import re
import socket
import subprocess
import tempfile

from remedy.shell.answers import printable

PATIENCE = 1.0  # seconds that it has to end when its socket is closed


class ProxyProcess:
    """The process, as ssh(1) starts it: by a shell's exec, with its standard input and output on `socket`.

    `given` is the host's name before ssh_config made `host` of it.
    """

    def __init__(self, command: str, given: str, host: str, port: int, user: str) -> None:
        tokens = {"%h": host, "%n": given, "%p": str(port), "%r": user, "%%": "%"}
        expanded = re.sub("%.", lambda match: tokens.get(match[0], match[0]), command)
        self.socket, theirs = socket.socketpair()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the process
        with theirs:
            end = theirs.fileno()
            shell = ["/bin/sh", "-c", f"exec {expanded}"]
            self._process = subprocess.Popen(shell, stdin=end, stdout=end, stderr=self._complaints.fileno())

    @property
    def complaint(self) -> str:
        """The last line that it wrote to standard error."""
        self._complaints.seek(0)
        lines = printable(self._complaints.read()).strip().splitlines()
        return lines[-1] if lines else ""

    def close(self) -> None:
        """End it, and wait for its end."""
        self.socket.close()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.close()
