"""What is wrong with a certificate, judged by the true time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from remedy.gap import GapKind
from remedy.model import Level
from remedy.sites.certificate import Certificate, Doubt, Link
from remedy.topic import Situation
from remedy.words import duration

DAY = 86400.0
SOON = 14 * DAY  # before it expires, when renewing by itself should have happened long ago
HINTS = {
    Doubt.SELF_SIGNED: "nobody but itself vouches for it",
    Doubt.ISSUER: "its issuer is not known here, or the server leaves out the certificate between",
}


@dataclass(frozen=True)
class Remark:
    """What is to be said of one answer of a site, or of its certificate."""

    level: Level
    summary: str
    detail: str = ""


def days_left(certificate: Certificate, now: float) -> int | None:
    """For how many whole days the chain is good; negative: since when it is not. None: its dates are not known."""
    ends = [link.not_after for link in certificate.chain]
    return int((min(ends) - now) // DAY) if ends else None


def remarks(url: str, certificate: Certificate, situation: Situation) -> Iterator[Remark]:
    """Everything that is wrong with the certificate that was shown at a URL."""
    by_time = [remark for link in certificate.chain for remark in _at(url, certificate, link, situation)]
    yield from by_time
    if certificate.doubt is Doubt.TIME:
        if not any(remark.level is Level.BAD for remark in by_time):
            yield _by_wrong_clock(url, certificate, situation)
    elif certificate.doubt is not Doubt.NONE:
        yield Remark(Level.BAD, f"the certificate of {url} is {_doubted(certificate)}", _hint(certificate))


def _at(url: str, certificate: Certificate, link: Link, situation: Situation) -> Iterator[Remark]:
    """What the time says of one certificate of the chain."""
    is_own = link is certificate.chain[0]
    what = f"the certificate of {url}" if is_own else f"the certificate of {link.name}, behind that of {url},"
    left, ahead = link.not_after - situation.now, link.not_before - situation.now
    if left < 0:
        yield Remark(Level.BAD, f"{what} expired {duration(-left)} ago", f"it was good until {day(link.not_after)}")
    elif ahead > 0:
        summary = f"{what} is not valid before {day(link.not_before)}, in {duration(ahead)}"
        yield Remark(Level.BAD, summary, _too_early(ahead, situation))
    elif left < SOON:
        yield Remark(Level.WARN, f"{what} expires in {duration(left)}", f"it is good until {day(link.not_after)}")


def _too_early(ahead: float, situation: Situation) -> str:
    if any(gap.kind is GapKind.STEP and -gap.seconds >= ahead for gap in situation.gaps):
        return "it was made while the clock of this host was ahead: make it again now that the clock is right"
    return "the clock where it was made is ahead, or it is meant for later"


def _by_wrong_clock(url: str, certificate: Certificate, situation: Situation) -> Remark:
    """It is the clock of the host that refuses the certificate."""
    steps = [gap.seconds for gap in situation.gaps if gap.kind is GapKind.STEP]
    by = f", which is {duration(abs(steps[0]))} {'behind' if steps[0] > 0 else 'ahead'}" if steps else ""
    said = f"the host says: {certificate.said}"
    if certificate.chain:
        summary = f"the certificate of {url} is good, but not by the clock of the host{by}"
        return Remark(Level.WARN, summary, f"{said}; that ends when the clock is right")
    summary = f"the certificate of {url} is not valid by the clock of the host{by}"
    return Remark(Level.BAD, summary, f"{said}{'; that may end when the clock is right' if steps else ''}")


def _doubted(certificate: Certificate) -> str:
    if certificate.doubt is Doubt.NAME:
        return f"for {', '.join(certificate.names)}" if certificate.names else "for another name"
    if certificate.doubt is Doubt.SELF_SIGNED:
        return "self-signed"
    by = f", by {certificate.issuer}" if certificate.issuer else ""
    return f"from an unknown issuer{by}" if certificate.doubt is Doubt.ISSUER else "not trusted"


def _hint(certificate: Certificate) -> str:
    hint = HINTS.get(certificate.doubt)
    return f"{hint}: {certificate.said}" if hint else certificate.said


def day(moment: float) -> str:
    """A moment of a certificate, in UTC, as it has them."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"


def shown(certificate: Certificate, now: float) -> dict[str, object]:
    """A certificate as the JSON document has it."""
    own = certificate.chain[0] if certificate.chain else None
    return {
        "names": list(certificate.names),
        "issuer": certificate.issuer or None,
        "not_before": datetime.fromtimestamp(own.not_before, UTC).isoformat() if own else None,
        "not_after": datetime.fromtimestamp(own.not_after, UTC).isoformat() if own else None,
        "days_left": days_left(certificate, now),
        "chain": [link.name for link in certificate.chain],
        "trusted": certificate.doubt is Doubt.NONE,
        "doubt": certificate.said or None,
    }
