"""Judging the status of an answer by the credentials alone: who was let in, and who was not."""

from __future__ import annotations

from orders_conformance.harness.exchange import SERVER_ERROR, SUCCESS, Response
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion, describe, kept
from orders_conformance.harness.oracle.history import History, Relation
from orders_conformance.spec.extension import Statuses
from orders_conformance.spec.rules import Rule

# The requirements that credentials are looked at before anything else.
_EARLIER = {Rule.UNAUTHORIZED_BEFORE_VALIDATION, Rule.UNAUTHORIZED_BEFORE_CONFLICT}


def judge_right_credentials(response: Response, statuses: Statuses, rule: str) -> Evidence:
    """Judge whether right credentials were let in; `rule` names the requirement about their form."""
    held = response.status != statuses.unauthorized
    expected = f"any status but {statuses.unauthorized}"
    return Evidence((rule,), held=held, expected=expected, observed=describe(response))


def judge_wrong_credentials(
    response: Response, seen: Classification, history: History, statuses: Statuses
) -> Judgement:
    """Judge the answer to wrong credentials.

    Who is told what else is wrong with the request may have been let in, or everybody is told before the credentials
    are looked at: only further traffic can tell which.
    """
    expected, shown = f"{statuses.unauthorized}", describe(response)
    variant: Name = (Rule.CREDENTIALS, seen.credentials)
    if response.status in SUCCESS:
        return Judgement((Evidence(variant, held=False, expected=expected, observed=shown),))
    if response.status >= SERVER_ERROR:
        return Judgement(())
    held = response.status == statuses.unauthorized
    rule = _rule(response, seen, history, statuses, held=held)
    if not held and rule in _EARLIER:
        return Judgement((), suspicion=Suspicion("credentials", (variant,), (rule,), expected, shown))
    evidence = (Evidence((rule,), held=held, expected=expected, observed=shown),)
    if not held:
        return Judgement(evidence)
    challenge = Evidence(
        (Rule.WWW_AUTHENTICATE,),
        held="www-authenticate" in response.headers,
        expected="a WWW-Authenticate header",
        observed="no such header",
    )
    return Judgement((kept(variant), kept((Rule.UNAUTHORIZED,)), challenge, *evidence))


def _rule(response: Response, seen: Classification, history: History, statuses: Statuses, *, held: bool) -> str:
    """Name the requirement that the answer bears on by what else there was to answer."""
    valid = seen.document is not None and not seen.violations and seen.media == "json"
    if not valid:
        first = held or response.status in {statuses.rejected, statuses.media_type}
        return Rule.UNAUTHORIZED_BEFORE_VALIDATION if first else Rule.UNAUTHORIZED
    if seen.key and history.relation(seen.key)[0] is Relation.REPEAT:
        return Rule.UNAUTHORIZED_BEFORE_CONFLICT if held or response.status == statuses.conflict else Rule.UNAUTHORIZED
    return Rule.UNAUTHORIZED
