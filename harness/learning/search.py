"""Find the choices with which an embedded server responds as the record says.

Each option of each choice is a hypothesis: the requests of the record are sent to a server that makes this choice, and
its responses are compared with those of the record. What reproduces them best is what was learned; an option that
reproduces them as well as another one was not told from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from orders_conformance.harness.learning.reproduction import Hypothesis, Reproduction
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.faults import FAULTS
from orders_conformance.mock.learned.learned import all_options
from orders_conformance.mock.learned.server import can_be_together

# Not learned by hypotheses: what responses say is taken over as it is (`responses`), and failures of the network or of
# a gateway come and go.
_NOT_TRIED = frozenset(
    {
        "media_type_rejection",
        "wording",
        "message_place",
        "error_details",
        "codes_with_point",
        "content_type",
        "header_case",
        "challenge",
        "extra_headers",
        "extra_fields",
        "dropped_every",
        "lost_every",
        "busy",
        "busy_every",
        "requests_a_second",
        "limit_status",
        "outage_at",
        "locked_after",
    }
)
# Choices and faults that are changed, one after the other.
_MOST_CHANGES = 16
_FAULTS, _MOST_FAULTS = "faults", 5


@dataclass(frozen=True, slots=True)
class Switch:
    """A choice that was learned.

    Attributes:
        name: the name of the choice.
        value: what the server does.
        shown_by: the id of the exchange that showed it; None if it was not observed.
        not_told_from: the other options that would have given the same responses.

    """

    name: str
    value: Any
    shown_by: str | None
    not_told_from: tuple[Any, ...] = ()


def tried() -> Iterator[str]:
    """Yield the names of the choices that can be learned."""
    return (name for name in all_options() if name not in _NOT_TRIED)


def best(reproduction: Reproduction, *, faulty: bool = False) -> Hypothesis:
    """Return what reproduces a record best, and of equal ones the nearest to the embedded server.

    Args:
        reproduction: compares with the record.
        faulty: whether the server may have faults.

    """
    found, least = Hypothesis(), sum(reproduction.scores(Hypothesis()))
    names = (*tried(), *((_FAULTS,) if faulty else ()))
    for _ in range(_MOST_CHANGES):
        # Of all options the one that explains most: of two that explain one thing, it is the nearer one.
        before = found
        listed = (one for name in names for one in _options(before, name))
        proposed = (one for name in names for one in _options(before, name, reproduction.proposals))
        for one in chain(listed, proposed) if least else ():
            if reproduction.promises(one, before):
                total = sum(reproduction.scores(one, least))
                found, least = (one, total) if total < least else (found, least)
        if found == before:
            break
    return found


def _options(
    hypothesis: Hypothesis, name: str, given: Mapping[str, tuple[Any, ...]] | None = None
) -> Iterator[Hypothesis]:
    """Yield a hypothesis with each other option of a choice that is given, or with each further fault."""
    if name == _FAULTS:
        if given is None and len(hypothesis.faults) < _MOST_FAULTS:
            further = ((*hypothesis.faults, fault) for fault in FAULTS if fault not in hypothesis.faults)
            yield from (replace(hypothesis, faults=faults) for faults in further if can_be_together(faults))
        return
    for option in (all_options() if given is None else given).get(name, ()):
        if option != getattr(hypothesis.behaviour, name):
            yield replace(hypothesis, behaviour=replace(hypothesis.behaviour, **{name: option}))


def switches(reproduction: Reproduction, hypothesis: Hypothesis) -> Iterator[Switch]:
    """Yield what was learned of each choice, with what showed it."""
    own = reproduction.scores(hypothesis)
    least = sum(own)
    defaults = Behaviour()
    for name in tried():
        value, usual = getattr(hypothesis.behaviour, name), getattr(defaults, name)
        others = list(chain(_options(hypothesis, name), _options(hypothesis, name, reproduction.proposals)))
        worse = [one for one in others if sum(reproduction.scores(one, least)) > least]
        alike = tuple(getattr(one.behaviour, name) for one in others if one not in worse)
        # What differs from the embedded server is shown by what the embedded server would have done.
        shown = [one for one in worse if getattr(one.behaviour, name) == usual] or worse
        positions = [_first_worse(own, reproduction.scores(one, least)) for one in shown]
        known = [position for position in positions if position is not None]
        yield Switch(name, value, reproduction.id_of(min(known)) if known else None, alike if known else ())


def faults(reproduction: Reproduction, hypothesis: Hypothesis) -> Mapping[str, str]:
    """Return the id of the exchange that shows each fault, by its name."""
    own = reproduction.scores(hypothesis)
    found: dict[str, str] = {}
    for name in hypothesis.faults:
        others = tuple(fault for fault in hypothesis.faults if fault != name)
        place = _first_worse(own, reproduction.scores(replace(hypothesis, faults=others)))
        if place is not None:
            found[name] = reproduction.id_of(place)
    return found


def _first_worse(own: Sequence[int], other: Sequence[int]) -> int | None:
    return next((place for place, (mine, theirs) in enumerate(zip(own, other, strict=False)) if theirs > mine), None)
