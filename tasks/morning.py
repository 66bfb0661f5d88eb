"""The morning after: everything that the night broke, and one side of it each."""

from typing import TYPE_CHECKING

from tasks.command import ROLLING, fleet_command, gap, rolled, seconds, words

if TYPE_CHECKING:
    from remedy.request import Request

ONLY = "services, sites, jobs, backups, checks, clock, timeservice"


@fleet_command(
    dry_run="print the commands that would be run, and run none",
    yes="run missing backups without asking",
    allow_backward="set a clock back even by more than 1 s (databases and mail servers suffer from that)",
    skip="leave these out, with commas between them",
    only=f"put right only these, with commas between them: {ONLY}",
    wait="how long to wait for hosts that do not answer, such as 2h; each is handled the moment it does",
    resume="handle only the hosts that did not end right in that run: an id of `fab history`, or: last, the newest run "
    "that was to put something right",
    since="when clocks stood still, if they are right again already: from then (2017-08-30T02:00+09:00)...",
    until="...until then (default: now)",
    html="also write the run to this file, as a page to read",
    junit="also write the run to this file, as JUnit has it",
    mail="mail the run to those whom `mail:` of hosts.yaml names",
    **ROLLING,
)
def post_mainte(
    request: "Request",
    dry_run: bool = False,
    yes: bool = False,
    allow_backward: bool = False,
    skip: str = "",
    only: str = "",
    wait: str = "",
    resume: str = "",
    since: str = "",
    until: str = "",
    html: str = "",
    junit: str = "",
    mail: bool = False,
    rolling: str = "",
    max_failures: str = "",
) -> int:
    """Put right what the night broke: clock, time service, services, sites, jobs, backups, checks."""
    from remedy.command import post_mainte
    from remedy.request import Morning

    how = Morning(
        dry_run=dry_run,
        yes=yes,
        allow_backward=allow_backward,
        skip=words(skip),
        only=words(only),
        gap=gap(since, until),
        wait=seconds("wait", wait),
        resume=resume,
        html=html,
        junit=junit,
        mail=mail,
    )
    return post_mainte(rolled(request, rolling, max_failures), how)


@fleet_command()
def check_services(request: "Request") -> int:
    """Tell which services do not run, and why; change nothing."""
    from remedy.command import check

    return check(request, "services")


@fleet_command()
def check_sites(request: "Request") -> int:
    """Tell how each host's web sites answer; change nothing."""
    from remedy.command import check

    return check(request, "sites")


@fleet_command(
    since="when clocks stood still, if they are right again already: from then (2017-08-30T02:00+09:00)...",
    until="...until then (default: now)",
)
def check_jobs(request: "Request", since: str = "", until: str = "") -> int:
    """Tell which cron lines and timers did not fire; change nothing."""
    from remedy.command import check

    return check(request, "jobs", gap=gap(since, until))


@fleet_command()
def check_backups(request: "Request") -> int:
    """Tell how old each host's backups are; change nothing."""
    from remedy.command import check

    return check(request, "backups")


@fleet_command(
    dry_run="print the commands that would be run, and run none",
    all="run every backup, be it as fresh as it may",
    **ROLLING,
)
def run_backups(
    request: "Request",
    dry_run: bool = False,
    all: bool = False,  # noqa: A002  the option's name
    rolling: str = "",
    max_failures: str = "",
) -> int:
    """Run the backups that are missing or stale, and follow them to their end."""
    from remedy.command import run_backups

    request = rolled(request, rolling, max_failures)
    return run_backups(request, dry_run=dry_run, run_all=all)
