"""Find the choices with which an embedded server responds as the record says.

Each option of each choice is a hypothesis: the requests of the record are sent to a server that makes this choice, and
its responses are compared with those of the record. What reproduces them best is what was learned; an option that
reproduces them as well as another one was not told from it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from string import digits
from typing import Any

from orders_conformance.harness.learning.aspects import OTHER_STATUS, Aspects, Circumstances, aspects, parsed, prefix
from orders_conformance.harness.learning.exchanges import SeenExchange, SeenResponse
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.faults import FAULTS
from orders_conformance.mock.learned.learned import Learned, all_options
from orders_conformance.mock.learned.server import server_of
from orders_conformance.mock.messages import ServerResponse
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials

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
# Rejections of one kind that are compared: the others show nothing more.
_OF_EACH_KIND = 2
# Kinds of exchanges that differ by which an option is tried first.
_KINDS = 10
# Rounds of improvement; each changes one choice after the other.
_ROUNDS = 4
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


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a server may do: its choices, and the names of its faults."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: tuple[str, ...] = ()


def tried() -> Iterator[str]:
    """Yield the names of the choices that can be learned."""
    return (name for name in all_options() if name not in _NOT_TRIED)


class Reproduction:
    """Sends the requests of a record to embedded servers, and compares their responses with those of the record."""

    def __init__(
        self,
        contract: Contract,
        credentials: Credentials,
        organisation: Mapping[str, str],
        exchanges: Sequence[SeenExchange],
    ) -> None:
        """Prepare the comparison; the requests have these credentials."""
        self._contract, self._credentials, self._organisation = contract, credentials, organisation
        self._scores: dict[Hypothesis, tuple[int, ...]] = {}
        self._screens: dict[Hypothesis, tuple[int, ...]] = {}
        self._exchanges = tuple(self._telling(exchanges))

    @cached_property
    def _seen(self) -> Sequence[Aspects | None]:
        return tuple(
            _aspects(self._contract, one, one.response, one.base) if one.response else None for one in self._exchanges
        )

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """What stands before the path in the links of the record, other than the target."""
        identity = self._contract.extension.identity
        bodies = ((one, parsed(one.response.body)) for one in self._exchanges if one.response)
        found = (
            prefix(body[identity.link], str(body.get(identity.reference)), one.base, self._contract.path)
            for one, body in bodies
            if body and identity.link in body
        )
        return tuple(dict.fromkeys(one for one in found if one.startswith("http")))[:1]

    def scores(self, hypothesis: Hypothesis, most: float = inf) -> tuple[int, ...]:
        """Return by how much each response of a server differs from that of the record.

        Args:
            hypothesis: what the server does.
            most: the sum above which the later responses are of no interest, and are left out.

        """
        known = self._scores.get(hypothesis)
        if known is None or (len(known) < len(self._exchanges) and sum(known) <= most):
            known = self._scores[hypothesis] = tuple(self._compared(hypothesis, most))
        return known

    def promises(self, one: Hypothesis, other: Hypothesis) -> bool:
        """Return whether a behaviour seems to be nearer to the record than another: by a few exchanges that differ."""
        places = self._differing(other)
        return sum(self._compared(one, inf, places)) < sum(self._compared(other, inf, places))

    def _differing(self, hypothesis: Hypothesis) -> tuple[int, ...]:
        """Return the places of exchanges in which a behaviour differs, of each kind a few, with what was sent before.

        What is sent before with the same reference decides whether an order is a duplicate.
        """
        if hypothesis not in self._screens:
            kinds: dict[tuple[str, int], list[int]] = defaultdict(list)
            for place, score in enumerate(self.scores(hypothesis)):
                if score:
                    kinds[self._exchanges[place].probe.rstrip(digits), score].append(place)
            first = [place for places in list(kinds.values())[:_KINDS] for place in places[:_OF_EACH_KIND]]
            references = {self._references[place] for place in first}
            last = max(first, default=0)
            same = (place for place in range(last + 1) if self._references[place] in references)
            self._screens[hypothesis] = tuple(sorted({*first, *same}))
        return self._screens[hypothesis]

    @cached_property
    def _references(self) -> tuple[str | None, ...]:
        """The references of the orders that were sent, without letter case and what is not a letter or digit."""
        name = self._contract.extension.duplicate.reference
        bodies = (parsed(one.request.body) for one in self._exchanges)
        sent = (body.get(name) if body else None for body in bodies)
        return tuple(re.sub(r"\W", "", one).casefold() if isinstance(one, str) else None for one in sent)

    def _compared(self, hypothesis: Hypothesis, most: float, places: Sequence[int] | None = None) -> Iterator[int]:
        chosen = range(len(self._exchanges)) if places is None else places
        with closing(self._responses(hypothesis, (self._exchanges[place] for place in chosen))) as responses:
            total = 0
            for place, (one, own) in zip(chosen, responses, strict=True):
                seen, score = self._seen[place], 0
                if seen is not None:
                    alike = seen.status == own.status
                    score = (
                        seen.differences(_aspects(self._contract, one, own, own_base(one))) if alike else OTHER_STATUS
                    )
                total += score
                yield score
                if total > most:
                    return

    @property
    def compared(self) -> int:
        """The number of exchanges whose responses are compared."""
        return sum(one is not None for one in self._seen)

    def unlike(self, hypothesis: Hypothesis) -> tuple[str, ...]:
        """Return the ids of the exchanges that a server responds to with another status."""
        scores = enumerate(self.scores(hypothesis))
        return tuple(self.id_of(place) for place, score in scores if score >= OTHER_STATUS)

    def id_of(self, position: int) -> str:
        """Return the id of an exchange by its place in the scores."""
        return self._exchanges[position].id

    def _responses(
        self, hypothesis: Hypothesis, exchanges: Iterable[SeenExchange]
    ) -> Generator[tuple[SeenExchange, ServerResponse]]:
        """Yield the responses of a server to the requests."""
        service = server_of(Learned(hypothesis.behaviour, faults=hypothesis.faults))(
            self._contract,
            client_key=self._credentials.client_key,
            api_token=self._credentials.api_token,
            organisation=self._organisation,
        )
        try:
            for one in exchanges:
                service.clock = one.now
                yield one, service.handle(one.request)
        finally:
            service.close()

    def _telling(self, exchanges: Iterable[SeenExchange]) -> Iterator[SeenExchange]:
        """Yield the exchanges, of those that the embedded server rejects as well only the first of each kind."""
        told: Counter[str] = Counter()
        names = re.compile("|".join(map(re.escape, self._contract.fields)))
        for one, own in self._responses(Hypothesis(), exchanges):
            statuses = self._contract.statuses
            if one.response and one.response.status == own.status not in {statuses.created, statuses.conflict}:
                alike = names.sub("", f"{one.probe.rstrip(digits)} {own.body.decode('utf-8', 'replace')}")
                told[alike] += 1
                if told[alike] > _OF_EACH_KIND:
                    continue
            yield one


def best(reproduction: Reproduction, *, faulty: bool = False) -> Hypothesis:
    """Return what reproduces a record best, and of equal ones the nearest to the embedded server.

    Args:
        reproduction: compares with the record.
        faulty: whether the server may have faults.

    """
    found = Hypothesis()
    least = sum(reproduction.scores(found))
    for _ in range(_ROUNDS):
        before = found
        for name in (*tried(), *((_FAULTS,) if faulty else ())):
            for one in _options(reproduction, found, name) if least else ():
                if reproduction.promises(one, found):
                    total = sum(reproduction.scores(one, least))
                    found, least = (one, total) if total < least else (found, least)
        if found == before:
            break
    return found


def _options(reproduction: Reproduction, hypothesis: Hypothesis, name: str) -> Iterator[Hypothesis]:
    """Yield a hypothesis with each other option of a choice, or with each further fault."""
    if name == _FAULTS:
        if len(hypothesis.faults) < _MOST_FAULTS:
            further = (fault for fault in FAULTS if fault not in hypothesis.faults)
            yield from (replace(hypothesis, faults=(*hypothesis.faults, fault)) for fault in further)
        return
    more = reproduction.hosts if name == "host" else ()
    for option in (*all_options()[name], *more):
        if option != getattr(hypothesis.behaviour, name):
            yield replace(hypothesis, behaviour=replace(hypothesis.behaviour, **{name: option}))


def switches(reproduction: Reproduction, hypothesis: Hypothesis) -> Iterator[Switch]:
    """Yield what was learned of each choice, with what showed it."""
    own = reproduction.scores(hypothesis)
    least = sum(own)
    defaults = Behaviour()
    for name in tried():
        value, usual = getattr(hypothesis.behaviour, name), getattr(defaults, name)
        others = list(_options(reproduction, hypothesis, name))
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


def _aspects(contract: Contract, one: SeenExchange, response: SeenResponse | ServerResponse, base: str) -> Aspects:
    return aspects(contract, response.status, response.headers, response.body, Circumstances(base, one.at))


def own_base(one: SeenExchange) -> str:
    """Return the URL of an embedded server that gets a request, without the path of the endpoint."""
    return f"http://{one.request.header('Host')}"


def _first_worse(own: Sequence[int], other: Sequence[int]) -> int | None:
    return next((place for place, (mine, theirs) in enumerate(zip(own, other, strict=False)) if theirs > mine), None)
