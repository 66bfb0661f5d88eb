"""The forms in which notices say windows, as regular expressions on the kinds of tokens."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from remedy.maintenance.notice.tokens import Token

TIME = "Z{0,3}TZ{0,3}"
UNTIL = "n?Rn?"
NEXT = f"N?{TIME}(?:NZ{{0,3}})?"  # a time that may be of the next day

# What stands first is taken where several begin at the same place.
FORMS = {
    "days": rf"D(?:R?D){{1,30}}[dtn]{{0,2}}{TIME}{UNTIL}{NEXT}",  # several days, and one time for all
    "dated": "|".join(  # begin and end have days of their own
        (
            rf"S?D[dt]?{TIME}{UNTIL}[ES]?D[dt]?{TIME}",
            rf"{TIME}D{UNTIL}{TIME}D",
            rf"S[dn]?D[dt]?{TIME}[.nw]{{0,4}}E[dn]?D[dt]?{TIME}",
            rf"D[dt]?{TIME}Sn?D[dt]?{TIME}E",
        )
    ),
    "window": "|".join(  # one day for both, before the times
        (
            rf"D[dt]?{TIME}S?{UNTIL}{NEXT}E?",
            rf"Dn{{1,2}}t{TIME}{UNTIL}{NEXT}",
            rf"dn?Dn{TIME}{UNTIL}{NEXT}",
            rf"S[dn]?D[dt]?{TIME}[.nw]{{0,4}}E{NEXT}",
            rf"Dn{{0,2}}S{TIME}[.nw]{{0,2}}E{NEXT}",
            rf"D[dt]?{TIME}Sn?{NEXT}E",
        )
    ),
    "day_last": rf"{TIME}{UNTIL}{NEXT}D",
    "length": "|".join(
        (
            rf"S?D[dt]?{TIME}(?:n{{0,2}}t)?R?n?L",
            rf"S?{TIME}D(?:n{{0,2}}t)?R?n?L",
            rf"Dn{{0,2}}S{TIME}(?:n{{0,2}}t)?R?n?L",
        )
    ),
    "moment": rf"S?D[dt]?{TIME}S?|S?{TIME}D",  # without an end
    "times": rf"{TIME}{UNTIL}{NEXT}",  # without a day
}
BESIDE = 8  # tokens beside what is found
ALL = re.compile("|".join(f"(?P<{name}>z?(?:{pattern}))" for name, pattern in FORMS.items()))


@dataclass(frozen=True)
class Found:
    """Tokens that have a form. `follows`: it stands right behind what was found before.

    `before` and `after` are some tokens in front of it and behind.
    """

    form: str
    tokens: Sequence[Token]
    follows: bool
    before: Sequence[Token]
    after: Sequence[Token]

    @property
    def kinds(self) -> str:
        """Those of its tokens."""
        return kinds_of(self.tokens)


def kinds_of(tokens: Sequence[Token]) -> str:
    """The kinds of tokens, one letter each."""
    return "".join(token.kind for token in tokens)


def zones_of(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The zones that tokens name, each once."""
    return tuple(dict.fromkeys(str(token.value) for token in tokens if token.kind in "zZ"))


def find(tokens: Sequence[Token]) -> Iterator[Found]:
    """What of the tokens has one of the forms, from the beginning on."""
    kinds, last = kinds_of(tokens), -1
    for match in ALL.finditer(kinds):
        yield Found(
            match.lastgroup or "",
            tokens[match.start() : match.end()],
            match.start() == last,
            tokens[max(0, match.start() - BESIDE) : match.start()],
            tokens[match.end() : match.end() + BESIDE],
        )
        last = match.end()
