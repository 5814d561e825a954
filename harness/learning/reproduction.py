"""Send the requests of a record to embedded servers, and compare their responses with those of the record."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from string import digits
from typing import Any

from orders_conformance.harness.learning.aspects import (
    OTHER_STATUS,
    Aspects,
    Circumstances,
    aspects,
    is_number,
    parsed,
    prefix,
)
from orders_conformance.harness.learning.exchanges import SeenExchange, SeenResponse
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.instants import read_instant
from orders_conformance.mock.learned.learned import Learned
from orders_conformance.mock.learned.server import server_of
from orders_conformance.mock.messages import ServerResponse
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials

# Rejections of one kind that are compared: the others show nothing more.
_OF_EACH_KIND = 2
# Kinds of exchanges that differ by which an option is tried first.
_KINDS = 10


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a server may do: its choices, and the names of its faults."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: tuple[str, ...] = ()

    @property
    def learned(self) -> Learned:
        """The same without anything that was seen of responses."""
        return Learned(self.behaviour, faults=self.faults)


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
    def proposals(self) -> Mapping[str, tuple[Any, ...]]:
        """Further options of choices that the record suggests: the host of links, and limits of what it accepted."""
        identity, created = self._contract.extension.identity, self._contract.statuses.created
        accepted = [one for one in self._exchanges if one.response and one.response.status == created]
        bodies = ((one, parsed(one.response.body)) for one in accepted if one.response)
        hosts = (
            prefix(body[identity.link], str(body.get(identity.reference)), one.base, self._contract.path)
            for one, body in bodies
            if body and identity.link in body
        )
        texts = [
            text
            for one in accepted
            for text in (parsed(one.request.body) or {}).values()
            if isinstance(text, str) and not is_number(text)
        ]
        years = [int(text[:4]) for text in texts if read_instant(text)]
        return {
            "host": tuple(dict.fromkeys(host for host in hosts if host.startswith("http")))[:1],
            "years": ((min(years), max(years)),) if years else (),
            "longest_text": (max(map(len, texts)),) if texts else (),
            "largest_body": (max(len(one.request.body) for one in accepted),) if accepted else (),
        }

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
        with closing(self._responses(hypothesis.learned, (self._exchanges[place] for place in chosen))) as responses:
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

    def alike(self, learned: Learned) -> int:
        """Return to how many requests a server responds as the record says, wording apart."""
        return sum(
            seen.differences(_aspects(self._contract, one, own, own_base(one))) == 0
            for seen, (one, own) in zip(self._seen, self._responses(learned, self._exchanges), strict=True)
            if seen
        )

    def unlike(self, hypothesis: Hypothesis) -> tuple[str, ...]:
        """Return the ids of the exchanges that a server responds to with another status."""
        scores = enumerate(self.scores(hypothesis))
        return tuple(self.id_of(place) for place, score in scores if score >= OTHER_STATUS)

    def id_of(self, position: int) -> str:
        """Return the id of an exchange by its place in the scores."""
        return self._exchanges[position].id

    def _responses(
        self, learned: Learned, exchanges: Iterable[SeenExchange]
    ) -> Generator[tuple[SeenExchange, ServerResponse]]:
        """Yield the responses of a server to the requests."""
        service = server_of(learned)(
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
        for one, own in self._responses(Learned(), exchanges):
            statuses = self._contract.statuses
            if one.response and one.response.status == own.status not in {statuses.created, statuses.conflict}:
                alike = names.sub("", f"{one.probe.rstrip(digits)} {own.body.decode('utf-8', 'replace')}")
                told[alike] += 1
                if told[alike] > _OF_EACH_KIND:
                    continue
            yield one


def _aspects(contract: Contract, one: SeenExchange, response: SeenResponse | ServerResponse, base: str) -> Aspects:
    return aspects(contract, response.status, response.headers, response.body, Circumstances(base, one.at))


def own_base(one: SeenExchange) -> str:
    """Return the URL of an embedded server that gets a request, without the path of the endpoint."""
    return f"http://{one.request.header('Host')}"
