"""The page in a real browser: readable at every width, and nothing from the server is executed or loaded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_conformance.reports.write import render
from tests.support import records
from tests.support.browser import Browser, browser, missing
from tests.support.tools import do_without

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # 15 s of CPU: Chromium

WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a running browser; without one, fail in CI and skip elsewhere."""
    if absent := missing():
        do_without(f"not on PATH: {', '.join(absent)}; install Chromium and its driver to check report.html")
    with browser(tmp_path_factory.mktemp("browser") / "profile") as running:
        yield running


@pytest.fixture
def hostile_page(tmp_path: Path) -> Path:
    return render(records.save(tmp_path / "record.jsonl", records.hostile()), tmp_path).html


@pytest.fixture
def ordinary_page(tmp_path: Path) -> Path:
    return render(records.save(tmp_path / "record.jsonl", records.nonconformant()), tmp_path).html


@pytest.mark.parametrize("width", WIDTHS)
def test_the_console_stays_silent(chromium: Browser, hostile_page: Path, width: int) -> None:
    chromium.open(hostile_page, width)
    assert chromium.console() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_script_of_the_server_runs(chromium: Browser, hostile_page: Path, width: int) -> None:
    chromium.open(hostile_page, width)
    assert str(chromium.evaluate("document.title")).startswith("Not conformant: ")
    assert chromium.evaluate("document.querySelectorAll('img').length") == 0
    assert chromium.evaluate("document.querySelectorAll('script').length") == 1
    assert "<script>" in chromium.evaluate("document.body.innerText")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(chromium: Browser, hostile_page: Path, width: int) -> None:
    chromium.open(hostile_page, width)
    wider = chromium.evaluate(
        "[...document.querySelectorAll('main *')]"
        ".filter(each => each.checkVisibility() && each.getBoundingClientRect().right"
        " > document.documentElement.clientWidth + 1).map(each => each.outerHTML.slice(0, 80))"
    )
    assert wider == []
    assert chromium.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


_CODE = "[...document.querySelectorAll('.wire pre, pre.command')]"
_UNFOLDED = "[...document.querySelectorAll('details')].map(each => each.open = true).length"


@pytest.mark.parametrize("width", WIDTHS)
def test_no_piece_of_json_that_fits_on_a_line_is_broken(chromium: Browser, ordinary_page: Path, width: int) -> None:
    chromium.open(ordinary_page, width)
    assert chromium.evaluate(_UNFOLDED) > 0
    pieces = "[...document.querySelectorAll('.wire .piece')].filter(each => each.textContent.length <= 30)"
    lines = "Math.round(each.getBoundingClientRect().height / parseFloat(getComputedStyle(each).lineHeight))"
    assert set(chromium.evaluate(f"{pieces}.map(each => {lines})")) == {1}


def test_what_is_copied_from_a_grey_box_is_what_was_sent(chromium: Browser, ordinary_page: Path) -> None:
    chromium.open(ordinary_page, WIDTHS[1])
    assert chromium.evaluate(_UNFOLDED) > 0
    assert chromium.evaluate(f"{_CODE}.length") > 0
    altered = (
        f"{_CODE}.filter(each => {{ getSelection().selectAllChildren(each);"
        " return getSelection().toString().trim() !== each.textContent.trim() }).map(each => each.textContent)"
    )
    assert chromium.evaluate(altered) == []


@pytest.mark.parametrize("dark", [False, True])
def test_the_style_of_the_page_applies_in_both_colour_schemes(
    chromium: Browser, ordinary_page: Path, *, dark: bool
) -> None:
    chromium.open(ordinary_page, WIDTHS[0], dark=dark)
    paper = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(21, 24, 27)" if dark else "rgb(253, 253, 251)")


def test_folded_evidence_is_unfolded_in_print(chromium: Browser, ordinary_page: Path) -> None:
    folded = "[...document.querySelectorAll('details:not([open]) dd')].map(each => each.checkVisibility())"
    chromium.open(ordinary_page, WIDTHS[0])
    assert set(chromium.evaluate(folded)) == {False}
    chromium.open(ordinary_page, WIDTHS[0], print_media=True)
    assert set(chromium.evaluate(folded)) == {True}


@pytest.fixture(scope="module")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    return render(records.save(folder / "record.jsonl", records.large(exchanges=800)), folder).html


_SHOWN = "[...document.querySelectorAll('tr.requirement')].filter(each => each.checkVisibility()).length"


def filtered(chromium: Browser, control: str, value: str) -> float:
    """Fill in a control of the filter and return the milliseconds until the page is laid out again."""
    took: float = chromium.evaluate(
        f"(() => {{ const control = document.getElementById('filter-{control}'); control.value = '{value}';"
        " const begin = performance.now(); control.dispatchEvent(new Event('input'));"
        " document.body.getBoundingClientRect(); return performance.now() - begin })()"
    )
    return took


@pytest.mark.parametrize(
    ("control", "value", "shown"),
    [("text", "rule-17", 11), ("text", "KEEP rule 249", 1), ("verdict", "failed", 40), ("level", "info", 0)],
)
def test_the_requirements_are_filtered_within_100_ms(
    chromium: Browser, large_page: Path, control: str, value: str, shown: int
) -> None:
    chromium.open(large_page, WIDTHS[0])
    assert filtered(chromium, control, value) < 100
    assert chromium.evaluate(_SHOWN) == shown
    assert chromium.evaluate("document.getElementById('filter-count').textContent") == f"{shown} shown"


def test_a_group_is_filtered_and_escape_shows_all_again(chromium: Browser, ordinary_page: Path) -> None:
    chromium.open(ordinary_page, WIDTHS[0])
    chromium.evaluate(_UNFOLDED)
    whole = chromium.evaluate(_SHOWN)
    filtered(chromium, "group", "create/401")
    assert chromium.evaluate(_SHOWN) == 2
    escape = "new KeyboardEvent('keydown', {key: 'Escape', bubbles: true})"
    chromium.evaluate(f"document.getElementById('filter-group').dispatchEvent({escape})")
    chromium.evaluate(_UNFOLDED)
    assert chromium.evaluate(_SHOWN) == whole


def test_a_slash_leads_to_the_search(chromium: Browser, ordinary_page: Path) -> None:
    chromium.open(ordinary_page, WIDTHS[0])
    chromium.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))")
    assert chromium.evaluate("document.activeElement.id") == "filter-text"


@pytest.mark.parametrize("name", ["x-x1", "r-create/201/http-status", "e-create/no-5xx"])
def test_a_link_unfolds_what_it_leads_to(chromium: Browser, ordinary_page: Path, name: str) -> None:
    chromium.open(ordinary_page, WIDTHS[0])
    # The listener of the page was there first.
    wait = "addEventListener('hashchange', () => done(true), {once: true})"
    assert chromium.evaluate(f"new Promise(done => {{ {wait}; location.hash = '{name}' }})")
    within = f"document.getElementById('{name}')"
    assert chromium.evaluate(f"{within}.closest('details:not([open])') === null")
    assert chromium.evaluate(f"{within}.checkVisibility()")


def test_a_command_is_copied_as_it_is_shown(chromium: Browser, ordinary_page: Path) -> None:
    chromium.open(ordinary_page, WIDTHS[0])
    copied = (
        "new Promise(done => { const taken = []; document.execCommand = () => taken.push(getSelection().toString());"
        " Object.defineProperty(navigator, 'clipboard', {value: {writeText: text => { done(text) }}});"
        " document.querySelector('#reproduce ~ .copied .copy').click() })"
    )
    assert chromium.evaluate(copied) == chromium.evaluate(
        "document.querySelector('#reproduce ~ .copied pre').textContent"
    )


def test_all_can_be_read_without_a_script(chromium: Browser, ordinary_page: Path) -> None:
    chromium.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(ordinary_page, WIDTHS[0])
        offered = "[...document.querySelectorAll('.filter, .copy')].filter(each => each.checkVisibility()).length"
        assert chromium.devtools("Runtime.evaluate", expression=offered)["result"]["value"] == 0
        assert chromium.devtools("Runtime.evaluate", expression="document.querySelector('summary').click(), 1")
        readable = "[...document.querySelectorAll('details[open] *')].filter(each => each.checkVisibility()).length"
        assert chromium.devtools("Runtime.evaluate", expression=readable)["result"]["value"] > 0
    finally:
        chromium.devtools("Emulation.setScriptExecutionDisabled", value=False)


def test_the_summary_of_a_print_has_at_most_ten_pages(chromium: Browser, large_page: Path) -> None:
    chromium.open(large_page, WIDTHS[0], print_media=True)
    whole = chromium.printed_pages()
    chromium.evaluate("document.querySelector('.annex').remove()")
    assert 1 < chromium.printed_pages() <= 10 < whole
