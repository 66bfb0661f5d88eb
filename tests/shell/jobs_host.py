"""A fake host that has crontabs, a cron daemon and logs; its clock says NOW, in the zone of Tokyo."""

from datetime import datetime
from zoneinfo import ZoneInfo

from .fake_host import FakeHost

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = int(datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO).timestamp())


def furnish(host: FakeHost) -> None:
    """Give it what the probe asks for; its files belong to root, whoever runs the tests."""
    host.borrow("awk", "env", "find", "mkfifo", "mv")
    host.put("usr/bin/date", f'#!/bin/sh\ncase $1 in "+%s %z") echo {NOW} +0900 ;; +%s) echo {NOW} ;; esac\n')
    host.put(
        "usr/bin/stat",
        "#!/bin/sh\nshift 3\nfor file; do\n"
        'printf "%s %s\\n" "$(cat "$STATE/mode-${file##*/}" 2>/dev/null || echo 644 0 root)" "$file"\ndone\n',
    )
    (host.root / "proc/uptime").unlink()
    (host.root / "proc/uptime").write_text("864000.00 1.00\n")
    (host.root / "etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")


def run_daemon(
    host: FakeHost, name: str, words: str = "", number: int = 4711, started: int = 1000, has_comm: bool = True
) -> None:
    """Let a daemon run, whose program holds these words, since `started` seconds after the boot."""
    host.run_process(number, name, f"/usr/sbin/{name} -f", has_comm, started)
    host.put(f"proc/{number}/environ", "HOME=/\0TZ=Asia/Tokyo\0PATH=/usr/bin:/bin\0")
    host.put(f"usr/sbin/{name}", words)
    (host.root / f"proc/{number}/exe").symlink_to(host.root / f"usr/sbin/{name}")


def switch_to_systemd(host: FakeHost, units: str) -> None:
    """Let systemd be its init, which says this of cron and the timers."""
    (host.root / "run/systemd/system").mkdir(parents=True)
    host.put("state/units", units)
    host.put("usr/bin/systemctl", '#!/bin/sh\necho "systemctl $1 $TZ" >>"$STATE/log"\ncat "$STATE/units"\n')


def entry(moment: float, uptime: float, message: str, boot: str = "a", name: str = "CRON", uid: int = 0) -> str:
    """An entry of a journal in its export format."""
    return (
        f"__CURSOR=s=1\n__REALTIME_TIMESTAMP={int(moment * 1e6)}\n__MONOTONIC_TIMESTAMP={int(uptime * 1e6)}\n"
        f"_BOOT_ID={boot * 32}\n_UID={uid}\nSYSLOG_IDENTIFIER={name}\n_COMM=sh\nMESSAGE={message}\n\n"
    )


def keep_journal(host: FakeHost, *entries: str) -> None:
    """Let journalctl tell these entries."""
    host.put("state/journal", "".join(entries))
    host.put("usr/bin/journalctl", '#!/bin/sh\necho "journalctl $*" >>"$STATE/log"\ncat "$STATE/journal"\n')
