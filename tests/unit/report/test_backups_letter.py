"""The mail that tells how backups ended."""

from collections.abc import Mapping
from typing import Any

import pytest
from sample_runs import run, silent

from remedy.model import HostReport, Verdict
from remedy.report.mail import Letter, backups_letter

DONE = {"exit_status": 0, "seconds": 720.4, "output": "dumped 3 databases\n"}


def backup(name: str, state: str = "ran", last_run: Mapping[str, Any] | None = DONE, **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "age_s": 12.0, "last_run": last_run, **more}


def host(name: str, *backups: Mapping[str, Any]) -> HostReport:
    return HostReport(name, "203.0.113.1", Verdict.REPAIRED, {"backups": list(backups)})


def letter(*hosts: HostReport) -> Letter:
    made = backups_letter(run("run-backups", *hosts))
    assert made
    return made


def test_a_backup_that_ran() -> None:
    told = letter(host("web1", backup("nightly")))
    assert told.subject == "post-mainte: backup nightly on web1 ran in 12 min"
    assert told.text == (
        "nightly on web1 ran in 12 min\n  its output:\n    dumped 3 databases\n\n"
        "`fab report 20170829T200000Z-1f2e` shows the whole run.\n"
    )


def test_a_backup_that_failed() -> None:
    failed = {"exit_status": 3, "seconds": 61.0, "output": ""}
    told = letter(host("web1", backup("nightly", "failed", failed)))
    assert told.subject == "post-mainte: FAILED: backup nightly on web1 ended with exit status 3 after 1 min 1 s"
    assert told.text.startswith("FAILED: nightly on web1 ended with exit status 3 after 1 min 1 s\n")


def test_a_backup_that_ended_well_and_left_nothing_has_failed() -> None:
    told = letter(host("web1", backup("nightly", "missing", problem="no file\nmatches")))
    assert told.subject == "post-mainte: FAILED: backup nightly on web1 ended with exit status 0 after 12 min"
    assert "\n  no file matches\n" in told.text


def test_a_backup_whose_end_nobody_saw() -> None:
    told = letter(host("web1", backup("nightly", "running", {"exit_status": None, "seconds": 7200.0, "output": "."})))
    assert told.subject == "post-mainte: FAILED: backup nightly on web1 had not ended after 2 h"


def test_several_backups_are_one_mail_with_the_failed_ones_first() -> None:
    failed = backup("dump", "failed", {"exit_status": 1, "seconds": 3.0, "output": "disk full"})
    told = letter(host("web1", backup("nightly")), host("db1", backup("files"), failed))
    assert told.subject == "post-mainte: FAILED: 1 of 3 backups: dump on db1"
    assert told.text.index("dump on db1") < told.text.index("nightly on web1") < told.text.index("files on db1")


def test_several_backups_that_all_ran() -> None:
    told = letter(*(host(f"web{n}", backup("nightly")) for n in range(5)))
    assert told.subject == "post-mainte: 5 backups ran: nightly on web0, nightly on web1, nightly on web2, ..."


def test_only_the_end_of_a_long_output_is_told() -> None:
    lines = "".join(f"line {n}\n" for n in range(1000))
    told = letter(host("web1", backup("nightly", last_run={**DONE, "output": lines})))
    assert "  its output ended with:\n    line 970\n" in told.text
    assert told.text.count("line ") == 30


@pytest.mark.parametrize(
    "hosts", [(), (silent("db2"),), (host("web1", backup("nightly", "fresh", None), {"name": "x"}),)]
)
def test_where_no_backup_was_run_there_is_nothing_to_mail(hosts: tuple[HostReport, ...]) -> None:
    assert backups_letter(run("post-mainte", *hosts)) is None
