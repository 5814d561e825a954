"""Takes the pictures of `docs/compliance.md`: `python -m tests.integration.pictures`.

A seeded run judges the embedded server with a few faults, over HTTP; Chromium shows its page. Beside the pictures, in
`docs/pictures/made-of.json`, stands what they depend on: a digest of the templates and styles, and the headings of the
page. A test compares both, since the pixels depend on fonts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.run.invocation.execute import execute
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.mock.server import serving
from orders_conformance.reports import page
from orders_conformance.spec.contract import Contract
from tests.support.browser import Browser, browser
from tests.support.report_folders import CREDENTIALS, with_faults

COMMAND = "python -m tests.integration.pictures"
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SOURCES = FOLDER / "made-of.json"
FAULTS = ("key-with-status", "whole-numbers", "never-challenges")
# The part of the page that a picture shows, by the name of its file; None for the first screen.
PARTS: Mapping[str, str | None] = {
    "first-screen": None,
    "repair-card": "document.querySelector('.card.failed')",
    "map": "document.querySelector('section[aria-labelledby=map]')",
    "evidence": "document.getElementById(document.querySelector('.evidence a').hash.slice(1))",
}
# CSS pixels; a part that is higher is cut.
WIDTH, MARGIN, HEIGHT = 1100, 12, 900
# Bytes of a picture.
MOST = 150_000
_TEMPLATES = Path(page.__file__).with_name("templates")


def run(folder: Path) -> Path:
    """Judge the faulty server into a folder; return the page of the run."""
    service = embedded_service(Contract.load(), CREDENTIALS, with_faults(*FAULTS))
    with serving(service) as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("ORDERS_CLIENT_KEY", CREDENTIALS.client_key)
        environment.setenv("ORDERS_API_TOKEN", CREDENTIALS.api_token)
        options = ConnectionOptions(rate=0)
        invocation = Invocation(url, report_dir=folder, release="2024.6", seed=1, connection=options)
        rendered = execute(invocation)
    service.close()
    return rendered.html


def sources(shown: Path) -> dict[str, Any]:
    """Return what the pictures depend on: the digest of templates and styles, and the headings of the page."""
    return {"templates": digest(), "headings": headings(shown.read_text("utf-8"))}


def digest() -> str:
    """Return the digest of the templates and styles of the page."""
    whole = sha256()
    for path in sorted(_TEMPLATES.iterdir()):
        if path.is_file() and not path.name.startswith("pdf."):
            whole.update(f"{path.name}\n".encode() + path.read_bytes())
    return f"sha256:{whole.hexdigest()}"


class _Headings(HTMLParser):
    """The texts of the headings of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[123]", tag):
            self.inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and not re.fullmatch("h[123]", tag)

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data


def headings(text: str) -> list[str]:
    """Return the headings of a page, its sentence among them, with every number as 0."""
    parser = _Headings()
    parser.feed(text)
    return [re.sub(r"\d+", "0", " ".join(each.split())) for each in parser.texts]


def pictures(shown: Path, running: Browser) -> Iterator[tuple[str, bytes]]:
    """Take the pictures of a page; yield name and PNG of each.

    Raises:
        RuntimeError: the page does not have the part of a picture any more.

    """
    for name, part in PARTS.items():
        running.open(shown, WIDTH)
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": 1}
        if part is not None:
            running.evaluate(f"({part}).open = true")
            box = running.evaluate(f"({part}).getBoundingClientRect().toJSON()")
            top = box["top"] + running.evaluate("scrollY")
            height = min(box["height"] + MARGIN, HEIGHT)
            clip.update(x=max(0, box["left"] - MARGIN), y=top - MARGIN, width=box["width"] + 2 * MARGIN, height=height)
        yield name, running.picture(clip=clip)


def main() -> None:
    """Take the pictures, and write them with what they depend on."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, browser(Path(name) / "profile") as running:
        shown = run(Path(name) / "report")
        for picture, content in pictures(shown, running):
            (FOLDER / f"{picture}.png").write_bytes(content)
        SOURCES.write_text(json.dumps(sources(shown), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
