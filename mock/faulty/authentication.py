"""Faults in authentication and in 401 responses."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import Rejection, Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_PASSWORDS = tuple(f"create/request/credentials/{kind}" for kind in ("wrong-password", "empty-password", "password-*"))
_ALL_KINDS = ("create/request/credentials/*",)


@SERVERS.add
class LetsAnybodyIn(Service):
    """Accepts every request without authentication."""

    breaks = _ALL_KINDS

    def is_authenticated(self, request: ServerRequest) -> bool:
        return True


@SERVERS.add
class LetsNamelessIn(Service):
    """Accepts requests without credentials."""

    breaks = ("create/request/credentials/none",)

    def is_authenticated(self, request: ServerRequest) -> bool:
        return request.header("Authorization") is None or super().is_authenticated(request)


@SERVERS.add
class LetsUndecodableIn(Service):
    """Accepts credentials that cannot be decoded."""

    breaks = ("create/request/credentials/undecodable",)

    def is_authenticated(self, request: ServerRequest) -> bool:
        header = request.header("Authorization")
        return (
            header is not None and self.credentials(header) is None and header.startswith("Basic")
        ) or super().is_authenticated(request)


@SERVERS.add
class LooksAtHeaderOnly(Service):
    """Accepts every request with an Authorization header, whatever its value is."""

    breaks = ("create/request/credentials/*",)

    def is_authenticated(self, request: ServerRequest) -> bool:
        return request.header("Authorization") is not None


@SERVERS.add
class TakesAnyScheme(Service):
    """Ignores the authentication scheme."""

    breaks = ("create/request/credentials/other-scheme",)

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        return super().credentials(f"Basic {header.partition(' ')[2]}" if header else None)


@SERVERS.add
class TakesBearer(Service):
    """Accepts any bearer token."""

    breaks = ("create/request/credentials/other-scheme",)

    def is_authenticated(self, request: ServerRequest) -> bool:
        return (request.header("Authorization") or "").startswith("Bearer ") or super().is_authenticated(request)


@SERVERS.add
class TakesTokenAsBearer(Service):
    """Accepts the password as a bearer token."""

    breaks = ("create/request/credentials/other-scheme",)

    def is_authenticated(self, request: ServerRequest) -> bool:
        return request.header("Authorization") == f"Bearer {self.api_token}" or super().is_authenticated(request)


@SERVERS.add
class TakesUserWithoutColon(Service):
    """Accepts the user name alone, without a colon after it."""

    breaks = ("create/request/credentials/undecodable",)

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        alone = f"Basic {base64.b64encode(self.client_key.encode()).decode()}"
        return (self.client_key, self.api_token) if header == alone else super().credentials(header)


@SERVERS.add
class MindsCaseOfScheme(Service):
    """Rejects the authentication scheme in lower case: basic."""

    breaks = ("create/request/credentials/scheme-case",)

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        return super().credentials(header) if (header or "").startswith("Basic ") else None


class _ComparesCredentials(Service):
    """Accepts further pairs of user name and password beside the right one."""

    matches: ClassVar[Callable[[str, str, str, str], bool]]

    def credentials_match(self, user: str, password: str) -> bool:
        return super().credentials_match(user, password) or type(self).matches(
            user, password, self.client_key, self.api_token
        )


_COMPARISONS: Mapping[str, tuple[Callable[[str, str, str, str], bool], str, tuple[str, ...]]] = {
    "TakesAnyUser": (
        lambda _user, password, _key, token: password == token,
        "Checks the password only.",
        ("create/request/credentials/wrong-user", "create/request/credentials/user-case"),
    ),
    "TakesAnyPassword": (lambda user, _password, key, _token: user == key, "Checks the user name only.", _PASSWORDS),
    "TakesEmptyPair": (
        lambda user, password, _key, _token: not user and not password,
        "Accepts an empty user name with an empty password.",
        ("create/request/credentials/empty",),
    ),
    "TakesEmptyPassword": (
        lambda user, password, key, _token: user == key and not password,
        "Accepts the right user name with an empty password.",
        ("create/request/credentials/empty-password",),
    ),
    "TakesSwapped": (
        lambda user, password, key, token: {user, password} == {key, token},
        "Accepts user name and password swapped.",
        ("create/request/credentials/swapped",),
    ),
    "TakesUserInAnyCase": (
        lambda user, password, key, token: user.lower() == key.lower() and password == token,
        "Ignores letter case in the user name.",
        ("create/request/credentials/user-case",),
    ),
    "TakesPasswordInAnyCase": (
        lambda user, password, key, token: user == key and password.lower() == token.lower(),
        "Ignores letter case in the password.",
        ("create/request/credentials/password-case",),
    ),
    "TakesBeginningOfPassword": (
        lambda user, password, key, token: user == key and len(password) > 1 and token.startswith(password),
        "Accepts the beginning of the password.",
        ("create/request/credentials/password-prefix",),
    ),
    "TakesLongerPassword": (
        lambda user, password, key, token: user == key and password.startswith(token),
        "Accepts the password with further characters after it.",
        ("create/request/credentials/password-longer",),
    ),
    "SplitsAtEveryColon": (
        lambda user, password, key, token: user == key and password.split(":")[0] == token,
        "Splits user name and password at every colon and ignores a third part.",
        ("create/request/credentials/password-longer",),
    ),
    "IgnoresLastCharacter": (
        lambda user, password, key, token: user == key and password[: len(token) - 1] == token[:-1],
        "Ignores the last character of the password.",
        (
            "create/request/credentials/password-prefix",
            "create/request/credentials/password-longer",
            "create/request/credentials/wrong-password",
        ),
    ),
    "ComparesAllButLastCharacter": (
        lambda user, password, key, token: user == key and len(password) == len(token) and password[:-1] == token[:-1],
        "Compares the password without its last character.",
        ("create/request/credentials/wrong-password",),
    ),
    "TrimsPassword": (
        lambda user, password, key, token: user == key and password.strip() == token,
        "Ignores blanks around the password.",
        ("create/request/credentials/password-longer",),
    ),
    "ComparesLengthOfPassword": (
        lambda user, password, key, token: user == key and len(password) == len(token),
        "Accepts any password of the right length.",
        ("create/request/credentials/wrong-password", "create/request/credentials/password-case"),
    ),
}
for _name, (_matches, _doc, _breaks) in _COMPARISONS.items():
    add_server(SERVERS, _ComparesCredentials, _name, _doc, _breaks, matches=staticmethod(_matches))


@SERVERS.add
class RemembersConnection(Service):
    """Authenticates a connection once and then accepts every request on it."""

    breaks = _ALL_KINDS

    def set_up(self) -> None:
        self.known: set[str] = set()

    def is_authenticated(self, request: ServerRequest) -> bool:
        if super().is_authenticated(request):
            self.known.add(request.connection)
        return request.connection in self.known


@SERVERS.add
class RemembersUser(Service):
    """Accepts any password of a user after the right one was sent once."""

    breaks = _PASSWORDS

    def set_up(self) -> None:
        self.known: set[str] = set()

    def credentials_match(self, user: str, password: str) -> bool:
        if super().credentials_match(user, password):
            self.known.add(user)
        return user in self.known


@SERVERS.add
class GivesInAtThird(Service):
    """Accepts every third request with wrong credentials."""

    breaks = ("create/request/credentials/*",)

    def set_up(self) -> None:
        self.wrong = 0

    def credentials_match(self, user: str, password: str) -> bool:
        known = super().credentials_match(user, password)
        self.wrong += not known
        return known or self.wrong % 3 == 0


@SERVERS.add
class DistrustsAfterFailure(Service):
    """Rejects the right credentials once after a request with wrong ones."""

    breaks = ("create/request/credentials/right",)

    def set_up(self) -> None:
        self.reject_next = False

    def is_authenticated(self, request: ServerRequest) -> bool:
        authenticated = super().is_authenticated(request)
        rejected, self.reject_next = self.reject_next and authenticated, not authenticated
        return authenticated and not rejected


@SERVERS.add
class TurnsAwayAtTimes(Service):
    """Rejects every fortieth request with the right credentials."""

    breaks = ("create/request/credentials/right",)

    def set_up(self) -> None:
        self.right = 0

    def is_authenticated(self, request: ServerRequest) -> bool:
        authenticated = super().is_authenticated(request)
        self.right += authenticated
        return authenticated and self.right % 40 != 0


class _UnauthorizedResponse(Service):
    """Responds with a fixed response to requests that it does not authenticate."""

    response: ClassVar[ServerResponse]

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        return self.response if rejection.outcome == "unauthorized" else super().reject(rejection, request)


_JSON: Headers = (("Content-Type", "application/json"), ("WWW-Authenticate", "Basic"))
_HTML: Headers = (("Content-Type", "text/html"), ("WWW-Authenticate", "Basic"))
_UNAUTHORIZED_RESPONSES: Mapping[str, tuple[ServerResponse, str, tuple[str, ...]]] = {
    "Forbids": (
        ServerResponse(403, _JSON, b'{"code":403}'),
        "Responds with 403 instead of 401.",
        ("create/401/http-status",),
    ),
    "PretendsNotFound": (
        ServerResponse(404, _JSON, b'{"code":404}'),
        "Responds with 404 instead of 401.",
        ("create/401/http-status",),
    ),
    "Redirects": (
        ServerResponse(302, (("Location", "/login"),)),
        "Redirects to a login page instead of responding with 401.",
        ("create/401/http-status",),
    ),
    "LoginPage": (
        ServerResponse(401, _HTML, b"<form/>"),
        "Responds with 401 and an HTML page.",
        ("create/401/media-type", "create/401/json"),
    ),
    "LoginPageAsJson": (
        ServerResponse(401, _JSON, b"<form/>"),
        "Responds with 401 and an HTML page with the media type of JSON.",
        ("create/401/json",),
    ),
    "TurnsAwaySilently": (ServerResponse(401, _JSON), "Responds with 401 and an empty body.", ("create/401/json",)),
    "TurnsAwayWithOk": (
        ServerResponse(200, _JSON, b'{"code":401}'),
        "Responds with 200 and a body with code 401 to wrong credentials.",
        ("create/request/credentials/*",),
    ),
    "StumblesOverStrangers": (
        ServerResponse(500, _JSON, b"{}"),
        "Responds with 500 instead of 401.",
        ("create/any/no-5xx",),
    ),
}
for _name, (_response, _doc, _breaks) in _UNAUTHORIZED_RESPONSES.items():
    add_server(SERVERS, _UnauthorizedResponse, _name, _doc, _breaks, response=_response)


@SERVERS.add
class StumblesOverUndecodable(Service):
    """Responds with 500 to credentials that cannot be decoded."""

    breaks = ("create/any/no-5xx",)

    def is_authenticated(self, request: ServerRequest) -> bool:
        header = request.header("Authorization") or ""
        if header.startswith("Basic ") and self.credentials(header) is None:
            raise Rejection(outcome="unauthorized", message="undecodable")
        return super().is_authenticated(request)

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        return (
            ServerResponse(500, _JSON, b"{}")
            if rejection.message == "undecodable"
            else super().reject(rejection, request)
        )


@SERVERS.add
class NeverChallenges(Service):
    """Responds with 401 without a WWW-Authenticate header."""

    breaks = ("create/401/www-authenticate",)

    def headers(self, outcome: Result) -> Headers:
        return tuple(header for header in super().headers(outcome) if header[0] != "WWW-Authenticate")


@SERVERS.add
class ChallengesNamelessOnly(Service):
    """Sends WWW-Authenticate only where the request has no credentials."""

    breaks = ("create/401/www-authenticate",)

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        kept = tuple(header for header in response.headers if header[0] != "WWW-Authenticate")
        return ServerResponse(response.status, kept, response.body) if request.header("Authorization") else response


class _Stores(Service):
    """Processes the order before it checks the credentials."""

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        raise NotImplementedError

    def is_authenticated(self, request: ServerRequest) -> bool:
        authenticated = super().is_authenticated(request)
        if not authenticated and request.body and self.accepts_media_type(request):
            try:
                order = self.normalise(self.decode(request))
            except Rejection:
                return False
            self.before(order, request)
        return authenticated


@SERVERS.add
class StoresForStrangers(_Stores):
    """Creates the order, and then responds with 401."""

    breaks = ("create/401/stores-nothing",)

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        if not self.problems(order):
            self.store(order, self.created(order, request), request)


@SERVERS.add
class ValidatesForStrangers(_Stores):
    """Responds with 400 to an invalid order with wrong credentials."""

    breaks = ("create/401/before-validation",)

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        self.check(order)


@SERVERS.add
class TellsStrangersOfConflicts(_Stores):
    """Responds with 409 to an existing order with wrong credentials."""

    breaks = ("create/401/before-conflict",)

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        if not self.problems(order) and self.microseconds(order) in self.orders.instants(order[self.reference_field]):
            raise self.conflict(order)
