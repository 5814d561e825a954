"""Whole runs with declared deviations: what is waived does not fail, what is stale does, what is broken is neither."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.deviations import Deviation, Deviations
from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Result as Answer
from orders_conformance.mock.service import ServerRequest, Service
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.summary import Report, summarise
from orders_conformance.reports.write import FORMATS
from tests.support.runs import CONTRACT, CREDENTIALS, settings
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow  # 14 s of CPU: whole runs, some over HTTP

DIGEST = "sha256:" + "0" * 64
PRICE = "create/201/price/echo"
CHALLENGE = "create/401/www-authenticate"
RACE = "create/409/duplicate/concurrent"
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
# What is declared is the same in each profile; this one sends a third of the requests.
QUICK = ("--profile", "tenant", "--rate", "0")
FILE = f'[[deviation]]\nrequirement = "{PRICE}"\nreason = "Cents are lost."\n'


class RoundsAmounts(Service):
    """Answers amounts without cents."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        return {**super().created(order, request), "price": int(order["price"])}


class GivesNoChallenge(Service):
    """Leaves out the challenge of an answer 401."""

    def headers(self, outcome: Answer) -> Headers:
        return tuple(pair for pair in super().headers(outcome) if pair[0] != "WWW-Authenticate")


class BreaksBoth(RoundsAmounts, GivesNoChallenge):
    """Breaks a must and a should."""


def run(*entries: Deviation, kind: type[Service] = Service, profile: str = "ci", **changes: Any) -> DryRun:
    return dry_run(settings(profile, deviations=Deviations(DIGEST, entries), **changes), kind)


def report_of(rehearsal: DryRun, folder: Path) -> Report:
    with Writer(folder / "record.jsonl") as writer:
        for event in rehearsal.events:
            writer.write(event)
    record = read(folder / "record.jsonl")
    assert record.damage is None
    return summarise(record)


def verdict_on(rehearsal: DryRun, requirement: str) -> Mapping[str, Any]:
    return next(
        event for event in rehearsal.events if event["type"] == "verdict" and event["requirement"] == requirement
    )


def failed(rehearsal: DryRun) -> set[str]:
    return {name for name, given in rehearsal.conclusion.verdicts.items() if given is Verdict.FAILED}


@pytest.fixture(scope="module")
def waived() -> DryRun:
    """A run with a deviation of level must that was declared."""
    return run(Deviation(PRICE, "Cents are lost.", "https://tracker.example/1", date(9999, 1, 1)), kind=RoundsAmounts)


def test_a_waived_must_makes_the_outcome_partial(waived: DryRun) -> None:
    assert waived.conclusion.verdicts[PRICE] is Verdict.WAIVED
    assert waived.conclusion.outcome is Outcome.PARTIAL
    assert waived.conclusion.reason == "1 declared deviation is waived"


def test_the_summary_counts_what_is_waived(waived: DryRun) -> None:
    assert "must requirements failed and 1 is waived," in waived.events[-1]["summary"]


def test_the_record_names_file_entry_and_reason(waived: DryRun) -> None:
    entry = {
        "requirement": PRICE,
        "reason": "Cents are lost.",
        "ticket": "https://tracker.example/1",
        "expires": "9999-01-01",
    }
    assert waived.events[0]["deviations"] == {"digest": DIGEST, "entries": [entry]}
    told = verdict_on(waived, PRICE)
    assert (told["reason"], told["declared"]) == ("Cents are lost.", PRICE)


def test_the_report_of_a_waived_run_is_sound_and_has_the_entry(waived: DryRun, tmp_path: Path) -> None:
    report = report_of(waived, tmp_path)
    requirement = next(one for one in report["requirements"] if one["id"] == PRICE)
    assert (report["outcome"], requirement["verdict"]) == ("partial", "waived")
    assert requirement["deviation"]["ticket"] == "https://tracker.example/1"


@pytest.mark.parametrize(("fail_on", "expected"), [("must", Outcome.CONFORMANT), ("should", Outcome.PARTIAL)])
def test_a_waived_should_is_a_gap_only_where_it_counts(fail_on: str, expected: Outcome) -> None:
    ended = run(Deviation(CHALLENGE, "The gateway strips it."), kind=GivesNoChallenge, fail_on=fail_on)
    assert ended.conclusion.outcome is expected
    assert "should requirements failed and 1 is waived;" in ended.events[-1]["summary"]


def test_what_was_not_declared_fails_all_the_same() -> None:
    ended = run(Deviation(CHALLENGE, "The gateway strips it."), kind=BreaksBoth, profile="tenant")
    assert (failed(ended), ended.conclusion.outcome) == ({PRICE}, Outcome.NOT_CONFORMANT)


@pytest.mark.parametrize("requirement", [PRICE, CHALLENGE, "create/201/*"])
@pytest.mark.parametrize("fail_on", ["must", "should"])
def test_a_deviation_that_is_not_there_fails_the_run_whatever_its_level(
    requirement: str, fail_on: str, tmp_path: Path
) -> None:
    ended = run(Deviation(requirement, "Was wrong once."), profile="tenant", fail_on=fail_on)
    assert ended.conclusion.outcome is Outcome.NOT_CONFORMANT
    assert ended.conclusion.reason == "a declared deviation is stale"
    (stale,) = failed(ended)
    told = verdict_on(ended, stale)
    assert (told["against"], told["declared"]) == (0, requirement)
    assert told["reason"].startswith(f"the deviation declared for {requirement} is stale: ")
    assert report_of(ended, tmp_path)["outcome"] == "not conformant"


@pytest.mark.parametrize("kind", [Service, GivesNoChallenge])
def test_a_deviation_that_is_expired_fails_the_run_whether_or_not_it_is_there(
    kind: type[Service], tmp_path: Path
) -> None:
    ended = run(Deviation(CHALLENGE, "The gateway strips it.", expires=YESTERDAY), kind=kind, profile="tenant")
    assert (failed(ended), ended.conclusion.outcome) == ({CHALLENGE}, Outcome.NOT_CONFORMANT)
    assert f"expired on {YESTERDAY}" in verdict_on(ended, CHALLENGE)["reason"]
    assert report_of(ended, tmp_path)["outcome"] == "not conformant"


def test_a_pattern_waives_what_deviates_and_the_rest_under_it_passes() -> None:
    ended = run(Deviation("create/201/*", "Cents are lost."), kind=RoundsAmounts, profile="tenant")
    under = {name: given for name, given in ended.conclusion.verdicts.items() if name.startswith("create/201/")}
    assert {name for name, given in under.items() if given is Verdict.WAIVED} == {PRICE}
    assert failed(ended) == set()


def test_what_was_not_tested_is_not_stale() -> None:
    ended = run(Deviation(RACE, "Two at once are both taken."), profile="tenant")
    assert ended.conclusion.verdicts[RACE] is Verdict.UNTESTED
    assert ended.conclusion.outcome is Outcome.PARTIAL


def test_a_deviation_of_a_requirement_that_was_not_selected_does_nothing() -> None:
    ended = run(Deviation(PRICE, "Was wrong once."), selected=(CHALLENGE,), selection=CHALLENGE)
    assert dict(ended.conclusion.verdicts) == {CHALLENGE: Verdict.PASSED}


@pytest.mark.parametrize("expires", [None, YESTERDAY])
def test_a_run_that_was_cut_short_calls_nothing_stale(expires: date | None) -> None:
    entries = tuple(Deviation(name, "Was wrong once.", expires=expires) for name in (PRICE, CHALLENGE))
    whole = settings("tenant", deviations=Deviations(DIGEST, entries))
    ended = dry_run(replace(whole, profile=replace(whole.profile, requests=60)))
    assert {ended.conclusion.verdicts[name] for name in (PRICE, CHALLENGE)} == {Verdict.PASSED}
    assert (failed(ended), ended.conclusion.outcome) == (set(), Outcome.BROKEN)


def test_a_run_that_was_cut_short_is_broken_although_all_that_it_found_is_waived() -> None:
    cut = replace(settings("tenant").profile, requests=60)
    declared, found = (
        dry_run(replace(settings("tenant", deviations=entries), profile=cut), RoundsAmounts)
        for entries in (Deviations(DIGEST, (Deviation(PRICE, "Cents are lost."),)), None)
    )
    assert found.conclusion.outcome is Outcome.NOT_CONFORMANT
    assert declared.conclusion.verdicts[PRICE] is Verdict.WAIVED
    assert declared.conclusion.outcome is Outcome.BROKEN


def test_a_secret_in_a_declaration_is_written_nowhere(terminal: Terminal) -> None:
    ticket = f'ticket = "https://tracker.example/{CREDENTIALS.api_token}"\n'
    write(terminal, FILE.replace("Cents", CREDENTIALS.api_token) + ticket)
    with served(BreaksBoth) as url:
        words = ("--deviations", "deviations.toml", "--write-deviations", "new.toml")
        said = terminal.type("run", *QUICK, "--target", url, "-k", f"{PRICE} or {CHALLENGE}", *words)
    assert said.status == 0
    assert "are lost." in said.output
    written = [*(terminal.folder / "conformance-report").iterdir(), terminal.folder / "new.toml"]
    assert {path.name for path in written} == {"record.jsonl", "ledger.jsonl", "manifest.json", "new.toml", *FORMATS}
    assert not [path.name for path in written if CREDENTIALS.api_token.encode() in path.read_bytes()]
    assert CREDENTIALS.api_token not in said.output


@contextmanager
def served(kind: type[Service]) -> Iterator[str]:
    service = embedded_service(CONTRACT, CREDENTIALS, kind)
    with serving(service) as url:
        yield url
    service.close()


def write(terminal: Terminal, text: str, name: str = "deviations.toml") -> None:
    (terminal.folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("price", "prize"), "did you mean 'create/201/price/echo'?"),
        (FILE.replace("Cents are lost.", " "), "deviation 1 ('create/201/price/echo') has a blank reason"),
    ],
)
def test_a_file_that_is_wrong_sends_nothing(terminal: Terminal, command: str, text: str, told: str) -> None:
    write(terminal, text)
    said = terminal.type(command, "--deviations", "deviations.toml")
    assert (said.status, told in said.problem) == (2, True)
    assert [path.name for path in terminal.folder.iterdir()] == ["deviations.toml"]


def test_a_plan_takes_declared_deviations(terminal: Terminal) -> None:
    write(terminal, FILE)
    assert terminal.type("plan", "--profile", "tenant", "--deviations", "deviations.toml").status == 0


def test_the_file_may_be_named_by_the_settings_and_stands_where_they_are(terminal: Terminal) -> None:
    (terminal.folder / "below").mkdir()
    write(terminal, FILE.replace(PRICE, CHALLENGE), "below/deviations.toml")
    write(terminal, "deviations = 'deviations.toml'", "below/settings.toml")
    with served(GivesNoChallenge) as url:
        said = terminal.type("run", *QUICK, "--target", url, "-k", CHALLENGE, "--config", "below/settings.toml")
    assert said.status == 0
    assert said.output.startswith(f"401: 1 of 1 waived\n  waived should {CHALLENGE}: Cents are lost.\n")
    assert "--deviations below/deviations.toml" in terminal.report()["reproduce"]


def test_a_stale_deviation_is_exit_status_1(terminal: Terminal) -> None:
    write(terminal, FILE)
    said = terminal.type("run", *QUICK, "-k", PRICE, "--deviations", "deviations.toml")
    assert said.status == 1
    assert f"failed must   {PRICE}: the deviation declared for {PRICE} is stale" in said.output
    assert "the target did not deviate in this narrowed run; remove it if a whole run says the same" in said.output
    assert "Why: a declared deviation is stale" in said.output


def test_written_deviations_are_taken_once_their_reasons_are_filled_in(terminal: Terminal) -> None:
    path = terminal.folder / "new.toml"
    with served(BreaksBoth) as url:
        words = ("run", *QUICK, "--target", url, "-k", f"{PRICE} or {CHALLENGE}")
        first = terminal.type(*words, "--write-deviations", "new.toml")
        blank = terminal.type(*words, "--deviations", "new.toml")
        path.write_text(path.read_text(encoding="utf-8").replace('""', '"Known."'), encoding="utf-8")
        filled = terminal.type(*words, "--deviations", "new.toml")
    assert (first.status, blank.status, filled.status) == (1, 2, 0)
    assert first.output.endswith("Deviations: new.toml; fill in 2 reasons\n")
    assert f"deviation 1 ('{PRICE}') has a blank reason" in blank.problem
    assert terminal.report()["counts"]["must"]["waived"] == terminal.report()["counts"]["should"]["waived"] == 1


def test_what_still_holds_is_written_with_its_reason(terminal: Terminal) -> None:
    write(terminal, FILE)
    with served(BreaksBoth) as url:
        words = ("--deviations", "deviations.toml", "--write-deviations", "new.toml")
        terminal.type("run", *QUICK, "--target", url, "-k", f"{PRICE} or {CHALLENGE}", *words)
    assert tomllib.loads((terminal.folder / "new.toml").read_text(encoding="utf-8"))["deviation"] == [
        {"requirement": PRICE, "reason": "Cents are lost."},
        {"requirement": CHALLENGE, "reason": ""},
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("there.toml", "mine = 1", "is no deviations file"),
        ("there.toml", "= mine", "is no deviations file in TOML"),
        ("there.toml", "deviation = []", "is no deviations file in TOML"),
        ("no/where.toml", "# mine", "cannot be written"),
    ],
)
def test_another_file_is_never_written_to_and_nothing_is_sent(
    terminal: Terminal, name: str, text: str, told: str
) -> None:
    write(terminal, text, "there.toml")
    said = terminal.type("run", "--write-deviations", name)
    assert (said.status, told in said.problem, "--write-deviations" in said.problem) == (2, True, True)
    assert {path.name: path.read_text(encoding="utf-8") for path in terminal.folder.iterdir()} == {"there.toml": text}


def test_failures_are_added_to_a_file_that_is_there(terminal: Terminal) -> None:
    write(terminal, f"# Ours.\n{FILE}")
    with served(BreaksBoth) as url:
        words = ("run", *QUICK, "--target", url, "-k", f"{PRICE} or {CHALLENGE}", "--deviations", "deviations.toml")
        said = terminal.type(*words, "--write-deviations", "deviations.toml")
    text = (terminal.folder / "deviations.toml").read_text(encoding="utf-8")
    assert said.status == 0
    assert text.startswith(f"# Ours.\n{FILE.rstrip()}")
    assert tomllib.loads(text)["deviation"] == [
        {"requirement": PRICE, "reason": "Cents are lost."},
        {"requirement": CHALLENGE, "reason": ""},
    ]


def test_a_run_that_could_not_judge_writes_no_deviations(terminal: Terminal) -> None:
    with served(BreaksBoth) as url:
        said = terminal.type("run", "--target", url, "--max-requests", "3", "--write-deviations", "new.toml")
    assert said.status == 3
    assert said.output.endswith("Deviations: not written, because the run is broken\n")
    assert not (terminal.folder / "new.toml").exists()
