"""A fleet of which everything is known that the status page can tell, on the morning of 2017-08-31 in Tokyo."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from remedy.history import PastRun
from remedy.history.past import STATES
from remedy.inventory import Host, Window
from remedy.inventory.host import Site
from remedy.inventory.kinds import MOMENT
from remedy.maintenance import Announced
from remedy.watch.model import LOGIN, NETWORK, ClockStanding, Event, Kind, Reading, Standing, State, Subject
from remedy.watch.status.known import Happening, Known, Outbox

ZONE = "Asia/Tokyo"
NOW: float = MOMENT("2017-08-31T06:00 Asia/Tokyo").timestamp()
MINUTE, HOUR = 60.0, 3600.0
SITE = "https://www.example.jp/"
REFUSED = "port 22: connection refused"

HOSTS = {
    name: Host(name=name, address=f"203.0.113.{number}", groups=("tokyo",) if name == "db1" else ())
    for number, name in enumerate(("app1", "db1", "fine1", "late1", "mail1", "new1", "slow1", "web1"), 10)
}
HOSTS["app1"] = replace(HOSTS["app1"], sites=(Site(url=SITE),))


def hours_ago(hours: float) -> float:
    return NOW - hours * HOUR


def up(hours: float = 100, **more: Any) -> Standing:
    return Standing(hours_ago(hours), looked=NOW - 12, seconds=0.0123, **more)


def down(hours: float, **more: Any) -> Standing:
    return Standing(hours_ago(hours), True, looked=NOW - 12, was_bad=True, trouble=REFUSED, **more)


STANDINGS: Mapping[Subject, Standing] = {
    Subject("app1"): up(),
    Subject("app1", LOGIN): up(),
    Subject("app1", SITE): replace(down(1, is_told=True), trouble="answers 500"),
    Subject("db1"): down(2),
    Subject("fine1"): up(),
    Subject("late1"): up(was_bad=True, streak=1, trouble=REFUSED),
    Subject("mail1"): replace(down(0.1, is_flapping=True), turns=(NOW - 600,)),
    Subject("slow1"): up(),
    Subject("web1"): down(3.5, is_told=True),
    Subject("web1", LOGIN): up(),
}

CLOCKS = {
    "fine1": ClockStanding(NOW - 240, 0.0012, 0.0004),
    "slow1": ClockStanding(NOW - 240, -3600.0, 0.01, is_wrong=True),
}


def readings(name: str, jumps: bool = False) -> Iterator[Reading]:
    """One each half hour, but for a night in which nothing was read."""
    for number in range(96):
        if not 30 < number < 40:
            offset = -3600.0 if jumps and number > 80 else 0.001 * (number % 5 - 2)
            yield Reading(name, NOW - (96 - number) * HOUR / 2, offset, 0.0004)


def window(begin: str, end: str, *hosts: str, url: str | None = None) -> Window:
    return Window(from_=MOMENT(f"{begin} {ZONE}"), to=MOMENT(f"{end} {ZONE}"), hosts=hosts, notice=url)


ANNOUNCED = (
    Announced("hosts.yaml:1", window("2017-08-30T02:00", "2017-08-30T05:00", "fine1"), "hosts.yaml"),
    Announced(
        "m1", window("2017-08-31T03:00", "2017-08-31T07:00", "tokyo", url="https://provider.example/123"), "added"
    ),
    Announced("m2", window("2017-08-31T12:00", "2017-08-31T15:00"), "added"),
    Announced("m3", window("2017-08-31T01:00", "2017-08-31T23:00"), "added", datetime(2017, 8, 29, tzinfo=UTC)),
)


def event(kind: Kind, subject: Subject, hours: float, lasted: float = 0.0, **more: Any) -> Event:
    """Something that was decided then; a return after so many hours."""
    since = hours_ago(hours)
    return Event(kind, subject, since + 60, since, since - lasted * HOUR if lasted else None, **more)


HAPPENINGS = (
    Happening(event(Kind.DOWN, Subject("web1"), 3.5, trouble=REFUSED, is_down=True)),
    Happening(
        event(Kind.BACK, Subject("fine1"), 26, 2.5, until=hours_ago(25), is_return=True),
        "check: ok: right within 2 ms\n`fab report 7f3a` shows all of it",
    ),
    Happening(event(Kind.DOWN, Subject("fine1"), 28.5, trouble=REFUSED, is_down=True, is_quiet=True)),
    Happening(event(Kind.BACK, Subject("fine1", LOGIN), 40, 0.5)),
    Happening(Event(Kind.ONLINE, NETWORK, hours_ago(44), hours_ago(45))),
)


def run(name: str, command: str, dry_run: bool = False, **states: int) -> PastRun:
    started = datetime.fromtimestamp(hours_ago(26), UTC)
    counts = dict.fromkeys(STATES, 0) | states
    return PastRun(name, command, dry_run, (), started, started + timedelta(seconds=3), counts)


RUNS = (run("7f3a", "check", ok=1), run("11c2", "post-mainte", repaired=2, failing=1))

KNOWN = Known(
    now=NOW,
    hosts=HOSTS,
    state=State(STANDINGS, CLOCKS),
    happenings=HAPPENINGS,
    readings={"fine1": tuple(readings("fine1")), "slow1": tuple(readings("slow1", jumps=True))},
    announced=ANNOUNCED,
    outages={"fine1": 3},
    outbox=Outbox(),
    runs=RUNS,
    round_age=12.0,
)
