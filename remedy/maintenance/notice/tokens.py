"""A notice as a row of tokens: days, times of day, zones, lengths, and the words that join them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from remedy.maintenance.notice import values
from remedy.maintenance.notice.values import Day, Time
from remedy.maintenance.notice.zones import AMBIGUOUS, KNOWN, WORDS

# Han characters alone may be Chinese; kana, these weekdays, these words and the forms of these characters may not.
OF_JAPAN = re.compile(r"[ぁ-ゖァ-ヺ変実対応続発売図広帯]|\([月火水木金土]\)|[月火水木金土日]曜|日時|平成|令和")
OF_DATES = re.compile(r"[年月日時分秒午前後]")
JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
SIGNS = {ord(dash): "-" for dash in "‐‑‒–—―−"} | {ord(wave): "~" for wave in "〜∼"} | {ord("’"): "'"}

MONTH = r"""(?P<m>(?-i:May|MAY)|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|
    sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"""
WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b"
)
BEFORE = rf"(?:(?P<w>{WEEKDAY})\.?,?\ (?:the\ )?)?"
AFTER = rf"""(?:\ ?\((?P<kanji>[月火水木金土日])(?:曜日?)?(?:・?祝日?)?\)|(?P<kanji_>[月火水木金土日])曜日?|
    ,?\ \(?(?P<w_>{WEEKDAY})\)?)?"""
AM_PM = r"[ap]\.?m(?![a-z0-9_])"
HALF = rf"(?P<half>{AM_PM}\.?)"
PART = r"(?:(?P<part>午前|午後|深夜|夜間?|夕方|未明|早朝|朝|昼|[ap]\.?m\.?)\ ?)?"
NO_PLACE = r"""(?!(?:and|as|at|by|for|from|if|in|is|of|on|or|our|some|that|the|this|thru|through|till?|to|until|will|
    with)\b)"""
CORRECTED = r"""訂正(?!(?:が|の|する|になる)?(?:ある|生じた)?場合)|正誤表|\berrat(?:um|a)\b|
    ^\W{0,3}corrections?\b|\bcorrections?\ ?(?:[:\-]|to\b|of\b|notice\b)|
    \bcorrected\ (?:date|day|maintenance|notice|schedule|time|window)s?\b"""
CHANGED = r"(?!後|(?:する|になる|となる|の)(?:場合|こと|可能性))"
KNOWN_LETTERS = "|".join(sorted({*KNOWN, *AMBIGUOUS}, key=len, reverse=True))
ALONE = r"(?<![a-z0-9:.+])"
FOR_LENGTH = r"(?:last|take)"
EXPECTED = r"(?:and\ )?(?:is|are)\ expected\ to|(?:and\ )?(?:will|should)"
LABEL = r"\b(?:(?:date|time|and|/|&)\b\ ?)*"

# What stands first is taken where several begin at the same place. Verbose and without regard to case.
PATTERNS = {
    "n": r"\n",
    ".url": r"https?://\S+",
    ".rule": r"[-=_~*]{3,}",
    ".bullet": r"^\ ?[-*+•]\ (?=\S)",
    "iso": r"""(?<![\d.])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)T(?P<h>\d\d):(?P<min>\d\d)(?::\d\d(?:\.\d+)?)?
        (?P<zone>Z|[+-]\d\d:?\d\d)?(?![\d:])""",
    "D.japanese": rf"""(?<![\d.])(?:(?:(?P<y>\d{{4}})|(?P<era>平成|令和)\ ?(?P<era_year>\d{{1,2}}|元))\ ?年\ ?)?
        (?P<m>\d{{1,2}})\ ?月\ ?(?P<d>\d{{1,2}})\ ?日(?!間|前|後|以内){AFTER}""",
    "D.day": rf"(?<![\d.年月])(?P<d>\d{{1,2}})\ ?日(?!間|前|後|以内|程度|ほど){AFTER}",
    "D.iso": rf"""{BEFORE}(?<![\d./-])(?P<y>\d{{4}})(?P<mark>[-/.])(?P<m>\d{{1,2}})(?P=mark)(?P<d>\d{{1,2}})
        (?![\d/]|[-.]\d){AFTER}""",
    "D.month_first": rf"""{BEFORE}\b{MONTH}\ ?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.]\d)
        (?:\ ?,?\ (?P<y>\d{{4}})(?![\d:]))?{AFTER}""",
    "D.day_first": rf"""{BEFORE}(?<![\d:.])(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -](?:of\ )?{MONTH}
        (?:[ -]|,\ )?(?:(?P<y>(?<=[ -])\d{{4}})(?![\d:]))?{AFTER}""",
    "D.numbers": rf"""(?<![\d./:-])(?!24/7\b)(?P<a>\d{{1,2}})(?:/(?P<b>\d{{1,2}})(?:/(?P<y>\d{{4}}))?|
        \.(?P<b_>\d{{1,2}})\.(?P<y_>\d{{4}}))(?![\d/]|[.:]\d){AFTER}""",
    ".unclear": r"\d\d:\d\d:\d\d-\d\d:\d\d(?!:)|midnight",
    ".far": r"翌々日?",
    "L": r"""(?<![a-z0-9.])(?<!\d,)
        (?P<amount>\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|an?)[ -]?
        (?P<unit>days?|日間|hours?|hrs?|h|時間|minutes?|mins?|分間?)(?![a-z])(?P<half>半)?
        (?:,?\ ?(?:and\ )?(?P<more>\d{1,2})\ ?(?:minutes?|mins?|m|分間?)(?![a-z]))?
        (?!'|\ ?(?:of\ )?(?:notice|advance|warning|before|prior|ahead|ago|later|after|in\ advance|
        前|後|以内|おき|毎|ごと))""",
    "T.japanese": rf"{PART}(?<![\d:.])(?P<h>\d{{1,2}})\ ?時(?!間)(?:(?P<half_hour>半)|\ ?(?P<min>\d{{1,2}})\ ?分)?",
    "T.clock": rf"{ALONE}{PART}(?<![\d:.])(?P<h>\d{{1,2}}):(?P<min>\d\d)(?::\d\d)?(?![\d:])(?:\ ?{HALF})?",
    "T.hour": rf"{ALONE}(?P<h>\d{{1,2}})\ ?{HALF}",
    "T.bare": rf"{ALONE}(?P<h>\d{{1,2}})(?=\ ?(?:-|~|(?:to|until|till)\b)\ ?\d{{1,2}}(?::\d\d)?\ ?{AM_PM})",
    "T.noon": r"(?:12\ )?\bnoon\b|正午",
    "Z.offset": r"""(?<![a-z])(?:UTC|GMT)\ ?\+\ ?\d{1,2}(?::?\d\d)?(?!\d)|
        (?<![a-z])(?:UTC|GMT)-(?:\d{1,2}|\d{4})(?![\d:])|(?<!\d)\+\d\d:?\d\d(?!\d)|
        (?<=:\d\d:\d\d\ )-\d{4}(?!\d)|(?<=\()(?:UTC|GMT)?-\d\d:?\d\d(?=\))""",
    "Z.behind.letter": r"(?-i:Z)(?![a-z0-9_])",
    "Z.behind.both": r"(?-i:[A-Z]{3}\d[A-Z]{3})\b",
    "Z.behind.time": rf"\b(?!(?:UTC|GMT|JST)\b)(?:{NO_PLACE}[a-z.]+\ ){{1,4}}?time\b(?!\ ?:)",
    "Z.behind.japanese": r"""(?!実施|作業|所要|予定|停止|影響|開始|終了|完了|メンテナンス)
        [ァ-ヺー\u3400-\u9fff]{1,12}?(?:標準時|世界時|夏時間|時間|时间)(?!帯)""",
    "Z.behind.name": rf"""(?:(?<=\()|(?<=[\dm]\ ))(?:in\ )?(?!{WEEKDAY}|{MONTH})
        (?-i:[A-Z][a-z]+(?:\ [A-Z][a-z]+)?)(?=\ ?(?:[).,;]|$))|
        (?:pacific|eastern|central|mountain|zulu|local)\b""",
    "Z.behind.letters": rf"(?<![a-z])(?:{KNOWN_LETTERS})(?![a-z0-9_])",
    "Z.place": r"\b(?-i:Etc/GMT[+-]\d{1,2}|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?)\b",
    "Z.words": "|".join(re.escape(words) for words in sorted(WORDS, key=len, reverse=True)),
    "Z.local": r"local\ time|現地(?:時間)?",
    "a": r"""\btimes?\ (?:zone\b\ ?:?|(?:are|is)\b(?:\ all)?(?:\ (?:shown|given|listed|stated))?(?:\ in\b)?|
        (?:(?:shown|given|listed|stated)\ )?in\b|(?=(?-i:[A-Z])))|
        (?:時刻|時間|タイムゾーン)は(?:すべて|全て)?(?!\ ?\d)""",
    "N": r"翌(?:日の?|朝の?)?|\b(?:the\ )?(?:next|following)\ day\b|\+1(?:d|\ day)?\b(?!\ ?[-:.\d])",
    "X": rf"""{CORRECTED}|中止|延期|順延|取り?消し?|取り?やめ|見送|見合わ?せ|キャンセル|撤回|変更前|日[時程]変更|予備日|
        \(誤\)|(?<![ァ-ヺー\u3400-\u9fff])誤\ ?:|
        (?:実施|作業|メンテナンス|行)[ぁ-ん]{{0,5}}(?:ません|ない|かね)|メンテナンス[はが](?:なく|無く|なしに)な|(?:終了|完了)(?:いた)?しました|
        \b(?:not|[a-z]+n't)\ (?:be\ )?
        (?:tak(?:e|ing)\ place|happen|occur|perform|carr|conduct|proceed|go\ ahead|held|done|start)[a-z]*|
        \b(?:cancel[a-z]*|postpon[a-z]*|re-?schedul[a-z]*|withdr[ae]w[a-z]*|defer[a-z]*|abandon[a-z]*|abort[a-z]*|
        revok[a-z]*|on\ hold|no\ (?:longer|(?:planned\ |scheduled\ )?maintenance)|previously|call(?:ed|ing)?\ off|
        (?:been|was|were)\ moved|moved\ (?:to|from)|instead\ of|brought\ forward|
        (?:ha(?:s|ve)\ (?:been\ )?|was\ |were\ )(?:complet|finish)ed)\b""",
    "x": rf"""変更{CHANGED}|繰り?[上下]げ|振り?替え?|当初|旧(?=[日\ :)】])|毎[日晩朝夜週]|連日|各日|
        \b(?:old|origina(?:l|lly)|former(?:ly)?|changed?|moved?|moving|shifted|instead|delayed|daily|nightly|weekly|
        (?:each|every)\ (?:(?:other|single|second)\ )?(?:day|night|evening|morning|week|{WEEKDAY}))\b""",
    "S": rf"""(?:作業|メンテナンス)?開始(?:予定)?(?:日時|時刻|時間|日)?|
        \b(?:planned\ |scheduled\ |estimated\ )?(?:start|begin)(?:s|n?ing)?\ ?{LABEL}""",
    "E": rf"""(?:作業|メンテナンス)?(?:終了|完了)(?:予定)?(?:日時|時刻|時間|日)?|
        \b(?:planned\ |scheduled\ |estimated\ |expected\ )?(?:ends?|ending|finish(?:es)?|completion)\ ?{LABEL}""",
    "d": r"""(?:実施|作業|対象|停止|メンテナンス)?(?:日時|日程|期間|予定日|実施日|作業日)|
        \b(?:dates?(?:\ ?(?:and|/|&)\ ?time)?|when|schedule|(?:maintenance\ )?window)\ ?:""",
    "t": r"""(?:実施|作業|所要|予定|メンテナンス)?(?:時間帯?|時刻)|
        \b(?:times?|hours|(?:expected\ |estimated\ |total\ ){0,3}duration)\ ?:""",
    "R": r"~|->|→|-{1,2}|から|より|\b(?:to|until|till|through|thru)\b",
    "filler": rf"""\b(?:on|at|from|for|lasting|approximately|approx|about|around|up\ to|roughly|starting|hrs|hours|the|
        (?:an?\ )?estimated|(?:{EXPECTED})\ {FOR_LENGTH}|expected)\b\.?|まで|頃|ごろ|予定|程度|同日|当日|
        約|の|に|は|※""",
    "and": r"\band\b|&",
    "between": r"\bbetween\b",
    "w": rf"\b(?P<w>{WEEKDAY})|\((?P<kanji>[月火水木金土日])(?:曜日?)?\)|(?P<kanji_>[月火水木金土日])曜日?",
    "capitals": r"(?<![a-z])(?-i:[A-Z]{2,5})(?![a-z0-9_])",
    "Y": r"(?<!\d)(?:19|20)\d\d(?!\d)",
    "blank": r"\ |[,;、:()\[\]{}「」『』【】<>《》≪≫■□●○◆◇◎・|/@*_=\"']+",
    ".word": r"[a-z0-9]+|.",
}
COMPILED = {name: re.compile(pattern, re.VERBOSE | re.IGNORECASE | re.MULTILINE) for name, pattern in PATTERNS.items()}
BEHIND_A_TIME = {name for name in PATTERNS if ".behind." in name}
OTHERS = {name: regex for name, regex in COMPILED.items() if name not in BEHIND_A_TIME}
AFTER_A_TIME_ONLY = {"ET", "CT", "MT", "PT", "WET", "WEST", "ECT", "AMT", "SST", "AST", "GST"}
JOINING = {"and": ".", "between": "filler"}
NO_ZONES = {"WE", "ALL", "IN", "IS", "OR", "BY", "OUR", "DUE", "AS", "IT", "IF", "NO", "WILL", "THIS", "WITH", "ARE"}


@dataclass(frozen=True)
class Token:
    """A piece of a notice, and where it stands.

    `kind` is one letter: Day, Time, Zone, z a zone that is said of what comes next, Length (in minutes), R "until",
    N "on the next day", S "begin:", E "end:", d "day:", t "time:", a "times are in", n a line's end, X "it will not
    be", x "it may be another", Y a year by itself, w a weekday by itself, "." any other words.
    """

    kind: str
    value: Day | Time | str | int
    start: int
    end: int


def plain(text: str) -> str:
    """The text in the characters that tokens are read from: digits and signs of full width become those of ASCII."""
    narrow = normalize("NFKC", text).translate(SIGNS)
    return re.sub(r"[^\S\n]+", " ", narrow.replace("\r\n", "\n").replace("\r", "\n"))


def is_japanese(text: str) -> bool:
    """Whether there is Japanese in a text."""
    return JAPANESE.search(text) is not None


def is_of_japan(text: str) -> bool:
    """Whether a text is Japanese, and not Chinese perhaps; one of dates and times alone counts as Japanese."""
    is_of_dates = is_japanese(text) and not is_japanese(OF_DATES.sub("", text))
    return is_of_dates or OF_JAPAN.search(text) is not None


def tokens(text: str) -> list[Token]:
    """The tokens of a plain text. Words that only join are left out; what follows each other unread is one "."."""
    found: list[Token] = []
    is_between = False  # a begin and an end, with "and" before the end
    japanese = is_japanese(text)
    for name, match in _matches(text, found):
        what = "R" if name == "and" and is_between else JOINING.get(name, name)
        is_between = name == "between" or (is_between and name != "and")
        for token in _tokens(what, match, found, japanese):
            if token.kind != "." or not found or found[-1].kind != ".":
                found.append(token)
    return [_with_label(text, *three) for three in zip([None, *found], found, [*found[1:], None], strict=False)]


def _matches(text: str, found: Sequence[Token]) -> Iterator[tuple[str, re.Match[str]]]:
    at = 0
    while at < len(text):
        patterns = COMPILED if _is_behind_a_time(found) else OTHERS
        name, match = next((name, match) for name, regex in patterns.items() if (match := regex.match(text, at)))
        yield name, match
        at = match.end()


def _is_behind_a_time(found: Sequence[Token]) -> bool:
    """Whether any name of a zone may come now: one that is not known must not be overlooked."""
    return bool(found) and found[-1].kind in "TZa"


def _with_label(text: str, before: Token | None, token: Token, behind: Token | None) -> Token:
    """The token; "z" if it is a zone of what comes next, as in "2:00 - 5:00 (UTC: Aug 29 17:00 - 20:00)"."""
    if token.kind != "Z" or behind is None or behind.kind not in "DT":
        return token
    is_behind_a_time = before is not None and before.kind in "TZ"
    gap, next_gap = text[before.end if before else 0 : token.start], text[token.end : behind.start]
    is_apart = re.search(r"[(\[,、/;|]", gap) and not re.search(r"[)\]]", next_gap)
    if (behind.kind == "D" and not is_behind_a_time) or (is_behind_a_time and (":" in next_gap or is_apart)):
        return replace(token, kind="z")
    return token


def _tokens(name: str, match: re.Match[str], before: list[Token], japanese: bool) -> Iterator[Token]:
    start, end, kind = match.start(), match.end(), name[0]
    if name in ("blank", "filler"):
        return
    if name == "capitals":
        yield Token(_kind_of_capitals(match[0], before), match[0], start, end)
    elif name == "iso":
        yield Token("D", values.day(match, japanese), start, end)
        yield Token("T", values.time(match, japanese), start, end)
        if zone := match["zone"]:
            yield Token("Z", "UTC" if zone in "Zz" else zone, start, end)
    else:
        yield Token(kind, _value(name, match, japanese), start, end)


def _value(name: str, match: re.Match[str], japanese: bool) -> Day | Time | str | int:
    if name == "Z.behind.letter":
        return "UTC"
    if name == "Z.behind.letters":  # west, of which WEST can't be told, stays what it is: no zone that is known
        return match[0] if match[0].upper() in AFTER_A_TIME_ONLY else match[0].upper()
    match name[0]:
        case "D":
            return values.day(match, japanese)
        case "T":
            return values.time(match, japanese)
        case "L":
            return values.length(match)
        case "w":
            return values.weekday(match.groupdict()) or 0
    return match[0]


def _kind_of_capitals(word: str, before: list[Token]) -> str:
    """Whether capitals are a zone: after a time any are."""
    if _is_behind_a_time(before):
        return "." if word in NO_ZONES else "Z"
    return "Z" if (word in KNOWN or word in AMBIGUOUS) and word not in AFTER_A_TIME_ONLY else "."
