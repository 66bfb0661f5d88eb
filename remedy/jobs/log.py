"""What cron wrote into its log: which jobs it started when, and when it was started itself (FIELD.md C5)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from remedy.shell.answers import Answers

CUT = 1000  # characters of a line that the probe keeps
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LINES = (  # how the daemons say that they start a job: vixie and cronie; busybox; dcron
    re.compile(r"\((?P<user>[^)]*)\) CMD \((?P<command>.*?)\)?"),
    re.compile(r"(?:USER|user) (?P<user>\S+) pid cmd (?P<command>.*)"),
    re.compile(r"FILE \S+ USER (?P<user>\S+) PID (?P<command>.*)"),
)


@dataclass(frozen=True)
class Log:
    """`source` is where it was read, "" if nowhere. Moments are Unix seconds by the clock that the host then had."""

    source: str = ""
    first: float | None = None  # the first line that was read
    runs: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    starts: tuple[float, ...] = ()  # of the daemon

    def moments(self, user: str, command: str) -> tuple[float, ...]:
        """When the user's command, as the log shows it, was started."""
        found = self.runs.get((user, command), ())
        if len(command) > CUT // 2:  # longer lines may be cut anywhere
            long = [moments for (who, cut), moments in self.runs.items() if _is_cut_of(user, command, who, cut)]
            found = (*found, *(moment for moments in long for moment in moments))
        return tuple(sorted(found))

    def last_before(self, end: float) -> float | None:
        """The last moment before `end` that it tells of."""
        told = (*self.starts, *(moment for moments in self.runs.values() for moment in moments))
        return max((moment for moment in told if moment < end), default=None)


def read_log(answers: Answers, now: float, tz: tzinfo) -> Log:
    """What the probe's `jobs_ran MOMENT,MOMENT... LINE` say."""
    runs: dict[tuple[str, str], list[float]] = defaultdict(list)
    starts: list[float] = []
    for answer in answers:
        if answer.name == "jobs_ran":
            stamps, _, line = answer.output.partition(" ")
            moments = [m for stamp in stamps.split(",") if (m := moment(stamp, now, tz)) is not None]
            match = next(filter(None, (form.fullmatch(line) for form in LINES)), None)
            if match:
                runs[match["user"], match["command"].strip()] += moments
            elif line.startswith("(CRON) STARTUP"):
                starts += moments
    source, _, first = answers.text("jobs_log").partition(" ")
    return Log(
        source="" if source == "none" else source,
        first=moment(first, now, tz),
        runs={key: tuple(sorted(moments)) for key, moments in runs.items()},
        starts=tuple(sorted(starts)),
    )


def moment(stamp: str, now: float, tz: tzinfo) -> float | None:
    """Unix seconds of a log's stamp: 1764000000, 2026-11-24T02:30:01.5+09:00 or Nov_24_02:30:01; None if it is none."""
    if stamp.isdecimal() and len(stamp) < 12:
        return float(stamp)
    for written in _readings(stamp, now, tz):
        if written.timestamp() <= now + 86400:
            return written.timestamp()
    return None


def _readings(stamp: str, now: float, tz: tzinfo) -> Iterator[datetime]:
    """The moments that may be meant, the latest first: syslog leaves out the year."""
    match = re.fullmatch(r"([A-Z][a-z]{2})_+(\d{1,2})_(\d\d:\d\d:\d\d)", stamp)
    written = [stamp]
    if match and match[1] in MONTHS:
        month, year = MONTHS.index(match[1]) + 1, (datetime.fromtimestamp(now, tz) + timedelta(days=1)).year
        written = [f"{y}-{month:02}-{int(match[2]):02}T{match[3]}" for y in (year, year - 1)]
    for text in written:
        with suppress(ValueError):
            read = datetime.fromisoformat(text)
            yield read if read.tzinfo else read.replace(tzinfo=tz)


def _is_cut_of(user: str, command: str, who: str, cut: str) -> bool:
    return who == user and CUT // 2 < len(cut) < len(command) and command.startswith(cut)
