"""After all that was done to them, the guests boot into the state that they are to be in."""

from remedy.lab.guests.lab import Lab

from .host import Host, wrongs


def test_every_time_service_survives_a_boot(lab: Lab, fleet: dict[str, Host]) -> None:
    lab.reboot(list(fleet))
    assert wrongs(fleet.values()) == {}
