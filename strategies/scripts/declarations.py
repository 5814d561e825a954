"""Declare for each script what it sends and which requirements it serves.

`-k` narrows a run to the scripts that serve the selected requirements; `explain` prints them. A test compares the
declarations with dry runs: the rules for which a script gives evidence are exactly the declared ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orders_conformance.spec.extension import Statuses
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule

# The last script, after the random traffic.
CLOSING = "closing"
# Only profiles with random traffic send these.
EDGE_CASES = "edge cases"
RANDOM = "random traffic"

# Judged on every response whose status is documented.
RESPONSE_RULES = frozenset(
    {
        Rule.MEDIA_TYPE,
        Rule.OBJECT,
        Rule.UNIQUE_NAMES,
        Rule.PRESENT,
        Rule.PRESENT_WHEN_SENT,
        Rule.LEFT_OUT,
        Rule.RESPONSE_TYPE,
        Rule.RESPONSE_ENUM,
        Rule.RESPONSE_FORMAT,
        Rule.EQUALS,
    }
)
# Judged on every exchange.
EXCHANGE_RULES = frozenset(
    {Rule.ANSWERED, Rule.OWN_RESPONSE, Rule.NO_SERVER_ERROR, Rule.NO_SECRET, Rule.NO_STACK_TRACE}
)
# Judged on every order that is created.
_CREATED = frozenset(
    {
        Rule.ACCEPTED,
        Rule.ACCEPT,
        Rule.OPTIONAL,
        Rule.ECHO,
        Rule.ECHO_OR_NOW,
        Rule.NOT_FROM_ANOTHER_ORDER,
        Rule.UNIQUE_REF,
        Rule.UNIQUE_HREF,
        Rule.HREF_ENDS_IN_REF,
        Rule.ONLY_DUPLICATES,
    }
)
# Judged on every request of one kind: with right or wrong credentials, with an order that is created, rejected or
# repeated. The scripts that are declared for them send such requests in the greatest variety.
COMMON_RULES = _CREATED | {
    Rule.RIGHT_CREDENTIALS,
    Rule.UNAUTHORIZED,
    Rule.WWW_AUTHENTICATE,
    Rule.REJECTED,
    Rule.MESSAGE_NAMES_FIELD,
    Rule.CONFLICT,
    Rule.MESSAGE_NAMES_REFERENCE,
    Rule.VALUE,
    Rule.OFFSET,
    Rule.FRACTION,
    Rule.COMBINATIONS,
}
JUDGED_EVERYWHERE = RESPONSE_RULES | EXCHANGE_RULES | COMMON_RULES

# Requests that the script `orders` sends before its orders, and that other scripts send alone in a narrowed run.
_FAULTS = frozenset({Rule.TYPE, Rule.ENUM, Rule.FORMAT})
_FORMS = frozenset(
    {
        Rule.SCHEME_CASE,
        Rule.OTHER_MEDIA_TYPE,
        Rule.MEDIA_TYPE_PARAMETER,
        Rule.MISSING_MEDIA_TYPE,
        Rule.UNKNOWN_PROPERTY,
    }
)
_WRONG = frozenset({Rule.CREDENTIALS, Rule.UNAUTHORIZED_BEFORE_VALIDATION})

# Judged on orders with odd values, which only few servers handle wrongly.
_RARELY_WRONG = (
    _CREATED
    | _FAULTS
    | {
        Rule.REQUIRED,
        Rule.BODY,
        Rule.REJECTED,
        Rule.MESSAGE_NAMES_FIELD,
        Rule.UNUSUAL_VALUES,
        Rule.UNKNOWN_PROPERTY,
    }
)
# Judged on random orders and on random sequences of requests as well.
_RANDOMLY_WRONG = _RARELY_WRONG | {
    Rule.VALUE,
    Rule.OFFSET,
    Rule.FRACTION,
    Rule.COMBINATIONS,
    Rule.NULL_REQUIRED,
    Rule.NULL_OPTIONAL,
    Rule.OTHER_MEDIA_TYPE,
    Rule.REJECTION_STORES_NOTHING,
    Rule.UNAUTHORIZED_STORES_NOTHING,
    Rule.CONFLICT,
    Rule.MESSAGE_NAMES_REFERENCE,
    Rule.DUPLICATE,
    Rule.DUPLICATE_OTHER_FIELDS,
    Rule.DUPLICATE_AFTER_ORDERS,
    Rule.DUPLICATE_AFTER_REJECTION,
    Rule.DUPLICATE_AFTER_CONFLICT,
    Rule.DUPLICATE_CONCURRENT,
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declaration of one script.

    Attributes:
        sends: what it sends, in one line.
        serves: the rules that it tests: a run narrowed to a requirement of one of them performs the script.
        responses: the responses whose bodies it tests, each by its name in `statuses` of the contract.
        prepares: rules that another script tests better after this one: a run narrowed to them performs both.
        bears_on: further rules for which its requests give evidence; other scripts serve these.
        needs: the scripts that have to be performed before it.

    """

    sends: str
    serves: frozenset[Rule] = frozenset()
    responses: frozenset[str] = frozenset()
    prepares: frozenset[Rule] = frozenset()
    bears_on: frozenset[Rule] = frozenset()
    needs: frozenset[str] = frozenset()

    def is_sent_for(self, requirement: Requirement, statuses: Statuses) -> bool:
        """Whether a run that is narrowed to a requirement performs the script."""
        if requirement.family in RESPONSE_RULES:
            return requirement.subject[0] in {str(getattr(statuses, name)) for name in self.responses}
        return requirement.family in self.serves | self.prepares


def _systematic(  # noqa: PLR0913 - the fields of a declaration
    sends: str,
    serves: frozenset[Rule],
    *,
    responses: tuple[str, ...] = (),
    prepares: frozenset[Rule] = frozenset(),
    bears_on: frozenset[Rule] = frozenset(),
    needs: tuple[str, ...] = (),
) -> Declaration:
    """Declare a script of the plan; it also serves the rules that are judged on every exchange."""
    return Declaration(sends, serves | EXCHANGE_RULES, frozenset(responses), prepares, bears_on, frozenset(needs))


SCRIPTS: Mapping[str, Declaration] = {
    "first orders": _systematic(
        "the order with every field, its repeat at once, a rejected order, and the order with required fields only",
        frozenset({Rule.DUPLICATE, Rule.CONFLICT, Rule.MESSAGE_NAMES_REFERENCE}),
        responses=("created", "conflict"),
        bears_on=frozenset({Rule.REQUIRED, Rule.REJECTION_STORES_NOTHING}),
    ),
    "repeats": _systematic(
        "orders again: at once, on another connection, with other fields, after other requests; used references with "
        "other instants",
        frozenset(
            {
                Rule.DUPLICATE,
                Rule.DUPLICATE_OTHER_FIELDS,
                Rule.DUPLICATE_AFTER_ORDERS,
                Rule.DUPLICATE_AFTER_REJECTION,
                Rule.DUPLICATE_AFTER_CONFLICT,
                Rule.DUPLICATE_OTHER_CONNECTION,
                Rule.DUPLICATE_SAME_INSTANT,
                Rule.CONFLICT,
                Rule.MESSAGE_NAMES_REFERENCE,
                Rule.UNAUTHORIZED_BEFORE_CONFLICT,
                Rule.RECYCLED_REFERENCE,
                Rule.NEAR_INSTANT,
            }
        ),
        responses=("conflict",),
        bears_on=frozenset({Rule.REQUIRED, Rule.CREDENTIALS, Rule.MEDIA_TYPE_PARAMETER, Rule.REJECTION_STORES_NOTHING}),
        needs=("first orders",),
    ),
    "orders": _systematic(
        "orders that cover every value of every field (profile ci: every pair of values), each after a request with "
        "its key that is to be rejected",
        _CREATED
        | {
            Rule.VALUE,
            Rule.OFFSET,
            Rule.FRACTION,
            Rule.COMBINATIONS,
            Rule.DUPLICATE,
            Rule.REJECTION_STORES_NOTHING,
            Rule.UNAUTHORIZED_STORES_NOTHING,
        },
        responses=("created",),
        # These orders come between the first order and its last repeat, which finds servers that remember few orders.
        prepares=frozenset({Rule.DUPLICATE_AFTER_ORDERS}),
        bears_on=_FAULTS
        | _FORMS
        | _WRONG
        | {Rule.REQUIRED, Rule.BODY, Rule.REFERENCE_CASE_AND_SPACES, Rule.UNUSUAL_VALUES},
        needs=("first orders",),
    ),
    "other forms": _systematic(
        "an order with other media types, in other JSON, with the authentication scheme in lower case, with a property "
        "that is not documented",
        _FORMS | {Rule.REJECTED, Rule.RIGHT_CREDENTIALS},
        bears_on=frozenset({Rule.REQUIRED, Rule.BODY, Rule.UNUSUAL_VALUES}),
    ),
    "similar references": _systematic(
        "orders whose references differ from another one's in letter case, a blank, a hyphen, a zero or their end",
        frozenset({Rule.REFERENCE_CASE_AND_SPACES, Rule.ONLY_DUPLICATES}),
        bears_on=frozenset({Rule.UNUSUAL_VALUES}),
        needs=("first orders",),
    ),
    "races": _systematic(
        "one order several times at once, beside other orders (profile ci only)",
        frozenset({Rule.DUPLICATE_CONCURRENT, Rule.UNIQUE_REF, Rule.UNIQUE_HREF}),
        bears_on=frozenset(
            {Rule.DUPLICATE_AFTER_ORDERS, Rule.DUPLICATE_AFTER_CONFLICT, Rule.DUPLICATE_OTHER_CONNECTION}
        ),
        needs=("first orders",),
    ),
    "faults": _systematic(
        "orders that lack a required field or have a wrong value in one field or in two",
        _FAULTS
        | {
            Rule.REQUIRED,
            Rule.NAME_CASE,
            Rule.NULL_REQUIRED,
            Rule.REJECTED,
            Rule.MESSAGE_NAMES_FIELD,
            Rule.RIGHT_CREDENTIALS,
        },
        responses=("rejected",),
    ),
    "broken bodies": _systematic(
        "bodies that are not JSON, or not a JSON object",
        frozenset({Rule.BODY, Rule.REJECTED}),
        responses=("rejected",),
    ),
    "unusual": _systematic(
        "orders with values that a server may accept or reject, each repeated at once: null, other currencies, odd "
        "dates, long texts",
        _CREATED | {Rule.NULL_OPTIONAL, Rule.UNUSUAL_VALUES, Rule.UNKNOWN_PROPERTY, Rule.DUPLICATE},
        responses=("created",),
        needs=("first orders",),
    ),
    "wrong credentials": _systematic(
        "orders with each kind of wrong credentials, and with headers that are close to the right one",
        _WRONG | {Rule.UNAUTHORIZED, Rule.WWW_AUTHENTICATE, Rule.RIGHT_CREDENTIALS},
        responses=("unauthorized",),
        bears_on=frozenset({Rule.REQUIRED}),
    ),
    EDGE_CASES: _systematic(
        "what only few servers get wrong: odd numbers, texts, dates and media types (profile ci only)",
        (_RARELY_WRONG - {Rule.ENUM}) | {Rule.REFERENCE_CASE_AND_SPACES, Rule.UNAUTHORIZED_BEFORE_VALIDATION},
        responses=("created", "rejected"),
        bears_on=frozenset({Rule.CREDENTIALS}),
    ),
    RANDOM: _systematic(
        "orders and sequences of requests drawn at random (profile ci only)",
        _RANDOMLY_WRONG | {Rule.SCHEMATHESIS_CHECKS},
        responses=("created", "rejected", "conflict"),
    ),
    CLOSING: _systematic(
        "the first order again, after everything else and a pause",
        frozenset(
            {Rule.DUPLICATE_AFTER_PAUSE, Rule.DUPLICATE_AFTER_ORDERS, Rule.CONFLICT, Rule.MESSAGE_NAMES_REFERENCE}
        ),
        responses=("conflict",),
        bears_on=frozenset(
            {Rule.DUPLICATE_AFTER_REJECTION, Rule.DUPLICATE_AFTER_CONFLICT, Rule.REJECTION_STORES_NOTHING}
        ),
        needs=("first orders",),
    ),
}


def serving(requirements: Iterable[Requirement], statuses: Statuses) -> frozenset[str]:
    """Return the names of the scripts that serve any of the requirements, and of the scripts that these need."""
    chosen = {
        name for one in requirements for name, declaration in SCRIPTS.items() if declaration.is_sent_for(one, statuses)
    }
    return frozenset(chosen).union(*(SCRIPTS[name].needs for name in chosen))


def serving_specially(requirements: Iterable[Requirement]) -> frozenset[str]:
    """Return the names of the scripts that serve rules of any of the requirements, and of the scripts that these need.

    Rules that are judged on every exchange or on every order that is created do not count, since every script serves
    them.
    """
    rules = {one.family for one in requirements} - EXCHANGE_RULES - _CREATED
    chosen = {name for name, one in SCRIPTS.items() if one.serves & rules}
    return frozenset(chosen).union(*(SCRIPTS[name].needs for name in chosen))
