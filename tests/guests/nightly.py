"""A nightly backup on a guest, made by cron, that notes when it begins."""

import shlex
from collections.abc import Mapping
from datetime import datetime, timedelta

from .host import Host, until

SCRIPT = "/var/tmp/nightly"
CRONTAB = "/etc/cron.d/nightly"
GO, BEGUN = f"{SCRIPT}-go", f"{SCRIPT}-begun"
DUMP = "/var/backups/nightly-{}.dump"
OLD = timedelta(hours=25)
IN_HOSTS_YAML: Mapping[str, object] = {
    "name": "nightly",
    "evidence": {"file": DUMP.format("*")},
    "max_age": "26h",
    "run": SCRIPT,
}

LOOKS, PAUSE = 300, 0.5  # at most so many; seconds between them
UNTIL_TOLD = until(f"[ -e {GO} ]", LOOKS, PAUSE)
FAIL = "echo the disk is full; exit 3"


def install(host: Host, now: datetime, at: datetime, middle: str = "") -> None:
    """Have the backup made daily at that time, the last one 25 hours ago; `middle` is what it does, in sh."""
    script = ["#!/bin/sh", f"date >>{BEGUN}", middle, f"date >{DUMP.format('$(date +%s)')}"]
    files = {SCRIPT: "\n".join(script), CRONTAB: f"{at.minute} {at.hour} * * * root {SCRIPT}"}
    program = [f"echo {shlex.quote(text)} >{path}" for path, text in files.items()]
    last = DUMP.format("last")
    made = f"echo all >{last}; touch -d @{(now - OLD).timestamp():.0f} {last}"
    host.run("\n".join([*program, f"chmod +x {SCRIPT}", made]))


def begin(host: Host) -> None:
    """Let it begin as cron lets it; return when it has."""
    host.run(f"setsid {SCRIPT} </dev/null >/dev/null 2>&1 & {until(f'[ -e {BEGUN} ]', LOOKS, PAUSE)}")


def let_end(host: Host) -> None:
    """Let the one end that waits to be told so."""
    host.run(f"touch {GO}")


def wait_for_its_end(host: Host) -> None:
    """Return when one has been made; LabError if none is."""
    host.run(until(f"ls {DUMP.format('[1-9]*')} >/dev/null 2>&1", LOOKS, PAUSE))


def times_begun(host: Host) -> int:
    """How often it was begun."""
    return int(host.run(f"cat {BEGUN} 2>/dev/null | wc -l"))


def remove(host: Host) -> None:
    """Take it away again."""
    let_end(host)
    host.run(until(f"! pgrep -fx '/bin/sh {SCRIPT}' >/dev/null", LOOKS, PAUSE))
    host.run(f"rm -f {SCRIPT}* {CRONTAB} {DUMP.format('*')}")
