"""The vendor's page is read from its text, or refused as such."""

from __future__ import annotations

import pytest

from orders_conformance.spec.page.page import NOTHING, Page, PageError, PageField, Section, read_page

TEXT = """# Title

Endpoint: POST /orders
Security: BasicAuth

## Request fields (application/json):

  - `a` (string, required)
    Prose. Example: none here.
    Example: "x"

  - `b.c` (array)
    Enum: 1, true, "two"
    Example: not JSON

## Response 204
"""


def test_a_page_is_read() -> None:
    fields = {
        "a": PageField("string", required=True, example="x"),
        "b.c": PageField("array", enum=(1, True, "two"), example="not JSON"),
    }
    sections = {"Request fields": Section("application/json", fields), "Response 204": Section(media_type=None)}
    assert read_page(TEXT) == Page({"Endpoint": "POST /orders", "Security": "BasicAuth"}, sections)
    assert read_page(TEXT).size == 2


def test_a_field_without_values_says_nothing_of_them() -> None:
    (field,) = read_page("Endpoint: x\n## Request fields:\n- `a` (string)\n").sections["Request fields"].fields.values()
    assert (field.enum, field.example, field.required) == ((), NOTHING, False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no line 'Endpoint"),
        ("Endpoint: POST /orders\n", "no field"),
        ("## Request fields:\n- `a` (string)\n", "no line 'Endpoint"),
        (TEXT + "## Request fields (application/json):\n", "the section 'Request fields' twice"),
        (TEXT.replace("`b.c`", "`a`"), "'Request fields' has the field 'a' twice"),
    ],
)
def test_what_is_no_such_page_is_refused(text: str, why: str) -> None:
    with pytest.raises(PageError, match=why):
        read_page(text)


def test_an_example_of_any_depth_is_read() -> None:
    depth = 100_000
    page = read_page(f"Endpoint: x\n## Request fields:\n- `a` (array)\n Example: {'[' * depth}{']' * depth}\n")
    assert page.sections["Request fields"].fields["a"].example is not NOTHING
