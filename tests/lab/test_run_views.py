"""What `fab post-mainte` leaves for others to read: a page, a mail; on hosts of the lab, and by a real mail server."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from post_office import MAIL, PostOffice, serving
from typed import fab

from remedy.inventory.fleet import Mail
from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service

BACKUP = {"name": "nightly", "evidence": {"file": "/var/backups/none-*"}, "run": "/usr/local/sbin/backup-db"}
BEHIND = HostSpec("behind", Init.SYSTEMD, (Service(Daemon.NTPSEC, Running.DEAD),), -10800.0, keys={"backups": [BACKUP]})
DOWN = HostSpec("down", up=False)


@pytest.fixture
def lab() -> Iterator[EmbeddedLab]:
    with EmbeddedLab([BEHIND, DOWN]) as lab:
        yield lab


def post_mainte(lab: EmbeddedLab, *words: str) -> "subprocess.CompletedProcess[str]":
    return fab("post-mainte", *words, environment=lab.environment())


def mailing(lab: EmbeddedLab, mail: Mail) -> None:
    """Let the lab's hosts.yaml say who is told."""
    told = json.dumps({"to": mail.to, "from": mail.from_, "server": mail.server, "user": mail.user})
    with lab.hosts_yaml.open("a") as file:
        file.write(f"mail: {told}\n")


def test_the_run_is_written_as_a_page(lab: EmbeddedLab, tmp_path: Path) -> None:
    ran = post_mainte(lab, "--only", "clock", "--html", str(tmp_path / "run.html"))
    page = (tmp_path / "run.html").read_text()
    assert ran.returncode == 1
    assert "<h1>2 hosts: 1 unreachable, 1 repaired</h1>" in page
    assert "fab post-mainte --only clock --wait 2h -H down" in page


def test_the_run_is_one_mail_that_tells_how_backups_ended_as_well(lab: EmbeddedLab) -> None:
    office = PostOffice()
    with serving(office) as mail:
        mailing(lab, mail)
        ran = post_mainte(lab, "--yes", "--mail")
    assert ran.returncode == 1
    message = office.the_message()
    assert message["Subject"].startswith("post-mainte: FAILED: ")
    plain, rich = (part.get_payload(decode=True).decode() for part in message.get_payload())
    for form in (plain, rich):
        assert "nightly on behind" in form
        assert "fab post-mainte --yes --wait 2h -H down" in form


def test_the_run_is_mailed_though_its_page_has_no_room(lab: EmbeddedLab) -> None:
    office = PostOffice()
    with serving(office) as mail:
        mailing(lab, mail)
        ran = post_mainte(lab, "--only", "clock", "--mail", "--html", "/dev/full")
    assert ran.stderr.endswith("can't write /dev/full: No space left on device\n")
    assert office.the_message()["Subject"].startswith("post-mainte: FAILED: ")


def test_without_being_asked_to_it_mails_no_run(lab: EmbeddedLab) -> None:
    office = PostOffice()
    with serving(office) as mail:
        mailing(lab, mail)
        post_mainte(lab, "--only", "clock")
    assert office.envelopes == []


def test_a_password_that_is_not_there_is_missed_before_any_host_is_touched(lab: EmbeddedLab) -> None:
    mailing(lab, replace(MAIL, user="ops"))
    ran = post_mainte(lab, "--mail")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("--mail: `user: ops` of mail: needs a password in $POST_MAINTE_MAIL_PASSWORD, or")
    assert lab.state("behind").calls == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--html", "/proc/run.html"), "--html: can't write /proc/run.html: "),
        (("--junit", "/proc/run.xml"), "--junit: can't write /proc/run.xml: "),
        (("--mail",), "--mail: "),
    ],
)
def test_what_can_not_be_handed_out_is_said_before_any_host_is_touched(
    lab: EmbeddedLab, words: tuple[str, ...], said: str
) -> None:
    ran = post_mainte(lab, *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(said)
    assert lab.state("behind").calls == ()
