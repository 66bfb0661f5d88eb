"""What a round of looks means: the state before and what was seen in, the state after and events out.

Nothing here looks at a clock, a network or a disk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from remedy.watch.model import (
    LOGIN,
    NETWORK,
    SSH,
    ClockStanding,
    Event,
    Kind,
    Reading,
    Rule,
    Seen,
    Standing,
    State,
    Subject,
    Window,
)

DOWN_AFTER = 3  # looks in a row that have to say so
UP_AFTER = 2
GRACE = 600.0  # seconds after a window's end in which nobody is alarmed yet
RETRY = 0.25  # of an interval: when it is looked again at what seems to be about to change
FLAPS = 6  # turns within FLAP_SPAN intervals: three outages, however short
FLAP_SPAN = 30
STALE = 86400.0  # seconds without a look, after which the last ones say nothing
CALM = 10  # intervals without a turn, after which it flaps no more
SILENCES = 2  # in a row, after which a witness is none any more: one may be the very cut that it is to tell of
CLOCK_EVERY = 5  # intervals: a login costs thirty times what a knock at the port does


def next_look(state: State, host: str, sites: Iterable[str], now: float, rule: Rule) -> float:
    """When a host and its sites are to be looked at (again): soon, where the last looks say something new.

    That is at whole intervals, so that many hosts are looked at in one round.
    """
    ssh = state.standings.get(Subject(host))
    if ssh is None or ssh.looked > now:  # never, or this machine's clock was set back
        return now
    served = [state.standings.get(Subject(host, url)) for url in sites] if ssh.is_steadily_up else []
    is_news = ssh.streak or any(site and site.streak for site in served)
    return _next(ssh.looked, rule.interval * (RETRY if is_news else 1.0))


def is_clock_due(state: State, host: str, now: float, rule: Rule) -> bool:
    """Whether a host's clock is to be read: it is up, and it is time, or it was just silent for a moment."""
    ssh, login = state.standings.get(Subject(host)), state.standings.get(Subject(host, LOGIN))
    if ssh is None or not ssh.is_steadily_up:
        return False
    if login is None or login.looked > now or login.streak:
        return True
    return ssh.bad_at > login.looked or now >= _next(login.looked, CLOCK_EVERY * rule.interval)


def _next(moment: float, seconds: float) -> float:
    """The next moment that is a whole number of so many seconds."""
    return (moment // seconds + 1) * seconds


def judge(
    state: State,
    seen: Iterable[Seen],
    now: float,
    rules: Mapping[str, Rule],
    windows: Sequence[Window] = (),
    is_online: bool = True,
) -> tuple[State, tuple[Event, ...]]:
    """Given the state and what was looked at since, return the new state and what happened, in its order.

    With `is_online` False this machine reaches nobody: then what was seen says nothing of the hosts.
    """
    judging = _Judging(state, now, rules, windows)
    if not is_online:
        return judging.offline(seen), ()
    judging.back_online()
    for look in sorted(seen, key=lambda look: (look.subject.what != SSH, look.at)):  # the host first
        judging.look(look)
    for subject in tuple(judging.standings):
        if subject.host in rules:
            judging.time_passed(subject)
    return judging.state(), tuple(judging.events)


def judge_clocks(
    state: State, readings: Iterable[Reading], rules: Mapping[str, Rule], windows: Sequence[Window] = ()
) -> tuple[State, tuple[Event, ...]]:
    """The same for clocks that were read: an event where one has become wrong, or wrong by another amount."""
    clocks, events = dict(state.clocks), []
    for reading in readings:
        old, new = clocks.get(reading.host), _clock(clocks.get(reading.host), reading, rules[reading.host])
        clocks[reading.host] = new
        if new.is_wrong and not (old and old.is_awaited) and _is_new(old, reading, rules[reading.host]):
            events.append(_clock_event(reading, windows))
    return replace(state, clocks=clocks), tuple(events)


def judge_witness(state: State, answers: bool) -> State:
    """The same for those outside of the fleet who were asked."""
    silences = 0 if answers else state.silences + 1
    return replace(state, has_witness=answers or (state.has_witness and silences < SILENCES), silences=silences)


class _Judging:
    """One round, being judged."""

    def __init__(self, state: State, now: float, rules: Mapping[str, Rule], windows: Sequence[Window]) -> None:
        self._state, self._now, self._rules, self._windows = state, now, rules, windows
        self.standings: dict[Subject, Standing] = dict(state.standings)
        self._clocks = dict(state.clocks)
        self.events: list[Event] = []

    def state(self) -> State:
        """The state after the round."""
        return replace(self._state, standings=self.standings, clocks=self._clocks, offline_since=None, offline_rounds=0)

    def offline(self, seen: Iterable[Seen]) -> State:
        """The state after a round in which we reached nobody: nobody has come any nearer to being called down."""
        looked = {look.subject: look.at for look in seen}
        for subject, at in looked.items():
            self.standings[subject] = replace(self.standings.get(subject, Standing(since=at)), looked=at)
        self.standings = {
            subject: old if old.is_down else replace(old, streak=0, was_bad=False)
            for subject, old in self.standings.items()
        }
        since = self._state.offline_since or min(looked.values(), default=self._now)
        return replace(self.state(), offline_since=since, offline_rounds=self._state.offline_rounds + 1)

    def back_online(self) -> None:
        """Tell that we were offline, unless it was for a moment."""
        if (since := self._state.offline_since) is not None:
            is_quiet = self._state.offline_rounds < DOWN_AFTER
            self.events.append(Event(Kind.ONLINE, NETWORK, self._now, since, is_quiet=is_quiet))

    def look(self, seen: Seen) -> None:
        """Take one look into account. What a host serves says nothing while the host itself is in doubt."""
        if seen.subject.what != SSH and not self._is_host_up(seen.subject):
            return
        old = self.standings.get(seen.subject) or Standing(since=seen.at)
        if seen.at - old.looked > STALE:
            old = replace(old, streak=0)
        self.standings[seen.subject] = self._counted(seen, self._turned(seen, old))

    def time_passed(self, subject: Subject) -> None:
        """Tell what is to be told though nothing changed: an outage that outlasts its window, an end of flapping."""
        old = self.standings[subject]
        if not old.is_flapping and (old.is_told or not old.is_down):
            return
        if subject.what != SSH and not self._is_host_up(subject):
            return
        may_alarm = not (old.is_down and self._is_quiet(subject.host, self._now))
        if old.is_flapping and self._is_calm(subject, old) and may_alarm:
            self._tell(Kind.SETTLED, subject, old, is_return=subject.what == SSH and not old.is_down)
            self.standings[subject] = replace(old, is_flapping=False, turns=(), is_told=old.is_down)
        elif not old.is_flapping and may_alarm:
            self._tell(Kind.DOWN, subject, old)
            self.standings[subject] = replace(old, is_told=True)

    def _turned(self, seen: Seen, old: Standing) -> Standing:
        """Count how often looks turn from good to bad and back; too often is flapping."""
        is_bad = bool(seen.trouble)
        span = FLAP_SPAN * self._rules[seen.subject.host].interval
        turns = tuple(turn for turn in old.turns if turn > seen.at - span)
        if is_bad != old.was_bad and not self._is_quiet(seen.subject.host, seen.at):
            turns = (*turns, seen.at)
        is_flapping = old.is_flapping or len(turns) >= FLAPS
        new = replace(
            old,
            looked=seen.at,
            was_bad=is_bad,
            bad_at=seen.at if is_bad else old.bad_at,
            trouble=seen.trouble or old.trouble,
            seconds=seen.seconds,
            turns=turns[-FLAPS:],
            is_flapping=is_flapping,
        )
        if is_flapping and not old.is_flapping:
            self._tell(Kind.FLAPPING, seen.subject, replace(new, since=turns[0]))
        return new

    def _counted(self, seen: Seen, old: Standing) -> Standing:
        """Count the looks that say otherwise than what stands; enough of them in a row are believed."""
        if old.was_bad == old.is_down:
            return replace(old, streak=0)
        since = old.streak_since if old.streak else seen.at
        new = replace(old, streak=old.streak + 1, streak_since=since)
        if new.streak < (UP_AFTER if old.is_down else DOWN_AFTER):
            return new
        changed = replace(new, is_down=not old.is_down, since=since, streak=0, is_told=False)
        if changed.is_down:
            self._went_down(seen.subject, changed)
        else:
            self._came_back(seen.subject, old, changed)
        return changed

    def _went_down(self, subject: Subject, new: Standing) -> None:
        """Keep it, where nobody is told of it now; whether somebody is, `time_passed` sees."""
        if new.is_flapping or self._is_quiet(subject.host, self._now):
            self._tell(Kind.DOWN, subject, new, is_quiet=True)

    def _came_back(self, subject: Subject, old: Standing, new: Standing) -> None:
        is_return = subject.what == SSH and not old.is_flapping
        self._tell(Kind.BACK, subject, new, before=old.since, is_quiet=old.is_flapping, is_return=is_return)

    def _tell(
        self,
        kind: Kind,
        subject: Subject,
        standing: Standing,
        before: float | None = None,
        is_quiet: bool = False,
        is_return: bool = False,
    ) -> None:
        began = standing.since if before is None else before
        if is_return:
            self._clocks[subject.host] = replace(self._clocks.get(subject.host, ClockStanding()), is_awaited=True)
        self.events.append(
            Event(
                kind=kind,
                subject=subject,
                at=self._now,
                since=standing.since,
                before=before,
                **_announced(self._windows, subject.host, began, self._now),
                trouble=standing.trouble if kind in (Kind.DOWN, Kind.FLAPPING) or standing.is_down else "",
                is_down=standing.is_down,
                is_quiet=is_quiet,
                is_return=is_return,
            )
        )

    def _is_host_up(self, subject: Subject) -> bool:
        host = self.standings.get(Subject(subject.host))
        return host is not None and host.is_steadily_up

    def _is_quiet(self, host: str, moment: float) -> bool:
        return any(host in w.hosts and w.begin <= moment < w.end + GRACE for w in self._windows)

    def _is_calm(self, subject: Subject, standing: Standing) -> bool:
        last = standing.turns[-1] if standing.turns else 0.0
        return not standing.streak and self._now - last >= CALM * self._rules[subject.host].interval


def _announced(windows: Sequence[Window], host: str, began: float, ended: float) -> Mapping[str, Any]:
    """The end of the last window of a host that meets that time, as an Event has it; nothing was announced: nothing."""
    met = [w for w in windows if host in w.hosts and w.begin <= ended and began < w.end + GRACE]
    last = max(met, key=lambda w: w.end, default=None)
    return {"until": last.end, "announced": last.told} if last else {}


def _clock(old: ClockStanding | None, reading: Reading, rule: Rule) -> ClockStanding:
    """How a clock stands after a reading: one near the threshold stays what it was."""
    is_wrong = abs(reading.offset) - reading.error > rule.threshold
    is_right = abs(reading.offset) + reading.error < rule.threshold / 2
    return ClockStanding(
        at=reading.at,
        offset=reading.offset,
        error=reading.error,
        is_wrong=is_wrong or (old is not None and old.is_wrong and not is_right),
    )


def _is_new(old: ClockStanding | None, reading: Reading, rule: Rule) -> bool:
    """Whether that a clock is wrong was not so before, or not by that much."""
    if old is None or not old.is_wrong:
        return True
    return abs(reading.offset - old.offset) > rule.threshold + reading.error + old.error and (
        abs(reading.offset) - reading.error > rule.threshold
    )


def _clock_event(reading: Reading, windows: Sequence[Window]) -> Event:
    return Event(
        kind=Kind.CLOCK,
        subject=Subject(reading.host),
        at=reading.at,
        since=reading.at,
        **_announced(windows, reading.host, reading.at, reading.at),
        is_return=True,
        offset=reading.offset,
        error=reading.error,
    )
