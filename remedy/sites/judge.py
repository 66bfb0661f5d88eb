"""Does each site answer what it should, by each family of addresses, and is its certificate good?"""

import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from remedy.model import Finding, Level
from remedy.sites import validity
from remedy.sites.facts import Attempt, Family, SiteFacts, SitesFacts, wants_redirect
from remedy.sites.validity import Remark
from remedy.topic import Situation
from remedy.words import duration


def judge(facts: SitesFacts, situation: Situation) -> tuple[Finding, ...]:
    """The findings on a host's sites: all that is wrong with each, or that nothing is."""
    return tuple(finding for site in facts.sites for finding in _Judge(site, situation).findings())


class _Judge:
    """One site, as it is judged."""

    def __init__(self, facts: SiteFacts, situation: Situation) -> None:
        self._site, self._url, self._facts, self._situation = facts.site, facts.site.url, facts, situation

    def findings(self) -> Iterator[Finding]:
        """All that is wrong, or one that nothing is."""
        found = [*self._silence(), *self._answers()]
        yield from found or [self._finding(self._well())]

    def _silence(self) -> Iterator[Finding]:
        """That it does not answer: to nobody, or by one family only."""
        if self._facts.trouble:
            level, verb = (Level.WARN, "was not") if self._facts.is_unasked else (Level.BAD, "could not be")
            yield self._finding(Remark(level, f"{self._url} {verb} asked: {self._facts.trouble}"))
        silent = [attempt for attempt in self._facts.attempts if attempt.trouble]
        answered = [attempt for attempt in self._facts.attempts if not attempt.trouble]
        for attempt in silent:
            where = f"over {attempt.family}{f' at {attempt.address}' if attempt.address else ''}"
            after = f", after a redirect to {attempt.redirects[-1]}" if attempt.redirects else ""
            if answered:
                summary = f"{self._url} answers over {answered[0].family} only"
                yield self._finding(Remark(Level.WARN, summary, f"{where}: {attempt.trouble}{after}"), attempt.family)
        if silent and not answered:
            yield self._finding(self._no_answer(silent))

    def _no_answer(self, silent: list[Attempt]) -> Remark:
        troubles = list(dict.fromkeys(attempt.trouble for attempt in silent))
        if len(troubles) > 1:
            troubles = [f"over {attempt.family} {attempt.trouble}" for attempt in silent]
        details = [f"asked at {' and '.join(attempt.address for attempt in silent if attempt.address)}"]
        details += list(dict.fromkeys(_redirected(attempt) for attempt in silent if attempt.redirects))
        known = [detail for detail in details if detail != "asked at "]
        return Remark(Level.BAD, f"{self._url} does not answer: {', '.join(troubles)}", "; ".join(known))

    def _answers(self) -> Iterator[Finding]:
        """What is wrong with the answers: once, where all of them are wrong alike."""
        all_remarks = [(attempt, tuple(self._remarks(attempt))) for attempt in self._facts.attempts]
        for attempt, remarks in all_remarks:
            for remark in remarks:
                if all(remark in others for _, others in all_remarks):
                    if attempt is all_remarks[0][0]:
                        yield self._finding(remark)
                else:
                    summary = f"{remark.summary}, over {attempt.family}"
                    yield self._finding(Remark(remark.level, summary, remark.detail), attempt.family)

    def _remarks(self, attempt: Attempt) -> Iterator[Remark]:
        """What is wrong with one answer."""
        if not attempt.trouble and attempt.status != self._site.status:
            summary = f"{self._url} answers {attempt.status}, not {self._site.status}"
            yield Remark(Level.BAD, summary, _redirected(attempt))
        elif not attempt.trouble and attempt.missing:
            summary = f"{self._url} answers {attempt.status} without {' and '.join(attempt.missing)}"
            yield Remark(Level.BAD, summary, self._why_missing(attempt))
        for url, certificate in dict(attempt.certificates).items():
            yield from validity.remarks(url, certificate, self._situation)

    def _why_missing(self, attempt: Attempt) -> str:
        is_other = attempt.charset and attempt.charset.lower() not in ("utf-8", "utf8", "us-ascii")
        reasons = (
            (attempt.redirects, _redirected(attempt)),
            (attempt.truncated, "it is longer than what was looked at"),
            (
                is_other and self._site.from_ == "host",
                f"it is written in {attempt.charset}, and the host can look for text in UTF-8 only",
            ),
        )
        return "; ".join(words for applies, words in reasons if applies)

    def _well(self) -> Remark:
        """That it answers as it should, how soon, and for how long its certificate is good."""
        first = self._facts.attempts[0]
        families = " and ".join(attempt.family for attempt in self._facts.attempts if attempt.family)
        seconds = [attempt.seconds for attempt in self._facts.attempts if attempt.seconds is not None]
        time = f" in {duration(max(seconds))}" if seconds else ""
        days = [validity.days_left(shown, self._situation.now) for _, shown in first.certificates]
        known = [left for left in days if left is not None]
        good = f", certificate good for {min(known)} d" if known else ""
        blind = "the host has no program that verifies certificates" if first.is_blind else ""
        over = f" over {families}" if families else ""
        return Remark(Level.OK, f"{self._url} answers {first.status}{time}{over}{good}", blind)

    def _finding(self, remark: Remark, family: Family | None = None) -> Finding:
        command = "" if remark.level is Level.OK else self._command(family)
        return Finding("sites", remark.level, remark.summary, remark.detail, command, self._url)

    def _command(self, family: Family | None) -> str:
        """How to ask by hand, on the machine that asked."""
        words = ["curl", "-sSI"] if wants_redirect(self._site) else ["curl", "-sSIL"]
        words += [f"-{family[-1]}"] if family else []
        if self._site.resolve:
            parts = urlsplit(self._url)
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
            words += ["--resolve", f"{parts.hostname}:{port}:{self._site.resolve}"]
        return shlex.join([*words, self._url])


def section(before: SitesFacts, after: SitesFacts | None) -> list[dict[str, Any]]:
    """The sites' part of the JSON document, as they answered last."""
    facts = after or before
    return [_shown(site, facts.now) for site in facts.sites]


def _shown(facts: SiteFacts, now: float) -> dict[str, Any]:
    """One site: the answer of the first address that gave one, and what the others said."""
    best = min(facts.attempts, key=lambda attempt: bool(attempt.trouble), default=Attempt(trouble=facts.trouble))
    return {
        "url": facts.site.url,
        "from": facts.site.from_,
        "status": best.status,
        "seconds": best.seconds,
        "family": best.family.value if best.family else None,
        "address": best.address or None,
        "redirects": list(best.redirects),
        "missing": list(best.missing),
        "certificate": next((validity.shown(shown, now) for _, shown in best.certificates), None),
        "trouble": best.trouble or None,
        "unanswered": {
            attempt.family.value: attempt.trouble for attempt in facts.attempts if attempt.family and attempt.trouble
        },
    }


def _redirected(attempt: Attempt) -> str:
    return f"it redirects to {' and then to '.join(attempt.redirects)}" if attempt.redirects else ""
