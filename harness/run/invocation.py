"""From what was asked for, by the command line or by pytest, to the reports of a run."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from orders_conformance.harness.client.http import check_url, is_loopback
from orders_conformance.harness.client.target import open_target
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.exchange import Exchange
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import read_contract, read_organisation
from orders_conformance.harness.inputs.deviations import load
from orders_conformance.harness.inputs.selection import select
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.ledger.writer import NAME as LEDGER
from orders_conformance.harness.ledger.writer import LedgerFile
from orders_conformance.harness.redaction import Redactor
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.interrupts import Interrupts
from orders_conformance.harness.run.profiles import PROFILES, Profile
from orders_conformance.harness.run.run import run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.verdicts.verdict import Outcome
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.write import Rendered, discard, render, write_deviations
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.scripts.declarations import serving

EXIT_STATUS = {Outcome.CONFORMANT: 0, Outcome.PARTIAL: 0, Outcome.NOT_CONFORMANT: 1, Outcome.BROKEN: 3}
_LEVELS = ("must", "should")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was asked for, unchecked.

    Attributes:
        target: a base URL; None for the embedded server.
        profile: the name of a profile.
        report_dir: where record and reports go.
        seed: of the random traffic; None for any.
        fail_on: the weakest level that counts.
        pattern: narrows the requirements, in the words of pytest's `-k`.
        only: narrows them to these ids; None for all.
        organisation: values that the organisation defines, as `field=value`.
        contract_path: another contract than the one that ships.
        max_orders: orders that may be created at most; None for the profile's own, and then only on loopback.
        max_requests: requests that may be sent at most; None for the profile's own.
        connection: how to reach the target.
        deviations: the file of the declared deviations; None for none.
        write_deviations: where to write what failed, as deviations to be declared; None for nowhere.

    """

    target: str | None = None
    profile: str = "ci"
    report_dir: Path = Path("conformance-report")
    seed: int | None = None
    fail_on: str = "must"
    pattern: str | None = None
    only: tuple[str, ...] | None = None
    organisation: tuple[str, ...] = ()
    contract_path: Path | None = None
    max_orders: int | None = None
    max_requests: int | None = None
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    deviations: Path | None = None
    write_deviations: Path | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Make it of the options of the command line, by their names."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)


def execute(asked: Invocation, progress: Callable[[Exchange], None] = lambda _exchange: None) -> Rendered:
    """Check what was asked for, conduct the run and write its reports.

    Raises:
        InvalidInputError: what was asked for cannot be done; nothing was sent.
        RecordError: the record cannot be written; nothing was sent.
        ReportError: the reports cannot be written.

    """
    settings = settings_of(asked)
    _check_orders_allowed(asked, settings)
    if asked.write_deviations is not None:
        _check_new(asked.write_deviations)
    policy = settings.profile.retry_policy
    with open_target(settings.contract, asked.target, asked.connection, policy, os.environ, run=settings.run) as target:
        at_target = replace(settings, credentials=target.credentials, target=target.client.url)
        interrupts = Interrupts()
        environment = RunEnvironment(
            transport=interrupts.letting(target.client),
            headers=target.client.headers,
            progress=progress,
            sleep=interrupts.letting(time.sleep),
            wait=interrupts.letting(wait),
        )
        folder = _folder(asked.report_dir)
        with interrupts.deferred():
            rendered = run_and_report(at_target, environment, folder)
    if asked.write_deviations is not None and write_deviations(rendered.report, asked.write_deviations):
        Redactor(at_target.credentials).check_written([asked.write_deviations])
    return rendered


def run_and_report(settings: Settings, environment: RunEnvironment, folder: Path) -> Rendered:
    """Conduct a run with record and ledger in a folder, and write its reports.

    Raises:
        InvalidInputError, RecordError: the ledger or the record cannot be written; nothing was sent.
        ReportError: the reports cannot be written.
        BrokenRunError: a secret was written.

    """
    record = folder / "record.jsonl"
    synced = settings.profile.synced or not is_loopback(settings.target)
    with closing(LedgerFile(folder / LEDGER, synced=synced)) as ledger, Writer(record) as writer:
        environment = replace(environment, sink=writer.write, ledger=ledger)
        discard(folder)
        run(settings, environment)
    rendered = render(record, folder)
    Redactor(settings.credentials).check_written([record, ledger.path, *rendered.files])
    return rendered


def _check_orders_allowed(asked: Invocation, settings: Settings) -> None:
    """See that somebody said how many real orders may be created.

    Raises:
        InvalidInputError: nobody did, and the target is not loopback.

    """
    if asked.target is None or asked.max_orders is not None or is_loopback(asked.target):
        return
    from orders_conformance.harness.run.dry_run import dry_run  # noqa: PLC0415 - only needed to tell what a run needs

    target = check_url(asked.target)
    cost = dry_run(settings).traffic
    message = (
        f"{target} is not loopback, and every order that it takes is real: allow some with "
        f"--max-orders N (this run needs {cost['orders_created']} orders and {cost['requests']} requests)"
    )
    raise InvalidInputError(message)


def exit_status(rendered: Rendered) -> int:
    """Tell the exit status; the report may be worse than the run knew: its reader checks that the record is whole."""
    return EXIT_STATUS[Outcome(rendered.report["outcome"])]


def settings_of(asked: Invocation) -> Settings:
    """Check what was asked for; credentials and target are still open.

    Raises:
        InvalidInputError: it cannot be done.

    """
    return _narrowed(_settings(asked))


def _settings(asked: Invocation) -> Settings:
    _check_choice("profile", asked.profile, PROFILES)
    _check_choice("level", asked.fail_on, _LEVELS)
    contract = read_contract(asked.contract_path)
    profile = PROFILES[asked.profile]
    profile = replace(
        profile,
        retry_policy=replace(profile.retry_policy, timeout=asked.connection.timeout or profile.retry_policy.timeout),
        orders=profile.orders if asked.max_orders is None else asked.max_orders,
        requests=profile.requests if asked.max_requests is None else asked.max_requests,
        # The embedded server needs no sparing.
        rate=asked.connection.rate
        if asked.connection.rate is not None
        else profile.rate
        if asked.target is not None
        else 0.0,
    )
    selected = select(contract, asked.pattern) if asked.only is None else asked.only
    return Settings(
        contract=contract,
        profile=profile,
        credentials=Credentials("", ""),
        organisation=read_organisation(contract, asked.organisation),
        seed=secrets.randbits(32) if asked.seed is None else asked.seed,
        fail_on="should" if asked.fail_on == "should" else "must",
        selection=asked.pattern,
        selected=selected,
        scripts=None,
        target="",
        embedded=asked.target is None,
        shown=_shown(asked, profile),
        deviations=load(asked.deviations, contract) if asked.deviations is not None else None,
    )


def _shown(asked: Invocation, profile: Profile) -> dict[str, Any]:
    """List the effective settings by the names of their options, without secrets; those that are None are not set."""
    source = (
        "keyring"
        if asked.connection.keyring
        else "file descriptor"
        if asked.connection.credentials_fd is not None
        else "environment"
    )
    shown: dict[str, Any] = {
        "timeout": profile.retry_policy.timeout,
        "rate": profile.rate,
        "max-orders": profile.orders,
        "max-requests": profile.requests,
        "organisation": list(asked.organisation) or None,
        "contract": asked.contract_path and str(asked.contract_path),
        "deviations": asked.deviations and str(asked.deviations),
        "ca-bundle": asked.connection.ca_bundle and str(asked.connection.ca_bundle),
        "proxy": asked.connection.proxy,
        "keyring": asked.connection.keyring,
        "credentials": source if asked.target is not None else None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _narrowed(settings: Settings) -> Settings:
    """Leave out the scripts that serve none of the selected requirements; the declarations say which."""
    requirements = settings.contract.requirements
    if len(settings.selected) == len(requirements):
        return settings
    chosen = serving((requirements[one] for one in settings.selected), settings.contract.statuses)
    return replace(settings, scripts=chosen)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the report folder {str(path)!r} cannot be made ({error.strerror}): choose another with --report-dir"
        raise InvalidInputError(message) from error
    return path


def _check_new(path: Path) -> None:
    """See that a file can be written that is not there yet.

    Raises:
        InvalidInputError: it is there, or cannot be written.

    """
    try:
        # Whether it can be made is known only by making it; left there, it would say that nothing deviates.
        path.open("xb").close()
        path.unlink()
    except FileExistsError:
        message = f"{str(path)!r} is there already, and is not written over: name another with --write-deviations"
        raise InvalidInputError(message) from None
    except OSError as error:
        message = f"{str(path)!r} cannot be written ({error.strerror}): name another file with --write-deviations"
        raise InvalidInputError(message) from None


def _check_choice(what: str, value: str, known: Any) -> None:
    if value not in known:
        message = f"there is no {what} {value!r}: {nearest(value, known)}"
        raise InvalidInputError(message)
