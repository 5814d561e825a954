"""The profiles: how thorough a run is, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.strategies.scripts.plan_size import PlanSize

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """The thoroughness and the limits of a run.

    Attributes:
        name: the name of the profile.
        plan_size: the size of the systematic plan.
        examples: how many random requests follow it; 0 for none.
        spreading: whether a failure in one field is looked for in similar fields.
        orders: the most orders that may be created; None for no limit.
        requests: the most requests that may be sent; None for no limit.
        wrong_logins: the most requests with the right client key and a wrong token; None for no limit.
        rate: the most tries per second; 0 for no limit.
        synced: whether the ledger is on disk before each try also for a target on loopback; for others it always is.
        seconds: the most seconds that a run may take, waits included.
        server_errors: the number of server errors in a row that ends the run; None for no limit.
        retry_policy: the timeout and the limits of retries.
        record: the most bytes of the record.

    """

    name: str
    plan_size: PlanSize
    examples: int
    spreading: bool
    orders: int | None
    requests: int | None
    wrong_logins: int | None
    rate: float
    synced: bool
    seconds: float
    server_errors: int | None
    retry_policy: RetryPolicy
    record: int = 64 * MIB


_CI = Profile(
    name="ci",
    plan_size=PlanSize(
        strength=2,
        missing_in=10,
        wrong_types=2,
        numeric_texts=14,
        renamed=6,
        near_values=99,
        near_dates=99,
        bodies=25,
        fault_pairs=5,
        wrong_headers=11,
        wrong_and_invalid=13,
        unusual_rounds=12,
        unusual_parts=99,
        extremes=True,
        changed_repeats=16,
        repeated_kinds=6,
        near_instants=3,
        racers=5,
        races=2,
        pause=2.0,
    ),
    examples=120,
    spreading=True,
    orders=None,
    requests=None,
    wrong_logins=None,
    rate=0.0,
    synced=False,
    # Against servers on loopback a run takes less than 20 s, and with a second for each response 12 minutes.
    seconds=1800.0,
    server_errors=None,
    retry_policy=RetryPolicy(timeout=5.0),
)

_TENANT = Profile(
    name="tenant",
    plan_size=PlanSize(
        strength=1,
        missing_in=2,
        wrong_types=1,
        numeric_texts=11,
        renamed=2,
        near_values=14,
        near_dates=15,
        bodies=14,
        fault_pairs=1,
        wrong_headers=2,
        wrong_and_invalid=5,
        unusual_rounds=8,
        unusual_parts=6,
        extremes=False,
        changed_repeats=9,
        repeated_kinds=4,
        near_instants=0,
        racers=0,
        races=0,
        pause=2.0,
    ),
    examples=0,
    spreading=False,
    orders=40,
    # More than twice the plan: a target may ask to send each request again.
    requests=600,
    wrong_logins=8,
    rate=4.0,
    synced=True,
    # At its rate the plan takes 65 s, with a second for each response 5 minutes; a server may ask for waits of 5 more.
    seconds=3600.0,
    server_errors=12,
    # Each try whose connection ends early may be an order: with more, a recurring failure would use up the budget.
    retry_policy=RetryPolicy(timeout=30.0, dropped=5, backoff=0.5, longest_backoff=30.0, longest_wait=300.0),
)

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (_CI, _TENANT)}
