"""Read and check the contract, the values of the organisation, and input files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.messages.json_body import BodyFault
from orders_conformance.spec.contract import DEFAULT_PATH, Contract, ContractError, check_openapi
from orders_conformance.spec.patterns import unusable
from orders_conformance.strategies.credentials import VARIANTS
from orders_conformance.strategies.orders.valid import default_organisation


def read_contract(path: Path | None) -> Contract:
    """Read the contract of this package, or the one at a path, which is also checked against OpenAPI.

    Raises:
        InvalidInputError: the contract cannot be used, or lists a kind of credentials that nothing generates or a kind
            of body that nothing recognises.

    """
    try:
        contract = Contract.load(path or DEFAULT_PATH)
        if path is not None:
            check_openapi(contract.document)
            _check_patterns(path, contract)
    except ContractError as error:
        raise InvalidInputError(str(error)) from error
    kinds = contract.extension.credentials
    _check_kinds(path, "credentials.right", kinds.right, "generates", list(VARIANTS))
    _check_kinds(path, "credentials.wrong", kinds.wrong, "generates", list(VARIANTS))
    _check_kinds(path, "bodies", contract.extension.bodies, "recognises", list(map(str, BodyFault)))
    return contract


def _check_patterns(path: Path, contract: Contract) -> None:
    pattern = unusable(contract.document)
    if pattern is not None:
        message = (
            f"the contract {path} has the pattern {pattern!r}, which cannot be matched in bounded time: "
            "write one without lookaround and references back"
        )
        raise InvalidInputError(message)


def _check_kinds(path: Path | None, key: str, listed: Iterable[str], verb: str, known: Sequence[str]) -> None:
    unknown = next((kind for kind in listed if kind not in known), None)
    if unknown is not None:
        contract = path or DEFAULT_PATH
        message = (
            f"the contract {contract} lists {unknown!r} under {key}, which nothing {verb}: {nearest(unknown, known)}"
        )
        raise InvalidInputError(message)


def read_organisation(contract: Contract, given: Iterable[str]) -> dict[str, str]:
    """Return the organisation's value by field: the given ones, written as `field=value`, else the contract's examples.

    Raises:
        InvalidInputError: a value is not written as `field=value`, or an organisation does not define the field.

    """
    organisation = default_organisation(contract)
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not value:
            example = "=".join(next(iter(organisation.items()), ("field", "value")))
            message = f"the organisation's value {text!r} is not written as field=value: write it like {example}"
            raise InvalidInputError(message)
        if name not in organisation:
            message = f"an organisation defines no {name!r}: {nearest(name, organisation)}"
            raise InvalidInputError(message)
        organisation[name] = value
    return organisation


def read_without(contract: Contract, given: Iterable[str]) -> tuple[str, ...]:
    """Return the features that a target is declared to lack, in the contract's order; each text may name several.

    Raises:
        InvalidInputError: there is no such feature.

    """
    features = contract.extension.features
    named = {name.strip() for text in given for name in text.split(",") if name.strip()}
    for name in sorted(named - features.keys()):
        message = f"there is no feature {name!r} that a target may lack: {nearest(name, features)}"
        raise InvalidInputError(message)
    return tuple(name for name in features if name in named)


def readable(path: Path, what: str, option: str) -> Path:
    """Return a path after checking that its file can be read.

    Args:
        path: the path.
        what: the name of the file in an error message.
        option: the option that names the file.

    Raises:
        InvalidInputError: the file cannot be read.

    """
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        message = f"the {what} {str(path)!r} cannot be read ({error.strerror}): name another with {option}"
        raise InvalidInputError(message) from error
