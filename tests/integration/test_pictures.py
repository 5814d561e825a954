"""The pictures of `docs/compliance.md` show the page as it is now."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest

from tests.integration import pictures

STALE = f"the pictures of docs/compliance.md are stale: take them again by {pictures.COMMAND}"
DOCUMENT = (pictures.FOLDER.parent / "compliance.md").read_text("utf-8")


def test_they_were_taken_with_the_templates_and_styles_that_are_there() -> None:
    assert json.loads(pictures.SOURCES.read_text("utf-8"))["templates"] == pictures.digest(), STALE


@pytest.mark.slow  # 6 s of CPU: a whole run over HTTP
def test_the_page_has_the_headings_that_they_show(tmp_path: Path) -> None:
    shown = pictures.run(tmp_path).read_text("utf-8")
    assert json.loads(pictures.SOURCES.read_text("utf-8"))["headings"] == pictures.headings(shown), STALE


def test_the_document_shows_all_of_them_and_no_other() -> None:
    shown = re.findall(r"!\[[^\]]{20,}\]\(pictures/([\w-]+)\.png\)", DOCUMENT)
    assert shown == list(pictures.PARTS)
    assert {path.stem for path in pictures.FOLDER.glob("*.png")} == set(shown)


@pytest.mark.parametrize("name", pictures.PARTS)
def test_a_picture_is_small(name: str) -> None:
    content = (pictures.FOLDER / f"{name}.png").read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert len(content) < pictures.MOST
    assert width <= pictures.WIDTH
    assert height <= pictures.HEIGHT


def test_headings_are_read_without_their_numbers() -> None:
    text = "<h1 id='a'>12 of\n <em>34</em> failed</h1><p>56</p><h3>Seven</h3><h4>No</h4>"
    assert pictures.headings(text) == ["0 of 0 failed", "Seven"]
