"""What the monitor has to tell goes by the ways that hosts.yaml names."""

from dataclasses import replace
from pathlib import Path

from post_office import PostOffice, serving

from remedy.inventory import Fleet
from remedy.watch.channels import channels
from remedy.watch.model import Event, Kind, State, Subject
from remedy.watch.post import Post
from remedy.watch.store import MAIL, Store


def test_a_sender_whose_domain_is_in_no_ascii_gives_a_mail_an_id_that_is(tmp_path: Path) -> None:
    office, store = PostOffice(), Store(tmp_path / "history.db")
    store.keep(State(), [Event(Kind.DOWN, Subject("web1"), 0.0, 0.0)], due=lambda _: 0.0, destinations=[MAIL])
    with serving(office) as mail:
        assert Post(store, lambda: 1.0).deliver(MAIL, channels(Fleet(mail=replace(mail, from_="watch@例え.jp")))[MAIL])
    store.close()
    assert office.ids[0].endswith("@xn--r8jz45g.jp>")
