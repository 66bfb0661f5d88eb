"""Which files cron and run-parts take (FIELD.md C1)."""

import pytest

from remedy.jobs.names import is_cron_d_name, is_run_parts_name
from remedy.jobs.schedule import Dialect


@pytest.mark.parametrize("name", ["php", "e2scrub_all", "0hourly", "my-job", "UPPER"])
def test_plain_names_are_taken_by_all_that_know_the_folder(name: str) -> None:
    assert [dialect for dialect in Dialect if not is_cron_d_name(name, dialect)] == [Dialect.BUSYBOX]


@pytest.mark.parametrize(
    ("name", "takers"),
    [
        ("backup.cron", {Dialect.CRONIE}),
        ("backup.sh", {Dialect.CRONIE}),
        (".placeholder", set()),
        ("job.rpmsave", set()),
        ("job.rpmorig", set()),
        ("job.rpmnew", set()),
        (".rpmnew", set()),
        ("job~", {Dialect.DCRON}),
        ("#job#", {Dialect.DCRON}),
        ("my job", {Dialect.CRONIE, Dialect.DCRON}),
        ("job\n", {Dialect.CRONIE, Dialect.DCRON}),
        ("tägl", {Dialect.CRONIE, Dialect.DCRON}),
        ("", set()),
    ],
)
def test_other_names_are_taken_by_some(name: str, takers: set[Dialect]) -> None:
    assert {dialect for dialect in Dialect if is_cron_d_name(name, dialect)} == takers


def test_run_parts_passes_over_names_with_a_dot_but_busyboxs_does_not() -> None:
    assert is_run_parts_name("logrotate")
    assert is_run_parts_name("0anacron")
    assert not is_run_parts_name("backup.sh")
    assert not is_run_parts_name("backup\n")
    assert not is_run_parts_name("")
    assert is_run_parts_name("backup.sh", Dialect.BUSYBOX)
    assert not is_run_parts_name(".backup", Dialect.BUSYBOX)
