"""What a run counts."""

from __future__ import annotations

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.evidence import Evidence
from orders_conformance.harness.verdicts.tally import SHRINK, Finding, Tally
from orders_conformance.harness.verdicts.verdict import Observed
from tests.support.runs import CONTRACT, created, exchange, minimal, request

ACCEPTED = ("accepted",)
ACCEPTED_ID = "create/201/http-status"
KEPT = Evidence(ACCEPTED, held=True)
BROKEN = Evidence(ACCEPTED, held=False, expected="201", observed="200")


def sent(name: str = "x1", probe: str = "test") -> Exchange:
    order = minimal()
    return exchange(request(order), created(order), id=name, probe=probe)


def tally(*selected: str) -> Tally:
    return Tally(CONTRACT, selected or CONTRACT.requirements)


def add(
    counts: Tally,
    *evidence: Evidence,
    of: Exchange | None = None,
    plainness: tuple[int, int] = (0, 0),
    traits: tuple[str, ...] = (),
) -> tuple[list[str], list[Finding]]:
    return counts.add(of or sent(), evidence, lambda _item: ((), plainness), traits)


def test_nothing_is_shown_at_first() -> None:
    assert {count.observed for count in tally().counts.values()} == {Observed.NOTHING}


def test_an_exchange_shows_a_requirement_kept() -> None:
    counts = tally()
    assert add(counts, KEPT) == ([ACCEPTED_ID], [])
    assert counts.counts[ACCEPTED_ID].observed is Observed.KEPT


def test_an_exchange_counts_once_for_a_requirement_that_it_shows_kept_twice() -> None:
    counts = tally()
    assert add(counts, KEPT, KEPT)[0] == [ACCEPTED_ID]
    assert counts.counts[ACCEPTED_ID].held == 1


def test_one_exchange_against_the_server_outweighs_many_others() -> None:
    counts = tally()
    add(counts, BROKEN)
    for _ in range(9):
        add(counts, KEPT)
    assert counts.counts[ACCEPTED_ID].observed is Observed.BROKEN


def test_a_requirement_that_an_exchange_breaks_is_not_among_those_that_it_keeps() -> None:
    kept, findings = add(tally(), KEPT, BROKEN)
    assert kept == []
    assert [finding.requirement.id for finding in findings] == [ACCEPTED_ID]


def test_a_finding_has_the_words_of_its_evidence() -> None:
    [finding] = add(tally(), BROKEN)[1]
    assert (finding.expected, finding.observed) == ("201", "200")


def test_a_finding_without_words_has_those_of_the_requirement() -> None:
    [finding] = add(tally(), Evidence(ACCEPTED, held=False))[1]
    assert finding.expected == CONTRACT.requirements[ACCEPTED_ID].sentence


def test_a_requirement_that_was_not_selected_does_not_count() -> None:
    assert add(tally("create/409/http-status"), BROKEN, KEPT) == ([], [])


def test_a_name_that_the_contract_does_not_know_does_not_count() -> None:
    assert add(tally(), Evidence(("not_from_another_order", "201", "colour"), held=False)) == ([], [])


def test_only_the_first_few_findings_of_a_requirement_are_kept_but_all_are_counted() -> None:
    counts = tally()
    kept = [len(add(counts, BROKEN, of=sent(f"x{number}"))[1]) for number in range(5)]
    assert kept == [1, 1, 1, 0, 0]
    assert counts.times_broken(ACCEPTED) == 5


def test_findings_have_ids_of_their_own() -> None:
    counts = tally()
    found = [add(counts, BROKEN)[1][0].id, add(counts, Evidence(("conflict",), held=False))[1][0].id]
    assert len(set(found)) == 2


def test_a_plainer_finding_is_kept_beyond_the_first_few_and_leads() -> None:
    counts = tally()
    for number in range(4):
        add(counts, BROKEN, of=sent(f"x{number}"), plainness=(3, number))
    [finding] = add(counts, BROKEN, of=sent("x9"), plainness=(2, 50))[1]
    assert counts.counts[ACCEPTED_ID].plainest == finding
    assert counts.plainest() == [(CONTRACT.requirements[ACCEPTED_ID], finding)]


def test_of_equally_plain_findings_the_first_leads() -> None:
    counts = tally()
    [first] = add(counts, BROKEN, of=sent("x1"), plainness=(1, 9))[1]
    add(counts, BROKEN, of=sent("x2"), plainness=(1, 9))
    assert counts.counts[ACCEPTED_ID].plainest == first


def test_an_order_that_is_being_simplified_is_counted_and_no_finding() -> None:
    counts = tally()
    add(counts, BROKEN, plainness=(3, 3))
    assert add(counts, BROKEN, of=sent("x9", SHRINK))[1] == []
    assert counts.times_broken(ACCEPTED) == 2


def test_a_simplified_order_becomes_a_finding_if_it_is_plainer() -> None:
    counts = tally()
    add(counts, BROKEN, plainness=(3, 3))
    finding = counts.add_simplified(sent("x8", SHRINK), BROKEN, (), (3, 2))
    assert finding is not None
    assert finding.minimal
    assert counts.add_simplified(sent("x9", SHRINK), BROKEN, (), (3, 2)) is None
    assert counts.times_broken(ACCEPTED) == 1


def test_what_the_exchanges_that_broke_a_requirement_have_in_common_is_known() -> None:
    counts = tally()
    for number in range(20):
        broken = number % 5 == 0
        add(counts, BROKEN if broken else KEPT, traits=("with all", "with an offset") if broken else ("with all",))
    assert counts.counts[ACCEPTED_ID].in_common == "with an offset"


def test_requirements_that_were_broken_have_failed() -> None:
    counts = tally()
    add(counts, BROKEN, Evidence(("conflict",), held=True))
    assert [requirement.id for requirement in counts.failed()] == [ACCEPTED_ID]
    assert (counts.is_broken(ACCEPTED), counts.is_broken(("conflict",))) == (True, False)


def test_an_observation_is_new_once() -> None:
    counts = tally()
    first, again = counts.observe(("near_instant",), "409", "x1"), counts.observe(("near_instant",), "409", "x2")
    assert first is not None
    assert again is None
    assert counts.counts[first.id].observations == {"409": "x1"}


def test_what_is_broken_is_known_of_a_requirement_that_was_not_selected() -> None:
    counts = tally("create/201/json")
    add(counts, KEPT, of=sent("x1"))
    add(counts, BROKEN, of=sent("x2"))
    assert counts.is_kept(ACCEPTED)
    assert counts.times_broken(ACCEPTED) == 1
    assert list(counts.failed()) == []


def test_an_observation_of_a_requirement_that_was_not_selected_is_left_out() -> None:
    assert tally(ACCEPTED_ID).observe(("near_instant",), "409", "x1") is None
