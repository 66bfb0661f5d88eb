"""Many hosts in few lines, and no host lost on the way."""

from dataclasses import replace
from importlib import import_module
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sample_runs import a_large_fleet, a_morning_after, planned, repaired, right, silent, stubborn, wrong

from remedy.model import Finding, HostReport, Level
from remedy.report.fold import MANY, few_names, fold, fold_names, gather, parts

NAMES = st.lists(st.from_regex(r"[a-z]{1,3}[0-9]{0,3}(\.[a-z0-9]{1,3})?", fullmatch=True), min_size=1, unique=True)


def names(reports: list[HostReport]) -> list[str]:
    return [group.names for group in fold(reports)]


def test_names_are_folded_as_clustershell_does() -> None:
    assert fold_names(f"web{i:02}" for i in range(1, 21)) == "web[01-20]"


def test_what_clustershell_would_read_otherwise_stands_for_itself() -> None:
    odd = ["root@web1:22", "[2001:db8::1]:22", "2001:db8::2", "a,b", "@all", "web[1-3]", "x!y", "日本"]
    assert fold_names([*odd, "web1", "web2"]) == ", ".join(["web[1-2]", *odd])


@given(NAMES)
def test_folded_names_are_read_back_as_they_were(given_names: list[str]) -> None:
    clustershell: Any = import_module("ClusterShell.NodeSet")
    folded = clustershell.NodeSet(fold_names(given_names).replace(", ", ","))
    assert sorted(set(map(str, folded))) == sorted(given_names)


def test_few_hosts_are_not_folded_and_failures_come_first() -> None:
    assert names(list(a_morning_after().hosts)) == ["db2", "cache", "mail", "web1", "web2", "db1"]


def test_many_hosts_with_the_same_trouble_are_one_group_though_their_offsets_differ() -> None:
    assert names(list(a_large_fleet().hosts)) == ["mx[1-8]", "old", "mail", "web[001-200]", "db[1-90]"]


def test_figures_in_a_finding_on_the_clock_don_t_part_hosts() -> None:
    said = ["2 h 59 min 58 s", "3 h", "0.7 s", "1 000 d"]
    hosts = [
        replace(wrong(f"web{i}"), findings=(Finding("clock", Level.BAD, f"the clock is {said[i % 4]} behind"),))
        for i in range(MANY + 1)
    ]
    assert names(hosts) == [f"web[0-{MANY}]"]


def test_figures_in_any_other_finding_part_hosts() -> None:
    hosts = [right(f"web{i}") for i in range(MANY)]
    for days in (3, 30):
        finding = Finding("sites", Level.WARN, f"the certificate ends in {days} d")
        hosts.append(replace(right(f"site{days}"), findings=(finding,)))
    assert names(hosts) == [f"web[0-{MANY - 1}]", "site3", "site30"]


def test_ages_to_the_minute_don_t_part_hosts_but_days_do() -> None:
    hosts = [right(f"web{i}") for i in range(MANY)]
    for number, age in enumerate(("1 d 2 h 40 min", "1 d 3 h", "2 d 3 h")):
        finding = Finding("backups", Level.BAD, f"nightly is {age} old", f"since {number}:00")
        hosts.append(replace(right(f"db{number}"), findings=(finding,)))
    assert names(hosts) == [f"web[0-{MANY - 1}]", "db[0-1]", "db2"]


def test_hosts_are_parted_by_their_first_groups_the_worst_first() -> None:
    hosts = [_in(right("web1"), "web"), right("lone"), _in(wrong("db1"), "db", "web"), _in(repaired("web2"), "web")]
    told = [(part.name, [report.name for report in part.reports]) for part in parts(hosts)]
    assert told == [("db", ["db1"]), ("web", ["web1", "web2"]), ("in no group", ["lone"])]


def test_in_a_large_run_groups_in_which_all_is_right_are_one() -> None:
    hosts = [_in(right(f"web{group}-{i}"), f"web{group}") for group in range(3) for i in range(MANY)]
    hosts += [_in(wrong("db1"), "db"), _in(repaired("mail"), "mail")]
    told = [(part.name, len(part.reports)) for part in parts(hosts)]
    assert told == [("db", 1), ("mail, web[0-2]", 3 * MANY + 1)]


def _in(report: HostReport, *groups: str) -> HostReport:
    return replace(report, groups=groups)


def test_what_is_said_of_several_hosts_is_said_once() -> None:
    hosts = [repaired("web1"), right("web2"), repaired("web3")]
    told = gather(hosts, lambda report: [step.command for step in (*report.steps, *report.steps)])
    assert [few_names(reports) for reports in told.values()] == ["web1, web3"] * 3


def test_a_few_hosts_are_all_named_and_more_are_folded() -> None:
    hosts = [right(f"web{i}") for i in range(9)]
    assert few_names(hosts[:3]) == "web0, web1, web2"
    assert few_names(hosts) == "web[0-8]"


def test_hosts_for_which_other_commands_are_planned_are_kept_apart() -> None:
    hosts = [planned(f"web{i}") for i in range(MANY)] + [replace(planned("odd"), planned=("date -s @1",))]
    assert names(hosts) == [f"web[0-{MANY - 1}]", "odd"]


def test_the_host_that_is_furthest_off_speaks_for_its_group() -> None:
    (group,) = fold([repaired(f"web{i}", -100.0 - i) for i in range(MANY + 5)])
    assert group.example.name == f"web{MANY + 4}"


def test_errors_that_differ_in_the_host_s_own_name_are_the_same_error() -> None:
    (group,) = fold([silent(f"web{i}") for i in range(MANY + 1)])
    assert group.is_uniform


def test_a_host_that_stopped_at_another_step_stands_alone() -> None:
    hosts = [stubborn(f"web{i}") for i in range(MANY)]
    other = replace(stubborn("other"), steps=stubborn("other").steps[:1])
    assert names([*hosts, other]) == [f"web[0-{MANY - 1}]", "other"]
