"""Services under SysV init and OpenRC: scripts, which say by their exit status whether theirs runs (LSB 5.0)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from remedy import initsystem
from remedy.initsystem import Init
from remedy.services.names import bare, meant
from remedy.services.service import Service, State
from remedy.shell.answers import Answer, Answers

STATUS = "services_status/"
LISTED = re.compile(r" (?P<name>\S+) .*\[ *(?P<state>\w+)")  # of rc-status(8)
STATES = {"crashed": State.DEAD, "failed": State.DEAD, "unsupervised": State.DEAD, "stopped": State.STOPPED}


@dataclass(frozen=True)
class Scripts:
    """What the probe heard from init scripts, or from OpenRC of them."""

    answers: Answers
    init: Init

    def named(self, names: Sequence[str]) -> Iterator[Service]:
        """The services of those names."""
        told = {answer.name: answer for answer in self.answers}
        known = self.answers.text("services_known").splitlines()
        for name in names:
            if answer := told.get(STATUS + bare(name)):
                yield self._service(name, answer)
            else:
                yield Service(name, bare(name), State.MISSING, nearest=meant(name, known))

    def dead(self) -> Iterator[Service]:
        """The services of the runlevel that do not run."""
        if self.init is Init.OPENRC:
            yield from self._listed()
        for answer in self.answers:
            name = answer.name.removeprefix(STATUS)
            if name != answer.name and answer.status is not None:
                service = self._service(name, answer)
                if service.state in (State.DEAD, State.STOPPED):
                    yield service

    def _listed(self) -> Iterator[Service]:
        """What rc-status(8) lists as not running."""
        for line in self.answers.text("services_runlevel").splitlines():
            match = LISTED.match(line)
            if match and (state := STATES.get(match["state"])):
                why = initsystem.CRASHED if match["state"] == "crashed" else ""
                yield Service(match["name"], match["name"], state, enabled=True, why=why)

    def _service(self, name: str, answer: Answer) -> Service:
        state, why = _state(answer)
        return Service(
            name=name,
            unit=bare(name),
            state=state,
            enabled=bare(name) in self._starting_at_boot(),
            since=self._started(bare(name)) if state is State.RUNNING else None,
            why=why,
        )

    def _starting_at_boot(self) -> set[str]:
        """The services that have a link of this runlevel; upstart starts what has a file of its own."""
        level = initsystem.runlevel(self.answers.text("services_level"))
        folder = rf"/etc/((init.d/)?rc{level}\.d|init)/"
        if self.init is Init.OPENRC:
            folder = "/etc/runlevels/(default|boot|sysinit)/"
        links = (line.split(maxsplit=1) for line in self.answers.text("services_links").splitlines())
        return {link[0] for link in links if len(link) == 2 and re.match(folder, link[1])}

    def _started(self, name: str) -> float | None:
        """When the file with its process number was written, by the host's clock."""
        for line in self.answers.text("services_pids").splitlines():
            stamp, _, path = line.partition(" ")
            if stamp.isdecimal() and path.endswith((f"/run/{name}.pid", f"/run/{name}d.pid", f"/{name}/{name}.pid")):
                return float(stamp[:15])
        return None


def _state(answer: Answer) -> tuple[State, str]:
    """How a service does by its script's word, and what that says of one that doesn't run."""
    said = (answer.output.strip().splitlines() or [f"exit status {answer.status}"])[-1].strip()
    if answer.status == 0 and not initsystem.denies(answer.output):
        return State.RUNNING, ""
    if answer.status in initsystem.STOPPED:
        return State.DEAD, initsystem.STOPPED[answer.status]
    if answer.status in (0, 3):
        return State.STOPPED, said
    return State.UNKNOWN, f"its script does not say whether it runs: {said}"
