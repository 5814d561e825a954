"""A body is indented without a change of what was sent, and the members that matter are marked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.reports.page.messages import Line, marked_lines

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(categories=["L", "P"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def text_of(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines)


def test_each_member_has_a_line_and_the_named_one_is_marked() -> None:
    assert marked_lines('{"price":50.0,"channel":null,"list":[],"none":{}}', {"channel"}) == [
        Line("{", marked=False),
        Line('  "price": 50.0,', marked=False),
        Line('  "channel": null,', marked=True),
        Line('  "list": [],', marked=False),
        Line('  "none": {}', marked=False),
        Line("}", marked=False),
    ]


def test_all_lines_of_a_member_are_marked_and_no_member_within_another() -> None:
    lines = marked_lines('{"contacts":{"items":[1]},"x":{"price":1}}', {"contacts", "price"})
    assert [line.text for line in lines if line.marked] == [
        '  "contacts": {',
        '    "items": [',
        "      1",
        "    ]",
        "  },",
    ]


@pytest.mark.parametrize(
    "text", ['{"price":1.50E+3,"price":"\\u0041\\"]"}', '{"a" : [ ] , "b":{ "c": [ {} ] } }', '{"a":"x, {y}: z"}']
)
def test_every_token_stays_as_it_was_sent(text: str) -> None:
    shown = text_of(marked_lines(text, set()))
    assert json.loads(shown, object_pairs_hook=list) == json.loads(text, object_pairs_hook=list)
    assert "".join(shown.split()) == "".join(text.split())


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_any_object_is_the_same_when_it_is_read_again(value: dict[str, object]) -> None:
    text = json.dumps(value)
    assert json.loads(text_of(marked_lines(text, set(value)))) == value


@pytest.mark.parametrize("text", ["", "[1,2]", "50", '{"price":', "{" * 100_000, '{"a":' * 40 + "1" + "}" * 40])
def test_what_is_no_plain_object_is_shown_as_it_is(text: str) -> None:
    assert marked_lines(text, {"price"}) == [Line(text, marked=False)]


def test_an_unprintable_character_is_named() -> None:
    assert text_of(marked_lines('{"a":"\u202e"}', set())) == '{\n  "a": "⟨U+202E⟩"\n}'
