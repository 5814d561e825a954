"""Declared deviations are read from a file; an error in it is reported with its entry and how to fix it."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.deviations import Deviation, Deviations, load
from tests.support.runs import CONTRACT

ENTRY = '[[deviation]]\nrequirement = "create/409/duplicate"\nreason = "Known."\n'
ENTRIES = ENTRY.replace("create/409/duplicate", "create/400/*") + ENTRY
OBSERVATION = next(one.id for one in CONTRACT.requirements.values() if one.level == "info")


def loaded(folder: Path, text: str | bytes) -> Deviations:
    path = folder / "deviations.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, CONTRACT)


def test_a_file_holds_declarations_in_order_and_its_digest(tmp_path: Path) -> None:
    text = f"{ENTRIES}ticket = 'https://tracker.example/ORD-311'\nexpires = 2027-03-31\n"
    assert loaded(tmp_path, text) == Deviations(
        f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
        (
            Deviation("create/400/*", "Known."),
            Deviation("create/409/duplicate", "Known.", "https://tracker.example/ORD-311", date(2027, 3, 31)),
        ),
    )


def test_a_file_may_declare_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, "# nothing yet\n").entries == ()


def test_a_reason_becomes_one_line(tmp_path: Path) -> None:
    text = ENTRY.replace('"Known."', '"""\nKnown,\n  and accepted.\n"""')
    assert loaded(tmp_path, text).entries[0].reason == "Known, and accepted."


@pytest.mark.parametrize(
    ("pattern", "identifier", "covered"),
    [
        ("create/409/duplicate", "create/409/duplicate", True),
        ("create/409/duplicate", "create/409/duplicate/concurrent", False),
        ("create/409/*", "create/409/duplicate", True),
        ("create/*", "create/201/price/echo", True),
        ("create/?09/duplicate", "create/409/duplicate", True),
        ("create/?/duplicate", "create/409/duplicate", False),
        ("CREATE/*", "create/409/duplicate", False),
    ],
)
def test_a_pattern_covers_as_in_a_shell(pattern: str, identifier: str, *, covered: bool) -> None:
    assert Deviation(pattern, "Known.").covers(identifier) is covered


@pytest.mark.parametrize(("today", "expired"), [(date(2027, 3, 31), False), (date(2027, 4, 1), True)])
def test_a_deviation_holds_through_its_last_day(today: date, *, expired: bool) -> None:
    assert Deviation("create/*", "Known.", expires=date(2027, 3, 31)).is_expired(today) is expired


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            ENTRY.replace("reason", "reasn"),
            "deviation 1 ('create/409/duplicate') has an unknown key 'reasn': did you mean",
        ),
        (ENTRIES + "until = 2027-03-31", "deviation 2 ('create/409/duplicate') has an unknown key 'until'"),
        (ENTRY.replace("[[deviation]]", "[[deviations]]"), "there is no 'deviations': did you mean 'deviation'?"),
        (ENTRY.replace("[[deviation]]", "[deviation]"), "write [[deviation]] above each declaration"),
        ("deviation = [1]", "write [[deviation]] above each declaration"),
        ('[[deviation]]\nreason = "Known."', "deviation 1 has no requirement"),
        ('[[deviation]]\nrequirement = ""\nreason = "Known."', "deviation 1 matches no requirement: did you mean"),
        ('[[deviation]]\nrequirement = 7\nreason = "Known."', "deviation 1: requirement = 7 is of the wrong type"),
        ('[[deviation]]\nrequirement = "create/*"', "deviation 1 ('create/*') has no reason"),
        (ENTRY.replace('"Known."', '""'), "deviation 1 ('create/409/duplicate') has a blank reason: say why"),
        (ENTRY.replace('"Known."', '" \\t\\u200b\\n"'), "has a blank reason"),
        (ENTRY.replace('"Known."', "true"), "reason = True is of the wrong type: write a text"),
        (ENTRY + "ticket = 311", "ticket = 311 is of the wrong type: write a link"),
        (ENTRY + "ticket = 'ORD-311'", "ticket = 'ORD-311' is not a link: write a link"),
        (ENTRY + "ticket = 'javascript:alert(1)'", "is not a link"),
        (ENTRY + "ticket = 'https://'", "is not a link"),
        (ENTRY + "ticket = 'https://['", "is not a link"),
        (ENTRY + "ticket = 'https://tracker.example/a b'", "is not a link"),
        (ENTRY + "ticket = 'https://me:hunter2@tracker.example/'", "is not a link"),
        (ENTRY + "expires = '2027-03-31'", "expires = '2027-03-31' is of the wrong type: write a date without quotes"),
        (ENTRY + "expires = 2027-03-31T10:00:00Z", "is of the wrong type: write a date without quotes"),
        (ENTRY + "expires = 10:00:00", "is of the wrong type"),
        (ENTRY * 2, "deviation 2 ('create/409/duplicate') is declared before: leave one of them out"),
        (ENTRY.replace("duplicate", "duplicat"), "matches no requirement: did you mean 'create/409/duplicate'?"),
        (ENTRY.replace("create/409/duplicate", "*/duplicates"), "matches no requirement: did you mean '"),
        (ENTRY.replace("create/409/duplicate", OBSERVATION), "matches observations only, which never fail"),
        ("[[deviation", "cannot be read ("),
        (b"\xff", "cannot be read ("),
    ],
)
def test_invalid_file_is_reported_with_its_entry(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(InvalidInputError) as problem:
        loaded(tmp_path, text)
    assert "deviations.toml'" in str(problem.value)
    assert told in str(problem.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot be read .* or name others with --deviations"):
        load(tmp_path / "nowhere.toml", CONTRACT)
