"""The settings of a run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orders_conformance.harness.inputs.deviations import Deviations
from orders_conformance.harness.run.profiles import Profile
from orders_conformance.reports.quotes import Quotes
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.sources import Level
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.forced import ForcedHeader
from orders_conformance.strategies.orders.references import run_prefix
from orders_conformance.strategies.scripts.declarations import EDGE_CASES, RANDOM, SCRIPTS, serving_specially


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run, checked.

    Attributes:
        contract: the contract that the target is judged by.
        profile: the thoroughness and the limits.
        credentials: the right credentials.
        organisation: the organisation's own value by field.
        seed: the seed of the random traffic.
        fail_on: the weakest level whose failures count.
        selection: the pattern that narrowed the requirements, or None.
        selected: the ids of the requirements to be judged, in the contract's order.
        scripts: the names of the scripts that serve them, or None for all.
        target: the base URL.
        embedded: whether the target is the embedded server.
        in_process: whether the target is an application in this process, so that nothing is sent over a network.
        shown: further settings to show in the report, without secrets.
        deviations: the declared deviations, or None.
        without: the features that the target is declared to lack.
        forced: the header by which the target is asked for a response with a status, or None.
        release: the name of the release that the run is about, or None.
        quotes: the words of the vendor's page, from the user's copy of it, or None.
        remark: what the user should know about the credentials, or None.
        run: the id of the run.
        prefix: the text that the references of its orders begin with.

    """

    contract: Contract
    profile: Profile
    credentials: Credentials
    organisation: Mapping[str, str]
    seed: int
    fail_on: Level
    selection: str | None
    selected: tuple[str, ...]
    scripts: frozenset[str] | None
    target: str
    embedded: bool
    shown: Mapping[str, Any]
    in_process: bool = False
    deviations: Deviations | None = None
    without: tuple[str, ...] = ()
    forced: ForcedHeader | None = None
    release: str | None = None
    quotes: Quotes | None = None
    remark: str | None = None
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    prefix: str = field(default_factory=run_prefix)

    def sends(self, script: str) -> bool:
        """Return whether a script is performed; edge cases and random traffic need a profile with examples."""
        if script in {EDGE_CASES, RANDOM} and not self.profile.examples:
            return False
        return (self.scripts is None or script in self.scripts) and script not in self.needless

    @property
    def lacking(self) -> frozenset[str]:
        """The ids of the requirements that need a feature that the target is declared to lack."""
        return frozenset(self.contract.lacked(self.without))

    @property
    def needless(self) -> frozenset[str]:
        """The scripts that serve only requirements that need such a feature."""
        if not self.without:
            return frozenset()
        lacking = self.lacking
        left = (one for name, one in self.contract.requirements.items() if name not in lacking)
        return frozenset(SCRIPTS) - serving_specially(left)

    @property
    def without_note(self) -> str | None:
        """A sentence on what is not sent because of features that the target lacks; None where everything is sent."""
        left = [name for name in SCRIPTS if name in self.needless and replace(self, without=()).sends(name)]
        if not left:
            return None
        scripts = "script" if len(left) == 1 else "scripts"
        return f"declared without {', '.join(self.without)}: {len(left)} {scripts} left out"

    @property
    def narrowing_note(self) -> str | None:
        """A sentence on what a narrowed run leaves out; None where it leaves out nothing."""
        if self.scripts is None:
            return None
        whole = replace(self, scripts=None)
        left = [name for name in SCRIPTS if whole.sends(name) and not self.sends(name)]
        count = sum(name != RANDOM for name in left)
        parts = ["random traffic"] if RANDOM in left else []
        parts += [f"{count} {'script' if count == 1 else 'scripts'}"] if count else []
        return f"narrowed: {' and '.join(parts)} left out" if parts else None
