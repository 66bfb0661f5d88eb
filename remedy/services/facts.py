"""What a host tells of its services."""

from remedy.errors import ProbeError
from remedy.initsystem import Init
from remedy.services.names import TIME_SERVICES
from remedy.services.scripts import Scripts
from remedy.services.service import Service, ServicesFacts
from remedy.services.systemd import Systemd
from remedy.shell.answers import Answers
from remedy.topic import Situation


def read(answers: Answers, situation: Situation) -> ServicesFacts:
    """Given the answers of the probe, return the facts; raise ProbeError if they don't say what starts services."""
    try:
        init = Init(answers.text("services_init"))
    except ValueError:
        raise ProbeError(f"the host's init system is not known: {answers.text('services_init')[:80]!r}") from None
    names = tuple(dict.fromkeys(situation.host.services))
    services = _named(answers, init, names) if names else _unnamed(answers, init)
    uid = answers.text("services_uid")
    return ServicesFacts(
        init=init,
        services=services,
        are_named=bool(names),
        tools=frozenset(answer.output for answer in answers if answer.name == "services_tool"),
        uid=int(uid) if uid.isdecimal() and len(uid) < 12 else None,
        trouble=_trouble(answers, init, bool(names)),
    )


def _named(answers: Answers, init: Init, names: tuple[str, ...]) -> tuple[Service, ...]:
    if init is Init.NONE:
        return ()
    return tuple(Systemd(answers).named(names) if init is Init.SYSTEMD else Scripts(answers, init).named(names))


def _unnamed(answers: Answers, init: Init) -> tuple[Service, ...]:
    """What should run and does not; the time service is no business of this topic's."""
    found = Systemd(answers).failed() if init is Init.SYSTEMD else Scripts(answers, init).dead()
    return tuple(service for service in found if service.unit not in TIME_SERVICES)


def _trouble(answers: Answers, init: Init, are_named: bool) -> str:
    """Why the host could not be asked for its services, in a few words."""
    if init is Init.NONE:
        return "it has no init system that we know" if are_named else ""
    answer = answers.get("services_units" if init is Init.SYSTEMD else "services_runlevel")
    if answer is None or answer.status == 0 or are_named:
        return ""
    said = answer.output.strip().splitlines()
    return said[-1][:200] if said else f"exit status {answer.status}"
