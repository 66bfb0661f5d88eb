"""anacron: what it is to run every so many days, and when it last did (anacrontab(5))."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from remedy.shell.answers import Answers

PERIODS = {"@daily": 1, "@weekly": 7, "@monthly": 31, "@yearly": 366, "@annually": 366}


@dataclass(frozen=True)
class AnacronJob:
    """`last` is the day on which anacron began the run that did it last; None: it never did, as far as it knows."""

    name: str
    period: int  # days
    command: str
    last: date | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether anacron should have run it on an earlier day than this one."""
        return self.last is not None and (today - self.last).days > self.period


def read_anacron(answers: Answers, anacrontab: str) -> tuple[AnacronJob, ...]:
    """The jobs of anacrontab with their stamps; none where anacron is not installed."""
    if not any(answer.name == "jobs_has" and answer.output == "anacron" for answer in answers):
        return ()
    stamps = dict(_stamps(answers))
    return tuple(_jobs(anacrontab, stamps))


def _jobs(anacrontab: str, stamps: dict[str, date]) -> Iterator[AnacronJob]:
    for line in anacrontab.splitlines():
        match = re.match(r"\s*(\d{1,5}|@\w+)\s+\d+\s+(\S+)\s+(.+)", line)
        if match is None:
            continue
        period = int(match[1]) if match[1].isdecimal() else PERIODS.get(match[1])
        if period:
            yield AnacronJob(match[2], period, match[3].strip(), stamps.get(match[2]))


def _stamps(answers: Answers) -> Iterator[tuple[str, date]]:
    """What /var/spool/anacron holds: a file a job, with a day as YYYYMMDD in it."""
    for answer in answers:
        match = re.match(r"(\d{4})(\d\d)(\d\d) (.+)", answer.output)
        if answer.name == "jobs_stamp" and match:
            try:
                yield match[4], date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
