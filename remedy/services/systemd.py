"""Services under systemd, from what `systemctl show` says of their units (systemctl(1), systemd.service(5))."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from remedy import initsystem
from remedy.services.names import bare, full, meant
from remedy.services.service import Service, State
from remedy.shell.answers import Answers

Unit = dict[str, str]

RUNNING = ("active", "reloading", "refreshing")
NOT_LOADED = {"not-found": State.MISSING, "masked": State.MASKED, "loaded": None}
OF_SCRIPTS = "generated"
LAST_WORDS = 3  # lines
LINE = re.compile(r"\d\S+ \S+ (?P<who>[^:]+): (?P<text>.*)")  # of journalctl -o short-iso
ENDS = {
    "success": "it ended by itself, with exit status 0",
    "core-dump": "signal {}, with a core dump",
    "oom-kill": "the kernel killed it, for memory was short",
    "timeout": "it took too long to start or to stop",
    "watchdog": "it gave no sign of life in time",
    "protocol": "it did not tell systemd that it was started",
    "resources": "systemd could not set up what it needs",
    "start-limit": "it was started too often in a short time",
    "start-limit-hit": "it was started too often in a short time",
}


@dataclass(frozen=True)
class Systemd:
    """What the probe heard from systemd."""

    answers: Answers

    def named(self, names: Sequence[str]) -> Iterator[Service]:
        """The services of those names, each once."""
        answer = self.answers.get("services_units")
        output = answer.output if answer else ""
        units = {name: unit for unit in initsystem.units(output) for name in unit.get("Names", "").split()}
        known = {line for line in self.answers.text("services_known").splitlines() if line.endswith(".service")}
        said = output.strip().splitlines()
        for name in names:
            if unit := units.get(full(name)):
                service = self._service(name, unit)
                near = meant(name, known) if service.state is State.MISSING else ""
                yield replace(service, nearest=near)
            else:
                yield Service(name, bare(name), State.UNKNOWN, why=said[-1] if said else "systemd says nothing of it")

    def failed(self) -> Iterator[Service]:
        """The units that failed, but for those that nobody could start."""
        for unit in initsystem.units(self.answers.text("services_units")):
            service = self._service(bare(unit.get("Id", "")), unit)
            if service.name and service.state not in (State.MISSING, State.MASKED):
                yield service

    def _service(self, name: str, unit: Unit) -> Service:
        state, why = self._state(unit)
        stamp = "ActiveEnterTimestamp" if state is State.RUNNING else "InactiveEnterTimestamp"
        return Service(
            name=name,
            unit=bare(unit.get("Id", name)),
            state=state,
            enabled=self._enabled(unit),
            is_masked=unit.get("LoadState") == "masked",
            runs_once=unit.get("Type") == "oneshot",
            since=initsystem.moment(unit.get(stamp, "")),
            restarts=_number(unit.get("NRestarts", "")),
            why=why,
            log=self._log(unit.get("Id", "")),
            trigger=self._trigger(unit),
        )

    def _state(self, unit: Unit) -> tuple[State, str]:
        """How a unit does; and how it ended or what stands in its way, if anything does."""
        active = unit.get("ActiveState", "")
        if active in RUNNING:
            return (State.DEAD, initsystem.EXITED) if self._has_exited(unit) else (State.RUNNING, "")
        if not_loaded := NOT_LOADED.get(unit.get("LoadState", ""), State.BROKEN):
            return not_loaded, _load_error(unit) if not_loaded is State.BROKEN else ""
        if active == "activating":
            is_again = unit.get("SubState", "").startswith("auto-restart")
            return (State.RESTARTING, _end(unit)) if is_again else (State.STARTING, "")
        if active == "failed":
            return State.DEAD, _end(unit)
        return (State.STOPPING, "") if active == "deactivating" else self._inactive(unit)

    def _inactive(self, unit: Unit) -> tuple[State, str]:
        was_tried = unit.get("ConditionTimestampMonotonic", "0") != "0"
        if was_tried and unit.get("ConditionResult") == "no":
            return State.UNMET, "a condition of its unit is not met"
        if unit.get("UnitFileState") != "enabled" and self._trigger(unit):
            return State.WAITING, ""
        has_run = was_tried and unit.get("Type") == "oneshot" and unit.get("RemainAfterExit") != "yes"
        return (State.DONE if has_run else State.STOPPED), ""

    def _has_exited(self, unit: Unit) -> bool:
        """Whether it is made of an init script that says that nothing runs, whatever systemd thinks."""
        status = self.answers.get(f"services_status/{bare(unit.get('Id', ''))}")
        is_of_script = unit.get("UnitFileState") == OF_SCRIPTS and unit.get("SubState") == "exited"
        return is_of_script and status is not None and (status.status in (1, 2, 3) or initsystem.denies(status.output))

    def _enabled(self, unit: Unit) -> bool | None:
        state = unit.get("UnitFileState", "")
        if state == OF_SCRIPTS:
            return unit.get("Id") in self.answers.text("services_wanted").split()
        enabled = initsystem.ENABLED.get(state)
        return None if enabled is False and unit.get("TriggeredBy") else enabled

    def _trigger(self, unit: Unit) -> str:
        """What will start it when it is needed, if that is there."""
        states = {
            trigger.get("Id"): trigger.get("ActiveState")
            for trigger in initsystem.units(self.answers.text("services_triggers"))
        }
        return next((by for by in unit.get("TriggeredBy", "").split() if states.get(by) in RUNNING), "")

    def _log(self, unit: str) -> tuple[str, ...]:
        """Its last words; systemd's words on it, where it said nothing itself."""
        lines = [LINE.fullmatch(line) for line in self.answers.text(f"services_log/{unit}").splitlines()]
        words = [(line["who"], line["text"].strip()) for line in lines if line and line["text"].strip()]
        own = [text for who, text in words if who != "systemd[1]"]
        return tuple(dict.fromkeys((own or [text for _, text in words])[-LAST_WORDS:]))


def _end(unit: Unit) -> str:
    """How it ended (systemd.exec(5), $SERVICE_RESULT)."""
    result, status = unit.get("Result", ""), unit.get("ExecMainStatus", "")
    if result == "exit-code" and status == "0":
        return "a command before or after its main one failed"
    return ENDS[result].format(status) if result in ENDS else initsystem.end(unit)


def _load_error(unit: Unit) -> str:
    """What is wrong with its unit file: the text that follows the error's name, in quotes."""
    match = re.search(r'"(.*)"', unit.get("LoadError", ""))
    return match[1].rstrip(".") if match else ""


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
