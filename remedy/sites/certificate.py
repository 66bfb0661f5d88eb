"""The certificate that a site showed: for which names, from when until when, and what speaks against it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from remedy.shell.answers import CONTROL

NAMES = 20  # of a certificate that are kept; some have hundreds
LENGTH = 200  # characters of any text that a server says of itself
FORMS = ("%b %d %H:%M:%S %Y GMT", "%a, %d %b %Y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")


class Doubt(StrEnum):
    """Why it is not trusted. That its time is not now is no reason: the controller judges that by the true time."""

    NONE = ""
    NAME = "name"  # it is for other names
    SELF_SIGNED = "self-signed"
    ISSUER = "issuer"  # nobody knows who issued it, or the server left out a certificate of the chain
    TIME = "time"  # by the clock of the host that asked, it is not valid now
    OTHER = "other"


# The words of OpenSSL (X509_verify_cert_error_string(3)), GnuTLS, NSS and GNU wget.
DOUBTS = (
    (Doubt.TIME, r"expired|not yet (valid|activated)"),
    (Doubt.NAME, r"mismatch|(does not|doesn.t|no alternative .*|no certificate subject .*) match"),
    (Doubt.ISSUER, r"in (the )?certificate chain"),  # whose end is self-signed, as every end is
    (Doubt.SELF_SIGNED, r"self.signed"),
    (Doubt.ISSUER, r"issuer|unable to verify the first|not trusted|verification failed"),
)


@dataclass(frozen=True)
class Link:
    """One certificate of a chain: whose it is, and both ends of its time, in Unix seconds."""

    name: str
    not_before: float
    not_after: float


@dataclass(frozen=True)
class Certificate:
    """What a server showed: the chain from its own certificate upwards, as far as it is known, which may be nothing.

    `names` are those that it is for. `said` is the reason for a doubt in the words of the program that verified it.
    """

    chain: tuple[Link, ...] = ()
    names: tuple[str, ...] = ()
    issuer: str = ""
    doubt: Doubt = Doubt.NONE
    said: str = ""


def from_chain(chain: Sequence[Mapping[str, Any]], said: str = "") -> Certificate:
    """Given certificates as ssl.SSLSocket.getpeercert has them, the server's own first, return what they say.

    `said` is why they are not trusted; nothing if they are.
    """
    alternatives = chain[0].get("subjectAltName", ()) if chain else ()
    return Certificate(
        chain=tuple(map(_link, chain)),
        names=tuple(plain(text) for _, text in alternatives[:NAMES]),
        issuer=called(chain[0].get("issuer", ())) if chain else "",
        doubt=doubt_of(said),
        said=plain(said),
    )


def doubt_of(said: str) -> Doubt:
    """What the words mean in which a certificate was refused."""
    if not said:
        return Doubt.NONE
    return next((doubt for doubt, words in DOUBTS if re.search(words, said, re.IGNORECASE)), Doubt.OTHER)


def moment(text: str) -> float | None:
    """A date as OpenSSL, curl or wget write it, in Unix seconds; None where it is none."""
    for form in FORMS:
        try:
            return datetime.strptime(" ".join(text.split()), form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return None


def plain(text: str) -> str:
    """What a server says of itself, fit to be shown: bounded, on one line, without control characters."""
    return CONTROL.sub("", " ".join(text[: 4 * LENGTH].split()))[:LENGTH]


def called(name: Iterable[Iterable[tuple[str, str]]]) -> str:
    """What to call a subject or an issuer: by its common name, else its organization, else the first it has."""
    parts = {key: text for group in name for key, text in group}
    return plain(parts.get("commonName") or parts.get("organizationName") or next(iter(parts.values()), ""))


def _link(info: Mapping[str, Any]) -> Link:
    ends = [moment(info[key]) or 0.0 for key in ("notBefore", "notAfter")]
    return Link(called(info.get("subject", ())), *ends)
