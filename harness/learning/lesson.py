"""What a record teaches: a behaviour, with the exchange that showed each part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.learning.exchanges import exchanges_of
from orders_conformance.harness.learning.reproduction import Hypothesis, Reproduction
from orders_conformance.harness.learning.responses import Worded, worded
from orders_conformance.harness.learning.search import Switch, best, faults, switches
from orders_conformance.mock.learned.learned import Learned
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.valid import default_organisation

# Credentials of the embedded servers that requests of a record are sent to; nobody else's.
_OWN = Credentials("Key-of-Learning", "Token-of-Learning-7a")


@dataclass(frozen=True)
class Lesson:
    """What was learned from a record.

    Attributes:
        learned: the behaviour.
        switches: the choices, each with what showed it.
        faults: by name of each fault, the id of the exchange that showed it.
        shown_by: by outcome, the id of the exchange that showed the response.
        unlike: the ids of the exchanges that a server of this behaviour responds to with another status.
        compared: the number of exchanges that were compared.
        source: the run, as one line of text.

    """

    learned: Learned
    switches: tuple[Switch, ...]
    faults: Mapping[str, str]
    shown_by: Mapping[str, str]
    unlike: tuple[str, ...]
    compared: int
    source: str


@dataclass(frozen=True, slots=True)
class Taught:
    """A behaviour, and to how many of the requests that were compared its server responds in the same way."""

    learned: Learned
    alike: int
    compared: int


def learn(record: Record, contract: Contract) -> Lesson:
    """Return what a record teaches.

    Args:
        record: the record of a run; one that did not end teaches what it has.
        contract: the contract of the run.

    Raises:
        InvalidInputError: the record is one of another contract, or has no exchange.

    """
    reproduction, words = _reproduced(record, contract)
    header, hypothesis = record.header, Hypothesis(words.learned.behaviour, words.learned.faults)
    return Lesson(
        learned=words.learned,
        switches=tuple(switches(reproduction, hypothesis)),
        faults=faults(reproduction, hypothesis),
        shown_by=words.shown_by,
        unlike=reproduction.unlike(hypothesis),
        compared=reproduction.compared,
        source=f"run {header['run']} of {header['started_at']} in the profile {header['profile']}",
    )


def taught(record: Record, contract: Contract) -> Taught:
    """Return the behaviour that a record teaches, without what showed it; arguments and errors as for `learn`."""
    reproduction, words = _reproduced(record, contract)
    return Taught(words.learned, reproduction.alike(words.learned), reproduction.compared)


def _reproduced(record: Record, contract: Contract) -> tuple[Reproduction, Worded]:
    exchanges = tuple(exchanges_of(record, contract, _OWN))
    if not any(one.response for one in exchanges):
        message = "the record has no response to learn from: learn from the record of a run that reached its target"
        raise InvalidInputError(message)
    settings = record.header["settings"]
    organisation = {name: str(settings.get(name, usual)) for name, usual in default_organisation(contract).items()}
    reproduction = Reproduction(contract, _OWN, organisation, exchanges)
    # What met the contract has no fault.
    found = best(reproduction, faulty=bool(record.findings))
    return reproduction, worded(contract, _OWN, organisation, found, exchanges)
