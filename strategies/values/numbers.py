"""Texts that look like a number: JSON has numbers of its own, so that a text is invalid where a number is required."""

from __future__ import annotations

# Those that most faulty servers accept come first. Chosen for what languages and libraries convert: signs, exponents,
# white space, decimal commas, separators of thousands, units and currencies, other digits and bases, and texts that
# stand for special numbers.
TEXTS = (
    "50",
    "",
    "12.30",
    "1,5",
    "5e1",
    " 50 ",
    "50 GBP",
    "NaN",
    "1,234.50",
    "0x32",
    "\uff15\uff10",
    "1.234,50",
    "\u00bd",
    "Infinity",
    "$50",
    "1_000",
    "true",
    "abc",
    "+50",
    "50d",
    "1 000",
    "1'000",
    "\u0665\u0660",
    "0b110010",
    ".5",
    "50.",
    "50%",
    "(50)",
    "50-",
    "1/2",
    "null",
    "50\u00a0\u20ac",
    "\u2212" + "50",
    "fifty",
)
