"""From what a user asked for to what a run needs: credentials, organisation and contract, each checked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.commands import KEY_VARIABLE, TOKEN_VARIABLE
from harness.errors import UsageProblem
from spec.contract import DEFAULT_PATH, Contract, ContractError, check_openapi
from strategies.credentials import Credentials
from strategies.orders import default_organisation


def read_contract(path: Path | None) -> Contract:
    """Read the contract that ships, or the one at a path, which is then also checked to be OpenAPI.

    Raises:
        UsageProblem: it cannot be used.

    """
    try:
        contract = Contract.load(path or DEFAULT_PATH)
        if path is not None:
            check_openapi(contract.document)
    except ContractError as error:
        raise UsageProblem(str(error)) from error
    return contract


def read_credentials(environment: Mapping[str, str]) -> Credentials:
    """Take the credentials from the environment.

    Raises:
        UsageProblem: one of them is not set, or cannot be sent by basic authentication.

    """
    for name in (KEY_VARIABLE, TOKEN_VARIABLE):
        if not environment.get(name):
            message = f"{name} is not set: a target needs {KEY_VARIABLE} and {TOKEN_VARIABLE} in the environment"
            raise UsageProblem(message)
    if ":" in environment[KEY_VARIABLE]:
        message = f"{KEY_VARIABLE} has a colon, which basic authentication cannot send: check that it is the client key"
        raise UsageProblem(message)
    return Credentials(environment[KEY_VARIABLE], environment[TOKEN_VARIABLE])


def read_organisation(contract: Contract, given: Iterable[str]) -> dict[str, str]:
    """Put values written as `field=value` in place of the contract's examples.

    Raises:
        UsageProblem: a value is not written so, or its field is none that an organisation defines.

    """
    organisation = default_organisation(contract)
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not value:
            example = "=".join(next(iter(organisation.items()), ("field", "value")))
            message = f"the organisation's value {text!r} is not written as field=value: write it like {example}"
            raise UsageProblem(message)
        if name not in organisation:
            message = f"an organisation defines no {name!r}: {nearest(name, organisation)}"
            raise UsageProblem(message)
        organisation[name] = value
    return organisation


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known words may have been meant."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.4)
    return f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(names)}"
