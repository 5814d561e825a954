"""Hostile text is escaped before it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.reports.text import (
    clipped,
    console_line,
    shortened,
    single_spaced,
    telling_apart,
    visible,
    visible_line,
)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_a_visible_line_holds_printable_characters_only(text: str) -> None:
    assert visible_line(text).isprintable()


@given(ANY_TEXT)
def test_visible_text_keeps_line_feeds_and_tabs_and_nothing_else_unprintable(text: str) -> None:
    shown = visible(text)
    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert (shown.count("\n"), shown.count("\t")) == (text.count("\n"), text.count("\t"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünï 漢字 🎉", "plain ünï 漢字 🎉"),
        ("\x1b[31m", "⟨ESC⟩[31m"),
        ("\x00\x7f\x9b", "⟨NUL⟩⟨DEL⟩⟨U+009B⟩"),
        ("\u202egpj", "⟨U+202E⟩gpj"),
        ("\u200b\ufeff\u00a0", "⟨U+200B⟩⟨U+FEFF⟩⟨U+00A0⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("a\r\nb\tc", "a⟨CR⟩⟨LF⟩b⟨HT⟩c"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, shown: str) -> None:
    assert visible_line(text) == shown


def test_line_breaks_of_our_own_become_spaces() -> None:
    assert single_spaced("one\r\ntwo\nthree\x1b") == "one two three⟨ESC⟩"


def test_a_short_text_stays_whole() -> None:
    assert shortened("four", 4) == clipped("four", 4) == "four"


def test_what_stands_elsewhere_in_whole_is_cut_without_a_word() -> None:
    assert clipped("fives", 4) == "five…"


def test_a_long_text_says_how_long_it_was() -> None:
    assert shortened("x" * 12_345, 3) == "xxx… (3 of 12,345 characters shown)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error title=x::y", ": :error title=x::y"),
        ("  ::stop-commands::a", "  : :stop-commands::a"),
        ("a ::error::b", "a ::error::b"),
        ("a ##vso[task.complete result=Succeeded;]", "a # #vso[task.complete result=Succeeded;]"),
        ("##[error]no", "# #[error]no"),
        ("###[error]no", "## #[error]no"),
        ("# title, ## title", "# title, ## title"),
        ("\x1b[0Ksection_start:1:a\r", "⟨ESC⟩[0Ksection_start:1:a⟨CR⟩"),
        ("a\n::error::b", "a⟨LF⟩::error::b"),
    ],
)
def test_no_ci_system_takes_a_line_for_a_command(text: str, shown: str) -> None:
    assert console_line(text) == shown


@pytest.mark.parametrize(
    ("expected", "observed", "shown"),
    [
        ("caf\u00e9", "cafe\u0301", ("caf⟨U+00E9⟩", "cafe⟨U+0301⟩")),
        ("home", "h\u043eme", ("home", "h⟨U+043E⟩me")),
        ("home", "ho\u200bme", ("home", "ho⟨U+200B⟩me")),
        ("home", "ho\u034fme", ("home", "ho⟨U+034F⟩me")),
        ("home", "home ", ("home", "home⟨U+0020⟩")),
        ("a b", "a  b", ("a b", "a ⟨U+0020⟩b")),
        ("a b", "a\u00a0b", ("a b", "a⟨U+00A0⟩b")),
        ("K", "\u212a", ("K", "⟨U+212A⟩")),
        ("Disk", "Di\u017fk", ("Disk", "Di⟨U+017F⟩k")),
        ("\uff21", "A", ("⟨U+FF21⟩", "A")),
        ("home", "Home", ("home", "Home")),
        ("caf\u00e9", "cafe", ("caf\u00e9", "cafe")),
        ("Z\u00fcrich", "Bern", ("Z\u00fcrich", "Bern")),
    ],
)
def test_values_that_look_the_same_are_told_apart(expected: str, observed: str, shown: tuple[str, str]) -> None:
    left, right = telling_apart(f'channel "{expected}"', f'201 with channel "{observed}"')
    assert (left, right) == (f'channel "{shown[0]}"', f'201 with channel "{shown[1]}"')


def test_texts_without_values_stay_as_they_are() -> None:
    assert telling_apart("40\u200b0", "400") == ("40\u200b0", "400")
