"""Judge a stock mock as its user would: first as it is, then as the hints of that run say, and each finding again."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.mocks.catalogue import Mock, running
from tests.support.command import environment, run

OPTIONS = ("--seed", "1", "--timeout", "1")
_NAMED = re.compile(r"it seems that .*: --without (\w+)$", re.MULTILINE)
_STATUS = re.compile(rb"^HTTP/[0-9.]+ ([2-5][0-9]{2})\b", re.MULTILINE)
# A command waits longer than the run for a response that does not come; as long as the run is enough.
_PATIENCE, _AS_THE_RUN = "-m 30", "-m 1"
_LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """The command of a failed requirement, run again: its id, the status that the run saw, and the one seen now.

    A status is None where there was no response.
    """

    requirement: str
    before: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What two runs said of a mock.

    Attributes:
        mock: the mock.
        named: the features that the hints of a run without options name, in the order of the contract.
        status: the exit status of the run with them and with the declared deviations.
        outcome: its outcome.
        failed: the ids of what failed in it or is waived, with their levels.
        stale: what is wrong with declarations, by the id of the requirement.
        verdicts: how many requirements have each verdict.
        requests: how many requests were sent.
        seconds: how long the run took.
        repeats: the commands of what failed, run again.

    """

    mock: Mock
    named: tuple[str, ...]
    status: int
    outcome: str
    failed: tuple[tuple[str, str], ...]
    stale: Mapping[str, str]
    verdicts: Counter[str]
    requests: int
    seconds: float
    repeats: tuple[Repeat, ...]

    @property
    def same(self) -> int:
        """How many commands had the status that the run saw."""
        return sum(one.before == one.now for one in self.repeats)


def judge(mock: Mock, folder: Path) -> Judgement:
    """Run the suite against a mock, then again as its hints and the deviations say, and repeat its findings."""
    declared = folder / "deviations.toml"
    declared.write_text("".join(_entries(mock)), encoding="utf-8")
    options = ("--deviations", str(declared)) if mock.deviations else ()
    with running(mock, folder) as url:
        first = run(folder / "first", "--target", url, *OPTIONS)
        named = tuple(_NAMED.findall(first.output.decode()))
        ended = run(folder / "report", "--target", url, "--without", ",".join(named), *options, *OPTIONS)
        report = ended.report()
        each = report["requirements"]
        failed = [one for one in each if one["verdict"] in {"failed", "waived"}]
        repeats = tuple(_repeat(one) for one in failed if one["findings"])
    return Judgement(
        mock=mock,
        named=tuple(sorted(named, key=mock.without.index)) if {*named} == {*mock.without} else named,
        status=ended.status,
        outcome=report["outcome"],
        failed=tuple((one["id"], one["level"]) for one in failed),
        stale={one["id"]: one["reason"] for one in failed if not one["against"]},
        verdicts=Counter(one["verdict"] for one in each),
        requests=report["traffic"]["requests"],
        seconds=report["traffic"]["seconds"],
        repeats=repeats,
    )


def _entries(mock: Mock) -> Iterator[str]:
    for pattern, reason in mock.deviations:
        yield f"[[deviation]]\nrequirement = {json.dumps(pattern)}\nreason = {json.dumps(reason)}\n\n"


def _repeat(requirement: Mapping[str, Any]) -> Repeat:
    finding = requirement["findings"][0]
    response = finding["exchange"]["response"]
    ended = subprocess.run(  # noqa: S603 - the command of the report, whose target is a mock on this machine
        ["/bin/sh", "-c", finding["curl"].replace(_PATIENCE, _AS_THE_RUN)],
        capture_output=True,
        env=environment(),
        timeout=_LONGEST,
        check=False,
    )
    statuses = _STATUS.findall(ended.stdout)
    # Of several requests the last one shows the failure.
    now = int(statuses[-1]) if statuses and not ended.returncode else None
    return Repeat(requirement["id"], response and response["status"], now)
