"""Sites beside a real SSH session: those that the host asks travel in the probe, the others are asked meanwhile."""

import time

import pytest
from web_server import page, serving

from remedy.inventory.host import Site
from remedy.job import Job
from remedy.model import HostReport, Verdict
from remedy.reference import Reference
from remedy.run import Means, Visit
from remedy.sites import TOPIC

from .harness import Sshd, User, host


class Silence:
    """Nobody listens."""

    def host_started(self, name: str) -> None: ...

    def host_step(self, name: str, step: str) -> None: ...

    def host_finished(self, report: HostReport) -> None: ...


@pytest.mark.parametrize(("status", "verdict"), [("200 OK", Verdict.OK), ("503 Sorry", Verdict.FAILING)])
def test_a_visit_asks_sites_from_both_sides(server: Sshd, user: User, status: str, verdict: Verdict) -> None:
    reference = Reference("ntp", time.time() - time.monotonic(), 0.001, time.monotonic())
    with serving({"/": page(), "/here": page("Welcome", status)}, families="4") as web, user.connector() as connector:
        sites = (
            Site(web.url("/here", "127.0.0.1"), text="Welcome", from_="host"),
            Site(web.url(name="127.0.0.1"), text="Welcome"),
        )
        web1 = host(server, sites=sites)
        report = Visit(web1, Job((TOPIC,), host_seconds=60)).make(Means(connector, lambda: reference, Silence()))
    assert report.verdict is verdict, report
    assert [(site["from"], site["status"]) for site in report.sections["sites"]] == [
        ("host", int(status[:3])),
        ("controller", 200),
    ]
