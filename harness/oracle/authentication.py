"""Recognise credentials by the bytes of an Authorization header, and judge the status of the response to them.

Shares no code with the generators of credentials, so that a mistake in them is found.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from orders_conformance.harness.messages.exchange import SERVER_ERROR, SUCCESS, Request, Response
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion, kept
from orders_conformance.harness.oracle.history import History, Relation
from orders_conformance.spec.extension import CredentialKinds, Statuses
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import Credentials

# Variants that each cover many headers. A contract may name further variants inside one of these; the bytes do not show
# which one it is.
_GENERAL = frozenset(
    {"wrong-user", "wrong-password", "password-prefix", "password-longer", "other-scheme", "undecodable"}
)
# The variants that are recognised by the bytes alone.
RECOGNISED = frozenset(
    {"right", "scheme-case", "none", "empty", "empty-password", "swapped", "user-case", "password-case", *_GENERAL}
)

# The requirements that the server checks credentials before validation and before the duplicate rule.
_EARLIER = {Rule.UNAUTHORIZED_BEFORE_VALIDATION, Rule.UNAUTHORIZED_BEFORE_CONFLICT}


class CredentialClassifier:
    """Classifies the Authorization header of a request.

    Only the bytes decide whether the header is right. For a wrong header, the label of the request is used if it names
    a variant of the contract that the bytes do not show.
    """

    def __init__(self, kinds: CredentialKinds, credentials: Credentials) -> None:
        """Prepare to compare headers with the right credentials.

        Args:
            kinds: the variants of credentials in the contract.
            credentials: the right credentials.

        """
        self._right = frozenset(kinds.right)
        self._labels = frozenset(kinds.wrong) - RECOGNISED
        self._key, self._token = credentials.client_key, credentials.api_token

    def is_right(self, authorization: str | None) -> bool:
        """Whether the server must authenticate a request with this header; None for no header."""
        return self._recognise(authorization) in self._right

    def is_wrong_login(self, authorization: str | None) -> bool:
        """Whether a header has the right client key and a wrong token, which a server may count against the account.

        A client key alone, without a colon, counts: a server may read it as a user without a password.
        """
        scheme, _, encoded = (authorization or "").partition(" ")
        try:
            text = base64.b64decode(encoded.strip(" "), validate=True).decode()
        except (binascii.Error, ValueError):
            return False
        user, _, password = text.partition(":")
        same = _casefolded(user.strip()) == _casefolded(self._key.strip())
        return scheme.lower() == "basic" and same and password != self._token

    def variant(self, request: Request) -> str:
        """Return the variant of the contract's `credentials` that the header of a request belongs to."""
        recognised = self._recognise(request.authorization)
        refined = recognised in _GENERAL - self._right and request.credentials in self._labels
        return request.credentials if refined else recognised

    def _recognise(self, authorization: str | None) -> str:
        if not authorization:
            return "none"
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return "other-scheme"
        pair = _decoded(encoded)
        if pair is None:
            return "undecodable"
        if pair == f"{self._key}:{self._token}":
            return "right" if scheme == "Basic" else "scheme-case"
        return _wrong(pair, self._key, self._token)


def _decoded(encoded: str) -> str | None:
    """Decode what follows the scheme: spaces (RFC 9110, 11.4), and base64 of user-id, colon and password (RFC 7617, 2).

    Returns:
        The decoded text; None if it cannot be decoded or has no colon.

    """
    try:
        text = base64.b64decode(encoded.lstrip(" "), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return text if ":" in text else None


def _wrong(pair: str, key: str, token: str) -> str:
    """Return the first variant of wrong credentials that matches a decoded pair."""
    # The first colon ends the user-id (RFC 7617, 2).
    user, _, password = pair.partition(":")
    tests: Mapping[str, bool] = {
        "empty": pair == ":",
        "empty-password": pair == f"{key}:",
        "swapped": pair == f"{token}:{key}",
        "user-case": _casefolded(user) == _casefolded(key) and password == token,
        "password-case": user == key and _casefolded(password) == _casefolded(token),
        "password-prefix": user == key and token.startswith(password),
        "password-longer": user == key and password.startswith(token),
        "wrong-password": user == key,
    }
    return next((variant for variant, holds in tests.items() if holds), "wrong-user")


def _casefolded(text: str) -> str:
    """Fold the case of letters; by upper case first, which maps a dotless i to I as well."""
    return text.upper().casefold()


def judge_right_credentials(response: Response, statuses: Statuses, rule: str) -> Evidence:
    """Judge whether the server authenticated right credentials; `rule` is the requirement about their form."""
    held = response.status != statuses.unauthorized
    expected = f"any status but {statuses.unauthorized}"
    return Evidence((rule,), held=held, expected=expected)


def judge_wrong_credentials(
    response: Response, classification: Classification, history: History, statuses: Statuses
) -> Judgement:
    """Judge the response to wrong credentials.

    A 400 or 415 to an invalid request, or a 409 to a repeat, has two possible causes: the server accepted the
    credentials, or it validates or looks for duplicates before it checks them. The result is then a suspicion, which
    follow-up requests settle.
    """
    expected = f"{statuses.unauthorized}"
    variant: Name = (Rule.CREDENTIALS, classification.credentials)
    if response.status in SUCCESS:
        return Judgement((Evidence(variant, held=False, expected=expected),))
    if response.status >= SERVER_ERROR:
        return Judgement(())
    held = response.status == statuses.unauthorized
    if classification.media == "other" and response.status in {statuses.media_type, statuses.rejected}:
        # A server may look for a resource by method and media type first; the order is not validated by then.
        return Judgement(())
    rule = _rule(response, classification, history, statuses, held=held)
    if not held and rule in _EARLIER:
        return Judgement((), suspicion=Suspicion("credentials", (variant,), (rule,), expected))
    evidence = (Evidence((rule,), held=held, expected=expected),)
    if not held:
        return Judgement(evidence)
    challenge = Evidence(
        (Rule.WWW_AUTHENTICATE,),
        held="www-authenticate" in response.headers,
        expected="a WWW-Authenticate header",
        observed="no such header",
    )
    return Judgement((kept(variant), kept((Rule.UNAUTHORIZED,)), challenge, *evidence))


def _rule(
    response: Response, classification: Classification, history: History, statuses: Statuses, *, held: bool
) -> str:
    """Return the requirement that the response is evidence for, depending on what else is wrong with the request."""
    # An unusual order is one that the server may reject.
    doubtful = classification.violations or classification.unusual
    # A status that the server sends for invalid orders is about the order, which it validated first.
    of_invalid = {statuses.rejected, statuses.media_type} | history.invalid_statuses
    about_order = response.status in of_invalid - {statuses.unauthorized}
    if classification.document is None or doubtful or classification.media != "json":
        return Rule.UNAUTHORIZED_BEFORE_VALIDATION if held or about_order else Rule.UNAUTHORIZED
    if about_order and not history.accepted.keys() >= set(classification.features):
        # The server may wrongly reject a value of this order, whatever the credentials are.
        return Rule.UNAUTHORIZED_BEFORE_VALIDATION
    if classification.key and history.relation(classification.key)[0] is Relation.REPEAT:
        return Rule.UNAUTHORIZED_BEFORE_CONFLICT if held or response.status == statuses.conflict else Rule.UNAUTHORIZED
    return Rule.UNAUTHORIZED
