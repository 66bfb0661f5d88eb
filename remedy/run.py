"""The one loop that drives a host through the stages: connect, probe, judge, plan, repair, probe again."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from remedy.clock.leapt import leapt
from remedy.errors import (
    DeadlineError,
    HostError,
    HostKeyChangedError,
    HostKeyUnknownError,
    LinkLostError,
    PostMainteError,
    UnreachableError,
)
from remedy.gap import Gap
from remedy.inventory import Host
from remedy.inventory.login import login
from remedy.job import Job
from remedy.look import Look, look_at
from remedy.maintenance.announced import overlapping
from remedy.model import Announcement, HostReport, Repair, Step, Verdict
from remedy.plan import plan
from remedy.reference import Reference
from remedy.shell.answers import Answer, Answers
from remedy.ssh.connection import Connector, Session
from remedy.ssh.deadline import Deadline
from remedy.steps import steps
from remedy.topic import Topic
from remedy.topics import TIME

DAY = 86400.0  # seconds: a maintenance before that is not what a host suffers from
ERROR_LENGTH = 4000  # characters: it may hold what a host says
SETTLE_SECONDS = 5.0  # between looks at a host that finishes a repair without us
SETTLE_LOOKS = 6
TOGETHER = {topic: set(TIME) for topic in TIME}  # one repair is both


class Listener(Protocol):
    """Who wants to know how a run goes on; called from many threads at once."""

    def host_started(self, name: str) -> None:
        """The host is being connected to."""

    def host_step(self, name: str, step: str) -> None:
        """The host has come to that step."""

    def host_finished(self, report: HostReport) -> None:
        """The host is done with."""


@dataclass(frozen=True)
class Means:
    """What visits are made with."""

    connector: Connector
    reference: Callable[[], Reference]
    listener: Listener


class Visit:
    """One host's way through the stages. What was reached stays readable, whatever ends the visit.

    It is data, which may travel to another machine and back; but for its means while it is made.
    """

    _means: Means
    _deadline: Deadline

    def __init__(self, host: Host, job: Job) -> None:
        self.host, self.job = host, job
        self._began: float | None = None
        self._before: Look | None = None
        self._after: Look | None = None
        self._planned: tuple[Repair, ...] = ()
        self._mended: set[str] = set()  # topics whose repairs were carried out
        self._tried: set[str] = set()  # repairs that were, of topics that we lost sight of before the others were
        self._trouble: HostError | None = None
        self._steps: list[Step] = []
        self._leap: Gap | None = None  # what the clock leapt over by a repair of ours

    def __getstate__(self) -> dict[str, Any]:
        """What travels: the machine over there has another time.monotonic()."""
        state = {name: value for name, value in vars(self).items() if name not in ("_means", "_deadline")}
        return state | {"_began": None if self._began is None else time.monotonic() - self._began}

    def __setstate__(self, state: dict[str, Any]) -> None:
        elapsed = state["_began"]
        vars(self).update(state, _began=None if elapsed is None else time.monotonic() - elapsed)

    def begin(self) -> None:
        """It is begun, here or by whom it is handed to; anew, if nothing was reached before."""
        self._trouble = None
        if self._before is None:
            self._began = time.monotonic()

    @property
    def has_begun(self) -> bool:
        """Whether anything may have been done."""
        return self._began is not None

    def make(self, means: Means) -> HostReport:
        """Go through all stages and report. Raises nothing of this one host; only what ends the whole run."""
        self.begin()
        self._means, self._deadline = means, Deadline(self.job.host_seconds, "host")
        means.listener.host_started(self.host.name)
        try:
            self._go_through()
        except HostError as error:
            self._trouble = error
            is_out_of_reach = isinstance(error, UnreachableError) and not self._before
            return self.report(Verdict.UNREACHABLE if is_out_of_reach else Verdict.FAILING, str(error))
        except PostMainteError:
            raise
        except Exception as error:  # one host's trouble stays with that host, even if it is a defect of ours
            return self.report(Verdict.FAILING, f"a defect of post-mainte: {type(error).__name__}: {error}")
        return self.report()

    @property
    def may_answer_later(self) -> bool:
        """Whether it has ended without reaching the host, for no reason that would stay."""
        is_key = isinstance(self._trouble, HostKeyUnknownError | HostKeyChangedError)
        return isinstance(self._trouble, UnreachableError) and not self._before and not is_key

    def offers(self, job: Job) -> tuple[Repair, ...]:
        """What could be repaired besides, if the job were that one."""
        if self._trouble or not (look := self._after or self._before):
            return ()
        situation = replace(look.situation, run_backups=job.run_backups)
        return self._new(plan(job.topics, look.facts, situation))

    def report(self, verdict: Verdict | None = None, error: str | None = None) -> HostReport:
        """The report of what was reached so far."""
        look = self._after or self._before
        topics = self.job.topics if self._before else ()
        after = self._after.facts if self._after else {}
        return HostReport(
            name=self.host.name,
            address=self.host.address,
            verdict=verdict or self._verdict(),
            sections={t.name: t.section(self._facts(t), after.get(t.name)) for t in topics},
            findings=look.findings if look else (),
            planned=tuple(command for repair in self._planned for command in repair.commands),
            steps=tuple(self._steps),
            error=" ".join(error.splitlines())[:ERROR_LENGTH] if error else None,
            seconds=round(time.monotonic() - self._began, 3) if self._began is not None else 0.0,
            groups=self.host.groups,
            login=login(self.host),
            gaps=self._gaps,
            announced=self._announced(look.situation.now if look else time.time()),
        )

    @property
    def _gaps(self) -> tuple[Gap, ...]:
        """What the clock leapt over by a repair of ours, if that came true: else another is expected."""
        return (self._leap,) if self._leap and self._after and self._leap in self._after.situation.gaps else ()

    def _announced(self, now: float) -> tuple[Announcement, ...]:
        """The maintenance that was announced for the host in the day until now (Unix seconds)."""
        windows = overlapping(self.job.windows, [self.host], now - DAY, now)
        return tuple(Announcement(each.window.from_, each.window.to, each.window.notice) for each in windows)

    def _facts(self, topic: Topic[Any]) -> Any:
        return self._before.facts[topic.name] if self._before else None

    def _verdict(self) -> Verdict:
        look = self._after or self._before
        if self._planned:
            return Verdict.PLANNED
        if look is None or not look.is_right:
            return Verdict.FAILING
        return Verdict.REPAIRED if self._steps else Verdict.OK

    def _go_through(self) -> None:
        with self._connect() as session:
            look = self._look(session)
            if self._before is None:
                self._before = look
            else:
                self._after = look
            repairs = self._plan(look)
            if self.job.dry_run:
                self._planned = repairs
                return
            try:
                self._mend(session, repairs)
            except (LinkLostError, DeadlineError) as error:
                self._return(error)

    def _mend(self, session: Session, repairs: tuple[Repair, ...]) -> None:
        """Carry out what is planned, topic by topic, and look again after each: a step may have killed a service."""
        while repairs:
            topic = repairs[0].topic
            self._mended |= _together(topic)
            self._carry_out_all(session, [repair for repair in repairs if repair.topic == topic])
            self._after = self._look(session)
            repairs = self._plan(self._after)

    def _carry_out_all(self, session: Session, repairs: Sequence[Repair]) -> None:
        """Carry out the repairs of a topic; those behind one that we lose sight of are still to be tried."""
        for number, repair in enumerate(repairs, 1):
            try:
                self._carry_out(session, repair)
            except HostError:
                if number < len(repairs):
                    self._mended -= _together(repair.topic)
                    self._tried |= {each.summary for each in repairs[:number]}
                raise

    def _return(self, trouble: HostError) -> None:
        """After a repair that we lost sight of, and that goes on without us: see how it ended, and go on from there."""
        is_seen = False
        for _ in range(SETTLE_LOOKS):
            if self._deadline.left <= SETTLE_SECONDS or self._means.connector.is_closed:
                break  # `trouble` says better where it was lost than a deadline that strikes while we wait
            self._step("looking again at a repair that we lost sight of")
            time.sleep(SETTLE_SECONDS)
            with suppress(HostError), self._connect() as session:
                self._after = self._look(session)
                repairs = self._plan(self._after)
                is_seen = not repairs  # we may lose sight of these, too
                self._mend(session, repairs)
                is_seen = True
            if is_seen and self._after and self._after.is_right:
                return
        if not is_seen:
            raise trouble

    def _connect(self) -> Session:
        self._step("connecting")
        return self._means.connector.open(self.host, self._deadline)

    def _look(self, session: Session) -> Look:
        self._step("probing")
        return look_at(self.host, self.job, session, self._leap, self._means.reference)

    def _plan(self, look: Look) -> tuple[Repair, ...]:
        """What is to be repaired and was not tried yet."""
        return self._new(plan(self.job.topics, look.facts, look.situation))

    def _new(self, repairs: tuple[Repair, ...]) -> tuple[Repair, ...]:
        """Those that the job allows and that were not tried yet."""
        allowed = {name for topic in self.job.repairing for name in _together(topic)}
        allowed -= self._mended
        return tuple(repair for repair in repairs if repair.topic in allowed and repair.summary not in self._tried)

    def _carry_out(self, session: Session, repair: Repair) -> None:
        def heard(answer: Answer) -> None:
            if answer.ended is None:
                self._step(answer.words or answer.name)

        self._step(repair.summary)
        self._deadline.extend(max(0.0, repair.seconds - Repair.seconds))
        began = time.monotonic()
        try:
            answers = session.run(repair.script, step="repair", seconds=repair.seconds, on_answer=heard)
        except HostError as error:
            self._note(repair, error.answers, began)
            raise
        self._note(repair, answers, began)

    def _note(self, repair: Repair, answers: Answers, began: float) -> None:
        """Keep what a repair did, and what the clock leapt over by it."""
        self._steps += steps(repair, answers)
        if (lock := answers.get("lock")) and lock.status == 0:  # another run was at work: what is left, we plan anew
            self._mended -= _together(repair.topic)
        measured = [gap for gap in self._before.situation.gaps if gap.source == "measured"] if self._before else []
        if repair.topic == "clock" and measured:
            self._leap = leapt(measured[0], answers, began, time.monotonic(), self._means.reference())

    def _step(self, step: str) -> None:
        self._means.listener.host_step(self.host.name, step)


def _together(topic: str) -> set[str]:
    """The topics that one repair of this one puts right."""
    return TOGETHER.get(topic, {topic})
