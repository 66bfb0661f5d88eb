"""The report as it is read. The texts in golden/ were looked at; rewrite them with `REWRITE_GOLDEN=1 pytest ...`."""

import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_runs import (
    ADDING,
    COMMANDS,
    RUNS,
    a_large_fleet,
    a_morning_after,
    planned,
    repaired,
    right,
    run,
    silent,
    unknown_key,
    wrong,
)

from remedy.model import Finding, HostReport, Level, Run, Verdict
from remedy.report.console import print_run

GOLDEN = Path(__file__).parent / "golden"
LACKING = Finding("backups", Level.BAD, "the backup nightly is missing")
SILENT_SITE = Finding("sites", Level.BAD, "https://a.example does not answer")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")
WIDTHS = (40, 80, 120, None)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(run: Run, width: int | None = None) -> str:
    stream = io.StringIO()
    print_run(run, stream, width)
    return stream.getvalue()


def shown_in(run: Run, encoding: str) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict", write_through=True)
    print_run(run, stream)
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_shown_as_it_was_when_somebody_looked_at_it(name: str, width: int | None) -> None:
    golden = GOLDEN / f"{name}-{width or 'piped'}.txt"
    text = shown(RUNS[name], width)
    if os.environ.get("REWRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", WIDTHS)
def test_lines_fit_the_paper_unless_they_are_there_to_be_copied(width: int | None) -> None:
    for line in shown(a_large_fleet(), width).splitlines():
        assert width is None or len(line) <= width or line.startswith(("  fab ", " " * 10))
        assert line == line.rstrip()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_name_and_no_offset_is_ever_cut(width: int | None) -> None:
    name = "a-host-with-a-name-that-is-longer-than-a-narrow-terminal.example.jp"
    text = shown(run("recover-time", repaired(name), right("db1")), width)
    assert name in text
    assert "2 h 59 min 58 s behind" in text
    assert "-10798.400 s ±0.004 s" in text
    assert "right within 1.4 ms" in text


@pytest.mark.parametrize("width", WIDTHS)
def test_planned_commands_stand_whole_and_in_their_order(width: int | None) -> None:
    text = shown(run("recover-time", planned("web1"), dry_run=True), width)
    assert "\n".join(f"        {command}" for command in COMMANDS) in text


def test_a_planned_command_of_several_lines_stays_as_it_is() -> None:
    command = "cat > /etc/ntp.conf <<'EOF'\nserver ntp.nict.jp\n\tiburst\nEOF"
    text = shown(run("recover-time", replace(planned("web1"), planned=(command,)), dry_run=True), 40)
    assert f"\n{command}\n" in text


def test_without_a_dry_run_no_plan_is_shown() -> None:
    assert COMMANDS[0] not in shown(run("recover-time", replace(repaired("web1"), planned=COMMANDS)))


@pytest.mark.parametrize("width", WIDTHS)
def test_an_error_is_shown_in_full_however_many_lines_it_has(width: int | None) -> None:
    error = "it broke\n  first: type this\n  second: and that"
    text = shown(run("check-time", replace(silent("web1"), error=error)), width)
    assert "        it broke" in text.replace("  error it", "        it")
    assert "\n          first: type this\n          second: and that\n" in text


@pytest.mark.parametrize("width", WIDTHS)
def test_a_command_in_an_error_stands_whole(width: int | None) -> None:
    assert ADDING in shown(run("check-time", unknown_key("web1")), width)


@pytest.mark.parametrize("width", [80, 120, None])
def test_an_error_that_the_table_holds_in_full_is_not_said_again(width: int | None) -> None:
    assert shown(run("check-time", silent("web1")), width).count("did not answer") == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_a_finding_is_shown_however_narrow_the_table_is(width: int | None) -> None:
    host = replace(wrong("web1"), findings=(Finding("timeservice", Level.BAD, "ntpd is stopped"),))
    assert shown(run("check-time", host), width).count("ntpd is stopped") == 1


@pytest.mark.parametrize(
    ("command", "host", "next_command"),
    [
        ("check-time", wrong("web1"), "fab recover-time -H web1"),
        ("recover-time", wrong("web1"), "fab recover-time -H web1"),
        ("check-time", silent("web1"), "fab check-time -H web1"),
        ("check-backups", wrong("web1"), "fab recover-time -H web1"),
        ("check-backups", replace(wrong("web1"), findings=(LACKING,)), "fab run-backups -H web1"),
        ("run-backups", wrong("web1"), "fab run-backups -H web1"),
        ("check-sites", replace(wrong("web1"), findings=(SILENT_SITE,)), "fab post-mainte --only services -H web1"),
        ("post-mainte", replace(wrong("web1"), verdict=Verdict.INTERRUPTED), "fab post-mainte -H web1"),
        ("check-time", wrong("[2001:db8::1]:22"), "fab recover-time -H '[2001:db8::1]:22'"),
    ],
)
def test_the_last_line_is_what_to_type_next(command: str, host: HostReport, next_command: str) -> None:
    assert shown(run(command, host)).splitlines()[-1].strip() == next_command


def test_after_a_dry_run_the_next_command_is_no_dry_run() -> None:
    assert shown(run("recover-time", planned("web1"), dry_run=True)).endswith("\n  fab recover-time -H web1\n")


def test_the_next_command_takes_the_same_hosts_yaml() -> None:
    stream = io.StringIO()
    print_run(run("check-time", wrong("web1")), stream, inventory="my hosts.yaml")
    assert stream.getvalue().endswith("\n  fab recover-time --inventory 'my hosts.yaml' -H web1\n")


def test_the_next_command_goes_about_it_in_the_same_way() -> None:
    failed = replace(run("post-mainte", wrong("web1")), options=("--skip", "sites,jobs", "--rolling", "10%"))
    assert shown(failed).endswith("\n  fab post-mainte --skip sites,jobs --rolling 10% -H web1\n")
    planned_so = replace(run("recover-time", planned("web1"), dry_run=True), options=("--allow-backward",))
    assert shown(planned_so).endswith("\n  fab recover-time --allow-backward -H web1\n")


def test_where_all_is_right_nothing_is_to_be_typed() -> None:
    assert shown(run("check-time", right("web1"), right("web2"))).splitlines()[-1] == "2 hosts: 2 ok"


def test_sections_of_topics_to_come_do_no_harm() -> None:
    odd = {"services": [{"name": "nginx"}], "jobs": None, "clock": "odd", "timeservice": [1]}
    assert "web1" in shown(run("post-mainte", replace(right("web1"), sections=odd)))


def test_a_run_over_no_hosts_and_without_a_reference_is_shown() -> None:
    assert shown(run("check-time", reference=None)) == "0 hosts\n"


def test_a_group_whose_hosts_differ_in_detail_says_whose_words_these_are() -> None:
    said = ("3 h", "2 h 59 min 58 s")
    hosts = [
        replace(wrong(f"web{i:02}"), findings=(Finding("clock", Level.BAD, f"the clock is {said[i % 2]} behind"),))
        for i in range(1, 31)
    ]
    text = shown(run("check-time", *hosts))
    assert "web[01-30]  failing\n" in text
    assert "(so web01; the other 29 much the same)" in text


def test_what_a_host_says_is_neither_markup_nor_control() -> None:
    finding = Finding("clock", Level.BAD, "[red]odd[/red] \x1b[31mred\x07", "see :warning: [link=x]here[/link]\u202e")
    text = shown(run("check-time", replace(wrong("[bold]web1[/bold]\x1b]0;title\x07"), findings=(finding,))))
    assert "[bold]web1[/bold]" in text
    assert "[red]odd[/red]" in text
    assert "see :warning: [link=x]here[/link]" in text
    assert not CONTROL.search(text)


@given(name=st.text(min_size=1), words=st.text(), encoding=st.sampled_from(["ascii", "utf-8", "latin-1", "euc-jp"]))
def test_any_text_can_be_shown_in_any_encoding(name: str, words: str, encoding: str) -> None:
    host = replace(wrong(name), findings=(Finding(words, Level.BAD, words, words),), error=words)
    text = shown_in(run("check-time", host), encoding)
    assert not CONTROL.search(text.replace("\t", ""))


def test_where_only_ascii_can_be_written_ascii_is_used() -> None:
    text = shown_in(run("recover-time", repaired("web1"), right("日本")), "ascii")
    assert "-10798.400 s +-0.004 s" in text
    assert r"\u65e5\u672c" in text


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_gets_no_escape_codes(
    variable: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    print_run(a_morning_after(), coloured, 80)
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    print_run(a_morning_after(), plain, 80)
    assert "\x1b[" in coloured.getvalue()
    assert "\x1b" not in plain.getvalue()
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured.getvalue()) == plain.getvalue()


def test_colours_are_not_forced_upon_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in shown(a_morning_after())
