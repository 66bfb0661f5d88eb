"""The metrics, as Prometheus' own parser reads them."""

from dataclasses import replace

import pytest
from known_fleet import CLOCKS, HOSTS, KNOWN, NOW, SITE, hours_ago
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from remedy.watch.model import Standing, State, Subject
from remedy.watch.status.known import Known, Outbox
from remedy.watch.status.metrics import metrics


def values(known: Known = KNOWN) -> dict[tuple[str, ...], float]:
    """By the name and the labels' values."""
    text = metrics(known, "")[0].decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_what_is_up_and_what_is_down() -> None:
    told = values()
    hosts = {labels[0]: told[name, *labels] for name, *labels in told if name == "post_mainte_host_up"}
    assert hosts == {"app1": 1, "db1": 0, "fine1": 1, "late1": 1, "mail1": 0, "slow1": 1, "web1": 0}
    assert told["post_mainte_site_up", "app1", SITE] == 0
    assert told["post_mainte_login_up", "app1"] == 1
    assert told["post_mainte_host_in_doubt", "late1"] == 1
    assert told["post_mainte_host_flapping", "mail1"] == 1
    assert told["post_mainte_host_in_window", "db1"] == 1
    assert told["post_mainte_host_in_window", "web1"] == 0
    assert told["post_mainte_host_since_timestamp_seconds", "web1"] == hours_ago(3.5)


def test_clocks_have_the_sign_that_documents_have() -> None:
    told = values()
    assert told["post_mainte_clock_offset_seconds", "slow1"] == -3600.0  # behind
    assert told["post_mainte_clock_offset_error_seconds", "slow1"] == 0.01
    assert told["post_mainte_clock_read_timestamp_seconds", "fine1"] == CLOCKS["fine1"].at
    assert ("post_mainte_clock_offset_seconds", "web1") not in told


def test_an_outage_that_goes_on_counts_as_it_will_when_it_is_over() -> None:
    assert values()["post_mainte_outages_total", "fine1"] == 3
    assert values()["post_mainte_outages_total", "web1"] == 1


def test_the_monitor_itself() -> None:
    told = values()
    assert told["post_mainte_watch_last_round_timestamp_seconds",] == NOW - 12
    assert (told["post_mainte_watch_healthy",], told["post_mainte_watch_offline",]) == (1, 0)
    assert (told["post_mainte_outbox_size",], told["post_mainte_outbox_stuck",]) == (0, 0)
    bad = replace(KNOWN, state=State(offline_since=NOW), outbox=Outbox(3, ("stuck",)), ailment="late", round_age=None)
    told = values(bad)
    assert ("post_mainte_watch_last_round_timestamp_seconds",) not in told
    assert (told["post_mainte_watch_healthy",], told["post_mainte_watch_offline",]) == (0, 1)
    assert (told["post_mainte_outbox_size",], told["post_mainte_outbox_stuck",]) == (3, 1)


@pytest.mark.parametrize("name", ['a"b\\c\nd} 1', "new\r\nline", "\u202egnp", "{}", "é漢"])
def test_labels_are_data(name: str) -> None:
    odd = Known(NOW, {name: replace(HOSTS["web1"], name=name)}, State({Subject(name): Standing(NOW)}))
    assert values(odd)["post_mainte_host_up", name] == 1


def test_what_utf_8_has_not_is_replaced() -> None:
    odd = Known(NOW, {"\ud800": HOSTS["web1"]}, State({Subject("\ud800"): Standing(NOW)}))
    assert values(odd)["post_mainte_host_up", "?"] == 1


def test_of_hosts_that_are_not_watched_any_more_nothing_is_told() -> None:
    left = values(replace(KNOWN, hosts={"web1": HOSTS["web1"]}))
    assert {labels[0] for name, *labels in left if labels} == {"web1"}


def test_openmetrics_is_spoken_to_who_asks_for_it() -> None:
    text, media_type = metrics(KNOWN, "application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    families = {family.name for family in read_openmetrics(text.decode())}  # type: ignore[no-untyped-call]
    assert "post_mainte_outages" in families
