"""What each site of a host answered, and to whom."""

from dataclasses import dataclass
from enum import StrEnum

from remedy.inventory.host import Site
from remedy.inventory.kind import shown
from remedy.patterns import found
from remedy.sites.certificate import Certificate

SITE_SECONDS = 10.0  # within which a site answers, redirects and all, or counts as one that doesn't
SITES_AT_ONCE = 8  # of one host
REDIRECTS = 10
BODY_LIMIT = 1 << 20  # bytes of an answer that are looked at


class Family(StrEnum):
    """How a site is reached."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"


@dataclass(frozen=True)
class Hop:
    """One address of a redirect chain. `status` None: it gave no answer."""

    url: str
    status: int | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Attempt:
    """How one address of a site answered.

    `hops` is the redirect chain, in its order. `trouble` says in plain words why there is no answer, if there is none.
    `seconds` is the time until the answer was there, names and redirects and all. `missing` is what it should hold and
    does not, in words. `truncated`: it is longer than what was looked at. `charset` is what it says that it is written
    in. `is_blind`: the program that asked verifies no certificates.
    """

    family: Family | None = None
    address: str = ""
    hops: tuple[Hop, ...] = ()
    seconds: float | None = None
    trouble: str = ""
    missing: tuple[str, ...] = ()
    truncated: bool = False
    charset: str = ""
    is_blind: bool = False

    @property
    def status(self) -> int | None:
        """The status that counts: of the last answer."""
        return self.hops[-1].status if self.hops else None

    @property
    def redirects(self) -> tuple[str, ...]:
        """Where it was redirected to, in order."""
        return tuple(hop.url for hop in self.hops[1:])

    @property
    def certificates(self) -> tuple[tuple[str, Certificate], ...]:
        """Which certificate was seen at which URL."""
        return tuple((hop.url, hop.certificate) for hop in self.hops if hop.certificate)


@dataclass(frozen=True)
class SiteFacts:
    """One site. `attempts` has one of each family by which its name can be reached; `trouble`: it could not be asked.

    `is_unasked`: the trouble is one of whoever should have asked, and says nothing of the site.
    """

    site: Site
    attempts: tuple[Attempt, ...] = ()
    trouble: str = ""
    is_unasked: bool = False


@dataclass(frozen=True)
class SitesFacts:
    """All sites of a host, at the true time `now`, in Unix seconds."""

    sites: tuple[SiteFacts, ...] = ()
    now: float = 0.0


def wants_redirect(site: Site) -> bool:
    """Whether a redirect is itself what the site should answer; then it is not followed."""
    return 300 <= site.status < 400


def missing(site: Site, has_text: bool, has_match: bool) -> tuple[str, ...]:
    """What an answer should hold and does not, in words."""
    text = () if site.text is None or has_text else (f"the text {shown(site.text)}",)
    match = () if site.regex is None or has_match else (f"anything that matches {shown(site.regex)}",)
    return text + match


def holds(content: str, regex: str | None) -> bool:
    """Whether something in an answer matches the regular expression."""
    return regex is not None and found(regex, content) is True
