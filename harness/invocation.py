"""From what was asked for, by the command line or by pytest, to the reports of a run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from harness.errors import UsageProblem
from harness.exchange import Exchange
from harness.options import nearest, read_contract, read_credentials, read_organisation
from harness.profiles import PROFILES
from harness.run import SUITE, Settings, Surroundings, conduct, scripts
from harness.selection import select
from harness.target import Connections, Patience, Retrying
from harness.verdict import Outcome
from reports.record import Writer
from reports.write import Rendered, render
from spec.contract import Contract
from strategies.credentials import Credentials
from strategies.orders import Orders
from strategies.references import References, run_prefix

EXIT_STATUS = {Outcome.CONFORMANT: 0, Outcome.PARTIAL: 0, Outcome.NONCONFORMANT: 1, Outcome.BROKEN: 3}
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
        timeout: seconds to wait for an answer; None for the profile's own.
        contract_path: another contract than the one that ships.

    """

    target: str | None = None
    profile: str = "ci"
    report_dir: Path = Path("conformance-report")
    seed: int | None = None
    fail_on: str = "must"
    pattern: str | None = None
    only: tuple[str, ...] | None = None
    organisation: tuple[str, ...] = ()
    timeout: float | None = None
    contract_path: Path | None = None


@contextmanager
def connected(contract: Contract, target: str, timeout: float) -> Iterator[tuple[Credentials, Connections]]:
    """Keep connections to a target, with the credentials from the environment.

    Raises:
        UsageProblem: the URL is none, or credentials are missing.

    """
    agent = f"{SUITE}/{metadata.version(SUITE)}"
    connections = Connections(target, contract.path, Patience(timeout=timeout), agent)
    try:
        yield read_credentials(os.environ), connections
    finally:
        connections.close()


def execute(asked: Invocation, progress: Callable[[Exchange], None] = lambda _exchange: None) -> Rendered:
    """Check what was asked for, conduct the run and write its reports.

    Raises:
        UsageProblem: what was asked for cannot be done; nothing was sent.
        reports.record.RecordError: the record cannot be written; nothing was sent.
        reports.write.ReportError: the reports cannot be written.

    """
    settings = settings_of(asked)
    with _at_target(settings, asked.target) as (at_target, connections):
        record = _folder(asked.report_dir) / "record.jsonl"
        with Writer(record) as writer:
            around = Surroundings(
                deliver=Retrying(connections, connections.patience),
                headers=connections.headers,
                sink=writer.write,
                progress=progress,
            )
            conduct(at_target, around)
    return render(record, asked.report_dir)


def exit_status(rendered: Rendered) -> int:
    """Tell the exit status; the report may be worse than the run knew: its reader checks that the record is whole."""
    return EXIT_STATUS[Outcome(rendered.report["outcome"])]


def settings_of(asked: Invocation) -> Settings:
    """Check what was asked for; credentials and target are still open.

    Raises:
        UsageProblem: it cannot be done.

    """
    return _narrowed(_settings(asked))


def _settings(asked: Invocation) -> Settings:
    _check_choice("profile", asked.profile, PROFILES)
    _check_choice("level", asked.fail_on, _LEVELS)
    contract = read_contract(asked.contract_path)
    profile = PROFILES[asked.profile]
    profile = replace(profile, timeout=asked.timeout or profile.timeout)
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
        shown=_shown(asked, profile.timeout),
    )


def _shown(asked: Invocation, timeout: float) -> dict[str, Any]:
    """List the settings that repeat the run, by the names of their options."""
    shown: dict[str, Any] = {"timeout": timeout}
    if asked.organisation:
        shown["organisation"] = list(asked.organisation)
    if asked.contract_path is not None:
        shown["contract"] = str(asked.contract_path)
    return shown


def _narrowed(settings: Settings) -> Settings:
    """Leave out the scripts that serve none of the selected requirements."""
    if len(settings.selected) == len(settings.contract.requirements):
        return settings
    from harness.rehearsal import serving_scripts  # noqa: PLC0415 - only needed for a selection

    names = scripts(settings, Orders(settings.contract, settings.organisation, References(run_prefix())))
    return replace(settings, scripts=serving_scripts(settings, names))


@contextmanager
def _at_target(settings: Settings, target: str | None) -> Iterator[tuple[Settings, Connections]]:
    """Name the target in the settings, and keep connections to it; without one, the embedded server is started."""
    if target is not None:
        with connected(settings.contract, target, settings.profile.timeout) as (credentials, connections):
            yield replace(settings, credentials=credentials, target=connections.url), connections
        return
    # Imported here: a run against a target needs no server of ours.
    from harness.embedded import embedded_service, random_credentials  # noqa: PLC0415 - see above
    from mock.server import serving  # noqa: PLC0415 - see above

    credentials = random_credentials()
    service = embedded_service(settings.contract, credentials)
    with serving(service) as url:
        connections = Connections(url, settings.contract.path, Patience(timeout=settings.profile.timeout), SUITE)
        try:
            yield replace(settings, credentials=credentials, target=url), connections
        finally:
            connections.close()
    service.close()


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the report folder {str(path)!r} cannot be made ({error.strerror}): choose another with --report-dir"
        raise UsageProblem(message) from error
    return path


def _check_choice(what: str, value: str, known: Any) -> None:
    if value not in known:
        message = f"there is no {what} {value!r}: {nearest(value, known)}"
        raise UsageProblem(message)
