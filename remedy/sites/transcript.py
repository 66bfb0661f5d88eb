"""What curl, GNU wget or busybox wget told of its way to a site: the redirects, and each one's certificate."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from remedy.sites.certificate import Certificate, Link, doubt_of, moment, plain
from remedy.sites.facts import Hop

# Of one line each; curl marks what a server sent by "< ", wget by two blanks.
STATUS = re.compile(r"(?:< |  )HTTP/[\d.]+ +([2-5]\d\d)\b")
HEADER = re.compile(r"(?:< |  )(location|content-type): *(.+)", re.IGNORECASE)
FIELD = re.compile(r"\*\s+(subject|start date|expire date|issuer): *(.+)")  # of a certificate, as curl has them
CHARSET = re.compile(r"charset=\"?([\w.:\-]+)", re.IGNORECASE)
NAMED = re.compile(r"(?:^|[,;/] *)(CN|O) ?= ?([^,;/]+)")


@dataclass
class Transcript:
    """The way from the first URL to the last answer. `target` is where the last one redirects to.

    `refused` is why a certificate was refused when it was verified, at the hop of that number, if one was.
    """

    hops: list[Hop]
    refused: str = ""
    refused_at: int | None = None
    charset: str = ""
    target: str = ""
    _fields: dict[str, str] = field(default_factory=dict)

    def read(self, said: str) -> None:
        """Take in what the program said."""
        for line in said.splitlines():
            if told := FIELD.match(line):
                self._fields[told[1]] = told[2]
            elif status := STATUS.match(line):
                self._answered(int(status[1]))
            elif header := HEADER.match(line):
                self._header(header[1].lower(), header[2].strip())

    def end(self) -> None:
        """It is over: a redirect that was followed has no answer, a certificate that was refused none either."""
        if self.target:
            self.hops.append(Hop(self.target))
        if self.hops[-1].status is None:
            self.hops[-1] = replace(self.hops[-1], certificate=self._certificate())

    def _answered(self, status: int) -> None:
        if self.target:
            self.hops.append(Hop(self.target))
        self.hops[-1] = replace(self.hops[-1], status=status, certificate=self._certificate())
        self._fields, self.target, self.charset = {}, "", ""

    def _header(self, name: str, text: str) -> None:
        if name == "location" and self.hops[-1].status in (301, 302, 303, 307, 308):
            self.target = plain(_joined(self.hops[-1].url, text))
        elif name == "content-type" and (found := CHARSET.search(text)):
            self.charset = found[1]

    def _certificate(self) -> Certificate | None:
        """That of the last hop. Those after one that was refused were verified by nobody."""
        number = len(self.hops) - 1
        if self.refused_at is not None and number > self.refused_at:
            return None
        said = self.refused if number == self.refused_at else ""
        start, end = (moment(self._fields.get(f"{which} date", "")) for which in ("start", "expire"))
        name = _called(self._fields.get("subject", ""))
        chain = () if start is None or end is None else (Link(name, start, end),)
        if not chain and not said:
            return None
        return Certificate(
            chain, (name,) if name else (), _called(self._fields.get("issuer", "")), doubt_of(said), said
        )


def _called(name: str) -> str:
    """What to call a subject or an issuer: by its common name, or else its organization."""
    parts = dict(NAMED.findall(name))
    return plain(parts.get("CN") or parts.get("O") or name)


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        return target
