"""Pages stay small, and whatever a host prints stays text in them."""

from dataclasses import replace
from html.parser import HTMLParser

from hostile import EVIL
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_runs import a_large_morning, a_whole_morning, whole, without_nginx

from remedy.document import from_document, to_document
from remedy.harmless import HARMFUL
from remedy.model import Finding, HostReport, Level, Step
from remedy.pages.render import clean
from remedy.report.html import to_html
from remedy.report.letter import run_letter
from remedy.report.story import MOST, story

HOSTILE = st.text(st.characters(exclude_categories=())) | st.just(EVIL)


class Elements(HTMLParser):
    """The names of a document's elements and attributes, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(f"{tag}@{name}" for name, _ in attrs)}

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(words: str) -> HostReport:
    findings = tuple(Finding(words, level, words, words, words) for level in Level)
    steps = (Step(words, words, 1, 1.0, words), Step(words, words, None, 1.0, words))
    report = without_nginx("web1")
    return replace(report, name=words, address=words, findings=findings, steps=steps, error=words, groups=(words, "a"))


@settings(max_examples=50)
@given(HOSTILE)
def test_no_element_and_no_attribute_comes_from_a_host(words: str) -> None:
    run, tame = whole(hostile(words), without_nginx("web2")), whole(hostile("tame"), without_nginx("web2"))
    for document, tame_one in ((to_html(run), to_html(tame)), (run_letter(run).html, run_letter(tame).html)):
        elements = Elements(document)
        assert elements.names <= Elements(tame_one).names
        assert not HARMFUL.search(document)
        document.encode()


def test_words_are_cleaned_of_what_no_document_may_hold() -> None:
    assert clean("a\x00b\x1b[2J\u202e\ufffe\ud800\n\tü\U0001f600\U0010ffff") == "ab[2J\ufffd?\n\tü\U0001f600\ufffd"


def test_the_page_is_the_same_of_a_run_that_was_kept() -> None:
    run = a_whole_morning()
    assert to_html(from_document(to_document(run))) == to_html(run)


def test_what_is_to_be_typed_names_the_inventory_that_was_named() -> None:
    assert "fab post-mainte --inventory &#39;my hosts.yaml&#39; -H web3,mail" in to_html(
        a_whole_morning(), "my hosts.yaml"
    )


def test_three_thousand_hosts_that_are_alike_are_a_short_page() -> None:
    assert len(to_html(a_large_morning(3000))) < 50_000


def test_hosts_that_all_differ_and_say_much_are_a_page_that_a_browser_can_cope_with() -> None:
    def told(number: int) -> HostReport:
        words = f"{chr(97 + number % 26) * (1 + number // 26)} "
        findings = tuple(
            Finding("services", Level.BAD, words * 20, f"{words * 100}\n" * 12, words * 20) for _ in range(4)
        )
        return replace(without_nginx(f"{words.strip()}-host"), findings=findings)

    run = whole(*map(told, range(600)))
    made = story(run)
    assert (sum(len(table.rows) for table in made.tables), made.rest) == (MOST, 600 - MOST)
    page = to_html(run)
    assert len(page) < 4_000_000
    assert f"There is no room for more here: fab report {run.run} --json" in page
    assert "and 200 more" in page


def test_every_verdict_of_a_large_run_has_its_part_of_the_bar() -> None:
    shares = story(a_large_morning(900)).shares
    assert [share.verdict for share in shares] == ["unreachable", "failing", "repaired", "ok"]
    assert all(share.width > 0.5 for share in shares)
    assert round(sum(share.width for share in shares)) == 100
