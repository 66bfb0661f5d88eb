"""From facts to the repairs that they call for, in their order. Pure: --dry-run is what this returns, printed."""

import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from remedy import clock, timeservice
from remedy.clock import ClockFacts
from remedy.gap import Gap, GapKind
from remedy.model import Repair
from remedy.shell.script import ACT, Script
from remedy.timeservice import Service, TimeServiceFacts, commands
from remedy.topic import Situation, Topic

SECTIONS = (clock.PROBE, clock.STEP, ACT, timeservice.REPAIR)  # of the script that steps the clock
CLOSE = 50  # ms by which a tool may miss before date makes up for the rest
LARGEST_MISS = 1000  # ms: a step that misses by more did not come true; by a quarter of it, if that is less
SLEWED = 2500  # ms by which chronyd may have slewed the clock meanwhile, at 83333 ppm
RESOLUTION = {"whole": 1100}  # ms to which clock minus uptime can be read, where it is no better than that


def plan(topics: Iterable[Topic[Any]], facts: Mapping[str, Any], situation: Situation) -> tuple[Repair, ...]:
    """The repairs of a host: of clock and time service, then of each topic; none if nothing can be done."""
    return _time_repairs(facts, situation) + tuple(
        repair for topic in topics for repair in topic.repairs(facts[topic.name], situation)
    )


def commands_due(facts: Mapping[str, Any], situation: Situation) -> tuple[str, ...]:
    """The commands that cron or systemd runs by itself within minutes."""
    if "jobs" not in facts:
        return ()
    from remedy.jobs import due  # jobs take long to load, and are not always looked at

    return due(facts["jobs"], situation)


def expected_gap(facts: Mapping[str, Any], situation: Situation) -> Gap | None:
    """What the host's clock will leap over when it is put right, if it needs to be."""
    clock_facts = facts.get("clock")
    if not isinstance(clock_facts, ClockFacts) or not clock.needs_step(clock_facts, situation):
        return None
    offset = clock_facts.offset
    return Gap(GapKind.STEP, situation.now + offset.seconds, situation.now, "measured", offset.error)


def _time_repairs(facts: Mapping[str, Any], situation: Situation) -> tuple[Repair, ...]:
    clock_facts, time_facts = facts.get("clock"), facts.get("timeservice")
    if not isinstance(clock_facts, ClockFacts) or not isinstance(time_facts, TimeServiceFacts):
        return ()
    repair = _TimeRepair(clock_facts, time_facts, _cron_of_ours(facts), situation).repair()
    return (repair,) if repair else ()


def _cron_of_ours(facts: Mapping[str, Any]) -> tuple[commands.Command, ...]:
    """What stops and starts cron, where what it misses is ours to catch up."""
    if "jobs" not in facts or not facts["jobs"].is_ours:
        return ()
    from remedy.jobs import stop_and_start

    return stop_and_start(facts["jobs"].daemon) or ()


class _TimeRepair:
    """The transaction for clock and time service: enable, stop, step, start, write the hardware clock.

    `cron` is what stops cron and starts it again: it is held while the clock is stepped.
    """

    def __init__(
        self,
        clock_facts: ClockFacts,
        time_facts: TimeServiceFacts,
        cron: tuple[commands.Command, ...],
        situation: Situation,
    ) -> None:
        self._clock, self._times, self._cron, self._situation = clock_facts, time_facts, cron, situation
        is_off = clock.needs_step(clock_facts, situation)
        self._steps = is_off and clock.may_step(clock_facts, situation)
        self._is_left_off = is_off and not self._steps

    def repair(self) -> Repair | None:
        """The transaction, or None if it would do nothing."""
        if self._clock.container or self._clock.uid != 0:
            return None
        lists = self._lists()
        if not self._steps and not lists["ENABLE"] and not lists["START"]:
            return None
        return Repair(
            topic="clock" if self._steps else "timeservice",
            summary=self._summary(lists),
            commands=tuple(self._shown(lists)),
            script=self._script(lists),
        )

    def _lists(self) -> dict[str, tuple[commands.Command, ...]]:
        """The commands by the names that repair.sh has for them."""
        servers = self._situation.host.ntp or _trusted(self._situation)
        kind = self._times.active.kind if self._times.active else None
        return {
            "ENABLE": _each(commands.enable, self._times, self._to_enable()),
            "SELF": tuple(c for s in self._running() for c in commands.step_itself(s)),
            "STOP": _each(commands.stop, self._times, self._to_stop()),
            "STEPS": commands.step_by_tools(kind, self._clock.tools, servers) if self._steps else (),
            "START": self._start(),
            "RTC": (("hwclock", "-w"),) if self._steps and self._clock.rtc and "hwclock" in self._clock.tools else (),
            "HOLD": self._cron[:1] if self._steps else (),
            "RELEASE": self._cron[1:] if self._steps else (),
        }

    def _to_enable(self) -> tuple[Service, ...]:
        service = self._times.active
        can_be = service and not (service.masked or service.by_hand or service.unmet)
        return (service,) if service and can_be and service.enabled is False and not self._is_many else ()

    def _running(self) -> tuple[Service, ...]:
        """What runs, if the clock is to be stepped."""
        return self._times.running if self._steps else ()

    def _to_stop(self) -> tuple[Service, ...]:
        """What is stopped where something else is to step the clock: only what can be started again."""
        return tuple(service for service in self._running() if not (service.by_hand or service.masked))

    def _start(self) -> tuple[commands.Command, ...]:
        """What starts what was stopped, or what should run; but no daemon that would set a clock back unasked."""
        service = self._times.active
        services = self._to_stop()
        if service and not (service.running or service.masked or service.unmet or self._is_left_off):
            services = (service,)
        is_back = self._steps and self._clock.offset.seconds > 0
        prepared = tuple(c for s in services for c in commands.before_start(s)) if is_back else ()
        return prepared + _each(commands.start, self._times, services)

    @property
    def _is_many(self) -> bool:
        return len(self._times.running) > 1

    def _summary(self, lists: Mapping[str, tuple[commands.Command, ...]]) -> str:
        name = self._times.active.name if self._times.active else ""
        starts = lists["START"] and not lists["STOP"]
        verbs = ["step the clock"] if self._steps else []
        verbs += [f"start {name}"] if starts else []
        verbs += [f"enable {'it' if starts else name}"] if lists["ENABLE"] else []
        return " and ".join(filter(None, (", ".join(verbs[:-1]), verbs[-1])))

    def _shown(self, lists: Mapping[str, tuple[commands.Command, ...]]) -> Iterable[str]:
        """What is run, in order; what is run only if that did not work, as comments."""
        yield from map(shlex.join, (*lists["ENABLE"], *lists["HOLD"]))
        by = f"{-self._clock.offset.seconds:+.3f} seconds"
        last = [*map(shlex.join, lists["STEPS"]), f"env TZ=UTC0 date -u -s '{by}'"]
        main, otherwise = last[:1], last[1:]
        if lists["SELF"]:
            yield from map(shlex.join, lists["SELF"])
            steps = [*map(shlex.join, lists["STOP"]), *last, *map(shlex.join, lists["START"])]
            yield f"# if the clock does not move: {'; or '.join(steps)}"
        else:
            yield from map(shlex.join, lists["STOP"])
            if self._steps:
                yield from main
                yield from (f"# if the clock does not move: {command}" for command in otherwise)
            yield from map(shlex.join, lists["START"])
        yield from map(shlex.join, (*lists["RELEASE"], *lists["RTC"]))

    def _script(self, lists: Mapping[str, tuple[commands.Command, ...]]) -> Script:
        offset_ms = round(self._clock.offset.seconds * 1000)
        seconds, milliseconds = divmod(self._clock.baseline, 1000)
        resolution = RESOLUTION.get(self._clock.baseline_source, 0)
        miss = min(abs(offset_ms) // 4, LARGEST_MISS) + resolution
        numbers = {
            "STEP_BY": str(-offset_ms) if self._steps else "",
            "TOLERANCE": str(miss + (min(SLEWED, abs(offset_ms) // 4) if lists["SELF"] else 0)),
            "CLOSE": str(max(CLOSE, round(self._clock.offset.error * 2000)) + resolution),
            "BASELINE_S": str(seconds),
            "BASELINE_MS": str(milliseconds),
        }
        return Script(
            sections=SECTIONS,
            entries=("time_repair",),
            values=numbers | {name: "\n".join(map(shlex.join, group)) for name, group in lists.items()},
            detached=True,
        )


def _each(
    make: Callable[[TimeServiceFacts, Service], tuple[commands.Command, ...]],
    facts: TimeServiceFacts,
    services: Iterable[Service],
) -> tuple[commands.Command, ...]:
    return tuple(command for service in services for command in make(facts, service))


def _trusted(situation: Situation) -> tuple[str, ...]:
    """The servers that the reference rests on."""
    return tuple(server.server for server in situation.reference.servers if server.rejected is None)
