"""Whatever is in a notice: reading it never fails, and what is generated in a known form comes back as it was meant."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.inventory.fleet import LONGEST
from remedy.maintenance.notice import read_notice

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HERE = "Europe/Berlin"
TOKYO = ZoneInfo("Asia/Tokyo")
ZONES = {"JST": TOKYO, "UTC": ZoneInfo("UTC"), "SGT": ZoneInfo("Asia/Singapore")}  # without summer time
KANJI = "月火水木金土日"
WORDS = """
    8月30日 2017年8月30日(水) 2017-08-30 8/30 30.08.2017 Aug 30 30, 2027 Wed, 31日 99月99日 0000-00-00 2:00 26:00
    02:00 99:99 5 PM AM 12:00 午前2時 深夜 2時半 翌 翌日 noon midnight UTC JST IST PST WEST UTC+9 +09:00 -0500
    Asia/Tokyo Mars/Base 日本時間 - ~ から until to and between from Start: End: 開始 終了 日時 時間 Duration:
    約3時間 3 hours an hour 中止 cancelled 2017 ( ) , . :
"""
PIECES = st.sampled_from(WORDS.split())

days = st.dates(date(2026, 11, 30), date(2027, 9, 20))
starts = st.integers(0, 1439)
lengths = st.integers(1, 1439)


def read(text: str) -> list[tuple[datetime, datetime]]:
    return [(each.start, each.end) for each in read_notice(text, NOW, HERE).windows]


TEXTS = st.text() | st.lists(PIECES).map(" ".join) | st.lists(PIECES).map("\n".join) | st.lists(PIECES).map("".join)


@given(TEXTS, st.sampled_from(["", "Asia/Tokyo", "IST", "x"]))
def test_any_text_is_read_or_doubted(text: str, zone: str) -> None:
    reading = read_notice(text, NOW, HERE, zone)
    assert reading.windows or reading.doubts
    for each in reading.windows:
        assert 0 < each.end.timestamp() - each.start.timestamp() <= LONGEST
        assert each.end > NOW


def kanji(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日({KANJI[day.weekday()]})"


def english(day: date) -> str:
    return f"{day:%A, %B} {day.day}, {day.year}"


def hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def meridiem(minutes: int) -> str:
    return f"{(minutes // 60 - 1) % 12 + 1}:{minutes % 60:02} {'AM' if minutes < 720 else 'PM'}"


def japanese_half(minutes: int) -> str:
    half, hour = ("午前", minutes // 60) if minutes < 720 else ("午後", minutes // 60 - 12)
    return f"{half}{hour}時{minutes % 60:02}分"


Form = Callable[[date, int, int], str]
JAPANESE: dict[str, Form] = {
    "both days": lambda day, start, end: (
        f"日時：{kanji(day)} {hours(start)} ~ {kanji(after(day, end))} {hours(end % 1440)}"
    ),
    "next day": lambda day, start, end: f"日時：{kanji(day)} {hours(start)}~{'翌' * (end >= 1440)}{hours(end % 1440)}",
    "in words": lambda day, start, end: (
        f"{kanji(day)} {japanese_half(start)}から{'翌日' * (end >= 1440)}{japanese_half(end % 1440)}まで"
    ),
    "length": lambda day, start, end: f"{kanji(day)} {hours(start)}より約{end - start}分間",
    "labels": lambda day, start, end: (
        f"開始日時：{kanji(day)} {hours(start)}\n終了日時：{kanji(after(day, end))} {hours(end % 1440)}"
    ),
    "without a year": lambda day, start, end: (
        f"日時 {day.month}/{day.day} {hours(start)}〜{after(day, end).month}/{after(day, end).day} {hours(end % 1440)}"
    ),
}
ENGLISH: dict[str, Form] = {
    "twelve hours": lambda day, start, end: f"{english(day)} {meridiem(start)} - {meridiem(end % 1440)} {{zone}}",
    "iso": lambda day, start, end: (
        f"Start: {day} {hours(start)} {{zone}}\nEnd: {after(day, end)} {hours(end % 1440)} {{zone}}"
    ),
    "day first": lambda day, start, end: (
        f"{day:%d %b %Y} {hours(start)} to {after(day, end):%d %b %Y} {hours(end % 1440)} {{zone}}"
    ),
    "between": lambda day, start, end: (
        f"between {meridiem(start)} {{zone}} on {english(day)} "
        f"and {meridiem(end % 1440)} {{zone}} on {english(after(day, end))}"
    ),
    "length": lambda day, start, end: (
        f"starting on {english(day)} at {hours(start)} {{zone}} for {end - start} minutes"
    ),
}


def after(day: date, minutes: int) -> date:
    return day + timedelta(days=minutes // 1440)


def meant(day: date, start: int, end: int, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    midnight = datetime.combine(day, datetime.min.time(), zone)
    return [(midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))]


@pytest.mark.parametrize("form", JAPANESE.values(), ids=JAPANESE)
@given(day=days, start=starts, length=lengths)
def test_a_japanese_window_comes_back(form: Form, day: date, start: int, length: int) -> None:
    assert read(form(day, start, start + length)) == meant(day, start, start + length, TOKYO)


@pytest.mark.parametrize("form", ENGLISH.values(), ids=ENGLISH)
@given(day=days, start=starts, length=lengths, zone=st.sampled_from(sorted(ZONES)))
def test_an_english_window_comes_back(form: Form, day: date, start: int, length: int, zone: str) -> None:
    text = form(day, start, start + length).format(zone=zone)
    assert read(text) == meant(day, start, start + length, ZONES[zone])


@given(days, starts, lengths)
def test_signs_of_full_width_mean_the_same(day: date, start: int, length: int) -> None:
    text = JAPANESE["both days"](day, start, start + length)
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    assert read(text.translate(wide)) == read(text)


BEHIND = """
    -7 -07:00 (-7) (+1) +9 +9:30 -0700 +1-800-555-0100 翌日 翌日以降 the next day until to ~ 6:00 -6:00 Wednesday
    火 (火) UTC JST PST Tokyo (Tokyo) Pacific time IST , / ( ) . : and 2 days hours half notice 変更 moved not
    cancelled 31 Aug 9 2027
"""


@given(days, st.integers(0, 700), st.integers(1, 700), st.lists(st.sampled_from(BEHIND.split()), max_size=5))
def test_what_stands_behind_a_window_never_makes_another_of_it(
    day: date, start: int, length: int, behind: list[str]
) -> None:
    text = f"{english(day)} {hours(start)} - {hours(start + length)} JST {' '.join(behind)}"
    assert read(text) in ([], meant(day, start, start + length, TOKYO))
