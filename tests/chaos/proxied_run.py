"""One run behind a proxy that injects network faults: its outcome, and the files that it left."""

from __future__ import annotations

import contextlib
import io
import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.ledger.reader import read_ledger
from orders_conformance.harness.ledger.reconcile import reconcile
from orders_conformance.harness.run.dry_run import VirtualTime
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.invocation.execute import run_and_report
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.invocation.settings import settings_of
from orders_conformance.harness.run.settings import Settings
from orders_conformance.mock.server import serving
from orders_conformance.reports.console import closing_lines
from orders_conformance.reports.write import Rendered
from orders_conformance.strategies.credentials import Credentials
from tests.chaos.artefacts import (
    CarelessService,
    ObservableService,
    files_with_secrets,
    missing_from_ledger,
    observable_service,
)
from tests.chaos.fault_schedule import SINGLE, FaultSchedule
from tests.chaos.faults import down
from tests.chaos.proxy import ProxiedConnection, Proxy, proxying
from tests.support.servers import http as answered
from tests.support.servers import listening

# A token whose forms in base64, in a URL, in JSON and in HTML all differ.
CREDENTIALS = Credentials("Key of+the/chaos", "Token<9C+1b>/7d?42&'x'\\")
# Seconds until an answer is given up.
_TIMEOUT = 0.25
# Mostly a run is whole; narrowed to races, it sends several requests at once.
_RUNS = (("tenant", None), ("tenant", None), ("tenant", "401 or duplicate"), ("ci", "concurrent"))
_TIGHT_BUDGETS = (5, 12, 20, 40)
_BUDGETS = (None, None, None, None, None, 0, 3, 12, 25)


@dataclass(frozen=True, slots=True)
class ProxiedRun:
    """What became of a run.

    Attributes:
        schedule: the name of its fault schedule; `met` how often each fault was met.
        outcome: of the run, with its `reason`.
        blamed: the requirements of level *must* that failed; `untested` those that nothing was shown of.
        budget: orders that were allowed, or None; `held` those that the server has, `counted` those that the run knows
            of or thinks possible.
        requests: tries of the run.
        listed: the orders that `cleanup` would list.
        unaccounted: how many orders of the server the ledger does not know.
        leaks: the names of the files that hold a secret.
        elsewhere: how many requests arrived where redirects lead to.
        flooded: the most bytes that were taken of one answer.
        wrong_credentials_in_a_row: the most requests in a row that reached the server with wrong credentials.
        seconds: how long the run took.

    """

    seed: int
    schedule: str
    met: Counter[str]
    outcome: str
    reason: str
    blamed: tuple[str, ...]
    untested: tuple[str, ...]
    budget: int | None
    held: int
    counted: int
    requests: int
    listed: int
    unaccounted: int
    leaks: tuple[str, ...]
    elsewhere: int
    flooded: int
    wrong_credentials_in_a_row: int
    seconds: float


def run_behind_proxy(seed: int, folder: Path, *, careless: bool = False) -> ProxiedRun:
    """Run once in the schedule of a seed, and leave record, ledger, reports and output in a folder.

    A `careless` server stores an order before it validates it; the run has a limit of orders then.
    """
    schedule, now = FaultSchedule(seed), VirtualTime()
    dice = random.Random(f"run {seed}")  # noqa: S311 - a seed that repeats the run, and no secret
    chosen = (*_RUNS[0], None) if schedule.name == SINGLE else (*dice.choice(_RUNS), dice.choice(_BUDGETS))
    if careless:
        chosen = (*_RUNS[0], dice.choice(_TIGHT_BUDGETS))
    settings = replace(_settings(*chosen), run=f"{seed:016x}", embedded=False)
    service = observable_service(settings.contract, CREDENTIALS, CarelessService if careless else ObservableService)
    service.clock = now.now
    with listening(lambda _seen: answered(201, b"{}")) as elsewhere, serving(service) as upstream:
        there = elsewhere.url.replace("127.0.0.1", "localhost")
        with proxying(Proxy("", upstream, schedule.choose, _TIMEOUT, there, now.clock, _while_down)) as proxy:
            began = time.monotonic()
            report = _run(replace(settings, target=proxy.url), proxy, now, folder).report
            seconds = time.monotonic() - began
    service.close()
    must = [one for one in report["requirements"] if one["level"] == "must"]
    traffic = report["traffic"]
    return ProxiedRun(
        seed=seed,
        schedule=schedule.name,
        met=schedule.met,
        outcome=report["outcome"],
        reason=report["reason"] or "",
        blamed=tuple(one["id"] for one in must if one["verdict"] == "failed"),
        untested=tuple(one["id"] for one in must if one["verdict"] == "untested"),
        budget=settings.profile.orders,
        held=len(service.held),
        counted=traffic["orders_created"] + traffic["orders_possible"],
        requests=traffic["requests"],
        listed=len(reconcile(read_ledger(folder / "ledger.jsonl"), settings.contract)),
        unaccounted=len(missing_from_ledger(folder / "ledger.jsonl", service)),
        leaks=tuple(files_with_secrets(folder.iterdir(), CREDENTIALS)),
        elsewhere=len(elsewhere.seen),
        flooded=proxy.flooded,
        wrong_credentials_in_a_row=service.wrong_credentials_in_a_row,
        seconds=seconds,
    )


@cache
def _settings(profile: str, pattern: str | None, budget: int | None) -> Settings:
    asked = Invocation(
        profile=profile,
        pattern=pattern,
        max_orders=budget,
        connection=ConnectionOptions(timeout=_TIMEOUT, rate=0.0),
        seed=0,
    )
    settings = settings_of(asked)
    return replace(settings, credentials=CREDENTIALS, profile=replace(settings.profile, examples=0))


def _while_down(connection: ProxiedConnection) -> bool:
    connection.send(down(connection.proxy).whole)
    return True


def _run(settings: Settings, proxy: Proxy, now: VirtualTime, folder: Path) -> Rendered:
    def sleep(seconds: float) -> None:
        now.sleep(seconds)
        proxy.time_passed()

    connections = HttpClient(proxy.url, settings.contract.path, settings.profile.retry_policy, "chaos")
    environment = RunEnvironment(connections, connections.headers, now=now.now, clock=now.clock, sleep=sleep)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), contextlib.closing(connections):
        rendered = run_and_report(settings, environment, folder)
    shown = [output.getvalue(), *closing_lines(rendered.report, rendered.html)]
    (folder / "output.txt").write_text("\n".join(shown), encoding="utf-8")
    return rendered
