"""The places in the code where each rule is judged; `explain` prints them, a test compares them with the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orders_conformance.spec.rules import Rule


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the code: the path of a module in the package, and the name of a class or function in it."""

    module: str
    name: str

    def __str__(self) -> str:
        """Return `path: name`."""
        return f"{self.module}: {self.name}"


_VIOLATION = (
    Place("harness/oracle/classification.py", "Classifier"),
    Place("harness/oracle/status.py", "StatusJudge"),
    Place("harness/diagnosis/several_faults.py", "diagnose_several_faults"),
)
_FEATURE = (
    Place("harness/oracle/classification.py", "Classifier"),
    Place("harness/oracle/status.py", "StatusJudge"),
    Place("harness/diagnosis/refused_order.py", "RefusedOrder"),
)
_UNUSUAL = _FEATURE[:2]
_VALID = _FEATURE[1:]
_STATUS = (Place("harness/oracle/status.py", "StatusJudge"),)
_CONFLICT = (*_STATUS, Place("harness/diagnosis/needless_conflict.py", "diagnose_conflict"))
_STORES_NOTHING = (Place("harness/oracle/status.py", "_stores_nothing"), _CONFLICT[1])
_REPEAT = (
    Place("harness/oracle/duplicates.py", "Repeat"),
    Place("harness/oracle/duplicates.py", "judge_repeat"),
    Place("harness/diagnosis/duplicate.py", "diagnose_duplicate"),
)
_WRONG_CREDENTIALS = (
    Place("harness/oracle/authentication.py", "judge_wrong_credentials"),
    Place("harness/diagnosis/credentials.py", "diagnose_credentials"),
)
_EARLIER = (Place("harness/oracle/authentication.py", "_rule"), _WRONG_CREDENTIALS[1])
_RIGHT_CREDENTIALS = (
    Place("harness/oracle/oracle.py", "Oracle"),
    Place("harness/oracle/authentication.py", "judge_right_credentials"),
)
_BODY = (Place("harness/oracle/response/body.py", "ResponseBodyJudge"),)
_FIELD = (Place("harness/oracle/response/field.py", "ResponseFieldJudge"),)
_CREATED = (Place("harness/oracle/response/created.py", "CreatedJudge"),)
_ECHO = (
    Place("harness/oracle/response/created.py", "CreatedJudge"),
    Place("harness/oracle/response/equivalence.py", "equivalence"),
)
_EXCHANGE = (Place("harness/oracle/oracle.py", "Oracle"), Place("harness/engine/engine.py", "Engine"))
_DISCLOSURE = (Place("harness/oracle/disclosure.py", "judge_disclosure"),)

# The first place selects the rule; the others, in this order, decide whether a response breaks it.
JUDGES: Mapping[Rule, tuple[Place, ...]] = {
    Rule.ACCEPT: _FEATURE,
    Rule.VALUE: _FEATURE,
    Rule.OPTIONAL: _FEATURE,
    Rule.REQUIRED: _VIOLATION,
    Rule.NAME_CASE: _VIOLATION,
    Rule.NULL_REQUIRED: _VIOLATION,
    Rule.NULL_OPTIONAL: _UNUSUAL,
    Rule.TYPE: _VIOLATION,
    Rule.ENUM: _VIOLATION,
    Rule.FORMAT: _VIOLATION,
    Rule.OFFSET: _FEATURE,
    Rule.FRACTION: _FEATURE,
    Rule.UNUSUAL_VALUES: _UNUSUAL,
    Rule.BODY: _STATUS,
    Rule.CREDENTIALS: _WRONG_CREDENTIALS,
    Rule.MEDIA_TYPE: _BODY,
    Rule.OBJECT: _BODY,
    Rule.UNIQUE_NAMES: _BODY,
    Rule.PRESENT: _FIELD,
    Rule.PRESENT_WHEN_SENT: _FIELD,
    Rule.LEFT_OUT: _FIELD,
    Rule.RESPONSE_TYPE: _FIELD,
    Rule.RESPONSE_ENUM: _FIELD,
    Rule.RESPONSE_FORMAT: _FIELD,
    Rule.EQUALS: _FIELD,
    Rule.ECHO: _ECHO,
    Rule.ECHO_OR_NOW: _ECHO,
    Rule.NOT_FROM_ANOTHER_ORDER: _CREATED,
    Rule.ACCEPTED: _VALID,
    Rule.COMBINATIONS: _VALID,
    Rule.UNIQUE_REF: _CREATED,
    Rule.UNIQUE_HREF: _CREATED,
    Rule.HREF_ENDS_IN_REF: _CREATED,
    Rule.REJECTED: _STATUS,
    Rule.MESSAGE_NAMES_FIELD: (Place("harness/oracle/oracle.py", "Oracle"),),
    Rule.REJECTION_STORES_NOTHING: _STORES_NOTHING,
    Rule.RIGHT_CREDENTIALS: _RIGHT_CREDENTIALS,
    Rule.SCHEME_CASE: _RIGHT_CREDENTIALS,
    Rule.UNAUTHORIZED: _EARLIER[:1],
    Rule.WWW_AUTHENTICATE: _WRONG_CREDENTIALS[:1],
    Rule.UNAUTHORIZED_BEFORE_VALIDATION: _EARLIER,
    Rule.UNAUTHORIZED_BEFORE_CONFLICT: _EARLIER,
    Rule.UNAUTHORIZED_STORES_NOTHING: _STORES_NOTHING,
    Rule.DUPLICATE: _REPEAT[1:],
    Rule.DUPLICATE_OTHER_FIELDS: _REPEAT,
    Rule.DUPLICATE_AFTER_ORDERS: _REPEAT,
    Rule.DUPLICATE_AFTER_REJECTION: _REPEAT,
    Rule.DUPLICATE_AFTER_CONFLICT: _REPEAT,
    Rule.DUPLICATE_AFTER_PAUSE: _REPEAT,
    Rule.DUPLICATE_OTHER_CONNECTION: _REPEAT,
    Rule.DUPLICATE_CONCURRENT: _REPEAT,
    Rule.DUPLICATE_SAME_INSTANT: _REPEAT,
    Rule.CONFLICT: _VALID,
    Rule.MESSAGE_NAMES_REFERENCE: (Place("harness/oracle/oracle.py", "Oracle"),),
    Rule.ONLY_DUPLICATES: _CONFLICT,
    Rule.RECYCLED_REFERENCE: _CONFLICT,
    Rule.REFERENCE_CASE_AND_SPACES: _CONFLICT,
    Rule.NEAR_INSTANT: _STATUS,
    Rule.OTHER_MEDIA_TYPE: _STATUS,
    Rule.MEDIA_TYPE_PARAMETER: _VALID,
    Rule.MISSING_MEDIA_TYPE: _STATUS,
    Rule.UNKNOWN_PROPERTY: _UNUSUAL,
    Rule.ANSWERED: _EXCHANGE,
    Rule.OWN_RESPONSE: (
        Place("harness/oracle/oracle.py", "Oracle"),
        Place("harness/oracle/other_request.py", "is_of_another_request"),
    ),
    Rule.NO_SERVER_ERROR: (Place("harness/oracle/oracle.py", "_no_server_error"), _EXCHANGE[1]),
    Rule.NO_SECRET: _DISCLOSURE,
    Rule.NO_STACK_TRACE: _DISCLOSURE,
    Rule.SCHEMATHESIS_CHECKS: (
        Place("harness/fuzzing/phase.py", "FuzzingPhase"),
        Place("harness/fuzzing/second_opinion.py", "SecondOpinion"),
    ),
}
