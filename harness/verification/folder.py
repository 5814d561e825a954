"""Verify the folder of a run: every file by the manifest, the record by its chain and by judging it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.verification.signature import signer
from orders_conformance.harness.verification.verdicts import Result, compare
from orders_conformance.reports.manifest import LEDGER, NAME, RECORD, SIGNATURE, UNFINISHED, VERSION
from orders_conformance.reports.page import pdf
from orders_conformance.reports.quotes import Quotes
from orders_conformance.reports.record.chain import CHAINED
from orders_conformance.reports.record.reader import read_with_events
from orders_conformance.reports.record.types import Record, RecordError
from orders_conformance.reports.summary import summarise
from orders_conformance.reports.text import quoted
from orders_conformance.reports.write import FORMATS, OPTIONAL
from orders_conformance.spec.contract import Contract

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying a folder.

    Attributes:
        faults: what was changed, or does not follow, a line each.
        remarks: what could not be verified, a line each.
        judged: how many exchanges were judged again.
        partial: how many could not be, because they were cut or hidden.
        signed_by: who signed it, if that was verified.
        is_signed: whether there is a signature at all.

    """

    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    judged: int = 0
    partial: int = 0
    signed_by: str | None = None
    is_signed: bool = False


def verify(folder: Path, contract: Contract, signers: Path | None = None, quotes: Quotes | None = None) -> Verification:
    """Verify a folder.

    Args:
        folder: the folder of a run.
        contract: the contract that the run judged by.
        signers: who may have signed it; None if the signature is not to be verified.
        quotes: the words of the vendor's page that the reports may quote; None for none.

    Raises:
        InvalidInputError: it is no folder of a run, or the signers cannot be read.

    """
    if not (folder / RECORD).is_file():
        what = "write the reports of its last run first, which did not end" if (folder / UNFINISHED).is_file() else ""
        what = what or "name the folder that a run wrote its reports into"
        message = f"{str(folder)!r} has no {RECORD}: {what}"
        raise InvalidInputError(message)
    is_signed = (folder / SIGNATURE).is_file()
    signed_by = signer(folder, signers) if signers is not None and is_signed and (folder / NAME).is_file() else None
    faults = [*_changed_files(folder)]
    if signers is not None and signed_by is None:
        faults.append(
            f"{SIGNATURE} is not the signature of this manifest by any of the signers"
            if is_signed
            else f"{SIGNATURE} is missing: nobody signed this folder"
        )
    try:
        record, events = read_with_events(folder / RECORD)
    except RecordError as error:
        return Verification((*faults, str(error)), (), signed_by=signed_by, is_signed=is_signed)
    if record.header["record_version"] < CHAINED:
        faults.append(f"{RECORD} is of version {record.header['record_version']}, whose lines are no chain")
    if record.damage is not None:
        faults.append(record.damage)
    result = compare(events, contract)
    faults += result.faults
    faults += _other_reports(folder, record, result, quotes)
    remarks = [f"the exchanges were not judged again: {result.left}"] if result.left else []
    if (folder / UNFINISHED).exists():
        remarks.append(f"{UNFINISHED} is the record of a later run, which has not ended or was killed")
    if result.left_open:
        remarks.append(f"{result.left_open} suspicions were left open: no more wrong credentials could be sent")
    again = as_judged_again(record, result)
    remarks += _unlike_ours(folder, (record,) if again is record else (again, record), quotes)
    return Verification(tuple(faults), tuple(remarks), result.judged, result.partial, signed_by, is_signed)


def read_and_judge(path: Path, contract: Contract) -> tuple[Record, Result]:
    """Read a record, judge its exchanges again, and compare what it says with what they show.

    Raises:
        RecordError: it cannot be read.

    """
    record, events = read_with_events(path)
    return record, compare(events, contract)


def as_judged_again(record: Record, result: Result) -> Record:
    """Return a record as its reports are to show it: damaged where it contradicts its exchanges, else with a remark."""
    if result.faults and record.damage is None:
        more = len(result.faults) - _SHOWN
        further = f"; and {more} more" if more > 0 else ""
        shown = "; ".join(result.faults[:_SHOWN])
        return replace(record, damage=f"The record contradicts its exchanges: {shown}{further}.")
    if result.left:
        notes = (*record.notes, f"the exchanges were not judged again: {result.left}")
        return replace(record, notes=notes, unverified=result.left)
    return record


def _changed_files(folder: Path) -> Iterator[str]:
    try:
        manifest = json.loads((folder / NAME).read_bytes())
        listed, appended = dict(_entries(manifest, "files")), dict(_entries(manifest, "appended"))
    except FileNotFoundError:
        yield f"{NAME} is missing"
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield f"{NAME} is no manifest of version {VERSION}"
        return
    for name in (RECORD, *FORMATS, *OPTIONAL):
        if name not in listed and (folder / name).exists():
            yield f"{name} is not in the manifest"
    for name, (digest, length) in {**listed, **appended}.items():
        if name != Path(name).name or not (folder / name).is_file():
            yield f"{quoted(Path(name))} is missing, which the manifest lists"
            continue
        content = (folder / name).read_bytes()
        whole = content[:length] if name == LEDGER and name in appended else content
        if f"sha256:{sha256(whole).hexdigest()}" != digest or len(whole) != length:
            yield f"{quoted(Path(name))} is not the file of the manifest: it was changed"


def _entries(manifest: Mapping[str, Any], part: str) -> Iterator[tuple[str, tuple[str, int]]]:
    if manifest["manifest_version"] != VERSION:
        raise ValueError
    for name, entry in manifest[part].items():
        yield name, (str(entry["digest"]), int(entry["length"]))


def _unlike_ours(folder: Path, records: Iterable[Record], quotes: Quotes | None) -> Iterator[str]:
    """Say of `report.pdf` that it was not compared, or is not what is made here: its bytes depend on the fonts, too."""
    path = folder / pdf.NAME
    if not path.is_file():
        return
    again = "make it again by report --pdf, or rely on report.html"
    if (reason := pdf.lack()) is not None:
        yield f"{pdf.NAME} was not compared with {RECORD} ({reason})"
        return
    content = path.read_bytes()
    made = (pdf.document(summarise(one, words)) for one in records for words in dict.fromkeys((quotes, None)))
    if not any(content == one for one in made):
        yield f"{pdf.NAME} is not what is made of {RECORD} here, which other fonts or versions may explain: {again}"


def _other_reports(folder: Path, record: Record, result: Result, quotes: Quotes | None) -> Iterator[str]:
    """Name the reports in a folder that do not say what the record says, and those that are missing."""
    judged_by = record.header["suite"]["version"]
    if result.left is not None and f"version {judged_by}" in result.left:
        return
    again = as_judged_again(record, result)
    possible = (record,) if again is record else (again, record)
    expected = [summarise(one, words) for one in possible for words in (*([quotes] if quotes else []), None)]
    named = quotes is not None or "page" not in record.header
    hint = "" if named else ": it may quote the vendor's page, so name the copy of the run with --source"
    for name, encode in FORMATS.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
            continue
        content = path.read_bytes()
        if not any(content == encode(one) for one in expected):
            yield f"{name} does not say what {RECORD} says{hint}"
