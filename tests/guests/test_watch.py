"""A night of guests under watch: what befalls them is noticed, told where it was not announced, and put right once."""

from collections import Counter
from collections.abc import Sequence

import pytest

from .troubles import Notice, Word, to_notice
from .watched import HOSTS, Night, Said

MAILED = 40.0  # seconds: 20 of them is waited for more to tell, and a round may be in the middle
RETURNED = (Word.BACK, Word.JUMPED)


@pytest.fixture(scope="module")
def due(night: Night) -> dict[str, list[Notice]]:
    return to_notice(night.acts, night.length.interval)


def of(host: str, said: Sequence[Said]) -> list[Said]:
    return [one for one in said if one.about[0] == host]


@pytest.mark.parametrize("host", HOSTS)
def test_what_befalls_a_host_is_noticed_in_time_and_nothing_else(
    night: Night, due: dict[str, list[Notice]], host: str
) -> None:
    said = of(host, night.said)
    assert [(one.about[1], one.is_told) for one in said] == [(notice.word, notice.is_told) for notice in due[host]]
    late = [
        (one.line, one.at - notice.latest)
        for one, notice in zip(said, due[host], strict=True)
        if not notice.earliest <= one.at <= notice.latest
    ]
    assert not late


@pytest.mark.parametrize("host", HOSTS)
def test_a_mail_tells_what_was_not_announced_and_each_return(
    night: Night, due: dict[str, list[Notice]], host: str
) -> None:
    told = of(host, night.told)
    to_tell = [notice for notice in due[host] if notice.is_told]
    assert [one.about[1] for one in told] == [notice.word for notice in to_tell]
    assert ["(announced until " in one.line for one in told] == [notice.is_announced for notice in to_tell]
    alarms = [pair for pair in zip(told, to_tell, strict=True) if pair[1].word is Word.DOWN]
    assert [one.line for one, notice in alarms if one.at > notice.latest + MAILED] == []


def test_post_mainte_is_run_once_for_each_return(night: Night, due: dict[str, list[Notice]]) -> None:
    returns = Counter(notice.host for notices in due.values() for notice in notices if notice.word in RETURNED)
    assert Counter(host for hosts in night.runs for host in hosts) == returns
    assert night.returns == {host: returns[host] for host in HOSTS}


def test_the_mails_say_that_each_return_ended_right(night: Night, due: dict[str, list[Notice]]) -> None:
    returns = [notice for notices in due.values() for notice in notices if notice.word in RETURNED]
    assert len(night.verdicts) == len(returns)
    assert set(night.verdicts) <= {"ok", "repaired"}, [mail.lines for mail in night.mails]


def test_all_is_right_afterwards(night: Night) -> None:
    assert night.wrongs == {}
