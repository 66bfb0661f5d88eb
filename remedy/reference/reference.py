"""The true time as the controller knows it, with a bound on its error, tied to time.monotonic()."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from remedy.errors import NoReferenceError
from remedy.reference.intersection import MINDISP, Interval, agreed
from remedy.reference.sntp import PHI, SECOND
from remedy.reference.survey import Word, survey

ROUNDING = 5e-7  # seconds: what Unix time loses as a float, twice
PAIRS = 8  # readings of the wall clock, of which the tightest counts


@dataclass(frozen=True)
class ServerReport:
    """What came of one server. `rejected` says why it is not believed; None: the reference rests on it.

    `offset` is its time minus the reference, and `error` the bound on its own error, in seconds; None where it told no
    time. Of several addresses, `address` is the one with the tightest bound.
    """

    server: str
    address: str | None = None
    stratum: int | None = None
    offset: float | None = None
    error: float | None = None
    rejected: str | None = None


@dataclass(frozen=True)
class Reference:
    """The true time: `anchor` is Unix time minus time.monotonic(), right within `error` seconds at `measured`.

    `source` is "ntp", or "local": the controller's own clock. Nothing that is done to that clock afterwards matters.
    """

    source: str
    anchor: float
    error: float
    measured: float
    servers: tuple[ServerReport, ...] = ()
    warnings: tuple[str, ...] = ()

    def at(self, monotonic: float) -> float:
        """The true Unix time at that moment of time.monotonic()."""
        return self.anchor + monotonic

    def error_at(self, monotonic: float) -> float:
        """How far from the truth `at` may be at that moment, in seconds.

        It grows by 15 ppm, which is what RFC 5905 (PHI, section 4) takes a clock between two readings to drift at most.
        A time service that just slews the controller's clock bends its monotonic clock as well, by 500 ppm or more, so
        a run of hours has to measure anew.
        """
        return self.error + PHI * abs(monotonic - self.measured)

    def as_json(self) -> dict[str, Any]:
        """The reference as the JSON document has it."""
        servers = [
            {
                "server": report.server,
                "address": report.address,
                "stratum": report.stratum,
                "offset_s": report.offset,
                "error_s": report.error,
                "rejected": report.rejected,
            }
            for report in self.servers
        ]
        return {"source": self.source, "servers": servers, "error_s": self.error, "warnings": list(self.warnings)}


def measure(servers: Sequence[str], local_clock: str = "auto", timeout: float = 3.0) -> Reference:
    """The true time, from all servers at once, in little more than `timeout` seconds; raises NoReferenceError.

    Each server has one vote, however many addresses it has; those settle its word among themselves, by the same rule.
    - Several told the time: a majority of them must agree (of two: both).
    - One told it, and is the only one configured: its word is taken, with a warning.
    - One told it, and the others gave no answer at all: the same, for whoever repairs a half-dead network. But if
      anything came from the others that can't be believed, nobody can tell which of them is right.
    - None told it: this machine's own clock, if nothing came from any server, `local_clock` is "auto" and the kernel
      says that it is synchronised; with a warning.

    Once a majority of all configured servers agrees, nothing that is still to come can change the outcome; the rest
    gets a moment to sharpen it.
    """
    votes = _Votes(survey(tuple(dict.fromkeys(servers)), timeout, lambda words: _Votes(words).settled))
    if not any(word.answered for word in votes.words):
        return _own_clock(votes, local_clock)
    if votes.objection or not votes.agreement:
        raise votes.refusal(votes.objection)
    return Reference(
        source="ntp",
        anchor=votes.agreement.middle / SECOND,
        error=votes.agreement.radius / SECOND + ROUNDING,
        measured=votes.moment / SECOND,
        servers=votes.reports(votes.agreement),
        warnings=votes.warnings(votes.agreement),
    )


class _Votes:
    """What the servers said, counted at one moment of time.monotonic_ns().

    `claims` is what Unix time minus that clock is, in nanoseconds, by each server that told the time.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        self.moment = time.monotonic_ns()
        self.words = words
        self.voters = [word for word in words if not word.same_as]
        claims = {word.server: _claim(word, self.moment) for word in words}
        self.claims = {server: claim for server, claim in claims.items() if claim}
        self.agreement = agreed(list(self.claims.values()), len(self.claims))

    @property
    def settled(self) -> bool:
        """Whether those agree already whom the rest can't outvote."""
        return agreed(list(self.claims.values()), len(self.voters)) is not None

    @property
    def alone(self) -> str | None:
        """The only server that told the time."""
        return next(iter(self.claims)) if len(self.claims) == 1 else None

    @property
    def objection(self) -> str:
        """Why this is no reference; nothing if it is one."""
        if not self.claims:
            return "no NTP server told a time that can be believed"
        if not self.agreement:
            return "the NTP servers disagree"
        if self.alone and any(word.answered for word in self.voters if word.server != self.alone):
            return f"only {self.alone} told the time, and others gave answers to be wary of"
        return ""

    def reports(self, agreement: Interval) -> tuple[ServerReport, ...]:
        """Each server beside what they agreed on."""
        return tuple(_report(word, self.claims.get(word.server), agreement) for word in self.words)

    def warnings(self, agreement: Interval) -> tuple[str, ...]:
        """What has to be known of the result: whose word was taken unchecked, and who answered and is not believed."""
        unchecked = []
        if self.alone:
            number = "only one NTP server is configured" if len(self.voters) == 1 else "only one NTP server answered"
            unchecked = [f"{number}: the word of {self.alone} is taken unchecked"]
        answered = {word.server for word in self.words if word.answered}
        return (
            *unchecked,
            *(
                f"the NTP server {report.server} is not believed: it {report.rejected}"
                for report in self.reports(agreement)
                if report.rejected and report.server in answered
            ),
        )

    def refusal(self, why: str) -> NoReferenceError:
        """The error that says why there is no reference, and what each server said."""
        return NoReferenceError("\n".join([f"no trustworthy time: {why}", *map(self._said, self.words)]))

    def _said(self, word: Word) -> str:
        claim = self.claims.get(word.server)
        if not claim:
            return f"{word.server} {word.why}"
        told = datetime.fromtimestamp((claim.middle + self.moment) / SECOND, UTC)
        return f"{word.server} says {told:%Y-%m-%d %H:%M:%S.%f} UTC, right within {claim.radius / SECOND:.6f} s"


def _claim(word: Word, moment: int) -> Interval | None:
    intervals = []
    for sample in word.samples.values():
        radius = sample.distance + int(PHI * (moment - sample.moment)) + 1
        intervals.append(Interval(sample.anchor - radius, sample.anchor + radius))
    return agreed(intervals, len(intervals))


def _report(word: Word, claim: Interval | None, agreement: Interval) -> ServerReport:
    if not word.samples:
        return ServerReport(word.server, rejected=word.why)
    address, sample = min(word.samples.items(), key=lambda item: item[1].distance)
    report = ServerReport(word.server, str(address), sample.stratum)
    if not claim:
        return replace(report, rejected=word.why)
    offset = (claim.middle - agreement.middle) / SECOND
    report = replace(report, offset=offset, error=claim.radius / SECOND)
    if claim.at_least(MINDISP).meets(agreement):
        return report
    return replace(report, rejected=f"is {abs(offset):.3f} s {'ahead of' if offset > 0 else 'behind'} the majority")


def _own_clock(votes: _Votes, local_clock: str) -> Reference:
    """The reference by this machine's own clock, for want of any answer; raises NoReferenceError if it is no good."""
    from remedy.reference import kernelclock  # seldom needed, and ctypes takes its time

    silence = "no NTP server answers" if votes.words else "no NTP server is configured"
    if local_clock != "auto":
        raise votes.refusal(f"{silence}, and local_clock does not allow this machine's own clock")
    try:
        clock = kernelclock.read()
    except OSError as trouble:
        raise votes.refusal(f"{silence}, and of this machine's own clock nothing is known: {trouble}") from trouble
    if clock.trouble:
        raise votes.refusal(f"{silence}, and this machine's own clock is no help: {clock.trouble}")
    anchor, radius, moment = min((_wall_clock() for _ in range(PAIRS)), key=lambda reading: reading[1])
    return Reference(
        source="local",
        anchor=anchor / SECOND,
        error=clock.maxerror + radius / SECOND + ROUNDING,
        measured=moment / SECOND,
        servers=tuple(ServerReport(word.server, rejected=word.why) for word in votes.words),
        warnings=(
            f"{silence}: this machine's own clock is taken for the true time, since its kernel says that it is"
            f" synchronised and right within {clock.maxerror:.3g} s; that is wrong if this machine was paused, too",
        ),
    )


def _wall_clock() -> tuple[int, int, int]:
    """Unix time by this machine minus its monotonic time, how far that may be off, and when; nanoseconds."""
    before = time.monotonic_ns()
    unix = time.time_ns()
    after = time.monotonic_ns()
    return unix - (before + after) // 2, (after - before) // 2 + 1, after
