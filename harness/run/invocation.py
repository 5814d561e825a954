"""Check the options of a run, given by the command line or by pytest; conduct the run and write its reports."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from orders_conformance.harness.client.http import check_url, is_loopback
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.client.target import Target, open_application, open_target
from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import read_contract, read_organisation, read_without
from orders_conformance.harness.inputs.credentials import known_credentials
from orders_conformance.harness.inputs.deviations import load
from orders_conformance.harness.inputs.deviations_file import check_appendable
from orders_conformance.harness.inputs.forced import read_forced
from orders_conformance.harness.inputs.release import read_release
from orders_conformance.harness.inputs.selection import select
from orders_conformance.harness.inputs.source import read_quotes
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.ledger.opening import check_regular, open_ledger
from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.interrupts import Interrupts
from orders_conformance.harness.run.profiles import MIB, PROFILES, Profile
from orders_conformance.harness.run.run import run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.run.wait import wait_for_answer
from orders_conformance.harness.verdicts.verdict import Outcome
from orders_conformance.harness.verification.signature import check_key, sign
from orders_conformance.reports.manifest import LEDGER, RECORD
from orders_conformance.reports.record.types import RecordError
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.sentences import COMPLETE
from orders_conformance.reports.write import Rendered, ReportError, discard, render, write_deviations
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.scripts.declarations import serving

# A shell adds the number of the signal.
_ENDED = 128
EXIT_STATUS = {Outcome.CONFORMANT: 0, Outcome.PARTIAL: 0, Outcome.NOT_CONFORMANT: 1, Outcome.BROKEN: 3}
_LEVELS = ("must", "should")
# More requests than a run against a conformant server sends, retries included.
_REQUESTS = 2000


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
    sign: Path | None = None
    source: Path | None = None
    release: str | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Return the invocation for the options of the command line, by name."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)


def execute(
    invocation: Invocation,
    progress: Callable[[Exchange], None] = lambda _exchange: None,
    interrupts: Interrupts | None = None,
) -> Rendered:
    """Check an invocation, conduct the run and write its reports.

    Args:
        invocation: the options of the run.
        progress: called with each exchange.
        interrupts: knows afterwards which signal ended the run.

    Raises:
        InvalidInputError: the invocation is not valid; nothing was sent.
        RecordError: the record cannot be written; nothing was sent.
        ReportError: the reports cannot be written.

    """
    settings = settings_of(invocation)
    _check_orders_allowed(invocation, settings)
    if invocation.write_deviations is not None:
        check_appendable(invocation.write_deviations)
    if invocation.sign is not None:
        check_key(invocation.sign)
    policy = settings.profile.retry_policy
    with _opened(invocation, settings, policy) as target:
        at_target = replace(settings, credentials=target.credentials, target=target.client.url, remark=target.remark)
        interrupts = interrupts or Interrupts()
        environment = RunEnvironment(
            transport=interrupts.interruptible(target.client),
            end_after=target.client.end_after,
            judging=interrupts.interruptible,
            headers=target.client.headers,
            progress=progress,
            sleep=interrupts.interruptible(time.sleep),
            wait=interrupts.interruptible(wait),
        )
        folder = _folder(invocation.report_dir)
        if invocation.wait and invocation.target is not None:
            # Where it does not answer, or the wait is interrupted, the run says so, in its reports too.
            waiting = partial(
                wait_for_answer, environment.transport, invocation.wait, environment.clock, environment.sleep
            )
            environment = replace(environment, before=waiting)
        with interrupts.deferred():
            rendered = run_and_report(at_target, environment, folder)
    if invocation.sign is not None:
        sign(invocation.sign, folder)
    if invocation.write_deviations is not None and write_deviations(rendered.report, invocation.write_deviations):
        Redactor(at_target.credentials).check_written([invocation.write_deviations])
    return rendered


def _opened(invocation: Invocation, settings: Settings, policy: RetryPolicy) -> AbstractContextManager[Target]:
    contract, options = settings.contract, invocation.connection
    if invocation.app is not None:
        return open_application(contract, invocation.app, options, policy, os.environ)
    return open_target(contract, invocation.target, options, policy, os.environ, run=settings.run)


def run_and_report(settings: Settings, environment: RunEnvironment, folder: Path) -> Rendered:
    """Conduct a run with record and ledger in a folder, and write its reports there.

    Raises:
        InvalidInputError, RecordError: the ledger or the record cannot be written; nothing was sent.
        ReportError: the reports cannot be written.
        BrokenRunError: a file contains a secret.

    """
    record = folder / RECORD
    synced = settings.profile.synced or not is_loopback(settings.target)
    check_regular(record, "record")
    with closing(open_ledger(folder / LEDGER, synced=synced)) as ledger:
        writer = Writer(record)
        try:
            with writer:
                environment = replace(environment, sink=writer.write, written=lambda: writer.size, ledger=ledger)
                discard(folder)
                run(settings, environment)
            rendered = render(record, folder, settings.quotes)
        except (RecordError, ReportError) as problem:
            if not writer.lines:
                raise
            message = f"{problem}; what was sent until then is in the ledger {str(ledger.path)!r}"
            raise BrokenRunError(message) from problem
    Redactor(settings.credentials).check_written([record, ledger.path, *rendered.files])
    return rendered


def _check_orders_allowed(invocation: Invocation, settings: Settings) -> None:
    """Check that the user gave a number of real orders that may be created, if the target is not loopback.

    Raises:
        InvalidInputError: it is missing.

    """
    if invocation.target is None or invocation.max_orders is not None or is_loopback(invocation.target):
        return
    from orders_conformance.harness.run.dry_run import dry_run  # noqa: PLC0415 - only needed for this message

    target = check_url(invocation.target)
    cost = dry_run(settings).traffic
    message = (
        f"{target} is not loopback, and every order that it accepts is real: allow some with "
        f"--max-orders N (this run needs {cost['orders_created']} orders and {cost['requests']} requests)"
    )
    raise InvalidInputError(message)


def exit_status(rendered: Rendered, ended_by: signal.Signals | None = None, require: str | None = None) -> int:
    """Return the exit status of the report, which may be worse than the run's: a damaged record makes it broken.

    Args:
        rendered: the report.
        ended_by: the signal that ended the run. For SIGTERM and SIGHUP the status is that of a process that was ended
            by it, as a shell has it: 143 and 129.
        require: `complete` if a partial outcome is not enough, or None.

    """
    if ended_by not in {None, signal.SIGINT}:
        return _ENDED + int(ended_by or 0)
    outcome = Outcome(rendered.report["outcome"])
    if outcome is Outcome.PARTIAL and require == COMPLETE:
        outcome = Outcome.NOT_CONFORMANT
    return EXIT_STATUS[outcome]


def settings_of(invocation: Invocation) -> Settings:
    """Return the settings of an invocation; credentials and target are still empty.

    Raises:
        InvalidInputError: the invocation is not valid.

    """
    return _narrowed(_settings(invocation))


def _settings(invocation: Invocation) -> Settings:
    _check_choice("profile", invocation.profile, PROFILES)
    _check_choice("level", invocation.fail_on, _LEVELS)
    if invocation.require is not None:
        _check_choice("requirement of an outcome", invocation.require, (COMPLETE,))
    if invocation.app is not None and invocation.target is not None:
        message = f"two targets, {invocation.target} and the application {invocation.app}: give --target or --app"
        raise InvalidInputError(message)
    contract = read_contract(invocation.contract_path)
    profile = PROFILES[invocation.profile]
    profile = replace(
        profile,
        retry_policy=replace(
            profile.retry_policy, timeout=invocation.connection.timeout or profile.retry_policy.timeout
        ),
        orders=profile.orders if invocation.max_orders is None else invocation.max_orders,
        requests=profile.requests if invocation.max_requests is None else invocation.max_requests,
        seconds=_seconds(invocation, profile),
        record=profile.record if invocation.max_record is None else invocation.max_record * MIB,
        wrong_logins=(profile.wrong_logins if invocation.max_wrong_logins is None else invocation.max_wrong_logins),
        # The embedded server needs no rate limit.
        rate=invocation.connection.rate
        if invocation.connection.rate is not None
        else profile.rate
        if invocation.target is not None
        else 0.0,
    )
    selected = select(contract, invocation.pattern) if invocation.only is None else invocation.only
    return Settings(
        contract=contract,
        profile=profile,
        credentials=Credentials("", ""),
        organisation=read_organisation(contract, invocation.organisation),
        seed=secrets.randbits(32) if invocation.seed is None else invocation.seed,
        fail_on="should" if invocation.fail_on == "should" else "must",
        selection=invocation.pattern,
        selected=selected,
        scripts=None,
        target="",
        embedded=invocation.target is None and invocation.app is None,
        in_process=invocation.app is not None,
        without=read_without(contract, invocation.without),
        forced=read_forced(invocation.force),
        shown=_settings_to_show(invocation, profile),
        deviations=load(invocation.deviations, contract) if invocation.deviations is not None else None,
        quotes=read_quotes(contract, invocation.source) if invocation.source is not None else None,
        release=read_release(invocation.release, known_credentials(os.environ)),
    )


def _seconds(invocation: Invocation, profile: Profile) -> float:
    """Return the most seconds of a run; a lower rate than the profile's gives it more, for that many requests."""
    if invocation.max_time is not None:
        return invocation.max_time
    return profile.seconds + (_REQUESTS / invocation.connection.rate if invocation.connection.rate else 0.0)


def _settings_to_show(invocation: Invocation, profile: Profile) -> dict[str, Any]:
    """Return the effective settings by the names of their options, without secrets and without those that are None."""
    source = (
        "keyring"
        if invocation.connection.keyring
        else "file descriptor"
        if invocation.connection.credentials_fd is not None
        else "environment"
    )
    shown: dict[str, Any] = {
        "timeout": profile.retry_policy.timeout,
        "rate": profile.rate,
        "max-orders": profile.orders,
        "max-requests": profile.requests,
        "max-time": profile.seconds,
        "max-record": profile.record // MIB,
        "max-wrong-logins": profile.wrong_logins,
        "organisation": list(invocation.organisation) or None,
        "without": list(invocation.without) or None,
        "force": invocation.force,
        "require": invocation.require,
        "contract": invocation.contract_path and str(invocation.contract_path),
        "deviations": invocation.deviations and str(invocation.deviations),
        "ca-bundle": invocation.connection.ca_bundle and str(invocation.connection.ca_bundle),
        "proxy": invocation.connection.proxy,
        "keyring": invocation.connection.keyring,
        "app": invocation.app,
        "credentials": source if invocation.target is not None or invocation.app is not None else None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _narrowed(settings: Settings) -> Settings:
    """Return settings without the scripts that, as declared, serve none of the selected requirements."""
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


def _check_choice(what: str, value: str, known: Any) -> None:
    if value not in known:
        message = f"there is no {what} {value!r}: {nearest(value, known)}"
        raise InvalidInputError(message)
