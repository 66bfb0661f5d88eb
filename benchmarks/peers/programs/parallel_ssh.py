"""parallel-ssh: one client, the script as a command."""

import shlex
import sys
from pathlib import Path

from pssh.clients import ParallelSSHClient

names, script, folder, _, port, parallel = sys.argv[1:]
client = ParallelSSHClient(
    Path(names).read_text().split(),
    port=int(port),
    pkey=f"{folder}/id",
    pool_size=int(parallel),
    allow_agent=False,
)
outputs = client.run_command(f"sh -c {shlex.quote(Path(script).read_text())}", use_pty=False)
client.join(outputs)
said = [list(output.stdout) for output in outputs]
sys.exit(any(output.exit_code for output in outputs) or not all(said))
