"""Sites: what the web sites of a host answer, asked from the controller or from the host itself."""

from pathlib import Path

from remedy.inventory import Host
from remedy.shell.answers import Answers
from remedy.sites import fromhost
from remedy.sites.facts import SiteFacts, SitesFacts
from remedy.sites.judge import judge, section
from remedy.topic import Situation, Topic

__all__ = ["TOPIC", "SiteFacts", "SitesFacts"]


def outside(host: Host) -> tuple[SiteFacts, ...]:
    """What the sites answer that are asked from here; raises nothing."""
    if all(site.from_ != "controller" for site in host.sites):
        return ()
    from remedy.sites.ask import ask  # loads httpx2, which not every command needs

    return ask(host)


def read(answers: Answers, situation: Situation) -> SitesFacts:
    """All sites, in the order of hosts.yaml, whoever asked them."""
    seen = {
        "controller": iter(situation.outside.get("sites", ())),
        "host": iter(fromhost.read(answers, situation.host)),
    }
    unasked = (SiteFacts(site, trouble="nobody asked", is_unasked=True) for site in situation.host.sites)
    sites = tuple(next(seen[none.site.from_], none) for none in unasked)
    return SitesFacts(sites, situation.now)


TOPIC = Topic(
    name="sites",
    probe=Path(__file__).with_name("probe.sh"),
    entry="sites_probe",
    read=read,
    judge=judge,
    section=section,
    values=fromhost.values,
    patience=fromhost.patience,
    outside=outside,
)
