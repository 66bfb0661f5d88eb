"""Services: those that hosts.yaml names; without any, those that the host itself says should run."""

import shlex
from pathlib import Path

from remedy import initsystem
from remedy.inventory import Host
from remedy.services.facts import read
from remedy.services.judge import judge, section
from remedy.services.repairs import repairs
from remedy.services.service import Service, ServicesFacts, State
from remedy.topic import Topic

__all__ = ["TOPIC", "Service", "ServicesFacts", "State"]

SECONDS = 15.0  # that the probe may take in all, and a script that does not answer as long again
SCRIPT_SECONDS = 7.0


def _values(host: Host) -> dict[str, str]:
    return {"SERVICES": shlex.join(dict.fromkeys(host.services))}


def _patience(host: Host) -> float:
    return SECONDS + SCRIPT_SECONDS * len(host.services)


TOPIC = Topic(
    name="services",
    probe=Path(__file__).with_name("probe.sh"),
    needs=(initsystem.FIND,),
    entry="services_probe",
    values=_values,
    patience=_patience,
    read=read,
    judge=judge,
    repairs=repairs,
    section=section,
)
