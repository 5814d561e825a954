"""Writes the reports of a record to files."""

import errno
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orders_conformance.reports import manifest
from orders_conformance.reports.formats import badge, ctrf, junit, markdown
from orders_conformance.reports.formats.attestation import statement
from orders_conformance.reports.formats.deviations import additions, is_judged, suggestion
from orders_conformance.reports.page import pdf
from orders_conformance.reports.page.html import page
from orders_conformance.reports.quotes import Quotes
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record
from orders_conformance.reports.summary import Report, summarise
from orders_conformance.reports.text import visible_line


class ReportError(Exception):
    """A report cannot be written. The message is one line: the reason, and what to do."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report, and the paths of its files."""

    report: Report
    paths: Mapping[str, Path]

    @property
    def html(self) -> Path:
        """The path of the page for people."""
        return self.paths[PAGE]

    @property
    def files(self) -> tuple[Path, ...]:
        """The paths of all files."""
        return tuple(self.paths.values())


# The name of the page for people.
PAGE = "report.html"
# Every file, by its name, with the function that makes its content of a report.
FORMATS: Mapping[str, Callable[[Report], bytes]] = {
    "report.json": lambda report: (json.dumps(report, indent=2) + "\n").encode("ascii"),
    PAGE: lambda report: page(report).encode("utf-8"),
    "junit.xml": junit.document,
    "ctrf.json": ctrf.document,
    "attestation.json": statement,
    "report.md": markdown.document,
    "badge.json": badge.document,
}
# The files that are written only where they are asked for.
OPTIONAL: Mapping[str, Callable[[Report], bytes]] = {pdf.NAME: pdf.document}


def render(
    record_path: Path, directory: Path, quotes: Quotes | None = None, optional: Collection[str] = ()
) -> Rendered:
    """Read the record at `record_path` and write its reports into `directory`, which is created if it is missing.

    With `quotes` they quote the vendor's page. `optional` names the files of `OPTIONAL` that are to be written. The
    record of a run that has not ended becomes that of its folder.

    Raises:
        orders_conformance.reports.record.reader.RecordError: If the record cannot be read.
        ReportError: If a file cannot be written.
    """
    return render_record(
        read(record_path), directory, quotes, optional, unfinished=unfinished_in(directory, record_path)
    )


def unfinished_in(directory: Path, record_path: Path) -> Path | None:
    """Return the path of a record if it is that of a run in this folder that has not ended."""
    in_place = record_path.name == manifest.UNFINISHED and record_path.parent.resolve() == directory.resolve()
    return record_path if in_place else None


def render_record(
    record: Record,
    directory: Path,
    quotes: Quotes | None = None,
    optional: Collection[str] = (),
    *,
    unfinished: Path | None = None,
) -> Rendered:
    """Write the reports of `record` into `directory`. No file is ever incomplete.

    All files are written beside those that are there, and get their names when all of them are whole, the manifest
    last: it says which files belong together. If this process ends while it gives the names, the manifest fits only
    some of the files, so that a verification names the others. An optional file that is there and not asked for is
    deleted: it would not be of this report.

    Args:
        record: the record.
        directory: the folder, which is created if it is missing.
        quotes: words of the vendor's page, which the reports are to quote; None for none.
        optional: the names of the files of `OPTIONAL` that are to be written.
        unfinished: the file of the record if it is to become the record of the folder; None if it stays what it is.

    Raises:
        ReportError: If a file cannot be written; then those of an earlier run are still there.
    """
    report = summarise(record, quotes)
    written = {**FORMATS, **{name: encode for name, encode in OPTIONAL.items() if name in optional}}
    parts: dict[str, Path] = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, encode in written.items():
            parts[name] = _write_part(directory / name, encode(report))
        given = {manifest.RECORD: unfinished, **parts} if unfinished else parts
        listed = manifest.manifest(directory, (manifest.RECORD, *written), given)
        parts[manifest.NAME] = _write_part(directory / manifest.NAME, listed)
        _give_names(directory, parts, unfinished)
    except OSError as error:
        raise _cannot_write(directory, error) from error
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
    return Rendered(report, {name: directory / name for name in parts})


def check_replaceable(directory: Path) -> None:
    """Check that no folder stands where a report is to go, before anything is sent.

    Raises:
        ReportError: One does.
    """
    try:
        _refuse_folders(directory, (manifest.RECORD, *FORMATS, *OPTIONAL, manifest.NAME))
    except OSError as error:
        raise _cannot_write(directory, error) from error


def _refuse_folders(directory: Path, names: Iterable[str]) -> None:
    for name in names:
        if (directory / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder")


def _give_names(directory: Path, parts: Mapping[str, Path], unfinished: Path | None) -> None:
    """Put whole files in the place of earlier ones; a signature of another manifest is deleted."""
    _refuse_folders(directory, parts)
    path = directory / manifest.NAME
    is_signed = path.is_file() and path.read_bytes() == parts[manifest.NAME].read_bytes()
    if unfinished is not None:
        unfinished.replace(directory / manifest.RECORD)
    if not is_signed:
        (directory / manifest.SIGNATURE).unlink(missing_ok=True)
    for name in OPTIONAL.keys() - parts.keys():
        (directory / name).unlink(missing_ok=True)
    for name, part in parts.items():
        part.replace(directory / name)


def _cannot_write(directory: Path, error: OSError) -> ReportError:
    return ReportError(
        f"the report cannot be written to '{visible_line(str(directory))}': {error.strerror}; "
        "name a folder that can be written to"
    )


def write_deviations(report: Report, path: Path) -> bool:
    """Write the deviations file for `report`, or add to one that is there; return whether it was written.

    It is not written where the run is broken. What stands in a file that is there is not changed.

    Raises:
        ReportError: If the file cannot be written.
    """
    if not is_judged(report):
        return False
    try:
        text = additions(report, path.read_text("utf-8")) if path.exists() else suggestion(report)
        replace_file(path, text.encode("utf-8"))
    except OSError as error:
        message = (
            f"the deviations cannot be written to '{visible_line(str(path))}': {error.strerror}; name another file"
        )
        raise ReportError(message) from error
    return True


def replace_file(path: Path, content: bytes) -> None:
    """Write a file atomically: under another name in the same folder, which then replaces it.

    Raises:
        OSError: the file cannot be written.
    """
    part = _write_part(path, content)
    try:
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _write_part(path: Path, content: bytes) -> Path:
    """Write the content of a file under another name in its folder, and return where.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        # A link or a pipe of that name is removed, and not written to.
        part.unlink(missing_ok=True)
        with part.open("xb") as file:
            file.write(content)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return part
