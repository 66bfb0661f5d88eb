"""The order in which hosts are begun with."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from remedy.fanout.order import interleaved
from remedy.inventory import Host

SOME = st.lists(st.tuples(st.sampled_from([None, "kvm1", "kvm2", "kvm3"]), st.sampled_from([None, "a", "b"])))


def hosts(*places: tuple[str | None, str | None]) -> list[Host]:
    return [Host(f"h{n}", f"h{n}", hypervisor=on, jump=jump) for n, (on, jump) in enumerate(places)]


def names(*places: tuple[str | None, str | None]) -> str:
    return " ".join(host.name for host in interleaved(hosts(*places)))


def test_hosts_of_which_nothing_is_said_keep_their_order() -> None:
    assert names((None, None), (None, None), (None, None)) == "h0 h1 h2"


def test_guests_of_two_hypervisors_take_turns() -> None:
    assert names(("kvm1", None), ("kvm1", None), ("kvm2", None), ("kvm2", None)) == "h0 h2 h1 h3"


def test_hosts_behind_two_jump_hosts_take_turns() -> None:
    assert names((None, "a"), (None, "a"), (None, "b"), (None, "b")) == "h0 h2 h1 h3"


def test_guests_of_a_hypervisor_take_turns_by_jump_host() -> None:
    places = [(on, jump) for on in ("kvm1", "kvm2") for jump in ("a", "a", "b", "b")]
    begun = [(host.hypervisor, host.jump) for host in interleaved(hosts(*places))]
    assert [on for on, _ in begun] == ["kvm1", "kvm2"] * 4
    assert [jump for on, jump in begun if on == "kvm1"] == ["a", "b", "a", "b"]


def test_a_small_group_is_spread_among_a_large_one() -> None:
    places = [("kvm1", None)] * 6 + [("kvm2", None)] * 2
    assert names(*places) == "h0 h1 h6 h2 h3 h4 h7 h5"


@given(SOME)
def test_each_host_is_there_once(places: list[tuple[str | None, str | None]]) -> None:
    given_hosts = hosts(*places)
    assert sorted(host.name for host in interleaved(given_hosts)) == sorted(host.name for host in given_hosts)


@given(SOME)
def test_the_order_within_a_group_stays(places: list[tuple[str | None, str | None]]) -> None:
    given_hosts = hosts(*places)
    for place in set(places):
        of_place = [host for host in given_hosts if (host.hypervisor, host.jump) == place]
        assert [host for host in interleaved(given_hosts) if (host.hypervisor, host.jump) == place] == of_place


@given(SOME, st.integers(1, 10))
def test_the_first_so_many_hold_of_each_hypervisor_no_more_than_its_share(
    places: list[tuple[str | None, str | None]], many: int
) -> None:
    given_hosts = hosts(*places)
    whole = Counter(host.hypervisor for host in given_hosts)
    first = Counter(host.hypervisor for host in interleaved(given_hosts)[:many])
    for hypervisor, number in first.items():
        assert number <= whole[hypervisor] * many / len(given_hosts) + len(whole)
