"""A real browser for the tests of pages: Debian's Chromium, without a window."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; skips where there is none.

    Playwright keeps an event loop in this thread while it lasts: no test beside it can have one of its own.
    """
    program = shutil.which("chromium")
    if not program:
        pytest.skip("needs chromium (Debian: apt install chromium)")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses to run as root with one
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page: the rule, and where."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]


def tab_stops(page: Page) -> tuple[list[str], list[str]]:
    """What can be used on the page, as it is read; and in that order what the tab key comes to."""
    stops = page.locator("a, summary").all_inner_texts()
    reached = []
    for _ in stops:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))
    return stops, reached


def width_and_room(page: Page) -> tuple[int, int]:
    """How wide the page is, and how wide the window."""
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return int(width), int(room)
