"""What stands directly beside days, times, zones and lengths, and changes their meaning so that it can't be read."""

import re

from remedy.maintenance.notice.forms import Found, kinds_of
from remedy.maintenance.notice.tokens import Token
from remedy.maintenance.notice.values import DAY
from remedy.maintenance.notice.zones import OFFSET

BEHIND_ALL = re.compile(r"\ ?[(\[]?\ ?(?:[-+±~]|minus|plus)\ ?\d[\d:]*", re.IGNORECASE)  # an offset, or one more end
BEHIND_ONE = re.compile(r"\ [(\[]?[-+±]\d[\d:]*|\ ?[(\[][-+±]\ ?\d[\d:]*")  # "2:00 - 5:00" is the usual way of an end
COUNT = re.compile(  # "02:00 - 05:00 UTC - 2 hosts"
    r"""\ -\ \d+\ (?:(?:affected|cloud|database|dedicated|physical|virtual|web)\ ){0,2}
    (?:customer|database|guest|host|hypervisor|instance|machine|node|rack|server|service|site|system|vm)s?\b|
    \ ?-\ ?\d+\ ?台""",
    re.IGNORECASE | re.VERBOSE,
)
UTC_MINUS = re.compile(r"(?:UTC|GMT)-\d[\d:]*", re.IGNORECASE)
MORE_OFFSET = re.compile(r"[.,:⁄]\d+")
MORE_LENGTH = re.compile(
    r"""\ ?(?:,\ ?|and\ |&\ ?|と)?
    (?:\d+|half\b|an?\ (?:half|quarter)|(?:[a-z-]+\ )?(?:hours?|hrs?|minutes?|mins?)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
DAY_BEFORE = re.compile(r"(?<![:\d])\d{1,2}(?:st|nd|rd|th)?\.?\ ?(?:[-~/&+,、・]|and\b|or\b|to\b)\ ?$", re.IGNORECASE)
LONGEST_DAY_BEFORE = 12  # characters


def why_odd(text: str, found: Found) -> str:
    """Why what was found in a text can't be read for what stands beside its tokens; empty where it can."""
    following = [*found.tokens[1:], *found.after]
    for place, token in enumerate(found.tokens):
        if why := _why(text, token, following[place : place + 1], is_last=place == len(found.tokens) - 1):
            return why
    if re.match("RN?Z*T", kinds_of(found.after)):
        return "there is one more end behind it: which is it?"
    if found.form == "length":
        return "one length, or another?" if re.match("R?L", kinds_of(found.after)) else ""
    for after in found.after[:1]:
        if after.kind == "L" and isinstance(after.value, int) and after.value >= DAY:
            return f"{text[after.start : after.end]!r} stands beside it: is it on several days?"
    return ""


def _why(text: str, token: Token, following: list[Token], is_last: bool) -> str:
    if token.kind in "TZN":
        is_read = bool(following) and following[0].kind in "ZN"
        sign = (BEHIND_ALL if is_last else BEHIND_ONE).match(text, token.end)
        is_count = is_last and COUNT.match(text, token.end)
        if sign and not is_count and not (is_read and following[0].start < sign.end()):
            return f"{text[token.start : sign.end()]!r}: is that an offset from UTC, an end, or what?"
    if token.kind == "Z" and not OFFSET.fullmatch(str(token.value)) and (minus := UTC_MINUS.match(text, token.start)):
        return f"{minus[0]!r}: is that an offset from UTC, or an end?"
    if token.kind == "Z" and (more := MORE_OFFSET.match(text, token.end)):
        return f"{text[token.start : more.end()]!r}: how far from UTC is that?"
    if token.kind == "L" and (more := MORE_LENGTH.match(text, token.end)):
        return f"{text[token.start : more.end()]!r}: how long is that?"
    if token.kind == "D":
        before = DAY_BEFORE.search(text[max(0, token.start - LONGEST_DAY_BEFORE) : token.start])
        return f"{before[0]}{text[token.start : token.end]}: are these several days?" if before else ""
    return ""
