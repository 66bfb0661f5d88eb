"""What is said of sites, by what they answered: pure."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from remedy.gap import Gap, GapKind
from remedy.inventory import Host
from remedy.inventory.host import Site
from remedy.model import Finding, Level
from remedy.reference import Reference
from remedy.sites.certificate import Certificate, Doubt, Link
from remedy.sites.facts import Attempt, Family, Hop, SiteFacts, SitesFacts
from remedy.sites.judge import judge, section
from remedy.topic import Situation

DAY, HOUR = 86400.0, 3600.0
NOW = datetime(2017, 8, 30, 5, 0, tzinfo=UTC).timestamp()
URL = "https://www.example.jp/"
SITE = Site(URL, text="Welcome")
GOOD = Certificate((Link("www.example.jp", NOW - DAY, NOW + 60 * DAY),), ("www.example.jp",), "R3")
V4 = Attempt(Family.IPV4, "203.0.113.10", (Hop(URL, 200, GOOD),), 0.12)
V6 = replace(V4, family=Family.IPV6, address="2001:db8::10", seconds=0.34)


def situation(*gaps: float) -> Situation:
    found = tuple(Gap(GapKind.STEP, NOW - seconds, NOW, "measured") for seconds in gaps)
    return Situation(Host("web1", "203.0.113.10"), Reference("ntp", 0, 0, 0), now=NOW, gaps=found)


def findings(*attempts: Attempt, site: Site = SITE, gaps: tuple[float, ...] = ()) -> list[Finding]:
    return list(judge(SitesFacts((SiteFacts(site, attempts),), NOW), situation(*gaps)))


def said(*attempts: Attempt, site: Site = SITE, gaps: tuple[float, ...] = ()) -> list[tuple[Level, str, str]]:
    return [(f.level, f.summary, f.detail) for f in findings(*attempts, site=site, gaps=gaps)]


def shows(certificate: Certificate) -> Attempt:
    return replace(V4, hops=(Hop(URL, 200, certificate),))


def dated(start: float, end: float, *behind: Link) -> Certificate:
    return replace(GOOD, chain=(Link("www.example.jp", NOW + start, NOW + end), *behind))


def test_a_site_that_answers_well_says_how_soon_and_how_long_it_will() -> None:
    told = f"{URL} answers 200 in 0.34 s over IPv4 and IPv6, certificate good for 60 d"
    assert findings(V4, V6) == [Finding("sites", Level.OK, told, entry=URL)]


def test_a_host_without_sites_has_nothing_to_say() -> None:
    assert judge(SitesFacts((), NOW), situation()) == ()
    assert section(SitesFacts((), NOW), None) == []


def test_what_is_wrong_with_one_family_s_answer_names_it() -> None:
    wrong = replace(V6, hops=(Hop(URL, 404, GOOD),))
    [finding] = findings(V4, wrong)
    assert (finding.level, finding.summary) == (Level.BAD, f"{URL} answers 404, not 200, over IPv6")
    assert finding.command == f"curl -sSIL -6 {URL}"


def test_different_troubles_are_told_by_family() -> None:
    refused, lost = replace(V4, trouble="connection refused"), replace(V6, trouble="no route to host")
    assert said(refused, lost) == [
        (
            Level.BAD,
            f"{URL} does not answer: over IPv4 connection refused, over IPv6 no route to host",
            "asked at 203.0.113.10 and 2001:db8::10",
        )
    ]


def test_the_command_asks_the_address_that_was_asked() -> None:
    site = replace(SITE, resolve="203.0.113.10", status=301)
    [finding] = findings(V4, site=site)
    assert finding.command == f"curl -sSI --resolve www.example.jp:443:203.0.113.10 {URL}"


@pytest.mark.parametrize(
    ("certificate", "level", "summary", "detail"),
    [
        (
            dated(-90 * DAY, -3 * DAY),
            Level.BAD,
            "expired 3 d ago",
            "it was good until 2017-08-27 05:00 UTC",
        ),
        (dated(-80 * DAY, 13 * DAY), Level.WARN, "expires in 13 d", "it is good until 2017-09-12 05:00 UTC"),
        (
            dated(HOUR, 90 * DAY),
            Level.BAD,
            "is not valid before 2017-08-30 06:00 UTC, in 1 h",
            "the clock where it was made is ahead, or it is meant for later",
        ),
        (
            replace(GOOD, doubt=Doubt.NAME, said="Hostname mismatch", names=("a.jp", "b.jp")),
            Level.BAD,
            "is for a.jp, b.jp",
            "Hostname mismatch",
        ),
        (
            replace(GOOD, doubt=Doubt.SELF_SIGNED, said="self-signed certificate"),
            Level.BAD,
            "is self-signed",
            "nobody but itself vouches for it: self-signed certificate",
        ),
        (
            replace(GOOD, doubt=Doubt.OTHER, said="certificate revoked"),
            Level.BAD,
            "is not trusted",
            "certificate revoked",
        ),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said_precisely(
    certificate: Certificate, level: Level, summary: str, detail: str
) -> None:
    assert said(shows(certificate)) == [(level, f"the certificate of {URL} {summary}", detail)]


def test_all_that_is_wrong_with_a_certificate_is_said() -> None:
    certificate = replace(dated(-90 * DAY, -3 * DAY), doubt=Doubt.NAME, said="Hostname mismatch", names=("a.jp",))
    assert [summary for _, summary, _ in said(shows(certificate))] == [
        f"the certificate of {URL} expired 3 d ago",
        f"the certificate of {URL} is for a.jp",
    ]


def test_a_certificate_further_up_that_expired_is_named() -> None:
    behind = Link("R3", NOW - 900 * DAY, NOW - HOUR)
    [(level, summary, _)] = said(shows(dated(-DAY, 60 * DAY, behind)))
    assert (level, summary) == (Level.BAD, f"the certificate of R3, behind that of {URL}, expired 1 h ago")


def test_one_made_while_the_host_s_clock_was_ahead_is_explained() -> None:
    [(level, _, detail)] = said(shows(dated(HOUR, 90 * DAY)), gaps=(-2 * HOUR,))
    assert level is Level.BAD
    assert detail.startswith("it was made while the clock of this host was ahead")


def test_one_that_only_the_host_s_clock_refuses_is_the_clock_s_fault() -> None:
    refused = replace(GOOD, doubt=Doubt.TIME, said="certificate is not yet valid")
    assert said(shows(refused), gaps=(3 * HOUR,)) == [
        (
            Level.WARN,
            f"the certificate of {URL} is good, but not by the clock of the host, which is 3 h behind",
            "the host says: certificate is not yet valid; that ends when the clock is right",
        )
    ]


def test_one_that_the_host_s_clock_refuses_rightly_is_said_once() -> None:
    refused = replace(dated(-90 * DAY, -3 * DAY), doubt=Doubt.TIME, said="certificate has expired")
    assert [summary for _, summary, _ in said(shows(refused))] == [f"the certificate of {URL} expired 3 d ago"]


def test_one_whose_dates_are_not_told_is_doubted_by_the_host_s_clock() -> None:
    refused = Certificate(doubt=Doubt.TIME, said="The certificate has expired")
    [(level, summary, _)] = said(shows(refused))
    assert (level, summary) == (Level.BAD, f"the certificate of {URL} is not valid by the clock of the host")


def test_a_bad_certificate_is_said_although_there_is_no_answer() -> None:
    refused = replace(V4, trouble="connection reset by peer", hops=(Hop(URL, None, dated(-90 * DAY, -DAY)),))
    assert [summary for _, summary, _ in said(refused)] == [
        f"{URL} does not answer: connection reset by peer",
        f"the certificate of {URL} expired 1 d ago",
    ]


def test_a_text_that_the_host_can_t_read_says_why() -> None:
    missing = replace(V4, missing=("the text 'ようこそ'",), charset="EUC-JP")
    [(_, _, detail)] = said(missing, site=replace(SITE, from_="host"))
    assert detail == "it is written in EUC-JP, and the host can look for text in UTF-8 only"


def test_the_json_document_shows_what_was_seen_after_the_repair() -> None:
    before = SitesFacts((SiteFacts(SITE, (replace(V4, hops=(Hop(URL),), trouble="connection refused"),)),), NOW)
    after = SitesFacts((SiteFacts(SITE, (V4, replace(V6, trouble="no route to host"))),), NOW)
    assert section(before, None)[0]["trouble"] == "connection refused"
    assert section(before, after) == [
        {
            "url": URL,
            "from": "controller",
            "status": 200,
            "seconds": 0.12,
            "family": "IPv4",
            "address": "203.0.113.10",
            "redirects": [],
            "missing": [],
            "certificate": {
                "names": ["www.example.jp"],
                "issuer": "R3",
                "not_before": "2017-08-29T05:00:00+00:00",
                "not_after": "2017-10-29T05:00:00+00:00",
                "days_left": 60,
                "chain": ["www.example.jp"],
                "trusted": True,
                "doubt": None,
            },
            "trouble": None,
            "unanswered": {"IPv6": "no route to host"},
        }
    ]
