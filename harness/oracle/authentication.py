"""Recognising credentials from the bytes of an Authorization header, and judging the status of the response to them.

This shares no code with the generators of credentials, so that a mistake of theirs shows.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from orders_conformance.harness.exchange import SERVER_ERROR, SUCCESS, Request, Response
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion, describe, kept
from orders_conformance.harness.oracle.history import History, Relation
from orders_conformance.spec.extension import CredentialKinds, Statuses
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import Credentials

# The variants of which each stands for many headers. A contract may have further variants among them, which the bytes
# do not tell apart.
_GENERAL = frozenset(
    {"wrong-user", "wrong-password", "password-prefix", "password-longer", "other-scheme", "undecodable"}
)
# The variants that are recognised by the bytes alone.
RECOGNISED = frozenset(
    {"right", "scheme-case", "none", "empty", "empty-password", "swapped", "user-case", "password-case", *_GENERAL}
)

# The requirements that credentials are looked at before anything else.
_EARLIER = {Rule.UNAUTHORIZED_BEFORE_VALIDATION, Rule.UNAUTHORIZED_BEFORE_CONFLICT}


class CredentialClassifier:
    """Classifies the Authorization header of a request.

    Whether it is right follows from its bytes alone. Among wrong ones, the label of the request may name a variant of
    the contract that the bytes do not tell, but never one that they do.
    """

    def __init__(self, kinds: CredentialKinds, credentials: Credentials) -> None:
        """Prepare to compare with credentials.

        Args:
            kinds: the variants of the contract.
            credentials: the right ones.

        """
        self._right = frozenset(kinds.right)
        self._labels = frozenset(kinds.wrong) - RECOGNISED
        self._key, self._token = credentials.client_key, credentials.api_token

    def is_right(self, authorization: str | None) -> bool:
        """Whether the server has to accept a header; None for no header."""
        return self._recognise(authorization) in self._right

    def variant(self, request: Request) -> str:
        """Name the variant of the contract's `credentials` that the header of a request is."""
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
        The text with its colon; None where it cannot be decoded.

    """
    try:
        text = base64.b64decode(encoded.lstrip(" "), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return text if ":" in text else None


def _wrong(pair: str, key: str, token: str) -> str:
    """Name the first variant that a decoded pair is, which is not the right one."""
    # The first colon ends the user-id (RFC 7617, 2).
    user, _, password = pair.partition(":")
    tests: Mapping[str, bool] = {
        "empty": pair == ":",
        "empty-password": pair == f"{key}:",
        "swapped": pair == f"{token}:{key}",
        "user-case": _folded(user) == _folded(key) and password == token,
        "password-case": user == key and _folded(password) == _folded(token),
        "password-prefix": user == key and token.startswith(password),
        "password-longer": user == key and password.startswith(token),
        "wrong-password": user == key,
    }
    return next((variant for variant, holds in tests.items() if holds), "wrong-user")


def _folded(text: str) -> str:
    """Make texts equal that differ in the case of letters; upper case first, for a dotless i has no other way back."""
    return text.upper().casefold()


def judge_right_credentials(response: Response, statuses: Statuses, rule: str) -> Evidence:
    """Judge whether right credentials were let in; `rule` names the requirement about their form."""
    held = response.status != statuses.unauthorized
    expected = f"any status but {statuses.unauthorized}"
    return Evidence((rule,), held=held, expected=expected, observed=describe(response))


def judge_wrong_credentials(
    response: Response, classification: Classification, history: History, statuses: Statuses
) -> Judgement:
    """Judge the answer to wrong credentials.

    Who is told what else is wrong with the request may have been let in, or everybody is told before the credentials
    are looked at: only further traffic can tell which.
    """
    expected, shown = f"{statuses.unauthorized}", describe(response)
    variant: Name = (Rule.CREDENTIALS, classification.credentials)
    if response.status in SUCCESS:
        return Judgement((Evidence(variant, held=False, expected=expected, observed=shown),))
    if response.status >= SERVER_ERROR:
        return Judgement(())
    held = response.status == statuses.unauthorized
    rule = _rule(response, classification, history, statuses, held=held)
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


def _rule(
    response: Response, classification: Classification, history: History, statuses: Statuses, *, held: bool
) -> str:
    """Name the requirement that the answer bears on by what else there was to answer."""
    valid = classification.document is not None and not classification.violations and classification.media == "json"
    if not valid:
        first = held or response.status in {statuses.rejected, statuses.media_type}
        return Rule.UNAUTHORIZED_BEFORE_VALIDATION if first else Rule.UNAUTHORIZED
    if classification.key and history.relation(classification.key)[0] is Relation.REPEAT:
        return Rule.UNAUTHORIZED_BEFORE_CONFLICT if held or response.status == statuses.conflict else Rule.UNAUTHORIZED
    return Rule.UNAUTHORIZED
