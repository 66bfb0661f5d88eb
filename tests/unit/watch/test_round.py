"""A round is made of whom it is time for, and says nothing where nobody was looked at."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from simulated_fleet import BEGIN, Fleet, KillableStore, Life

from remedy.inventory import Host
from remedy.inventory.host import Site
from remedy.watch.model import LOGIN, ClockStanding, Event, Kind, Reading, Seen, Standing, State, Subject
from remedy.watch.round import Rounds
from remedy.watch.store import MAIL, Store


def kinds_until(end: float, rounds: Rounds, fleet: Fleet) -> list[Kind]:
    """What happens, round by round, until then."""
    kinds: list[Kind] = []
    while fleet.now < end:
        kinds += [event.kind for event in rounds.make(fleet.hosts, (), [MAIL])]
        fleet.now += rounds.seconds_to_next(fleet.hosts)
    return kinds


def test_a_round_without_a_look_does_not_end_our_being_offline(tmp_path: Path) -> None:
    fleet = Fleet({"web1": Life(), "web2": Life()}, offline=[(BEGIN + 120, BEGIN + 600)])
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)
    rounds.make(fleet.hosts, (), [MAIL])
    fleet.now += 180
    rounds.make(fleet.hosts, (), [MAIL])
    assert rounds.state.offline_since == BEGIN + 180
    assert rounds.make(fleet.hosts, (), [MAIL]) == ()
    assert rounds.state.offline_since == BEGIN + 180
    assert rounds.seconds_to_next(fleet.hosts) == 60


def test_whoever_seems_down_is_looked_at_again_alone_and_soon(tmp_path: Path) -> None:
    fleet = Fleet({"web1": Life(down=[(BEGIN + 60, BEGIN + 600)]), "web2": Life()})
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)
    rounds.make(fleet.hosts, (), [MAIL])
    fleet.now += 60
    rounds.make(fleet.hosts, (), [MAIL])
    assert rounds.seconds_to_next(fleet.hosts) == 15
    fleet.now += 15
    rounds.make(fleet.hosts, (), [MAIL])
    assert fleet.rounds[-1].looks == {"web1": True}


def test_a_link_that_dies_while_clocks_are_read_is_seen_to_be_dead(tmp_path: Path) -> None:
    class Slow(Fleet):
        def read_clocks(self, hosts: Sequence[Host]) -> tuple[list[Seen], list[Reading]]:
            found = super().read_clocks(hosts)
            self.now += 5
            return found

    fleet = Slow({"web1": Life(), "web2": Life()}, offline=[(BEGIN + 303, BEGIN + 3600)])
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)
    assert kinds_until(BEGIN + 4000, rounds, fleet) == [Kind.ONLINE]


def test_a_clock_of_which_the_return_told_nothing_is_told_by_itself(tmp_path: Path) -> None:
    fleet = Fleet({"web1": Life(down=[(BEGIN + 60, BEGIN + 600)], jumps=[(BEGIN + 600, -3600.0)])})
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)

    def goes_on(seconds: float) -> list[Kind]:
        ends, kinds = fleet.now + seconds, []
        while fleet.now < ends:
            kinds += [event.kind for event in rounds.make(fleet.hosts, (), [MAIL])]
            fleet.now += 15
        return kinds

    assert goes_on(1800) == [Kind.DOWN, Kind.BACK]
    rounds.forget_clocks({"web1"})
    assert goes_on(1800) == [Kind.CLOCK]


def test_what_was_taken_out_of_hosts_yaml_is_forgotten(tmp_path: Path) -> None:
    old, new = Site("https://old.example.jp/"), Site("https://new.example.jp/")
    subjects = [Subject("web1"), Subject("web1", LOGIN), Subject("web1", old.url), Subject("gone")]
    state = State(
        dict.fromkeys(subjects, Standing(BEGIN, is_down=True)), {"web1": ClockStanding(), "gone": ClockStanding()}
    )
    fleet = Fleet({"web1": Life(), "web2": Life()})
    fleet.hosts["web1"] = replace(fleet.hosts["web1"], sites=(new,))
    store = KillableStore(tmp_path / "history.db", fleet)
    store.keep(state, [])
    rounds = Rounds(store, fleet, fleet.hosts.values(), lambda: fleet.now)
    assert set(rounds.state.standings) == set(subjects[:2])
    rounds.make({"web2": fleet.hosts["web2"]}, (), [MAIL])
    kept = Store(tmp_path / "history.db").load()
    assert {subject for subject in kept.standings if subject.host != "web2"} == set(subjects[:2])
    assert kept.clocks.keys() == {"web1", "web2"}


def test_hosts_that_hang_at_login_do_not_keep_the_others_from_their_turn(tmp_path: Path) -> None:
    asked = []

    class Hangs(Fleet):
        def read_clocks(self, hosts: Sequence[Host]) -> tuple[list[Seen], list[Reading]]:
            asked.append(hosts[0].name)
            return [Seen(Subject(hosts[0].name, LOGIN), self.now, "connect deadline")], []

    fleet = Hangs({name: Life() for name in ("web1", "web2", "web3")})
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)
    for _ in range(6):
        rounds.make(fleet.hosts, (), [MAIL])
        fleet.now += 60
    assert asked == ["web1", "web2", "web3"] * 2


def test_a_site_that_fails_is_told_within_two_intervals(tmp_path: Path) -> None:
    site = Site("https://www.example.jp/")

    class Web(Fleet):
        def knock(self, hosts: Sequence[Host]) -> list[Seen]:
            return [*super().knock(hosts), Seen(Subject("web1", site.url), self.now, "answers 500, not 200")]

    fleet = Web({"web1": Life()})
    fleet.hosts["web1"] = replace(fleet.hosts["web1"], sites=(site,))
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)
    events: list[Event] = []
    while not events:
        events += rounds.make(fleet.hosts, (), [MAIL])
        fleet.now += rounds.seconds_to_next(fleet.hosts)
    assert (events[0].kind, events[0].at) == (Kind.DOWN, BEGIN + 30)


def test_the_machine_that_watches_is_no_sign_of_being_online(tmp_path: Path) -> None:
    offline = [(BEGIN + 90, BEGIN + 3600)]
    fleet = Fleet({"mon1": Life(is_here=True), "web1": Life(), "web2": Life()}, offline=offline)
    fleet.hosts["mon1"] = replace(fleet.hosts["mon1"], interval=20.0)  # so it is also looked at alone
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)
    assert kinds_until(BEGIN + 4000, rounds, fleet) == [Kind.ONLINE]


def test_sites_that_were_left_out_of_a_round_come_first_in_the_next(tmp_path: Path) -> None:
    urls = [f"https://www{number}.example.jp/" for number in range(4)]
    asked = []

    class Hangs(Fleet):
        def knock(self, hosts: Sequence[Host]) -> list[Seen]:
            first, second, *_ = (site.url for site in hosts[0].sites)
            asked.append((first, second))
            return [*super().knock(hosts), *(Seen(Subject("web1", url), self.now) for url in (first, second))]

    fleet = Hangs({"web1": Life()})
    fleet.hosts["web1"] = replace(fleet.hosts["web1"], sites=tuple(Site(url) for url in urls))
    rounds = Rounds(KillableStore(tmp_path / "history.db", fleet), fleet, fleet.hosts.values(), lambda: fleet.now)
    for _ in range(4):
        rounds.make(fleet.hosts, (), [MAIL])
        fleet.now += 60
    assert asked == [tuple(urls[:2]), tuple(urls[2:])] * 2
