"""fab maintenance.add, list and cancel, through the real `fab`."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from typed import FAB, PROJECT, fab

START, END = "2099-08-30T02:00 Asia/Tokyo", "2099-08-30T05:00 Asia/Tokyo"
SPAN = "Sun 2099-08-30 02:00 to 05:00 JST (Asia/Tokyo), here Sat 2099-08-29 17:00 to 20:00 UTC"
NOTICE = "日時: 2099年8月30日(日) 午前2時00分 ~ 午前5時00分\n"


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fleet, and a state of its own."""
    fleet = "{hosts: {web1: 203.0.113.10, db1: 203.0.113.11}, groups: {tokyo: [web1]}}\n"
    (tmp_path / "hosts.yaml").write_text(fleet)
    monkeypatch.setenv("POST_MAINTE_INVENTORY", str(tmp_path / "hosts.yaml"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "Etc/UTC")
    return tmp_path


def added(*words: str, start: str = START, end: str = END) -> "subprocess.CompletedProcess[str]":
    return fab("maintenance.add", "--from", start, "--to", end, *words)


def windows() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(fab("maintenance.list", "--json").stdout)["windows"]
    return found


def test_a_window_is_added_listed_and_cancelled() -> None:
    told = added("-H", "tokyo", "--notice", "https://provider.example/1")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"m1  tokyo: {SPAN}; https://provider.example/1\n", "")
    assert fab("maintenance.list", "-H", "web1").stdout.endswith("1 window: 1 coming\n")
    assert fab("maintenance.list", "-H", "db1").stdout == "0 windows\n"
    assert fab("maintenance.cancel", "m1").stdout == f"m1 is cancelled: tokyo, {SPAN}\n"
    assert fab("maintenance.cancel", "m1").stdout == f"m1 was cancelled before: tokyo, {SPAN}\n"
    assert fab("maintenance.list").stdout.endswith("1 window: 1 cancelled\n")


def test_what_is_there_is_not_added_twice_and_what_overlaps_is_told() -> None:
    added("-H", "web1")
    again = added("-H", "web1")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", f"it is there already: m1, {SPAN}\n")
    assert f"it overlaps m1: web1, {SPAN}" in added().stderr
    assert [window["hosts"] for window in windows()] == [["web1"], []]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-H", "wbe1"], "wbe1 is not in hosts.yaml; did you mean web1? A window is for hosts that are in it"),
        (["-H", "other.example.jp"], "other.example.jp is not in hosts.yaml. A window is for hosts that are in it"),
        (["--notice", "ftp://provider.example/"], "--notice: expected a URL"),
        (["--zone", "Asia/Tokyo"], "--zone and --yes go with --notice-text only"),
        (["--notice-text", "none.txt"], "--from and --to are read from the notice"),
    ],
)
def test_what_can_not_be_told_of_a_window_is_refused_and_nothing_added(words: list[str], said: str) -> None:
    refused = added(*words)
    assert refused.stderr.startswith(said)
    assert (refused.returncode, refused.stdout, windows()) == (2, "", [])


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2017-08-30T02:00Z", "2017-08-30T05:00Z", "that window is over: Wed 2017-08-30 02:00 to 05:00 UTC, here"),
        (START, "2099-08-30T01:00 Asia/Tokyo", "that window ends before it begins: Sun 2099-08-30 02:00 to 01:00 JST"),
        (START, "2099-09-30T01:00 Asia/Tokyo", "that window is 30 d 23 h long, from Sun 2099-08-30 02:00 to"),
        ("2099-08-30T02:00", END, "--from: expected a moment with its zone"),
        (START, "", "--to was given an empty text: leave it out, or give it a value"),
    ],
)
def test_what_is_no_window_is_refused_and_nothing_added(start: str, end: str, said: str) -> None:
    refused = added(start=start, end=end)
    assert refused.stderr.startswith(said)
    assert (refused.returncode, refused.stdout, windows()) == (2, "", [])


@pytest.mark.parametrize("zone", ["Nowhere/Foo", "IST", "+25:00"])
def test_a_zone_that_is_none_is_bad_usage_even_where_the_notice_names_its_own(zone: str) -> None:
    text = "August 30, 2099 02:00 - 05:00 UTC"
    told = fab("maintenance.add", "--yes", "--notice-text", "-", "--zone", zone, text=text)
    assert (told.returncode, windows()) == (2, [])
    assert f"--zone: {zone} is" in told.stderr


def test_an_address_that_hosts_yaml_does_not_have_may_have_a_window() -> None:
    added("-H", "root@203.0.113.77:2222")
    assert windows()[0]["hosts"] == ["203.0.113.77"]


def test_a_notice_is_shown_and_not_added_where_nobody_can_say_yes() -> None:
    told = fab("maintenance.add", "-H", "web1", "--notice-text", "-", text=NOTICE)
    assert told.stderr.splitlines() == [
        f"web1: {SPAN}",
        '  from "2099年8月30日(日) 午前2時00分 ~ 午前5時00分"',
        "  no zone is said: taken as Asia/Tokyo, Japan's, as the notice is Japanese",
        "nothing was added; to add it, type:",
        f"  fab maintenance.add --from '{START}' --to '{END}' -H web1",
    ]
    assert (told.returncode, told.stdout, windows()) == (1, "", [])


def test_where_nothing_is_understood_the_command_to_type_keeps_what_was_said() -> None:
    url = "https://provider.example/1"
    told = fab("maintenance.add", "-H", "web1", "--notice-text", "-", "--notice", url, text="Soon.")
    assert told.stderr.endswith(f"  fab maintenance.add --from MOMENT --to MOMENT -H web1 --notice {url}\n")


def test_a_notice_is_added_unasked_with_yes(own: Path) -> None:
    (own / "notice.txt").write_text(NOTICE)
    told = fab("maintenance.add", "--yes", "--notice-text", str(own / "notice.txt"), "--notice", "https://a.example/")
    assert (told.returncode, told.stdout) == (0, f"m1  every host: {SPAN}; https://a.example/\n")


def test_a_notice_that_leaves_doubts_is_not_added_even_so() -> None:
    text = NOTICE + "2099年8月31日 2:00 - 5:00 IST\n"
    told = fab("maintenance.add", "--yes", "--notice-text", "-", text=text)
    assert "IST is Asia/Kolkata, Europe/Dublin or Asia/Jerusalem: say which by --zone" in told.stderr
    assert (told.returncode, windows()) == (1, [])
    assert fab("maintenance.add", "--yes", "--notice-text", "-", "--zone", "Asia/Kolkata", text=text).returncode == 0
    assert [window["zone"] for window in windows()][-1] == "Asia/Kolkata"


def test_what_was_taken_for_begin_and_end_is_said_once() -> None:
    text = "2099-08-31 02:00 IST - 2099-08-31 05:00 IST"
    told = fab("maintenance.add", "--notice-text", "-", "--zone", "Asia/Kolkata", text=text).stderr
    assert told.count("IST is taken as Asia/Kolkata, as --zone says") == 1


@pytest.mark.parametrize(("answer", "status", "count"), [("y", 0, 1), ("n", 1, 0)])
def test_who_is_there_is_asked(own: Path, answer: str, status: int, count: int) -> None:
    (own / "notice.txt").write_text(NOTICE)
    command: list[str | Path] = [FAB, "maintenance.add", "--notice-text", str(own / "notice.txt")]
    master, terminal = os.openpty()
    try:
        os.write(master, f"{answer}\n".encode())
        asked = subprocess.run(
            command, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, check=False, timeout=60, cwd=PROJECT
        )
        said = os.read(master, 1 << 16).decode()
    finally:
        os.close(master)
        os.close(terminal)
    assert "Add it? [y/N]" in said
    assert (asked.returncode, len(windows())) == (status, count)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory: "),
        (b"\n", "{file} is empty"),
        (b"\xff\xfe8", "{file} is not UTF-8; save it so"),
        (b"a" * (65 << 10), "{file} is longer than 64 KiB, which no notice is"),
        ("8月".encode() * (32 << 10), "{file} is longer than 64 KiB, which no notice is"),
    ],
)
def test_a_notice_that_can_not_be_read_is_refused(own: Path, content: bytes | None, said: str) -> None:
    file = own / "notice.txt"
    if content is not None:
        file.write_bytes(content)
    refused = fab("maintenance.add", "--notice-text", str(file))
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.startswith(f"--notice-text: {said.format(file=file)}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["maintenance.cancel", "m1"], "there is no window 'm1'; none was added. `fab maintenance.list` lists all\n"),
        (["maintenance.cancel", "m1", "-H", "web1"], "this command is about no host: leave -H out\n"),
        (["maintenance.add"], "say when: --from MOMENT --to MOMENT, or --notice-text FILE\n"),
        (
            ["maintenance.list", "-H", "wbe1"],
            "wbe1 is not in hosts.yaml; did you mean web1? A window is for hosts that are in it, or for an "
            "IP address\n",
        ),
    ],
)
def test_bad_usage_is_one_line_and_status_2(words: list[str], said: str) -> None:
    refused = fab(*words)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", said)


def test_all_three_explain_their_options() -> None:
    told = fab("--help", "maintenance.add").stdout
    assert all(option in told for option in ("--from", "--to", "--notice", "--notice-text", "--zone", "--yes"))
    assert "maintenance.list" in fab("--list").stdout
