"""Forgeries of a folder of reports are found, and none is greener than its exchanges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orders_conformance.harness.verification.folder import as_judged_again, read_and_judge, verify
from orders_conformance.harness.verification.signature import sign
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import RecordError
from orders_conformance.reports.summary import summarise
from tests.support import forgeries
from tests.support.report_folders import FAULTS, SIGNER, copied, judged, key_pair
from tests.support.runs import CONTRACT

# Two hundred folders are verified.
pytestmark = pytest.mark.slow
NOT_SIGNED = "manifest.json.sig is not the signature of this manifest by any of the signers"
_GREEN = {"conformant", "partial"}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged(tmp_path_factory.mktemp("original"), CONTRACT, *FAULTS)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged(tmp_path_factory.mktemp("other"), CONTRACT)


def outcome(folder: Path) -> str:
    """Return the outcome that `report` shows; broken where there is no record to show."""
    try:
        record, result = read_and_judge(folder / "record.jsonl", CONTRACT)
    except RecordError:
        return "broken"
    shown: str = summarise(as_judged_again(record, result))["outcome"]
    return shown


def test_the_folders_that_are_forged_are_consistent(original: Path, other: Path) -> None:
    assert [verify(folder, CONTRACT).faults for folder in (original, other)] == [(), ()]
    assert [outcome(folder) for folder in (original, other)] == ["not conformant", "partial"]


def test_each_of_100_changes_without_new_digests_is_named(
    original: Path, other: Path, tmp_path: Path, show_figure: Callable[[str], None]
) -> None:
    unnamed, kinds = [], set()
    for seed in range(100):
        folder = copied(original, tmp_path / "forged")
        forgery = forgeries.changed(folder, other, seed)
        kinds.add(forgery.kind)
        if not verify(folder, CONTRACT).faults:
            unnamed.append(forgery)
    assert unnamed == []
    assert kinds == {change.__name__ for change in forgeries.CHANGES}
    show_figure("100 of 100 changes without new digests are named")


def test_each_of_50_verdicts_against_the_exchanges_is_named_by_judging_again(original: Path, tmp_path: Path) -> None:
    unnamed, greener = [], []
    for seed in range(50):
        folder = copied(original, tmp_path / "forged")
        forgery = forgeries.contradicted(folder, seed, len(CONTRACT.requirements))
        record, result = read_and_judge(folder / "record.jsonl", CONTRACT)
        if not result.faults:
            unnamed.append(forgery)
        if summarise(as_judged_again(record, result))["outcome"] in _GREEN:
            greener.append(forgery)
    assert unnamed == []
    assert greener == []


@pytest.mark.parametrize("change", forgeries.GREENER)
def test_what_is_forged_would_be_green_if_it_were_not_judged_again(
    original: Path, tmp_path: Path, change: Callable[..., object]
) -> None:
    folder = copied(original, tmp_path / "forged")
    forgeries.contradicted(folder, forgeries.CONTRADICTIONS.index(change), len(CONTRACT.requirements))
    record = read(folder / "record.jsonl")
    assert (record.damage, summarise(record)["outcome"]) == (None, "partial")


def test_each_of_50_consistent_forgeries_is_unproven_and_no_signature_fits(original: Path, tmp_path: Path) -> None:
    key, signers = key_pair(tmp_path)
    signed = copied(original, tmp_path / "signed")
    sign(key, signed)
    assert verify(signed, CONTRACT, signers).signed_by == SIGNER
    found: list[tuple[forgeries.Forgery, tuple[str, ...]]] = []
    for seed in range(50):
        folder = copied(signed, tmp_path / "forged")
        found.append((forgeries.replaced(folder, seed), verify(folder, CONTRACT, signers).faults))
    # Nothing but the signature tells them from what was signed.
    assert [one for one in found if one[1] != (NOT_SIGNED,)] == []


def test_a_consistent_forgery_is_unproven_without_the_signers(original: Path, tmp_path: Path) -> None:
    key, _ = key_pair(tmp_path)
    signed = copied(original, tmp_path / "signed")
    sign(key, signed)
    for seed in range(5):
        folder = copied(signed, tmp_path / "forged")
        forgeries.replaced(folder, seed)
        result = verify(folder, CONTRACT)
        assert (result.faults, result.signed_by) == ((), None)
