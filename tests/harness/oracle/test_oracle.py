"""Every rule and family about what becomes of a request: an exchange that keeps it, and one that breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from orders_conformance.harness.messages.exchange import Failure, Response
from orders_conformance.harness.oracle.evidence import Judgement
from tests.support.runs import CONTRACT, Judge, broken, created, full, held, minimal, refused, request, response

ORDER = minimal()
FULL = full()
CREATED = created(ORDER)
CONFLICT = refused(409, developerMessage=f"{ORDER['referenceId']} exists")
PLAIN = "2020-05-05T05:05:05Z"
SAME_INSTANT = minimal(orderedAt="2024-01-01T18:17:16+02:00")
FAR = minimal(orderedAt=PLAIN)
Exchanged = tuple[object, Response, Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """The exchanges before, then a request and its response."""

    sent: object
    answer: Response | Failure
    before: tuple[Exchanged, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def judge(self) -> Judgement:
        """Judge the exchange after those that came before it."""
        judge = Judge()
        for sent, answer, details in self.before:
            judge.judge(sent, answer, **details)
        return judge.judge(self.sent, self.answer, **self.details)


def plainly(sent: object, answer: Response) -> Exchanged:
    return sent, answer, {}


EXISTS = (plainly(ORDER, CREATED),)
OTHERS = (*EXISTS, plainly(minimal(referenceId="AB-2"), created(minimal(referenceId="AB-2"), "r-2")))
REFUSED = (*EXISTS, plainly(minimal(price="50"), refused()))
CONFLICTED = (*EXISTS, plainly(ORDER, CONFLICT))
RACE = ((ORDER, CREATED, {"group": "g1"}),)
AGAIN = created(ORDER, "r-3")

KEPT: dict[str, Case] = {
    "accepted": Case(ORDER, CREATED),
    "accept/price": Case(ORDER, CREATED),
    "value/channel/WEB": Case(FULL, created(FULL)),
    "optional/channel": Case(ORDER, CREATED),
    "offset/orderedAt": Case(SAME_INSTANT, created(SAME_INSTANT)),
    "fraction/orderedAt": Case(minimal(orderedAt="2024-01-01T16:17:16.5Z"), CREATED),
    "combinations": Case(minimal(referenceId="AB-2"), created(minimal(referenceId="AB-2"), "r-2"), EXISTS),
    "required/price": Case(minimal(price=...), refused(message="price: wrong")),
    "name_case/price": Case(minimal(price=..., Price=50), refused(message="price: wrong")),
    "null_required/price": Case(minimal(price=None), refused(message="price: wrong")),
    "type/price": Case(minimal(price="50"), refused(message="price: wrong")),
    "enum/channel": Case(full(channel="FAX"), refused(message="channel: wrong")),
    "format/orderedAt": Case(minimal(orderedAt="soon"), refused()),
    "body/malformed": Case(b"{]", refused()),
    "rejected": Case(minimal(price="50"), refused(message="price: wrong")),
    "message_names_field": Case(minimal(price="50"), refused(message="Price: wrong", developerMessage="")),
    "rejection_stores_nothing": Case(ORDER, CREATED, (plainly(ORDER, refused()),)),
    "right_credentials": Case(ORDER, CREATED),
    "scheme_case": Case(request(ORDER, "scheme-case"), CREATED),
    "credentials/none": Case(request(ORDER, "none"), refused(401)),
    "unauthorized": Case(request(ORDER, "none"), refused(401)),
    "www_authenticate": Case(request(ORDER, "none"), refused(401)),
    "unauthorized_before_validation": Case(request(b"{", "none"), refused(401)),
    "unauthorized_before_conflict": Case(request(ORDER, "none"), refused(401), EXISTS),
    "unauthorized_stores_nothing": Case(ORDER, CREATED, (plainly(request(ORDER, "none"), refused(401)),)),
    "duplicate": Case(ORDER, CONFLICT, EXISTS),
    "duplicate_other_fields": Case(minimal(price=1), CONFLICT, EXISTS),
    "duplicate_after_orders": Case(ORDER, CONFLICT, OTHERS),
    "duplicate_after_rejection": Case(ORDER, CONFLICT, REFUSED),
    "duplicate_after_conflict": Case(ORDER, CONFLICT, CONFLICTED),
    "duplicate_after_pause": Case(ORDER, CONFLICT, EXISTS, {"at": 2.0}),
    "duplicate_other_connection": Case(ORDER, CONFLICT, EXISTS, {"connection": "other"}),
    "duplicate_concurrent": Case(ORDER, CONFLICT, RACE, {"group": "g1"}),
    "duplicate_same_instant": Case(SAME_INSTANT, CONFLICT, EXISTS),
    "conflict": Case(ORDER, CONFLICT, EXISTS),
    "message_names_reference": Case(ORDER, CONFLICT, EXISTS),
    "only_duplicates": Case(ORDER, CREATED),
    "recycled_reference": Case(FAR, created(FAR, "r-2"), EXISTS),
    "reference_case_and_spaces": Case(
        minimal(referenceId="b94txy-1"), created(minimal(referenceId="b94txy-1"), "r-2"), EXISTS
    ),
    "other_media_type": Case(request(ORDER, content_type="text/plain"), response(415)),
    "media_type_parameter": Case(request(ORDER, content_type="APPLICATION/JSON"), CREATED),
    "answered": Case(ORDER, CREATED),
    "own_response": Case(ORDER, CREATED),
    "no_server_error": Case(ORDER, CREATED),
}

BROKEN: dict[str, Case] = {
    "accepted": Case(ORDER, response(200, {})),
    "required/price": Case(minimal(price=...), CREATED),
    "name_case/price": Case(minimal(price=..., Price=50), CREATED),
    "null_required/price": Case(minimal(price=None), CREATED),
    "type/price": Case(minimal(price="50"), CREATED),
    "enum/channel": Case(full(channel="FAX"), CREATED),
    "format/orderedAt": Case(minimal(orderedAt="soon"), CREATED),
    "body/malformed": Case(b"{]", CREATED),
    "rejected": Case(minimal(price="50"), response(422, {})),
    "message_names_field": Case(minimal(price="50"), refused(message="no", developerMessage="no")),
    "right_credentials": Case(ORDER, refused(401)),
    "scheme_case": Case(request(ORDER, "scheme-case"), refused(401)),
    "credentials/none": Case(request(ORDER, "none"), CREATED),
    "unauthorized": Case(request(ORDER, "none"), response(403)),
    "www_authenticate": Case(request(ORDER, "none"), response(401, {})),
    "duplicate": Case(ORDER, AGAIN, EXISTS),
    "message_names_reference": Case(ORDER, refused(409, message="no", developerMessage="no"), EXISTS),
    "only_duplicates": Case(ORDER, CONFLICT),
    "other_media_type": Case(request(ORDER, content_type="text/plain"), CREATED),
    "answered": Case(ORDER, Failure("timeout", "no answer")),
    "own_response": Case(minimal(referenceId="AB-2"), CREATED, EXISTS),
    "no_server_error": Case(ORDER, response(500)),
}

# What one exchange alone cannot break: only further traffic tells which of the candidates it is.
SUSPECTED: dict[str, Case] = {
    "accepted": Case(ORDER, refused()),
    "accept/price": Case(ORDER, refused()),
    "value/channel/WEB": Case(FULL, refused()),
    "optional/channel": Case(ORDER, refused()),
    "offset/orderedAt": Case(SAME_INSTANT, refused()),
    "fraction/orderedAt": Case(minimal(orderedAt="2024-01-01T16:17:16.5Z"), refused()),
    "rejection_stores_nothing": Case(ORDER, CONFLICT, (plainly(ORDER, refused()),)),
    "unauthorized_stores_nothing": Case(ORDER, CONFLICT, (plainly(request(ORDER, "none"), refused(401)),)),
    "conflict": Case(ORDER, response(422, {}), EXISTS),
    "unauthorized_before_validation": Case(request(b"{", "none"), refused()),
    "unauthorized_before_conflict": Case(request(ORDER, "none"), CONFLICT, EXISTS),
    "recycled_reference": Case(FAR, CONFLICT, EXISTS),
    "reference_case_and_spaces": Case(ORDER, CONFLICT, (plainly(minimal(referenceId="b94txy-1"), CREATED),)),
    "media_type_parameter": Case(request(ORDER, content_type="APPLICATION/JSON"), refused()),
}

# A repeat that was taken under one circumstance, which is all that can be to blame.
REPEATED: dict[str, Case] = {
    "duplicate_other_fields": Case(minimal(price=1), AGAIN, EXISTS),
    "duplicate_after_orders": Case(ORDER, AGAIN, OTHERS),
    "duplicate_after_rejection": Case(ORDER, AGAIN, REFUSED),
    "duplicate_after_conflict": Case(ORDER, AGAIN, CONFLICTED),
    "duplicate_after_pause": Case(ORDER, AGAIN, EXISTS, {"at": 2.0}),
    "duplicate_other_connection": Case(ORDER, AGAIN, EXISTS, {"connection": "other"}),
    "duplicate_concurrent": Case(ORDER, AGAIN, RACE, {"group": "g1"}),
    "duplicate_same_instant": Case(SAME_INSTANT, AGAIN, EXISTS),
}

OBSERVED: dict[str, Case] = {
    "null_optional/channel": Case(full(channel=None), created(FULL, channel=None)),
    "unusual_values/price": Case(minimal(price=-1), refused()),
    "near_instant": Case(minimal(orderedAt="2024-01-01T16:17:17Z"), CONFLICT, EXISTS),
    "missing_media_type": Case(request(ORDER, content_type=None), refused()),
    "unknown_property": Case(minimal(colour="red"), CREATED),
}

# Judged by modules of their own: the body of an answer, what it lets out, and the fuzzer's own checks. No single
# exchange shows that what is refused together is accepted apart.
ELSEWHERE = {
    *(
        "media_type",
        "object",
        "unique_names",
        "left_out",
        "present",
        "present_when_sent",
        "response_type",
        "response_enum",
        "response_format",
        "equals",
    ),
    *("echo", "echo_or_now", "not_from_another_order", "unique_ref", "unique_href", "href_ends_in_ref"),
    *("no_secret", "no_stack_trace", "schemathesis_checks"),
}
BY_ISOLATION_ONLY = {"combinations"}


def names(*tables: Mapping[str, Case]) -> set[str]:
    return {name.partition("/")[0] for table in tables for name in table}


def test_every_rule_and_family_of_the_contract_has_a_case() -> None:
    known = {requirement.family for requirement in CONTRACT.requirements.values()} - ELSEWHERE
    assert names(KEPT, OBSERVED) == known
    assert names(BROKEN, REPEATED, SUSPECTED, OBSERVED) | BY_ISOLATION_ONLY == known


@pytest.mark.parametrize("name", KEPT)
def test_kept(name: str) -> None:
    assert name in held(KEPT[name].judge())


@pytest.mark.parametrize("name", BROKEN)
def test_broken(name: str) -> None:
    assert name in broken(BROKEN[name].judge())


@pytest.mark.parametrize("name", REPEATED)
def test_the_only_circumstance_of_an_accepted_repeat_is_the_cause(name: str) -> None:
    judged = REPEATED[name].judge()
    candidates = judged.suspicion.candidates if judged.suspicion else ()
    accused = {"/".join(one) for one in candidates} | broken(judged)
    assert {one for one in accused if one.startswith("duplicate")} == {name}


@pytest.mark.parametrize("name", SUSPECTED)
def test_suspected(name: str) -> None:
    suspicion = SUSPECTED[name].judge().suspicion
    assert suspicion is not None
    assert name in {"/".join(one) for one in (*suspicion.candidates, suspicion.fallback)}


@pytest.mark.parametrize("name", SUSPECTED)
def test_what_is_only_suspected_is_not_counted_as_broken(name: str) -> None:
    judged = SUSPECTED[name].judge()
    assert name not in held(judged) | broken(judged)


@pytest.mark.parametrize("name", OBSERVED)
def test_observed(name: str) -> None:
    judged = OBSERVED[name].judge()
    assert name in {"/".join(one) for one, _ in judged.observed}
    assert judged.suspicion is None


@pytest.mark.parametrize("name", KEPT)
def test_an_exchange_that_keeps_a_rule_breaks_no_rule_about_the_status(name: str) -> None:
    accused = {one.partition("/")[0] for one in broken(KEPT[name].judge())}
    assert accused <= ELSEWHERE
    assert KEPT[name].judge().suspicion is None
