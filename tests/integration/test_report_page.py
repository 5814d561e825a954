"""The page that a run leaves, in a real browser, and what the command line says: whatever the server answers."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service
from orders_conformance.spec.contract import Contract
from tests.integration.programs import HERE, npm_installed
from tests.reports.tables.test_html import pages
from tests.support.browser import Browser, browser, missing
from tests.support.command import CREDENTIALS, Run, environment, program, run
from tests.support.tools import do_without

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # third-party programs, and processes

WIDTHS = (1280, 390)
# The height of a small screen in CSS pixels, and the most printed pages before the annex.
SCREEN, MOST_PAGES = 800, 10
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
TITLE = "\x1b]0;x\x07"
HOSTILE = f"{SCRIPT}{TITLE}\x1b[2J\u202e"


class Hostile(Service):
    """Answers markup and terminal escapes in every text of its own, and in the media type."""

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        own = (*self.message_fields, self.ref_field, self.link_field, self.reference_field)
        altered = {name: f"{value}{HOSTILE}" if name in own else value for name, value in body.items()}
        return super().respond(outcome, altered, request)

    def headers(self, outcome: Result) -> tuple[tuple[str, str], ...]:
        return (("Content-Type", f"text/html;{SCRIPT}"), ("X-Server", SCRIPT), *super().headers(outcome)[1:])


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a running browser."""
    if absent := missing():
        do_without(f"not on PATH: {', '.join(absent)}; install Chromium and its driver to check report.html")
    with browser(tmp_path_factory.mktemp("browser") / "profile") as running:
        yield running


@pytest.fixture(scope="module")
def hostile_url() -> Iterator[str]:
    """Serve the hostile server."""
    service = embedded_service(Contract.load(), CREDENTIALS, Hostile)
    with serving(service) as url:
        yield url
    service.close()


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Do the main job: judge the embedded server."""
    return run(tmp_path_factory.mktemp("ordinary"))


@pytest.fixture(scope="module")
def hostile(hostile_url: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Judge the hostile server."""
    return run(tmp_path_factory.mktemp("hostile"), "--target", hostile_url)


@pytest.fixture(params=["ordinary", "hostile"])
def page(request: pytest.FixtureRequest) -> Path:
    """Return the page of one run after the other."""
    of: Run = request.getfixturevalue(request.param)
    return of.folder / "report.html"


@pytest.fixture(params=["compare", "matrix"])
def page_on_runs(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return one page on several runs after the other."""
    path = tmp_path / f"{request.param}.html"
    path.write_text(pages(tmp_path)[request.param], "utf-8")
    return path


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the source of axe-core."""
    return (npm_installed(HERE / "axe", "axe") / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_when_all_is_unfolded(
    chromium: Browser, page: Path, axe: str, width: int, *, dark: bool
) -> None:
    chromium.open(page, width, dark=dark)
    chromium.evaluate("[...document.querySelectorAll('details')].map(each => each.open = true).length")
    found = checked(chromium, axe)
    assert found["wrong"] == []
    assert found["passed"] > 10


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_pages_on_several_runs(
    chromium: Browser, page_on_runs: Path, axe: str, width: int, *, dark: bool
) -> None:
    chromium.open(page_on_runs, width, dark=dark)
    found = checked(chromium, axe)
    assert found["wrong"] == []
    assert found["passed"] > 10


def checked(chromium: Browser, axe: str) -> Any:
    """Return how many rules of axe-core the open page meets, and what it breaks."""
    chromium.devtools("Runtime.evaluate", expression=axe)
    return chromium.evaluate(
        "axe.run().then(result => ({passed: result.passes.length, wrong: result.violations.map("
        "each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))])}))"
    )


def test_the_main_job_finds_the_embedded_server_conformant(ordinary: Run) -> None:
    assert ordinary.status == 0
    assert ordinary.report()["outcome"] == "conformant"


def test_what_the_hostile_server_says_gets_into_the_report(hostile: Run) -> None:
    assert hostile.status == 1
    failed = {each["id"] for each in hostile.report()["requirements"] if each["verdict"] == "failed"}
    assert {"create/201/referenceId/echo", "create/201/media-type", "create/400/media-type"} <= failed


@pytest.mark.parametrize("width", WIDTHS)
def test_the_console_of_the_browser_stays_silent(chromium: Browser, page: Path, width: int) -> None:
    chromium.open(page, width)
    assert chromium.console() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(chromium: Browser, page: Path, width: int) -> None:
    chromium.open(page, width)
    assert chromium.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    wider = chromium.evaluate(
        "[...document.querySelectorAll('main *')]"
        ".filter(each => each.checkVisibility() && each.getBoundingClientRect().right"
        " > document.documentElement.clientWidth + 1).map(each => each.outerHTML.slice(0, 80))"
    )
    assert wider == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window_when_all_evidence_is_unfolded(
    chromium: Browser, page: Path, width: int
) -> None:
    chromium.open(page, width)
    assert chromium.evaluate("[...document.querySelectorAll('details')].map(each => each.open = true).length") > 0
    assert chromium.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_an_auditor_reads_first_is_printed_on_ten_pages_at_most(chromium: Browser, page: Path) -> None:
    chromium.open(page, WIDTHS[0], print_media=True)
    whole = chromium.printed_pages()
    chromium.evaluate("document.querySelector('.annex').remove()")
    assert 3 <= chromium.printed_pages() <= MOST_PAGES < whole


def test_the_first_screen_says_what_is_broken_and_how_to_see_it(chromium: Browser, hostile: Run) -> None:
    chromium.open(hostile.folder / "report.html", WIDTHS[0])
    seen = chromium.evaluate(
        "[...document.querySelectorAll('h1, .tile .value, #causes + ol li:first-child .command')]"
        f".filter(each => each.getBoundingClientRect().bottom < {SCREEN}).map(each => each.textContent)"
    )
    assert len(seen) == 6
    assert seen[0].startswith("Not conformant: ")
    assert seen[-1].startswith("orders-conformance replay record.jsonl f")


def test_the_script_of_the_server_is_shown_and_does_not_run(chromium: Browser, hostile: Run) -> None:
    chromium.open(hostile.folder / "report.html", WIDTHS[0])
    assert str(chromium.evaluate("document.title")).startswith("Not conformant: ")
    assert chromium.evaluate("document.querySelectorAll('img').length") == 0
    assert chromium.evaluate("document.querySelectorAll('script').length") == 1
    assert "<script>alert(1)</script>" in chromium.evaluate("document.body.textContent")


def test_the_command_line_writes_no_control_character(hostile: Run) -> None:
    assert b"<script>" in hostile.output
    assert not [byte for byte in hostile.output if byte < 0x20 and byte != ord("\n")]


def test_no_escape_of_the_server_reaches_a_terminal(hostile_url: str, tmp_path: Path) -> None:
    seen = _on_terminal("run", "--target", hostile_url, "--report-dir", str(tmp_path), "-k", "create/201/referenceId")
    assert b"create/201/referenceId/echo" in seen
    assert b"\x1b]0;" not in seen
    assert b"\x07" not in seen


@pytest.mark.parametrize("name", ["report.html", "report.json", "junit.xml", "record.jsonl"])
def test_no_report_has_an_escape_byte(hostile: Run, name: str) -> None:
    assert b"\x1b" not in (hostile.folder / name).read_bytes()


def _on_terminal(*arguments: str) -> bytes:
    """Run the command on a terminal of its own and return all that the terminal is sent."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([program(), *arguments], stdout=theirs, stderr=theirs, env=environment()):  # noqa: S603 - a program of our own
        os.close(theirs)
        seen = b""
        while piece := _read(ours):
            seen += piece
    os.close(ours)
    return seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # The system's way to say that the other end is closed.
        return b""
