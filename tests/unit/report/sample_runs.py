"""Runs as they come out of a morning after, for the views to show."""

from datetime import UTC, datetime, timedelta
from typing import Any

from remedy.model import Finding, HostReport, Level, Run, Step, Verdict

STARTED = datetime(2017, 8, 29, 20, 0, tzinfo=UTC)
SERVERS = ("ntp.nict.jp", "ntp1.sakura.ad.jp", "ntp.jst.mfeed.ad.jp")
REFERENCE: dict[str, Any] = {
    "source": "ntp",
    "servers": [{"server": name, "stratum": 1, "rejected": None} for name in SERVERS],
    "error_s": 0.0021,
    "warnings": [],
}
LOCAL = {
    **REFERENCE,
    "source": "local",
    "servers": [],
    "warnings": ["no NTP server answers: this machine's clock counts"],
}
REPAIR = "step the clock and start ntpd"
STOP = Step(REPAIR, "systemctl stop ntpd", 0, 0.2)
STEP = Step(REPAIR, "ntpdate -b -u ntp1.sakura.ad.jp", 0, 1.2, "step time server 203.0.113.1 offset 10798.400000 sec")
START = Step(REPAIR, "systemctl start ntpd", 0, 0.3)
ADDING = "echo '203.0.113.13 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDTF8FKXZa3WAfA3WyRLSseTmSw5' >> ~/.ssh/known_hosts"
COMMANDS = (
    "systemctl stop ntpd.service",
    "ntpdate -b -u ntp1.sakura.ad.jp ntp.nict.jp a-server-with-a-long-name.of-the-provider.example.jp",
    "systemctl start ntpd.service",
    "systemctl enable ntpd.service",
)


def clock(before: float, after: float | None = None) -> dict[str, Any]:
    """The section of the clock topic."""
    return {
        "before": {"offset_s": before, "error_s": 0.004 if abs(before) > 1 else 0.0008},
        "after": None if after is None else {"offset_s": after, "error_s": 0.001},
    }


def service(running: bool = True, enabled: bool = True, synchronised: bool | None = True) -> dict[str, Any]:
    """The section of the time service topic."""
    return {"name": "ntpd", "running": running, "enabled": enabled, "synchronised": synchronised}


def right(name: str, offset: float = 0.0007) -> HostReport:
    """A host with nothing wrong."""
    sections = {"clock": clock(offset), "timeservice": service()}
    return HostReport(name, "203.0.113.9", Verdict.OK, sections, (Finding("clock", Level.OK, "right"),), seconds=0.8)


def wrong(name: str, verdict: Verdict = Verdict.FAILING, planned: tuple[str, ...] = ()) -> HostReport:
    """A host three hours behind, its time service dead."""
    sections = {"clock": clock(-10798.4), "timeservice": service(running=False, enabled=False, synchronised=None)}
    findings = (
        Finding("clock", Level.BAD, "the clock is 2 h 59 min 58 s behind", "recover-time steps it forward"),
        Finding("timeservice", Level.WARN, "ntpd is not started at boot"),
        Finding("timeservice", Level.BAD, "ntpd is stopped"),
    )
    return HostReport(name, "203.0.113.10", verdict, sections, findings, planned, seconds=1.1)


def planned(name: str) -> HostReport:
    """The same host in a dry run."""
    return wrong(name, Verdict.PLANNED, COMMANDS)


def repaired(name: str, offset: float = -10798.4) -> HostReport:
    """A host that was put right."""
    sections = {"clock": clock(offset, 0.0004), "timeservice": service(synchronised=False)}
    return HostReport(name, "203.0.113.11", Verdict.REPAIRED, sections, steps=(STOP, STEP, START), seconds=3.2)


def silent(name: str) -> HostReport:
    """A host that does not answer."""
    error = f"{name}: 203.0.113.12 port 22 did not answer within 10 s (connect deadline)"
    return HostReport(name, "203.0.113.12", Verdict.UNREACHABLE, error=error, seconds=10.0)


def unknown_key(name: str) -> HostReport:
    """A host whose key nobody has seen before."""
    error = (
        f"{name}: the host key of 203.0.113.13 is not known. It shows ssh-ed25519"
        " SHA256:GcJ7dRM3e8Ns8bq2zJXUkAg6xOmiIoqzdSkxzR2h6lI: if `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`"
        f" says the same on the host, add it, or use --accept-new: `{ADDING}`"
    )
    return HostReport(name, "203.0.113.13", Verdict.UNREACHABLE, error=error, seconds=0.3)


def stubborn(name: str) -> HostReport:
    """A host whose clock did not follow."""
    refusal = Step(REPAIR, STEP.command, 1, 8.1, "Can't adjust the time of day: Operation not permitted")
    lost = Step(REPAIR, START.command, None, 0.0)
    finding = Finding(
        "clock", Level.BAD, "the clock can't be set: this is a container", "Step the clock of its machine."
    )
    sections = {"clock": clock(-10798.4, -10798.3), "timeservice": service()}
    steps = (STOP, refusal, lost)
    return HostReport(name, "203.0.113.14", Verdict.FAILING, sections, (finding,), steps=steps, seconds=9.0)


def run(command: str, *hosts: HostReport, dry_run: bool = False, reference: dict[str, Any] | None = REFERENCE) -> Run:
    """A run over these hosts."""
    finished = STARTED + timedelta(seconds=12)
    return Run("20170829T200000Z-1f2e", command, dry_run, STARTED, finished, reference, hosts)


def a_morning_after() -> Run:
    """One host of each kind that the time topics know."""
    hosts = (right("db1"), repaired("web1"), repaired("web2"), silent("db2"), unknown_key("cache"), stubborn("mail"))
    return run("recover-time", *hosts)


def a_large_fleet() -> Run:
    """Three hundred hosts, most of them alike."""
    hosts = [repaired(f"web{i:03}", -10798.4 - i / 100) for i in range(1, 201)]
    hosts += [right(f"db{i}", i / 100_000) for i in range(1, 91)]
    hosts += [silent(f"mx{i}") for i in range(1, 9)] + [wrong("old"), stubborn("mail")]
    return run("recover-time", *hosts)


RUNS = {
    "check-one": run("check-time", wrong("web1")),
    "check-right": run("check-time", right("web1")),
    "dry-run": run("recover-time", planned("web1"), right("db1"), dry_run=True, reference=LOCAL),
    "morning-after": a_morning_after(),
    "large-fleet": a_large_fleet(),
}
