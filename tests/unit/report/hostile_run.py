"""A run of hosts that print whatever could deceive or harm who reads a page of it."""

from dataclasses import replace

from hostile import EVIL
from sample_runs import clock, silent, unknown_key
from whole_runs import a_whole_morning, host, whole, without_nginx

from remedy.model import Finding, Level, Run, Step, Verdict

LONG = "a-rather-long-host-name-of-the-rack.of-the-provider.in-tokyo.example.jp"


def a_hostile_morning() -> Run:
    """All verdicts, clocks that are wrong by milliseconds and by decades, long names, and hostile words everywhere."""
    evil = without_nginx(LONG, 99)
    sections = {
        **evil.sections,
        "timeservice": {"name": EVIL, "running": True, "enabled": True},
        "jobs": [
            {"command": EVIL, "schedule": EVIL, "source": EVIL, "user": EVIL, "swallowed": ["2017-08-30T02:30:00Z"]}
        ],
    }
    findings = (
        Finding("services", Level.BAD, EVIL, EVIL * 3, f"echo {EVIL} {'x' * 300}"),
        Finding("checks", Level.WARN, "y" * 400, "z" * 900, EVIL),
        Finding("sites", Level.OK, EVIL, EVIL),
    )
    steps = (*evil.steps, Step(EVIL, EVIL, 1, 1.0, f"{EVIL}\n{'y' * 600}"))
    evil = replace(evil, sections=sections, findings=findings, steps=steps, groups=(EVIL,), address=EVIL)
    left_out = replace(silent("mx9"), verdict=Verdict.INTERRUPTED, error="interrupted; nothing was begun")
    ahead = host("ahead", 77, Verdict.REPAIRED, "web", clock=clock(7205.3, -0.012))
    decades = host("decades", 78, Verdict.FAILING, "web", clock=clock(-1.5e9, -1.5e9))
    refused = replace(silent("refused"), error=EVIL)
    return whole(*a_whole_morning().hosts, evil, left_out, ahead, decades, refused, unknown_key("cache"))
