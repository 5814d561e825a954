"""The pages on several runs in a real browser: readable on a narrow screen, and nothing is executed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.tables.test_html import pages
from tests.support.browser import Browser, browser, missing
from tests.support.tools import do_without

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # 5 s of CPU: Chromium


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a running browser; without one, fail in CI and skip elsewhere."""
    if absent := missing():
        do_without(f"not on PATH: {', '.join(absent)}; install Chromium and its driver to check the pages")
    with browser(tmp_path_factory.mktemp("browser") / "profile") as running:
        yield running


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["compare", "matrix"])
def test_the_page_is_as_wide_as_the_window_and_silent(chromium: Browser, tmp_path: Path, name: str, width: int) -> None:
    path = tmp_path / f"{name}.html"
    path.write_text(pages(tmp_path)[name], "utf-8")
    chromium.open(path, width)
    assert chromium.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert chromium.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"
    assert chromium.console() == []
