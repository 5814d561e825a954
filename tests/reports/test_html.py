"""What the HTML pages share."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from orders_conformance.reports.html import environment, source_hash


def test_texts_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").write_text("<p>{{ text }}</p>")
    assert environment(tmp_path, {}).get_template("a.html.j2").render(text="<b>") == "<p>&lt;b&gt;</p>"


def test_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").write_text("{{ text }}")
    with pytest.raises(UndefinedError):
        environment(tmp_path, {}).get_template("a.html.j2").render()


def test_filters_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").write_text("{{ 'a'|twice }}")
    assert environment(tmp_path, {"twice": lambda text: text * 2}).get_template("a.html.j2").render() == "aa"


def test_a_source_is_named_by_its_digest() -> None:
    # The digest of an empty text in base64.
    assert source_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
