"""What came of one address of a site that a host asked itself."""

import re
from ipaddress import ip_address

from remedy.inventory.host import Site
from remedy.shell.answers import Answer, Answers
from remedy.sites.certificate import plain
from remedy.sites.facts import REDIRECTS, SITE_SECONDS, Attempt, Family, Hop, holds, missing, wants_redirect
from remedy.sites.transcript import Transcript

ADDRESSES = tuple(  # where it connected to, else where it tried; GNU wget says neither
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"connect.* to .*\(([\d.]+):\d+\)",
        r"connect.* to .*\(\[([\da-f:.]+)\]:\d+\)",
        r"connect.* to .*\(([\da-f:.]+)(?: port \d+)?\)",
        r"trying ([\d.]+):\d+",
        r"trying \[([\da-f:.]+)\]:\d+",
    )
)
NO_NAME = re.compile(r"(could not|unable to) resolve|bad address", re.IGNORECASE)
NO_WAY = re.compile(r"network is unreachable|cannot assign requested address|family not supported", re.IGNORECASE)
REFUSAL = re.compile(
    r"^(?:curl: \(\d+\)|ERROR:|wget:|(?=The )) *(.*certificate.*(?:\n\s+.*)?)", re.IGNORECASE | re.MULTILINE
)
COMPLAINTS = (  # the one that says most comes first
    re.compile(r"(connection refused|connection reset by peer|no route to host|network is unreachable)"),
    re.compile(r"^curl: \(\d+\) *(.+)", re.MULTILINE),
    re.compile(r"^(?:wget: |error: |failed: )(.+)", re.MULTILINE),
    re.compile(r"(\S.*)\s*\Z"),
)
OUT_OF_TIME = (28, 124, 137, 143)  # of curl; of `within`
CUT_SHORT = {  # it has a status, and no whole answer (curl(1), wget(1): EXIT CODES)
    "curl": (18, 52, 55, 56, 92),
    "wget": (4,),
    "busybox": (1,),
}
NO_GOOD_STATUS = "server returned error"  # says busybox, and exits as for everything
TOO_MANY = 47  # redirects, of curl


class Heard:
    """One address of a site, as it was asked; `was_asked` if it was.

    Where its certificate was refused it was asked a second time, and that one is what it `said`.
    """

    def __init__(self, answers: Answers, name: str, site: Site, family: Family | None, tool: str) -> None:
        self._answers, self._site, self._family, self._tool = answers, site, family, tool
        first, second = answers.get(f"{name}/verified"), answers.get(f"{name}/unverified")
        self.was_asked = first is not None
        self._name = f"{name}/{'unverified' if second else 'verified'}"
        self._last = second or first or Answer(self._name, "")
        self.said = self._last.output
        self._way = Transcript([Hop(site.url)])
        if first and second:
            before = Transcript([Hop(site.url)])
            before.read(first.output)
            before.end()
            self._way.refused, self._way.refused_at = _refusal(first.output), len(before.hops) - 1
        self._way.read(self.said)
        if not wants_redirect(site):
            self._way.end()
        self._is_answered = self._way.hops[-1].status is not None

    @property
    def lacks_name(self) -> bool:
        """Whether its name has no address of that family."""
        return not self._is_answered and NO_NAME.search(self.said) is not None

    @property
    def lacks_way(self) -> bool:
        """Whether the host can't reach any address of that family."""
        return not self._is_answered and NO_WAY.search(self.said) is not None

    def attempt(self) -> Attempt:
        """All of it, as facts."""
        body = self._answers.get(f"{self._name}/body")
        has_match = body is not None and holds(body.output, self._site.regex)
        address = self._site.resolve or self._address()
        hops = self._way.hops[:1] if wants_redirect(self._site) else self._way.hops[: REDIRECTS + 2]
        return Attempt(
            family=self._family or _family_of(address),
            address=address,
            hops=tuple(hops),
            seconds=round(self._last.ended - self._last.began, 3) if self._last.ended else None,
            trouble=self._trouble(),
            missing=missing(self._site, self._has("text"), has_match),
            truncated=self._has("truncated") or self._has("cut"),
            charset=plain(self._way.charset),
            is_blind=self._tool == "busybox" and self._site.url.lower().startswith("https:"),
        )

    def _has(self, what: str) -> bool:
        return self._answers.get(f"{self._name}/{what}") is not None

    @property
    def _told_status(self) -> int | None:
        """How the program ended; None: nobody knows."""
        told = self._answers.text(f"{self._name}/status")
        return int(told) if told.isdecimal() else None

    def _trouble(self) -> str:
        """Why there is no answer; nothing if there is one."""
        status = None if self._has("truncated") else self._told_status  # who is cut short by us complains of it
        if self.lacks_name:
            return "no address for its name"
        if status in OUT_OF_TIME or (not self._is_answered and "timed out" in self.said):
            return f"no {'whole ' if self._is_answered else ''}answer within {SITE_SECONDS:g} s"
        if status == TOO_MANY:
            return f"it redirects more than {REDIRECTS} times"
        if self._is_answered and (status not in CUT_SHORT[self._tool] or NO_GOOD_STATUS in self.said):
            return ""
        found = (pattern.search(self.said.lower()) for pattern in COMPLAINTS)
        return next((words for match in found if match and (words := plain(match[1]))), "no answer")

    def _address(self) -> str:
        found = (match for pattern in ADDRESSES if (match := pattern.search(self.said)))
        return next((match[1] for match in found if _family_of(match[1])), "")


def _refusal(said: str) -> str:
    """Why a certificate was refused, in the program's words."""
    words = "; ".join(" ".join(match.split()) for match in REFUSAL.findall(said))
    return plain(words) or "the certificate is refused"


def _family_of(address: str) -> Family | None:
    try:
        return Family.IPV4 if ip_address(address).version == 4 else Family.IPV6
    except ValueError:
        return None
