"""Writes the reports of a record to files."""

import json
from collections.abc import Callable, Collection, Mapping
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

    With `quotes` they quote the vendor's page. `optional` names the files of `OPTIONAL` that are to be written.

    Raises:
        orders_conformance.reports.record.reader.RecordError: If the record cannot be read.
        ReportError: If a file cannot be written.
    """
    return render_record(read(record_path), directory, quotes, optional)


def render_record(
    record: Record, directory: Path, quotes: Quotes | None = None, optional: Collection[str] = ()
) -> Rendered:
    """Write the reports of `record` into `directory`. No file is ever incomplete.

    An optional file that is there and not asked for is deleted: it would not be of this report.

    Raises:
        ReportError: If a file cannot be written.
    """
    report = summarise(record, quotes)
    written = {**FORMATS, **{name: encode for name, encode in OPTIONAL.items() if name in optional}}
    paths = {name: directory / name for name in written}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, encode in written.items():
            replace_file(paths[name], encode(report))
        for name in OPTIONAL.keys() - written.keys():
            (directory / name).unlink(missing_ok=True)
        _write_manifest(directory)
        paths[manifest.NAME] = directory / manifest.NAME
    except OSError as error:
        raise _cannot_write(directory, error) from error
    return Rendered(report, paths)


def _write_manifest(directory: Path) -> None:
    """Write the manifest of a folder; a signature of another manifest is deleted."""
    path, content = directory / manifest.NAME, manifest.manifest(directory, (manifest.RECORD, *FORMATS, *OPTIONAL))
    if not path.is_file() or path.read_bytes() != content:
        (directory / manifest.SIGNATURE).unlink(missing_ok=True)
        replace_file(path, content)


def discard(directory: Path) -> None:
    """Delete the reports in `directory`, so that a run that is killed leaves none of an earlier run there.

    Raises:
        ReportError: If a file cannot be deleted.
    """
    try:
        for name in (*FORMATS, *OPTIONAL, manifest.NAME, manifest.SIGNATURE):
            (directory / name).unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(directory, error) from error


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
    part = path.with_name(f".{path.name}.part")
    try:
        # A link or a pipe of that name is removed, and not written to.
        part.unlink(missing_ok=True)
        with part.open("xb") as file:
            file.write(content)
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
