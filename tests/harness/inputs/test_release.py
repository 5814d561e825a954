"""The name of a release is one printable line of bounded length."""

from __future__ import annotations

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.release import LONGEST, read_release


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (" 2024.5 \n", "2024.5"),
        ("shop  2024.5", "shop 2024.5"),
        ("ärger <b> @all", "ärger <b> @all"),
        ("x" * LONGEST, "x" * LONGEST),
    ],
)
def test_a_name_has_single_blanks(given: str | None, name: str | None) -> None:
    assert read_release(given) == name


@pytest.mark.parametrize("given", ["a\nb", "a\tb", "\x1b[2J", "a\u202eb", "a\ud800b"])
def test_what_is_not_one_printable_line_is_an_error_that_is(given: str) -> None:
    with pytest.raises(InvalidInputError, match="is not one line of printable text") as refusal:
        read_release(given)
    assert str(refusal.value).isprintable()


def test_a_long_name_is_an_error() -> None:
    with pytest.raises(InvalidInputError, match="has 201 characters: give at most 200"):
        read_release("x" * (LONGEST + 1))
