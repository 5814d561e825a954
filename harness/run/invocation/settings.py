"""Check the options of a run."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from typing import Any

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract, read_organisation, read_without
from orders_conformance.harness.inputs.credentials import known_credentials
from orders_conformance.harness.inputs.deviations import load
from orders_conformance.harness.inputs.forced import read_forced
from orders_conformance.harness.inputs.release import read_release
from orders_conformance.harness.inputs.selection import select
from orders_conformance.harness.inputs.source import read_quotes
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.profiles import MIB, PROFILES, Profile
from orders_conformance.harness.run.settings import Settings
from orders_conformance.reports.sentences import COMPLETE
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.scripts.declarations import serving

_LEVELS = ("must", "should")
# More requests than a run against a conformant server sends, retries included.
_REQUESTS = 2000


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


def _check_choice(what: str, value: str, known: Any) -> None:
    if value not in known:
        message = f"there is no {what} {value!r}: {nearest(value, known)}"
        raise InvalidInputError(message)
