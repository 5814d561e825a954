"""Hostile text is escaped before it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.reports.text import clipped, console_line, shortened, single_spaced, visible, visible_line

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
