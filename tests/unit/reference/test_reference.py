"""The reference: who is believed, what is said of the others, and that the truth is within the bound."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from remedy.errors import NoReferenceError
from remedy.lab.ntpserver import GOOD, Manner, NTPServer
from remedy.reference import Reference, kernelclock, measure
from remedy.reference.kernelclock import KernelClock
from remedy.reference.sntp import BUILD, PHI, SECOND

ANCHOR = BUILD + 300 * 86400 * SECOND - time.monotonic_ns()  # the truth in these tests: another time than the machine's
QUICK = 0.3  # seconds, where some server is silent
SILENT = Manner(silent=True)
UNSYNCHRONISED = Manner(leap=3)
FORGER = Manner(forged_origin=True)

Servers = Callable[..., list[str]]


def truth() -> int:
    return time.monotonic_ns() + ANCHOR


def holds(found: Reference, moment: float | None = None) -> bool:
    """Whether the truth is within the reference's bound."""
    moment = time.monotonic() if moment is None else moment
    return abs(found.at(moment) - (moment + ANCHOR / SECOND)) <= found.error_at(moment)


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Starts a server of each manner that it is given, and tells their names."""
    with ExitStack() as stack:
        yield lambda *manners: [stack.enter_context(NTPServer(truth, manner)).name for manner in manners]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Callable[[KernelClock], None]:
    """Sets what this machine's kernel says of its clock, which a test can't set in earnest."""
    return lambda clock: monkeypatch.setattr(kernelclock, "read", lambda: clock)


SYNCHRONISED = KernelClock(state=0, status=0x2001, maxerror=0.012)


# Several servers


def test_servers_that_agree_are_a_reference_without_warnings(servers: Servers) -> None:
    names = servers(GOOD, GOOD, GOOD)
    found = measure(names)
    assert holds(found)
    assert found.source == "ntp"
    assert found.warnings == ()
    assert [report.server for report in found.servers] == names
    assert [report.rejected for report in found.servers] == [None, None, None]


def test_the_truth_is_within_the_bound_every_time(servers: Servers) -> None:
    names = servers(GOOD, GOOD, GOOD, Manner(lie=0.5), Manner(lie=-3000))
    assert all(holds(measure(names)) for _ in range(25))


@pytest.mark.parametrize("lie", [-10800.0, -0.5, 0.5, 3600.0])
def test_a_liar_among_three_is_named_and_outvoted(servers: Servers, lie: float) -> None:
    honest, liar, other = servers(GOOD, Manner(lie=lie), GOOD)
    found = measure([honest, liar, other])
    assert holds(found)
    report = found.servers[1]
    way = "ahead of" if lie > 0 else "behind"
    assert str(report.rejected).endswith(f" s {way} the majority")
    assert report.offset == pytest.approx(lie, abs=0.01)
    assert found.warnings == (f"the NTP server {liar} is not believed: it {report.rejected}",)


def test_a_liar_that_claims_great_uncertainty_moves_nothing(servers: Servers) -> None:
    found = measure(servers(GOOD, GOOD, Manner(lie=1.0, root_dispersion=1.2)))
    assert holds(found)
    assert found.error < 0.1


def test_two_liars_that_agree_are_no_match_for_three_honest_ones(servers: Servers) -> None:
    assert holds(measure(servers(GOOD, Manner(lie=60), GOOD, Manner(lie=60), GOOD)))


def test_two_that_disagree_are_no_reference_and_their_times_are_shown(servers: Servers) -> None:
    names = servers(GOOD, Manner(lie=3600))
    with pytest.raises(NoReferenceError) as raised:
        measure(names)
    first, *lines = str(raised.value).splitlines()
    assert first == "no trustworthy time: the NTP servers disagree"
    assert [line.split()[0] for line in lines] == names
    told = [datetime.fromisoformat(" ".join(line.split()[2:4])).replace(tzinfo=UTC) for line in lines]
    assert (told[1] - told[0]).total_seconds() == pytest.approx(3600, abs=0.1)


def test_three_that_all_disagree_are_no_reference(servers: Servers) -> None:
    with pytest.raises(NoReferenceError, match="disagree"):
        measure(servers(GOOD, Manner(lie=60), Manner(lie=-60)))


def test_good_servers_a_little_further_apart_than_they_admit_agree_with_a_wider_bound(servers: Servers) -> None:
    found = measure(servers(GOOD, Manner(lie=0.002)))
    assert holds(found)
    assert holds(Reference("ntp", found.anchor - 0.002, found.error, found.measured))
    assert found.warnings == ()


def test_the_bound_holds_root_delay_and_dispersion(servers: Servers) -> None:
    found = measure(servers(Manner(stratum=2, root_delay=0.1, root_dispersion=0.03)))
    assert 0.0799 < found.error < 0.18
    assert found.servers[0].stratum == 2


def test_who_is_not_synchronised_is_named_and_the_others_count(servers: Servers) -> None:
    good, bad, other = servers(GOOD, UNSYNCHRONISED, GOOD)
    found = measure([good, bad, other])
    assert holds(found)
    assert found.warnings == (f"the NTP server {bad} is not believed: it says that it is not synchronised itself",)


def test_the_majority_is_not_kept_waiting_by_a_silent_server(servers: Servers) -> None:
    found = measure(servers(GOOD, GOOD, SILENT), timeout=3600)
    assert holds(found)
    assert "no answer" in str(found.servers[2].rejected)
    assert found.warnings == ()


def test_a_minority_that_agrees_is_not_enough_while_others_may_still_answer(servers: Servers) -> None:
    late = Manner(late=0.02)
    found = measure(servers(Manner(lie=9), GOOD, late, late, late))
    assert holds(found)


# One server


def test_the_word_of_the_only_server_is_taken_with_a_warning(servers: Servers) -> None:
    (name,) = servers(GOOD)
    found = measure([name])
    assert holds(found)
    assert found.warnings == (f"only one NTP server is configured: the word of {name} is taken unchecked",)


def test_the_same_server_said_twice_is_one(servers: Servers) -> None:
    (name,) = servers(GOOD)
    found = measure([name, name])
    assert len(found.servers) == 1
    assert "only one NTP server is configured" in found.warnings[0]


def test_the_only_one_that_answers_is_believed_with_a_warning(servers: Servers) -> None:
    good, silent = servers(GOOD, SILENT)
    found = measure([good, silent, "[::1]:1"], timeout=QUICK)
    assert holds(found)
    assert found.warnings == (f"only one NTP server answered: the word of {good} is taken unchecked",)


@pytest.mark.parametrize(
    "other",
    [UNSYNCHRONISED, FORGER, Manner(kiss=b"DENY"), Manner(length=20)],
    ids=["unsynchronised", "forged", "kiss-o'-death", "short"],
)
def test_one_that_others_cast_doubt_on_is_no_reference(servers: Servers, other: Manner) -> None:
    good, bad, silent = servers(GOOD, other, SILENT)
    with pytest.raises(NoReferenceError) as raised:
        measure([good, bad, silent], timeout=QUICK)
    first, told, why, quiet = str(raised.value).splitlines()
    assert f"only {good} told the time" in first
    assert told.startswith(f"{good} says ")
    assert why.startswith(f"{bad} ")
    assert quiet.startswith(f"{silent} gave no answer")


# No server


@pytest.mark.parametrize(
    "manner",
    [UNSYNCHRONISED, Manner(stratum=16), Manner(kiss=b"RATE"), FORGER, Manner(root_dispersion=20)],
    ids=["unsynchronised", "stratum 16", "kiss-o'-death", "forged", "far from the truth"],
)
def test_bad_answers_are_no_reason_to_trust_ones_own_clock(
    servers: Servers, kernel: Callable[[KernelClock], None], manner: Manner
) -> None:
    kernel(SYNCHRONISED)
    names = servers(manner, manner)
    with pytest.raises(NoReferenceError) as raised:
        measure(names, timeout=QUICK)
    assert [line.split()[0] for line in str(raised.value).splitlines()[1:]] == names


def test_disagreement_is_no_reason_either(servers: Servers, kernel: Callable[[KernelClock], None]) -> None:
    kernel(SYNCHRONISED)
    with pytest.raises(NoReferenceError, match="disagree"):
        measure(servers(GOOD, Manner(lie=5)))


def test_where_no_server_answers_a_synchronised_kernel_is_believed_with_a_warning(
    servers: Servers, kernel: Callable[[KernelClock], None]
) -> None:
    kernel(SYNCHRONISED)
    before = time.time()
    found = measure([*servers(SILENT), "a:b"], timeout=QUICK)
    assert found.source == "local"
    assert before <= found.at(found.measured) <= time.time()
    assert 0.012 <= found.error < 0.05
    assert "this machine's own clock is taken for the true time" in found.warnings[0]
    assert [report.rejected for report in found.servers][1] == "is not NAME, NAME:PORT or [IPv6]:PORT"


def test_where_no_server_is_configured_the_same_holds(kernel: Callable[[KernelClock], None]) -> None:
    kernel(SYNCHRONISED)
    assert measure([]).warnings[0].startswith("no NTP server is configured: this machine's own clock")


@pytest.mark.parametrize(
    "clock",
    [KernelClock(5, 0x40, 16.0), KernelClock(0, 0x40, 0.01), KernelClock(0, 0x2001, 16.0)],
    ids=["never set", "unsynchronised", "far off"],
)
def test_a_kernel_that_has_doubts_is_not_believed(
    servers: Servers, kernel: Callable[[KernelClock], None], clock: KernelClock
) -> None:
    kernel(clock)
    with pytest.raises(NoReferenceError, match="this machine's own clock is no help: its kernel says"):
        measure(servers(SILENT), timeout=QUICK)


def test_a_kernel_that_can_not_be_asked_is_not_believed(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> KernelClock:
        raise OSError("there is no adjtimex on darwin")

    monkeypatch.setattr(kernelclock, "read", refuse)
    with pytest.raises(NoReferenceError, match="nothing is known: there is no adjtimex on darwin"):
        measure(servers(SILENT), timeout=QUICK)


def test_ones_own_clock_is_left_out_if_the_user_says_never(
    servers: Servers, kernel: Callable[[KernelClock], None]
) -> None:
    kernel(SYNCHRONISED)
    with pytest.raises(NoReferenceError, match="local_clock does not allow"):
        measure(servers(SILENT), local_clock="never", timeout=QUICK)


# The reference itself


def test_a_step_of_the_wall_clock_changes_nothing(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(time, "time", lambda: float(next(steps)))
    monkeypatch.setattr(time, "time_ns", lambda: next(steps) * SECOND)
    found = measure(servers(GOOD, GOOD, GOOD))
    assert holds(found)


def test_time_goes_on_and_the_bound_grows_by_phi() -> None:
    found = Reference("ntp", anchor=1000.0, error=0.001, measured=50.0)
    assert found.at(50.0) == 1050.0
    assert found.at(150.0) == 1150.0
    assert found.error_at(50.0) == 0.001
    assert found.error_at(150.0) == pytest.approx(0.001 + 100 * PHI)
    assert found.error_at(0.0) > found.error_at(50.0), "and backward as well"


def test_the_json_says_who_was_asked_and_what_came_of_it(servers: Servers) -> None:
    good, liar, other = servers(GOOD, Manner(lie=60), GOOD)
    found = measure([good, liar, other])
    told = json.loads(json.dumps(found.as_json()))
    assert told["source"] == "ntp"
    assert told["error_s"] == found.error
    assert told["warnings"] == list(found.warnings)
    assert [server["server"] for server in told["servers"]] == [good, liar, other]
    assert [server["rejected"] for server in told["servers"]] == [None, found.servers[1].rejected, None]
    assert told["servers"][1]["offset_s"] == pytest.approx(60, abs=0.01)
    assert told["servers"][0]["address"] == good
