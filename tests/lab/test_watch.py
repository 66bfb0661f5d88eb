"""`fab watch` as a process: hosts go away and come back, the monitor is killed, the mail server is away."""

import random
import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from post_office import PostOffice
from waiting import wait_until
from web_hook import HANGS, hook

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service
from remedy.lab.ntpserver import NTPServer

from .watching import Monitor, database, once, runs, says, told

PAUSE = 3600.0
OFTEN = {"interval": "1s", "on_return": "post-mainte"}
WEB = HostSpec("web1", Init.SYSTEMD, (Service(Daemon.NTPSEC, Running.DEAD),), keys=OFTEN)
DB = HostSpec("db1", Init.SYSTEMD, (Service(Daemon.CHRONYD),), keys={**OFTEN, "on_return": "check"})


@pytest.fixture
def lab() -> Iterator[EmbeddedLab]:
    with EmbeddedLab([WEB, DB]) as lab:
        yield lab


@pytest.fixture
def office(lab: EmbeddedLab) -> Iterator[PostOffice]:
    with told(lab) as office:
        yield office


def is_seen(lab: EmbeddedLab, name: str, is_down: bool) -> None:
    query = f"SELECT json_extract(document, '$.is_down') FROM watched WHERE host = '{name}' AND what = 'ssh'"
    wait_until(lambda: database(lab, query) == [(int(is_down),)], f"{name} is not seen to be down={is_down}")


def test_an_outage_and_the_return_are_told_and_post_mainte_is_run_once(lab: EmbeddedLab, office: PostOffice) -> None:
    with Monitor(lab) as monitor:
        is_seen(lab, "web1", is_down=False)
        lab.power_off("web1")
        office.wait_for(1)
        wait_until(lambda: not database(lab, UNTOLD), "that the mail was taken is not kept")  # or it comes twice
        monitor.kill()
        lab.state("web1").offset = -PAUSE
        lab.power_on("web1")
        monitor.start()
        office.wait_for(2)
        assert monitor.stop(signal.SIGTERM) == 0
    assert office.subjects[0] == "post-mainte: web1 is DOWN"
    assert ": connection refused" in office.text(0)
    assert office.subjects[1].startswith("post-mainte: web1 is back after ")
    assert "post-mainte: repaired: 1 h behind → right within " in office.text(1)
    assert '<b>web1</b> <b style="color:#ab1f1a">is DOWN</b> since ' in office.html(0)
    assert "post-mainte: repaired: 1 h behind → right within " in office.html(1)
    assert runs(lab) == [{"command": "post-mainte", "dry_run": 0, "hosts": '["web1"]', "ended": 1}]
    assert abs(lab.state("web1").offset) < 1


def test_a_host_that_lets_nobody_in_for_a_while_after_its_return_is_handled_once(
    lab: EmbeddedLab, office: PostOffice
) -> None:
    with Monitor(lab):
        is_seen(lab, "web1", is_down=False)
        lab.power_off("web1")
        office.wait_for(1)
        lab.state("web1").offset = -PAUSE
        lab.refuse_logins("web1")
        lab.power_on("web1")
        wait_until(lambda: lab.refused_logins("web1") >= 6, "nobody logs in")
        assert database(lab, PENDING)
        lab.allow_logins("web1")
        wait_until(lambda: not database(lab, UNTOLD), "it is not told")
    assert runs(lab) == [{"command": "post-mainte", "dry_run": 0, "hosts": '["web1"]', "ended": 1}]
    texts = [office.text(number) for number in range(len(office.mails))]
    assert sum("post-mainte: repaired: 1 h behind → right within " in text for text in texts) == 1
    assert abs(lab.state("web1").offset) < 1


def test_hosts_that_go_together_are_told_of_together(lab: EmbeddedLab, office: PostOffice) -> None:
    with Monitor(lab) as monitor:
        is_seen(lab, "web1", is_down=False)
        is_seen(lab, "db1", is_down=False)
        lab.power_off("web1")
        lab.power_off("db1")
        office.wait_for(1)
        assert monitor.stop(signal.SIGINT) == 0
    assert office.subjects == ["post-mainte: 2 DOWN: db1, web1"]


def test_within_a_window_only_the_return_is_told(lab: EmbeddedLab, office: PostOffice) -> None:
    begin, end = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 1))
    says(lab, f"maintenance: {{hosts: db1, from: '{begin:%Y-%m-%dT%H:%MZ}', to: '{end:%Y-%m-%dT%H:%MZ}'}}")
    with Monitor(lab):
        is_seen(lab, "db1", is_down=False)
        lab.power_off("db1")
        is_seen(lab, "db1", is_down=True)
        lab.power_on("db1")
        office.wait_for(1)
    assert office.subjects[0].startswith("post-mainte: db1 is back after ")
    assert f"(announced until {end:%Y-%m-%d %H:%M}" in office.text(0)
    assert "check: ok: right within " in office.text(0)


def test_a_clock_that_jumps_under_a_host_that_is_up_is_told_and_put_right(lab: EmbeddedLab, office: PostOffice) -> None:
    with Monitor(lab):
        wait_until(lambda: bool(database(lab, "SELECT * FROM readings WHERE host = 'web1'")), "no reading")
        lab.state("web1").offset = -PAUSE
        office.wait_for(1)
    assert office.subjects == ["post-mainte: the clock of web1 has jumped"]
    assert "the clock of web1 has jumped: it is 1 h behind" in office.text(0)
    assert "post-mainte: repaired: 1 h behind → right within " in office.text(0)


def test_mail_waits_for_a_mail_server_that_is_away_and_comes_once(lab: EmbeddedLab, office: PostOffice) -> None:
    office.close()
    with Monitor(lab) as monitor:
        is_seen(lab, "web1", is_down=False)
        lab.power_off("web1")
        monitor.wait_for("it is kept, and tried again in 15 s")
        monitor.kill()
        office.open()
        monitor.start()
        office.wait_for(1)
    assert office.subjects == ["post-mainte: web1 is DOWN"]


def test_a_chat_that_refuses_or_hangs_is_told_once_it_takes_it_and_holds_up_no_mail(
    lab: EmbeddedLab, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hook("/T0P5ECRET") as chat:
        says(lab, "notify: $OPS_CHAT")
        monkeypatch.setenv("OPS_CHAT", chat.url + "?rto=999")
        chat.answers = [500, HANGS]
        with Monitor(lab) as monitor:
            is_seen(lab, "web1", is_down=False)
            lab.power_off("web1")
            office.wait_for(1)
            monitor.wait_for("nothing was sent to $OPS_CHAT: it answers 500; it is kept, and tried again in 15 s")
            for _ in range(2):
                chat.wait_until_asked()
            monitor.kill()
            chat.wait_until_left()
            monitor.start()
            wait_until(lambda: not database(lab, UNTOLD), "the chat is not told")
        assert chat.titles == office.subjects == ["post-mainte: web1 is DOWN"]
        assert "T0P5ECRET" not in (lab.folder / "watch.log").read_text()
    assert not any(b"T0P5ECRET" in path.read_bytes() for path in lab.home.rglob("history.db*"))


def test_a_chat_that_can_not_be_told_is_refused_before_anything_is_watched(lab: EmbeddedLab) -> None:
    says(lab, "notify: [$NO_SUCH_CHAT]")
    ran = once(lab)
    assert ran.returncode == 2
    assert ran.stderr == "notify: of hosts.yaml names $NO_SUCH_CHAT, which the environment does not have\n"


def test_who_is_refused_for_now_gets_the_mail_though_the_monitor_was_killed_and_the_others_do_not_get_it_twice(
    lab: EmbeddedLab, office: PostOffice
) -> None:
    hosts = lab.hosts_yaml.read_text()
    lab.hosts_yaml.write_text(hosts.replace("to: ops@example.jp", "to: [ops@example.jp, boss@example.jp]"))
    office.greylisted = {"boss@example.jp"}
    with Monitor(lab) as monitor:
        is_seen(lab, "web1", is_down=False)
        lab.power_off("web1")
        monitor.wait_for("tried again in 15 s for boss@example.jp")
        wait_until(lambda: not database(lab, UNTOLD), "that the mail was taken is not kept")
        monitor.kill()
        office.greylisted = set()
        monitor.start()
        office.wait_for(2)
    assert office.recipients == [["ops@example.jp"], ["boss@example.jp"]]
    assert len(set(office.ids)) == 1


def test_killed_at_any_moment_it_tells_everything_once(lab: EmbeddedLab, office: PostOffice) -> None:
    moments = random.Random(830)
    with Monitor(lab) as monitor:
        is_seen(lab, "web1", is_down=False)
        for _ in range(2):
            lab.power_off("web1")
            for _ in range(5):
                monitor.kill()
                monitor.start()
                time.sleep(moments.uniform(0.3, 3.0))
            is_seen(lab, "web1", is_down=True)
            lab.state("web1").offset = -PAUSE
            lab.power_on("web1")
            for _ in range(5):
                monitor.kill()
                monitor.start()
                time.sleep(moments.uniform(0.3, 3.0))
            is_seen(lab, "web1", is_down=False)
            wait_until(lambda: not database(lab, PENDING), "on_return does not end")
            wait_until(lambda: not database(lab, UNTOLD), "the mail is not sent")
    kinds = [kind for (kind,) in database(lab, "SELECT json_extract(document, '$.kind') FROM events ORDER BY number")]
    assert kinds == ["down", "back"] * 2
    mails = dict(database(lab, "SELECT message_id, subject FROM mails"))
    assert set(office.ids) == mails.keys()


def test_a_host_behind_another_one_is_logged_in_to(office: PostOffice, lab: EmbeddedLab) -> None:
    says_of(lab, "web1", '"jump": "db1"')
    with Monitor(lab):
        is_seen(lab, "web1", is_down=False)
        lab.power_off("web1")
        office.wait_for(1)
    assert office.subjects == ["post-mainte: web1 is DOWN"]


def test_a_site_is_told_of_beside_its_host(office: PostOffice, lab: EmbeddedLab) -> None:
    says_of(lab, "web1", '"sites": {"url": "http://127.0.0.1:1/"}')
    with Monitor(lab):
        office.wait_for(1)
    assert office.subjects == ["post-mainte: http://127.0.0.1:1/ of web1 is DOWN"]
    assert "does not answer: connection refused" in office.text(0)


def test_nobody_is_called_down_while_this_machine_is_cut_off(office: PostOffice, lab: EmbeddedLab) -> None:
    with NTPServer(address="127.0.0.2") as elsewhere:
        port = elsewhere.port
        asks(lab, elsewhere)
        with Monitor(lab):
            wait_until(lambda: network(lab, "has_witness") == 1, "no NTP server answers")
            for server in (elsewhere, *lab.ntp):
                server.stop()
            for name in ("web1", "db1"):
                lab.power_off(name)
            wait_until(lambda: (network(lab, "offline_rounds") or 0) >= 4, "it is not seen to be offline")
            for name in ("web1", "db1"):
                lab.power_on(name)
            with NTPServer(address="127.0.0.2", port=port):  # the hosts are this machine itself
                office.wait_for(1)
    assert office.subjects[0].startswith("post-mainte: this machine reaches the network again, after ")
    assert "DOWN" not in office.text(0)


def test_hosts_yaml_is_read_anew_when_it_is_changed_and_one_that_is_wrong_does_not_hold(
    office: PostOffice, lab: EmbeddedLab
) -> None:
    right = lab.hosts_yaml.read_text()
    with Monitor(lab) as monitor:
        is_seen(lab, "web1", is_down=False)
        says(lab, "hots: wrong")
        monitor.wait_for("hots: unknown key")
        lab.hosts_yaml.write_text(right + "# right again\n")
        monitor.wait_for("hosts.yaml was changed, and read anew")
        lab.power_off("web1")
        office.wait_for(1)
    assert office.subjects == ["post-mainte: web1 is DOWN"]


def test_whoever_watches_the_monitor_is_pinged(lab: EmbeddedLab, office: PostOffice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deadman:
        says(lab, f"watch: {{ping: 'http://127.0.0.1:{deadman.getsockname()[1]}/5f2a'}}")
        with Monitor(lab):
            link, _ = deadman.accept()
            assert link.recv(64).startswith(b"GET /5f2a HTTP/1.1")
            link.close()
    assert office.mails == []


def says_of(lab: EmbeddedLab, name: str, more: str) -> None:
    """Add a key of a host to hosts.yaml."""
    text = lab.hosts_yaml.read_text()
    lab.hosts_yaml.write_text(text.replace(f"  {name}: {{", f"  {name}: {{{more}, "))


def asks(lab: EmbeddedLab, server: NTPServer) -> None:
    """Let hosts.yaml name one more NTP server."""
    servers = "reference: {servers: ["
    lab.hosts_yaml.write_text(lab.hosts_yaml.read_text().replace(servers, f"{servers}'{server.name}', "))


def network(lab: EmbeddedLab, key: str) -> Any:
    """What the monitor knows of this machine's network."""
    rows = database(lab, f"SELECT json_extract(document, '$.{key}') FROM watched WHERE what = 'network'")
    return rows[0][0] if rows else None


PENDING = "SELECT * FROM events WHERE run IS NOT NULL AND result IS NULL"
UNTOLD = "SELECT * FROM news LEFT JOIN mails ON mail = mails.number WHERE sent IS NULL"


def test_round_by_round_it_sees_what_it_sees_when_it_goes_on(lab: EmbeddedLab, office: PostOffice) -> None:
    assert once(lab).returncode == 0
    lab.power_off("web1")
    assert [once(lab).returncode for _ in range(3)] == [0, 0, 1]
    assert office.subjects == ["post-mainte: web1 is DOWN"]
    lab.power_on("web1")
    assert [once(lab).returncode for _ in range(2)] == [1, 0]
    assert office.subjects[1].startswith("post-mainte: web1 is back after ")
    assert "post-mainte: repaired: " in office.text(1)
    assert len(runs(lab)) == 1


def test_one_at_a_time(lab: EmbeddedLab, office: PostOffice) -> None:
    with Monitor(lab) as monitor:
        monitor.wait_for("watching 2 hosts; who is told: ops@example.jp")
        ran = once(lab)
    assert ran.returncode == 2
    assert ran.stderr.startswith("another `fab watch` is at work")
    assert office.mails == []
