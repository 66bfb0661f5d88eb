"""Mail is kept until the server takes it; a flood is one mail; the news of a return wait for what was run."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from earlier_forms import of_form

from remedy.mail import MailError, PartlySentError
from remedy.report.mail import Letter
from remedy.watch.model import Event, Kind, State, Subject
from remedy.watch.post import Channel, Post
from remedy.watch.store import MAIL, Queued, Store, Told

NOW = 1_504_000_800.0


class Office:
    """Whom mail is sent to; `error` is what it fails with, if it does."""

    def __init__(self, path: Path) -> None:
        self.store, self.now = Store(path), NOW
        self.taken: list[Queued] = []
        self.tried: list[float] = []
        self.error: MailError | None = None
        self.refuses = "nothing"
        self.post = Post(self.store, lambda: self.now)
        self.asked: list[tuple[str, str]] = []
        self.destinations = [MAIL]

    def happens(self, host: str, due: float = 20, is_return: bool = False) -> None:
        event = Event(Kind.DOWN, Subject(host), self.now, self.now, is_return=is_return)
        self.store.keep(State(), [event], due=lambda event: event.at + due, destinations=self.destinations)

    def delivers(self, after: float, to: str = MAIL) -> bool:
        self.now += after
        return self.post.deliver(to, Channel(self._write, self._send, "example.jp"))

    @property
    def texts(self) -> list[str]:
        return [mail.letter.text for mail in self.taken]

    def _write(self, told: Sequence[Told]) -> Letter:
        hosts = (one.event.subject.host + (f" ({one.result})" * bool(one.result)) for one in told)
        return Letter("subject", ", ".join(hosts), "a page")

    def _send(self, mail: Queued, mailbox: str) -> None:
        self.asked.append((mail.letter.text, mailbox))
        self.tried.append(self.now - NOW)
        if type(self.error) is MailError or mail.letter.text == self.refuses:
            raise self.error or MailError("it is spam")
        self.taken.append(mail)
        if self.error:
            raise self.error


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "history.db")
    yield office
    office.store.close()


def test_what_happens_within_a_short_time_is_one_mail(office: Office) -> None:
    for host in ("web1", "web2", "web3"):
        office.happens(host)
        office.delivers(after=6)
    assert office.texts == []
    office.delivers(after=2)
    assert office.texts == ["web1, web2, web3"]
    office.delivers(after=1000)
    assert len(office.taken) == 1


def test_while_the_server_is_away_mail_is_tried_ever_less_often_and_what_happens_is_one_more_mail(
    office: Office,
) -> None:
    office.error = MailError("nobody is there")
    office.happens("web1")
    for second in range(200):
        assert not (office.delivers(after=1) and office.tried[-1:] == [office.now - NOW])
        if second in (50, 60):
            office.happens(f"later{second}")
    assert office.tried == [20, 35, 65, 125]
    office.error = None
    office.delivers(after=3600)
    assert office.texts == ["web1", "later50, later60"]


def test_a_mail_that_is_refused_for_good_does_not_hold_up_the_others_for_ever(office: Office) -> None:
    office.happens("web1")
    office.delivers(after=20)
    office.taken.clear()
    office.happens("web2")
    office.error = MailError("it is spam")
    for _ in range(9):
        office.delivers(after=3600)
    office.happens("web3")
    office.error = None
    office.refuses = "web2"
    office.delivers(after=20)
    assert office.texts == ["web3"]


def test_mail_is_stuck_while_it_is_refused_and_no_other_comes_through(office: Office) -> None:
    office.happens("web1")
    office.error = MailError("nobody is there")
    stuck = []
    for _ in range(5):
        office.delivers(after=200)
        stuck.append(office.store.is_stuck(MAIL))
    assert stuck == [False, False, False, True, True]
    office.error = None
    office.delivers(after=3600)
    assert not office.store.is_stuck(MAIL)


def test_a_mail_that_some_did_not_get_is_not_sent_to_the_others_again(office: Office) -> None:
    office.error = PartlySentError("not to all")
    office.happens("web1")
    assert office.delivers(after=20)
    office.delivers(after=7200)
    assert office.texts == ["web1"]


def test_a_mail_that_some_may_get_later_is_tried_again_for_those_alone_and_holds_up_no_other(office: Office) -> None:
    office.error = PartlySentError("not to all", ["b@example.jp"])
    office.happens("web1")
    assert office.delivers(after=20)
    office.error = None
    office.happens("web2", due=0)
    office.refuses = "web1"
    assert office.delivers(after=15)
    office.refuses = "nothing"
    office.delivers(after=30)
    office.delivers(after=7200)
    assert office.asked == [("web1", ""), ("web2", ""), ("web1", "b@example.jp"), ("web1", "b@example.jp")]


def test_who_may_get_a_mail_later_gets_it_after_a_restart_and_the_others_do_not_get_it_again(
    office: Office, tmp_path: Path
) -> None:
    office.error = PartlySentError("not to all", ["b@example.jp", "c@example.jp"])
    office.happens("web1")
    office.delivers(after=20)
    again = Office(tmp_path / "history.db")
    again.delivers(after=20 + 15)
    again.delivers(after=7200)
    assert again.asked == [("web1", "b@example.jp"), ("web1", "c@example.jp")]
    assert {mail.message_id for mail in again.taken} == {mail.message_id for mail in office.taken}


def test_it_is_kept_who_may_get_a_mail_later_though_that_could_not_be_kept_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    office.error = PartlySentError("not to all", ["b@example.jp"])
    office.happens("web1")
    with monkeypatch.context() as full:
        full.setattr(office.store, "was_sent", fails)
        with pytest.raises(sqlite3.OperationalError):
            office.delivers(after=20)
    office.error = None
    office.delivers(after=20)
    office.delivers(after=20)
    assert office.asked == [("web1", ""), ("web1", "b@example.jp")]


def test_who_is_refused_for_an_hour_does_not_get_it(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.error = PartlySentError("not to all", ["b@example.jp"])
    office.happens("web1")
    office.delivers(after=20)
    office.error = MailError("come again later")
    for _ in range(20):
        office.delivers(after=3600)
    assert len(office.asked) == 1 + 8
    assert "come again later; b@example.jp does not get it" in capsys.readouterr().err
    assert office.post.next_at(MAIL) is None


def test_each_destination_is_told_by_itself(office: Office) -> None:
    office.destinations = [MAIL, "$CHAT"]
    office.happens("web1")
    office.error = MailError("nobody is there")
    assert not office.delivers(after=20)
    office.happens("web2")
    office.error = None
    assert office.delivers(after=20, to="$CHAT")
    assert office.delivers(after=20)
    assert office.texts == ["web1, web2", "web1", "web2"]
    office.happens("web3")
    assert (office.post.next_at(MAIL), office.post.next_at("$CHAT")) == (office.now + 20, office.now + 20)
    office.destinations = ["$CHAT"]
    office.delivers(after=20)
    office.happens("web4")
    assert office.post.next_at(MAIL) is None


def test_how_a_run_ended_is_told_to_each_who_was_told_without_it(office: Office) -> None:
    office.destinations = [MAIL, "$CHAT"]
    office.happens("back1", due=900, is_return=True)
    office.delivers(after=901)
    (back,) = office.store.returns()
    office.store.end_run({back: "repaired"}, office.now)
    office.delivers(after=0)
    office.delivers(after=0, to="$CHAT")
    assert office.texts == ["back1", "back1 (repaired)", "back1 (repaired)"]


def test_what_was_to_be_told_before_there_were_several_destinations_is_told_by_mail(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    before = of_form(3, path)
    document = json.dumps(asdict(Event(Kind.DOWN, Subject("web1"), NOW, NOW)))
    before.execute("INSERT INTO mails (message_id, subject, text, next, sent) VALUES ('<1@a>', '', 'web0', 0, 1)")
    for mail, due in (("1", "1"), ("NULL", "1"), ("NULL", "NULL")):
        query = "INSERT INTO events (host, at, document, due, mail) VALUES ('web1', 0, ?, {}, {})"
        before.execute(query.format(due, mail), (document,))
    before.close()
    office = Office(path)
    office.delivers(after=0)
    assert office.texts == ["web1"]
    office.store.prune(NOW + 500 * 86400)
    assert office.post.next_at(MAIL) is None


def test_a_mail_that_was_taken_is_not_sent_again_while_that_can_not_be_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    office.happens("web1")
    with monkeypatch.context() as full:
        full.setattr(office.store, "was_sent", fails)
        for _ in range(3):
            with pytest.raises(sqlite3.OperationalError):
                office.delivers(after=60)
    office.happens("web2")
    office.delivers(after=60)
    assert office.texts == ["web1", "web2"]


def test_a_mail_that_may_have_been_taken_is_sent_again_as_the_same(office: Office, tmp_path: Path) -> None:
    office.happens("web1")
    first = office.store.next_letter(NOW + 20, MAIL, "example.jp", lambda _: Letter("subject", "text", "page"))
    again = Store(tmp_path / "history.db").next_letter(NOW + 30, MAIL, "example.jp", lambda _: Letter("other", "text"))
    assert first == again


def test_a_mail_that_was_kept_before_mails_had_pages_is_sent_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    before = of_form(3, path)
    before.execute("INSERT INTO mails (message_id, subject, text, next) VALUES ('<1@a>', 'web1 is DOWN', 'why', 0)")
    before.close()
    office = Office(path)
    office.delivers(after=0)
    assert office.taken == [Queued(1, "<1@a>", Letter("web1 is DOWN", "why", ""))]


def test_the_news_of_a_return_wait_for_how_its_run_ends_and_hold_up_no_others(office: Office) -> None:
    office.happens("back1", due=900, is_return=True)
    office.happens("web1")
    office.delivers(after=30)
    assert office.texts == ["web1"]
    (back,) = office.store.returns()
    office.store.end_run({back: "repaired"}, office.now)
    office.delivers(after=0)
    assert office.texts == ["web1", "back1 (repaired)"]
    assert office.store.returns() == ()


def test_where_the_run_takes_long_its_end_is_told_by_a_second_mail(office: Office) -> None:
    office.happens("back1", due=900, is_return=True)
    office.delivers(after=901)
    (back,) = office.store.returns()
    office.store.end_run({back: "repaired"}, office.now)
    office.delivers(after=3600)
    assert office.texts == ["back1", "back1 (repaired)"]


def test_where_nobody_is_to_be_told_nothing_is_kept_for_later(office: Office) -> None:
    office.store.keep(State(), [Event(Kind.BACK, Subject("web1"), NOW, NOW, is_return=True)])
    (back,) = office.store.returns()
    office.store.end_run({back: "repaired"}, office.now)
    office.delivers(after=3600)
    assert office.taken == []


def test_mail_goes_on_after_this_machines_clock_was_set_back(office: Office) -> None:
    office.error = MailError("nobody is there")
    office.happens("web1")
    office.delivers(after=20)
    office.happens("web2")
    office.error = None
    office.now -= 9 * 3600
    assert (office.post.next_at(MAIL) or 0) <= office.now
    office.delivers(after=0)
    assert office.texts == ["web1", "web2"]


def test_what_is_old_is_forgotten_but_nothing_that_is_still_to_be_told(office: Office) -> None:
    office.happens("web1")
    office.delivers(after=20)
    office.happens("web2")
    year = 500 * 86400
    office.store.prune(office.now + year)
    office.delivers(after=year)
    assert office.texts == ["web1", "web2"]
    office.store.prune(office.now + year)
    assert office.post.next_at(MAIL) is None


def test_whoever_is_no_destination_any_more_is_told_nothing_when_it_is_one_again(office: Office) -> None:
    office.destinations = [MAIL, "$CHAT"]
    office.happens("back1", due=0, is_return=True)
    office.delivers(after=0, to="$CHAT")
    office.happens("web1", due=0)
    office.error = MailError("it answers 401")
    office.delivers(after=0, to="$CHAT")
    office.happens("web2")
    assert office.store.tell_only([MAIL]) == 2
    assert office.store.tell_only([MAIL]) == 0
    office.error = None
    (back,) = office.store.returns()
    office.store.end_run({back: "repaired"}, office.now)
    assert office.delivers(after=3600, to="$CHAT")
    assert office.texts == ["back1"]
    assert office.delivers(after=0)
    assert office.texts == ["back1", "back1 (repaired), web1, web2"]


def test_who_may_get_a_mail_later_is_told_nothing_once_nobody_is_told_by_mail(office: Office) -> None:
    office.error = PartlySentError("not to all", ["b@example.jp"])
    office.happens("web1")
    office.delivers(after=20)
    assert office.store.tell_only([MAIL]) == 0
    assert office.store.mailboxes() == ("b@example.jp",)
    assert office.store.tell_only([]) == 1
    assert office.store.mailboxes() == ()
