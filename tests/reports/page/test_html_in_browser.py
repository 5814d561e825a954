"""The page in a real browser: readable at every width, and nothing from the server is executed or loaded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_conformance.reports.write import render
from tests.support import records
from tests.support.browser import Browser, browser, missing
from tests.support.tools import do_without

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # 10 s of CPU: Chromium

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
    assert chromium.evaluate("document.querySelectorAll('script, img').length") == 0
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
