"""The options of a run, not yet checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from orders_conformance.harness.inputs.connection import ConnectionOptions


@dataclass(frozen=True, slots=True)
class Invocation:
    """The options of a run, not yet checked.

    Attributes:
        target: the base URL; None for the embedded server or an application.
        app: an ASGI application as `module:attribute`, which is judged in this process; None for a target.
        profile: the name of a profile.
        report_dir: the folder of record, ledger and reports.
        seed: the seed of the random traffic; None for a random one.
        fail_on: the weakest level whose failures count.
        pattern: selects requirements, in the syntax of pytest's `-k`; None for all.
        only: selects the requirements with these ids, instead of the pattern; None for no selection.
        organisation: values that the organisation defines, as `field=value`.
        contract_path: the path of another contract; None for the contract of this package.
        without: features that the target lacks, or lists of them with commas.
        force: a header with `{status}` in its value that asks the target for a response with a status; None for none.
        max_orders: the most orders that may be created; None for the profile's limit, allowed only on loopback.
        max_requests: the most requests that may be sent; None for the profile's limit.
        max_record: the most MiB of the record; None for the profile's limit.
        max_time: the most seconds that the run may take; None for the profile's limit.
        max_wrong_logins: the most requests with the right client key and a wrong token; None for the profile's limit.
        wait: the most seconds to wait until the target answers at all, before the run begins.
        require: what the outcome must be besides; `complete` if a partial one is not enough, or None.
        connection: the options of the connection.
        deviations: the file of the declared deviations; None for none.
        write_deviations: the file to write failures into, as deviations to declare; None for none.
        pdf: whether `report.pdf` is written, too.
        sign: the key of SSH to sign the manifest with; None for none.
        source: the user's copy of the vendor's page, which the reports quote; None for none.
        release: the name of the release that the run is about; None for none.

    """

    target: str | None = None
    app: str | None = None
    profile: str = "ci"
    report_dir: Path = Path("conformance-report")
    seed: int | None = None
    fail_on: str = "must"
    pattern: str | None = None
    only: tuple[str, ...] | None = None
    organisation: tuple[str, ...] = ()
    contract_path: Path | None = None
    without: tuple[str, ...] = ()
    force: str | None = None
    max_orders: int | None = None
    max_requests: int | None = None
    max_record: int | None = None
    max_time: float | None = None
    max_wrong_logins: int | None = None
    wait: float = 0.0
    require: str | None = None
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    deviations: Path | None = None
    write_deviations: Path | None = None
    pdf: bool = False
    sign: Path | None = None
    source: Path | None = None
    release: str | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Return the invocation for the options of the command line, by name."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)
