"""The repair script as the plan makes it, for a fake host; and the offset of its clock as the controller knows it."""

import time
from pathlib import Path

from remedy.plan import SECTIONS
from remedy.shell.script import Script

from .fake_host import FakeHost

VALUES = {
    "ENABLE": "update-rc.d ntp defaults\nupdate-rc.d ntp enable",
    "SELF": "",
    "STOP": "service ntp stop",
    "STEPS": "ntpdate -b -u 192.0.2.1",
    "START": "service ntp start",
    "RTC": "hwclock -w",
    "HOLD": "",
    "RELEASE": "",
}


def transaction(host: FakeHost, **changed: str) -> Script:
    """The script that steps the host's clock by what it is off, as just measured."""
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    baseline = round((time.time() + host.offset - uptime) * 1000)
    step_by = round(-host.offset * 1000)
    numbers = {
        "STEP_BY": str(step_by) if step_by else "",
        "CLOSE": "50",
        "TOLERANCE": str(min(abs(step_by) // 4, 1000)),
        "BASELINE_S": str(baseline // 1000),
        "BASELINE_MS": str(baseline % 1000),
    }
    return Script(SECTIONS, ("time_repair",), {**VALUES, **numbers, **changed}, detached=True)
