"""The page of a run, in a real browser: what can be read, typed, printed; and that nothing in it does harm."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from browser import chromium, tab_stops, violations, width_and_room
from hostile import EVIL, MARKUP
from hostile_run import LONG, a_hostile_morning
from markup import complaints
from playwright.sync_api import Browser, Page, expect
from sample_runs import RUNS
from whole_runs import WHOLE_RUNS, a_whole_morning, whole, without_nginx

from remedy.harmless import HARMFUL
from remedy.model import Run
from remedy.report.html import to_html
from remedy.report.letter import run_letter

ALL_RUNS = {**RUNS, **WHOLE_RUNS, "hostile": a_hostile_morning()}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
UNFOLDED = (
    "[...document.querySelectorAll('details')].filter(it => it.offsetHeight > it.firstElementChild.offsetHeight + 9)"
)
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Desk:
    """Opens pages of runs from the disk, and keeps what they asked the network for."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self.requests: list[str] = []

    def open(self, run: Run | str, size: Any = DESK, scheme: Scheme = "light", scripts: bool = True) -> Page:
        path = self._folder / "run.html"
        path.write_text(run if isinstance(run, str) else to_html(run))
        page = self._browser.new_page(viewport=size, color_scheme=scheme, java_script_enabled=scripts)
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())
        return page


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[Desk]:
    yield Desk(browser, tmp_path)
    for context in browser.contexts:
        context.close()


def unfolded(page: Page) -> Page:
    """The page with all that can be unfolded."""
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    return page


def test_failures_stand_first_and_groups_are_those_of_the_console(desk: Desk) -> None:
    page = desk.open(a_whole_morning())
    expect(page).to_have_title("post-mainte: 8 hosts: 1 unreachable, 3 failing, 3 repaired, 1 ok")
    assert page.locator("h3:near(.hosts)").first.inner_text().startswith("db")
    names = page.locator(".hosts .names").all_inner_texts()
    assert names == ["db3", "db1", "db2", "web3", "web1", "web2", "mail", "status"]
    assert page.locator(".hosts .verdict").all_inner_texts()[:3] == ["unreachable", "failing", "repaired"]


def test_it_has_its_parts_and_they_can_be_jumped_to(desk: Desk) -> None:
    page = desk.open(a_whole_morning())
    parts = page.get_by_role("navigation").get_by_role("link")
    assert parts.all_inner_texts() == ["Hosts", "To do by hand", "Next", "Clocks", "Jobs", "Repaired"]
    for link in parts.all():
        expect(page.locator(str(link.get_attribute("href")))).to_have_count(1)


def test_the_details_of_a_host_unfold_by_keyboard(desk: Desk) -> None:
    page = desk.open(a_whole_morning())
    words = page.get_by_text("its last words:")
    expect(words).to_be_hidden()
    while not page.evaluate("document.activeElement.matches('summary')"):
        page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.querySelector('.names').textContent") == "web3"
    page.keyboard.press("Enter")
    expect(words).to_be_visible()
    page.keyboard.press("Enter")
    expect(words).to_be_hidden()


def test_everything_that_can_be_used_is_reached_by_tab_in_the_order_it_is_read(desk: Desk) -> None:
    page = desk.open(a_whole_morning())
    stops, reached = tab_stops(page)
    assert reached == stops


def test_a_click_takes_all_of_a_command_and_nothing_else(desk: Desk) -> None:
    page = desk.open(a_whole_morning())
    command = page.locator("#todo pre code").first
    command.click()
    assert page.evaluate("getSelection().toString()") == "ssh -t admin@203.0.113.12 sudo systemctl restart nginx"


def test_a_command_that_is_wrapped_on_a_phone_is_still_copied_as_it_was(desk: Desk) -> None:
    command = f"echo 'two  spaces' {'a-long-word-' * 20}\n\techo indented {'x' * 400}"
    host = without_nginx("web3")
    host = replace(host, findings=(replace(host.findings[0], command=command),))
    page = unfolded(desk.open(whole(host), PHONE))
    page.locator(".details pre.command code").click()
    assert page.evaluate("getSelection().toString()") == command


def test_it_is_read_without_scripts(desk: Desk) -> None:
    page = desk.open(a_whole_morning(), scripts=False)
    page.locator("summary").first.click()
    expect(page.locator("details").first.locator(".details")).to_be_visible()
    expect(page.locator("#next pre").first).to_have_text("fab run-backups -H db1")


def test_what_hosts_print_is_text(desk: Desk) -> None:
    page = unfolded(desk.open(a_hostile_morning()))
    assert page.locator("script, img, iframe, object, form").count() == 0
    assert page.title().startswith("post-mainte: ")
    text = page.locator("body").inner_text()
    assert MARKUP in text
    assert "{{ 7*7 }}" in text
    assert not HARMFUL.search(text.replace("\n", ""))
    assert EVIL not in text


def test_nothing_is_asked_of_the_network(desk: Desk) -> None:
    page = unfolded(desk.open(a_hostile_morning()))
    page.wait_for_load_state("networkidle")
    assert [url for url in desk.requests if not url.startswith("file:")] == []


def test_its_policy_holds_should_markup_ever_come_in(desk: Desk) -> None:
    holed = to_html(a_whole_morning()).replace("<main>", f"<main><style>h1 {{ display: none }}</style>{MARKUP}")
    page = desk.open(holed)
    page.wait_for_load_state("networkidle")
    assert page.title().startswith("post-mainte: ")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("main img").evaluate("it => it.naturalWidth") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(desk: Desk, scheme: Scheme, size: Any) -> None:
    page = desk.open(a_hostile_morning(), size, scheme)
    assert violations(page) == []
    assert violations(unfolded(page)) == []


@pytest.mark.parametrize("name", ["hostile", "morning-after", "whole-large", "whole-dry-run"])
def test_a_phone_shows_it_without_sideways_scrolling(desk: Desk, name: str) -> None:
    width, room = width_and_room(unfolded(desk.open(ALL_RUNS[name], PHONE)))
    assert width <= room == PHONE["width"]


def test_it_is_dark_where_the_reader_wants_it_dark(desk: Desk) -> None:
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"

    def brightness(scheme: Scheme) -> list[int]:
        page = desk.open(a_whole_morning(), scheme=scheme)
        return [sum(map(int, colour[4:-1].split(","))) for colour in page.evaluate(colours)]

    (light_paper, light_ink), (dark_paper, dark_ink) = brightness("light"), brightness("dark")
    assert light_paper > 3 * 220
    assert light_ink < 3 * 60
    assert dark_paper < 3 * 40
    assert dark_ink > 3 * 200


def test_on_paper_everything_is_unfolded(desk: Desk) -> None:
    page = desk.open(a_whole_morning())
    assert page.evaluate(f"{UNFOLDED}.length") == 0
    page.emulate_media(media="print")
    assert page.evaluate(f"{UNFOLDED}.length") == 8
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_the_picture_of_a_clock_says_in_words_what_it_shows(desk: Desk) -> None:
    page = desk.open(a_whole_morning())
    picture = page.get_by_role("img", name="3 h 1 s behind → right within 1.3 ms").first
    before, now = (picture.locator(f".{which}").first.bounding_box() for which in ("before", "now"))
    assert before
    assert now
    assert before["x"] + before["width"] < now["x"]
    assert page.locator("#clocks .names").all_inner_texts() == ["web3", "db1", "mail", "web1", "web2", "db2", "status"]


def test_long_names_and_words_stay_within_their_places(desk: Desk) -> None:
    page = unfolded(desk.open(a_hostile_morning()))
    name = page.locator(".hosts .names", has_text=LONG).bounding_box()
    verdict = page.locator("summary", has_text=LONG).locator(".verdict").bounding_box()
    assert name
    assert verdict
    assert name["x"] + name["width"] <= verdict["x"]


def test_pages_and_mails_are_valid_html(tmp_path: Path) -> None:
    pages = {name: to_html(run) for name, run in ALL_RUNS.items()}
    mails = {f"mail-{name}": run_letter(run).html for name, run in ALL_RUNS.items()}
    assert complaints(pages | mails, tmp_path) == []
