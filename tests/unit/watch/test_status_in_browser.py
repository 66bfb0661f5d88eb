"""The status page in a real browser: to be read by anybody, live with JavaScript, and harmed by nothing in it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, tab_stops, violations, width_and_room
from known_fleet import ANNOUNCED, HOSTS, KNOWN, NOW, ZONE, down, event, up
from markup import complaints
from playwright.sync_api import Browser, Page, expect

from remedy.harmless import HARMFUL
from remedy.inventory import Fleet
from remedy.pages.render import render
from remedy.watch.model import Kind, State, Subject
from remedy.watch.status import app as answering
from remedy.watch.status.app import SCRIPT, STYLE, TEMPLATE, App
from remedy.watch.status.known import Happening, Known, Outbox
from remedy.watch.status.page import page as told
from remedy.watch.status.server import serving
from remedy.watch.watched import Pulse, Watched

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
MARKUP = "<script>document.title='run'</script><img src=http://192.0.2.1/x onerror=\"document.title='run'\">"
EVIL = f"</summary></details></svg></style>{MARKUP}'\"&amp;{{{{ 7*7 }}}}\x1b[31m\x00\r\u202egnp.exe\u2066\ufffe\ud800"
LONG = "a-rather-long-host-name-of-the-rack.of-the-provider.in-tokyo.example.jp"
EVERY = 10000  # milliseconds between two renewals


def hostile() -> Known:
    """What is known of hosts whose names, words and results could deceive or harm who reads them."""
    names = (EVIL, LONG, "y" * 300)
    hosts = {name: replace(HOSTS["web1"], name=name, address=EVIL) for name in names}
    standings = {Subject(name): replace(down(1, is_told=True), trouble=EVIL * 2) for name in names}
    happened = [Happening(event(Kind.DOWN, Subject(name), 1, trouble=EVIL, is_down=True), EVIL) for name in names]
    odd = replace(ANNOUNCED[1].window, hosts=(EVIL,), notice=f"https://provider.example/{'x' * 200}'\"<b>")
    return replace(
        KNOWN,
        hosts={**HOSTS, **hosts},
        state=replace(KNOWN.state, standings={**KNOWN.state.standings, **standings}),
        happenings=(*KNOWN.happenings, *happened),
        announced=(*ANNOUNCED, replace(ANNOUNCED[1], window=odd, id="m9")),
        outbox=Outbox(2, (EVIL,)),
        ailment=EVIL,
    )


class Monitor:
    """Serves what is known, which changes, and may stop doing so."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.known = KNOWN
        self.url = ""

    def start(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        app = App(lambda: Watched(Fleet(), HOSTS, Pulse()), "", is_here=True)
        self._stack.enter_context(serving(listener, app))

    def stop(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch, in_zone: Callable[[str], None]) -> Iterator[Monitor]:
    in_zone(ZONE)
    with ExitStack() as stack:
        monitor = Monitor(stack)
        monkeypatch.setattr(answering, "read", lambda _: monitor.known)
        monkeypatch.setattr(answering, "FRESH", -1.0)
        monitor.start()
        yield monitor


class Desk:
    """Opens the page, and keeps what was asked for besides it."""

    def __init__(self, browser: Browser, monitor: Monitor) -> None:
        self._browser, self._monitor = browser, monitor
        self.strange: list[str] = []

    def open(self, size: Any = DESK, scheme: Any = "light", scripts: bool = True) -> Page:
        page = self._browser.new_page(
            viewport=size, color_scheme=scheme, java_script_enabled=scripts, reduced_motion="reduce"
        )
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda message: self.strange.append(message.text))
        if scripts:
            page.clock.install()
        page.goto(self._monitor.url)
        return page

    def _note(self, url: str) -> None:
        if url not in (self._monitor.url, f"{self._monitor.url}favicon.ico"):
            self.strange.append(url)


@pytest.fixture
def desk(browser: Browser, monitor: Monitor) -> Iterator[Desk]:
    yield Desk(browser, monitor)
    for context in browser.contexts:
        context.close()


def host(page: Page, name: str) -> Any:
    return page.locator("details", has=page.locator(f".names:text-is('{name}')"))


def renewed(page: Page) -> None:
    """Let it be renewed once."""
    with page.expect_response(lambda _: True):
        page.clock.run_for(EVERY)


def test_without_scripts_all_of_it_is_read(desk: Desk) -> None:
    page = desk.open(scripts=False)
    expect(page).to_have_title(
        "8 hosts: 1 down, 1 partly down, 1 clock wrong, 1 flapping, 1 in doubt, 1 not seen yet, 1 in a window, 1 up"
    )
    assert page.locator(".hosts .names").all_inner_texts()[:3] == ["web1", "app1", "slow1"]
    assert host(page, "web1").locator(".story").inner_text().splitlines() == [
        "down since Thu 02:30, 3 h 30 min",
        "port 22: connection refused",
    ]
    host(page, "fine1").locator("summary").click()
    expect(host(page, "fine1")).to_contain_text("check: ok: right within 2 ms")
    expect(page.locator("#announced")).to_contain_text("Thu 2017-08-31 03:00 to 07:00 JST")
    expect(page.locator("#runs")).to_contain_text("1 failing, 2 repaired")
    assert page.locator("noscript meta").get_attribute("content") == "60"


def test_it_is_live(desk: Desk, monitor: Monitor) -> None:
    page = desk.open()
    monitor.known = replace(KNOWN, state=State({Subject(name): up() for name in HOSTS}))
    renewed(page)
    expect(page).to_have_title("8 hosts: 1 not seen yet, 1 in a window, 6 up")
    expect(page.locator("h1")).to_have_text("8 hosts: 1 not seen yet, 1 in a window, 6 up")
    expect(page.get_by_role("status")).to_have_text("Live: renewed every 10 s.")
    assert desk.strange == []


def test_what_is_unfolded_focused_and_scrolled_to_stays_so(desk: Desk, monitor: Monitor) -> None:
    page = desk.open({"width": 1280, "height": 300})
    line = host(page, "slow1").locator("summary")
    line.focus()
    page.keyboard.press("Enter")
    page.evaluate("scrollTo({top: 400, behavior: 'instant'})")
    assert page.evaluate("scrollY") == 400
    monitor.known = replace(KNOWN, round_age=77.0)
    renewed(page)
    expect(page.locator("header")).to_contain_text("last round 1 min 17 s ago")
    assert host(page, "slow1").evaluate("it => it.open")
    assert not host(page, "web1").evaluate("it => it.open")
    assert page.evaluate("document.activeElement.querySelector('.names').textContent") == "slow1"
    assert page.evaluate("scrollY") == 400


def test_words_that_are_selected_are_not_taken_away(desk: Desk, monitor: Monitor) -> None:
    page = desk.open()
    page.locator("h1").dblclick()
    selected = page.evaluate("getSelection().toString()")
    monitor.known = replace(KNOWN, hosts={})
    page.clock.run_for(3 * EVERY)
    assert page.evaluate("getSelection().toString()") == selected != ""
    page.evaluate("getSelection().removeAllRanges()")
    renewed(page)
    expect(page.locator("h1")).to_have_text("0 hosts")


def test_one_that_is_not_renewed_any_more_says_so(desk: Desk, monitor: Monitor) -> None:
    page = desk.open()
    monitor.stop()
    page.clock.run_for(EVERY)
    expect(page.get_by_role("status")).to_contain_text("Not live: the monitor does not answer")
    expect(page.locator(".hosts .names")).to_have_count(8)


def test_everything_that_can_be_used_is_reached_by_tab_in_the_order_it_is_read(desk: Desk) -> None:
    page = desk.open()
    stops, reached = tab_stops(page)
    assert reached == stops


def test_a_timeline_says_in_words_what_it_shows(desk: Desk) -> None:
    page = desk.open()
    shown = page.get_by_role("img", name="Of web1: announced Thu 12:00 to 15:00 (3 h); down since Thu 02:30")
    outage, present = shown.locator(".outage").bounding_box(), shown.locator(".present").bounding_box()
    assert outage
    assert present
    assert outage["x"] + outage["width"] == pytest.approx(present["x"], abs=2)


def test_what_happens_is_told_by_form_as_well_as_by_colour(desk: Desk) -> None:
    page = desk.open()
    shown = host(page, "fine1").locator(".plot svg")
    fills = {
        kind: shown.locator(f".{kind}").first.evaluate("it => getComputedStyle(it).fill")
        for kind in ("outage", "served", "window", "blind")
    }
    assert fills["window"].startswith('url("#hatch")')
    assert fills["blind"].startswith('url("#dots")')
    heights = [shown.locator(f".{kind}").first.bounding_box() for kind in ("outage", "served")]
    assert heights[0]
    assert heights[1]
    assert heights[0]["height"] > 2 * heights[1]["height"]


def test_what_hosts_say_is_text(desk: Desk, monitor: Monitor) -> None:
    monitor.known = hostile()
    page = desk.open()
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    renewed(page)
    assert page.locator("body script").count() == 1
    assert page.locator("img, iframe, object, form").count() == 0
    assert page.title().startswith("11 hosts: 4 down")
    text = page.locator("body").inner_text()
    assert MARKUP in text
    assert "{{ 7*7 }}" in text
    assert not HARMFUL.search(text.replace("\n", "").replace("\t", ""))
    assert desk.strange == []


def test_its_policy_holds_should_markup_ever_come_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def holed(*args: Any, **values: Any) -> str:
        return render(*args, **values).replace("<main>", f"<main><style>h1 {{ display: none }}</style>{MARKUP}")

    monkeypatch.setattr(answering, "render", holed)
    page = desk.open()
    renewed(page)
    assert page.title().startswith("8 hosts: ")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("main img").evaluate("it => it.naturalWidth") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(desk: Desk, monitor: Monitor, scheme: Any, size: Any) -> None:
    monitor.known = hostile()
    page = desk.open(size, scheme)
    assert violations(page) == []
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    assert violations(page) == []


@pytest.mark.parametrize("known", [KNOWN, hostile()], ids=["usual", "hostile"])
def test_a_phone_shows_it_without_sideways_scrolling(desk: Desk, monitor: Monitor, known: Known) -> None:
    monitor.known = known
    page = desk.open(PHONE)
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    width, room = width_and_room(page)
    assert width <= room == PHONE["width"]


def test_it_is_valid_html(tmp_path: Path) -> None:
    every = {"usual": KNOWN, "hostile": hostile(), "empty": Known(NOW, {}, State())}
    pages = {name: render(TEMPLATE, STYLE, SCRIPT, page=told(known), machine=EVIL) for name, known in every.items()}
    assert complaints(pages, tmp_path) == []
