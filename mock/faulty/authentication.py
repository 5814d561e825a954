"""Faults in who is let in, and in how those are turned away who are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import of_row
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import Rejection, Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_PASSWORDS = tuple(f"create/request/credentials/{kind}" for kind in ("wrong-password", "empty-password", "password-*"))
_ANYBODY = ("create/request/credentials/*",)


@SERVERS.add
class LetsAnybodyIn(Service):
    """Asks nobody for credentials."""

    breaks = _ANYBODY

    def admits(self, request: ServerRequest) -> bool:
        return True


@SERVERS.add
class LetsNamelessIn(Service):
    """Lets in whoever sends no credentials at all."""

    breaks = ("create/request/credentials/none",)

    def admits(self, request: ServerRequest) -> bool:
        return request.header("Authorization") is None or super().admits(request)


@SERVERS.add
class LetsUndecodableIn(Service):
    """Lets in whoever sends credentials that cannot be decoded."""

    breaks = ("create/request/credentials/undecodable",)

    def admits(self, request: ServerRequest) -> bool:
        header = request.header("Authorization")
        return (
            header is not None and self.credentials(header) is None and header.startswith("Basic")
        ) or super().admits(request)


@SERVERS.add
class LooksAtHeaderOnly(Service):
    """Lets in whoever sends an Authorization header, whatever it says."""

    breaks = ("create/request/credentials/*",)

    def admits(self, request: ServerRequest) -> bool:
        return request.header("Authorization") is not None


@SERVERS.add
class TakesAnyScheme(Service):
    """Does not look at the authentication scheme."""

    breaks = ("create/request/credentials/other-scheme",)

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        return super().credentials(f"Basic {header.partition(' ')[2]}" if header else None)


@SERVERS.add
class TakesBearer(Service):
    """Lets in whoever bears any token."""

    breaks = ("create/request/credentials/other-scheme",)

    def admits(self, request: ServerRequest) -> bool:
        return (request.header("Authorization") or "").startswith("Bearer ") or super().admits(request)


@SERVERS.add
class MindsCaseOfScheme(Service):
    """Knows the authentication scheme only as Basic, not as basic."""

    breaks = ("create/request/credentials/scheme-case",)

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        return super().credentials(header) if (header or "").startswith("Basic ") else None


class _Compares(Service):
    """Compares user names and passwords in a way of its own."""

    pairs: ClassVar[Callable[[str, str, str, str], bool]]

    def knows(self, user: str, password: str) -> bool:
        return super().knows(user, password) or type(self).pairs(user, password, self.client_key, self.api_token)


_COMPARISONS: Mapping[str, tuple[Callable[[str, str, str, str], bool], str, tuple[str, ...]]] = {
    "TakesAnyUser": (
        lambda _user, password, _key, token: password == token,
        "Looks at the password only.",
        ("create/request/credentials/wrong-user", "create/request/credentials/user-case"),
    ),
    "TakesAnyPassword": (lambda user, _password, key, _token: user == key, "Looks at the user name only.", _PASSWORDS),
    "TakesEmptyPair": (
        lambda user, password, _key, _token: not user and not password,
        "Lets in an empty user name with an empty password.",
        ("create/request/credentials/empty",),
    ),
    "TakesEmptyPassword": (
        lambda user, password, key, _token: user == key and not password,
        "Does not ask for a password that is empty.",
        ("create/request/credentials/empty-password",),
    ),
    "TakesSwapped": (
        lambda user, password, key, token: {user, password} == {key, token},
        "Does not mind which is the user name and which the password.",
        ("create/request/credentials/swapped",),
    ),
    "TakesUserInAnyCase": (
        lambda user, password, key, token: user.lower() == key.lower() and password == token,
        "Does not mind the case of letters in the user name.",
        ("create/request/credentials/user-case",),
    ),
    "TakesPasswordInAnyCase": (
        lambda user, password, key, token: user == key and password.lower() == token.lower(),
        "Does not mind the case of letters in the password.",
        ("create/request/credentials/password-case",),
    ),
    "TakesBeginningOfPassword": (
        lambda user, password, key, token: user == key and len(password) > 1 and token.startswith(password),
        "Is content with the beginning of the password.",
        ("create/request/credentials/password-prefix",),
    ),
    "TakesLongerPassword": (
        lambda user, password, key, token: user == key and password.startswith(token),
        "Does not mind what follows the password.",
        ("create/request/credentials/password-longer",),
    ),
    "IgnoresLastCharacter": (
        lambda user, password, key, token: user == key and password[: len(token) - 1] == token[:-1],
        "Compares all characters of the password but the last.",
        (
            "create/request/credentials/password-prefix",
            "create/request/credentials/password-longer",
            "create/request/credentials/wrong-password",
        ),
    ),
    "ComparesLengthOfPassword": (
        lambda user, password, key, token: user == key and len(password) == len(token),
        "Compares the length of the password only.",
        ("create/request/credentials/wrong-password", "create/request/credentials/password-case"),
    ),
}
for _name, (_pairs, _lie, _breaks) in _COMPARISONS.items():
    of_row(SERVERS, _Compares, _name, _lie, _breaks, pairs=staticmethod(_pairs))


@SERVERS.add
class RemembersConnection(Service):
    """Asks for credentials only once on each connection."""

    breaks = _ANYBODY

    def begin(self) -> None:
        self.known: set[str] = set()

    def admits(self, request: ServerRequest) -> bool:
        if super().admits(request):
            self.known.add(request.connection)
        return request.connection in self.known


@SERVERS.add
class RemembersUser(Service):
    """Asks a user for the password only until it was right once."""

    breaks = _PASSWORDS

    def begin(self) -> None:
        self.known: set[str] = set()

    def knows(self, user: str, password: str) -> bool:
        if super().knows(user, password):
            self.known.add(user)
        return user in self.known


@SERVERS.add
class GivesInAtThird(Service):
    """Lets in every third request with wrong credentials."""

    breaks = ("create/request/credentials/*",)

    def begin(self) -> None:
        self.wrong = 0

    def knows(self, user: str, password: str) -> bool:
        known = super().knows(user, password)
        self.wrong += not known
        return known or self.wrong % 3 == 0


@SERVERS.add
class DistrustsAfterFailure(Service):
    """Turns away the right credentials once after wrong ones."""

    breaks = ("create/request/credentials/right", "create/request/credentials/scheme-case")

    def begin(self) -> None:
        self.suspicious = False

    def admits(self, request: ServerRequest) -> bool:
        admitted = super().admits(request)
        turned_away, self.suspicious = self.suspicious and admitted, not admitted
        return admitted and not turned_away


@SERVERS.add
class TurnsAwayAtTimes(Service):
    """Turns away each fortieth request with the right credentials."""

    breaks = ("create/request/credentials/right",)

    def begin(self) -> None:
        self.right = 0

    def admits(self, request: ServerRequest) -> bool:
        admitted = super().admits(request)
        self.right += admitted
        return admitted and self.right % 40 != 0


class _TurnsAway(Service):
    """Turns away in a way of its own."""

    response: ClassVar[ServerResponse]

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        return self.response if refusal.outcome == "unauthorized" else super().refuse(refusal, request)


_JSON: Headers = (("Content-Type", "application/json"), ("WWW-Authenticate", "Basic"))
_HTML: Headers = (("Content-Type", "text/html"), ("WWW-Authenticate", "Basic"))
_TURNED_AWAY: Mapping[str, tuple[ServerResponse, str, tuple[str, ...]]] = {
    "Forbids": (
        ServerResponse(403, _JSON, b'{"code":403}'),
        "Answers 403 instead of 401.",
        ("create/401/http-status",),
    ),
    "PretendsNotFound": (
        ServerResponse(404, _JSON, b'{"code":404}'),
        "Answers 404 instead of 401.",
        ("create/401/http-status",),
    ),
    "Redirects": (
        ServerResponse(302, (("Location", "/login"),)),
        "Sends strangers to a login page.",
        ("create/401/http-status",),
    ),
    "LoginPage": (
        ServerResponse(401, _HTML, b"<form/>"),
        "Answers 401 with a page.",
        ("create/401/media-type", "create/401/json"),
    ),
    "LoginPageAsJson": (
        ServerResponse(401, _JSON, b"<form/>"),
        "Answers 401 with a page that it calls JSON.",
        ("create/401/json",),
    ),
    "TurnsAwaySilently": (ServerResponse(401, _JSON), "Answers 401 with an empty body.", ("create/401/json",)),
    "TurnsAwayWithOk": (
        ServerResponse(200, _JSON, b'{"code":401}'),
        "Answers 200 with a body that says 401.",
        ("create/request/credentials/*",),
    ),
    "StumblesOverStrangers": (ServerResponse(500, _JSON, b"{}"), "Answers 500 instead of 401.", ("create/any/no-5xx",)),
}
for _name, (_reply, _lie, _breaks) in _TURNED_AWAY.items():
    of_row(SERVERS, _TurnsAway, _name, _lie, _breaks, response=_reply)


@SERVERS.add
class StumblesOverUndecodable(Service):
    """Fails on credentials that cannot be decoded."""

    breaks = ("create/any/no-5xx",)

    def admits(self, request: ServerRequest) -> bool:
        header = request.header("Authorization") or ""
        if header.startswith("Basic ") and self.credentials(header) is None:
            raise Rejection(outcome="unauthorized", message="undecodable")
        return super().admits(request)

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        return (
            ServerResponse(500, _JSON, b"{}") if refusal.message == "undecodable" else super().refuse(refusal, request)
        )


@SERVERS.add
class NeverChallenges(Service):
    """Answers 401 without WWW-Authenticate."""

    breaks = ("create/401/www-authenticate",)

    def headers(self, outcome: Result) -> Headers:
        return tuple(header for header in super().headers(outcome) if header[0] != "WWW-Authenticate")


@SERVERS.add
class ChallengesNamelessOnly(Service):
    """Sends WWW-Authenticate only to those who sent no credentials."""

    breaks = ("create/401/www-authenticate",)

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().refuse(refusal, request)
        kept = tuple(header for header in response.headers if header[0] != "WWW-Authenticate")
        return ServerResponse(response.status, kept, response.body) if request.header("Authorization") else response


class _Stores(Service):
    """Does something with the order before it looks at the credentials."""

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        raise NotImplementedError

    def admits(self, request: ServerRequest) -> bool:
        admitted = super().admits(request)
        if not admitted and request.body and self.takes_media_type(request):
            try:
                order = self.normalise(self.decode(request))
            except Rejection:
                return False
            self.before(order, request)
        return admitted


@SERVERS.add
class StoresForStrangers(_Stores):
    """Creates the order, and then answers 401."""

    breaks = ("create/401/stores-nothing",)

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        if not self.problems(order):
            self.store(order, self.created(order, request), request)


@SERVERS.add
class ValidatesForStrangers(_Stores):
    """Tells strangers what is wrong with their order."""

    breaks = ("create/401/before-validation",)

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        self.check(order)


@SERVERS.add
class TellsStrangersOfConflicts(_Stores):
    """Tells strangers that an order exists."""

    breaks = ("create/401/before-conflict",)

    def before(self, order: dict[str, Any], request: ServerRequest) -> None:
        if not self.problems(order) and self.microseconds(order) in self.orders.instants(order[self.reference_field]):
            raise self.conflict(order)
