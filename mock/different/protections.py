"""Servers behind a firewall, a rate limiter or a lock of the account, which respond before the service does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.lenient import Lenient
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse
from orders_conformance.mock.service import Rejection, Service

SERVERS = Catalogue()

# Those that send more than a few wrong passwords, and all.
_THOROUGH, _PROFILES = ("ci",), ("ci", "tenant")
_HTML: Headers = (("Content-Type", "text/html"),)
_PAGE = b"<html><head><title>Forbidden</title></head><body><h1>Request blocked</h1></body></html>"
_JSON: Headers = (("Content-Type", "application/json"),)
_OBJECT = b'{"error":"forbidden","reference":"18.4f2c"}'

# Firewalls.


class _Firewall(Lenient):
    """Rejects bodies that look like an attack, before they are authenticated."""

    attack: ClassVar[re.Pattern[bytes]] = re.compile(rb"<script|<b>|\.\./|DROP TABLE|' OR |\\u0000|\$\{", re.IGNORECASE)
    status: ClassVar[int] = 403
    page: ClassVar[tuple[Headers, bytes]] = (_HTML, _PAGE)

    def is_attack(self, request: ServerRequest) -> bool:
        return self.attack.search(request.body) is not None

    def handle(self, request: ServerRequest) -> ServerResponse:
        if self.is_attack(request):
            headers, body = self.page
            return ServerResponse(self.status, headers, body)
        return super().handle(request)


@SERVERS.add
class FirewallWithPage(_Firewall):
    """Responds with 403 and HTML to bodies that look like an attack."""


@SERVERS.add
class FirewallWithObject(_Firewall):
    """Responds with 403 and JSON to bodies that look like an attack."""

    page = (_JSON, _OBJECT)


@SERVERS.add
class FirewallNotAcceptable(_Firewall):
    """Responds with 406 and HTML to bodies that look like an attack, as older firewalls do."""

    status = 406


@SERVERS.add
class FirewallOfLongValues(_Firewall):
    """Responds with 403 and HTML to bodies with a word of more than 2000 characters."""

    attack = re.compile(rb"[^\s\"]{2000}")


class _MostBytes(_Firewall):
    """Rejects long bodies before they are read."""

    most: ClassVar[int]
    status = 413

    def is_attack(self, request: ServerRequest) -> bool:
        return len(request.body) > self.most


@SERVERS.add
class TooLargeFrom4Kilobytes(_MostBytes):
    """Responds with 413 and HTML to bodies of more than 4 kilobytes."""

    most = 4 * 1024


@SERVERS.add
class TooLargeFrom8Kilobytes(_MostBytes):
    """Responds with 413 and JSON to bodies of more than 8 kilobytes."""

    most = 8 * 1024
    page = (_JSON, _OBJECT)


@SERVERS.add
class TooLargeFrom64Kilobytes(_MostBytes):
    """Responds with 413, without a body, to bodies of more than 64 kilobytes."""

    most = 64 * 1024
    page = ((), b"")


# Rate limiters that forbid.


class _Forbids(Service):
    """Forbids everything for a while after a number of requests in a period; time passes while the client waits."""

    most: ClassVar[int]
    period: ClassVar[timedelta]
    lifted: ClassVar[timedelta | None]
    page: ClassVar[tuple[Headers, bytes]]
    status: ClassVar[int] = 403

    def set_up(self) -> None:
        # The clock is not set yet.
        self.since: datetime | None = None
        self.handled = 0
        self.forbidden = False

    def handle(self, request: ServerRequest) -> ServerResponse:
        now = self.clock()
        if self.since is None or self._is_over(now - self.since):
            self.since, self.handled, self.forbidden = now, 0, False
        if not self.forbidden and self.handled >= self.most:
            self.since, self.forbidden = now, True
        if self.forbidden:
            headers, body = self.page
            return ServerResponse(self.status, headers, body)
        self.handled += 1
        return super().handle(request)

    def _is_over(self, passed: timedelta) -> bool:
        if not self.forbidden:
            return passed >= self.period
        return self.lifted is not None and passed >= self.lifted


_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_PAGES: Mapping[str, tuple[Headers, bytes, str]] = {
    "Page": (_HTML, _PAGE, "HTML"),
    "Object": (_JSON, _OBJECT, "JSON"),
    "Nothing": ((), b"", "no body"),
}
_LIMITS: Mapping[str, tuple[int, timedelta, timedelta, int | None, str]] = {
    "Second": (20, _SECOND, _SECOND, None, "20 requests in a second, for a second"),
    "Minute": (150, _MINUTE, timedelta(seconds=30), 30, "150 requests in a minute, for the 30 seconds that it names"),
    "FewSeconds": (60, timedelta(seconds=10), timedelta(seconds=10), 10, "60 requests in ten seconds, for ten seconds"),
    "LongSilence": (120, _MINUTE, timedelta(seconds=20), None, "120 requests in a minute, for 20 seconds"),
}
for _what, (_headers, _body, _kind) in _PAGES.items():
    for _when, (_most, _period, _lifted, _after, _words) in _LIMITS.items():
        SERVERS.derive(
            _Forbids,
            f"Forbids{_when}With{_what}",
            f"Responds with 403 and {_kind} after {_words}.",
            most=_most,
            period=_period,
            lifted=_lifted,
            page=((*_headers, *((("Retry-After", str(_after)),) if _after else ())), _body),
        )


@SERVERS.add
class ForbidsForEver(_Forbids):
    """Responds with 403 and HTML to everything after 100 requests in a minute."""

    # It cannot be told from a lock where it begins after wrong credentials.
    stops_run = dict.fromkeys(_PROFILES, "run again")
    most, period, lifted = 100, _MINUTE, None
    page = (_HTML, _PAGE)


@SERVERS.add
class BlocksAsNotFound(_Forbids):
    """Responds with 404 and HTML to everything for ten seconds after 100 requests in a minute."""

    most, period, lifted = 100, _MINUTE, timedelta(seconds=10)
    page = (_HTML, _PAGE)
    status = 404


@SERVERS.add
class BlocksWithPage(_Forbids):
    """Responds with 200 and a page for humans to everything for ten seconds after 100 requests in a minute."""

    most, period, lifted = 100, _MINUTE, timedelta(seconds=10)
    page = (_HTML, b"<html><body>Are you a human?</body></html>")
    status = 200


# Accounts that are locked after wrong passwords.


class _Locks(Service):
    """Locks the account after a number of wrong passwords."""

    most: ClassVar[int]
    status: ClassVar[int]
    minutes: ClassVar[int | None]
    in_a_row: ClassVar[bool] = False

    def set_up(self) -> None:
        self.wrong = 0
        self.locked_at: datetime | None = None

    def credentials_match(self, user: str, password: str) -> bool:
        match = super().credentials_match(user, password)
        if match and self.in_a_row:
            self.wrong = 0
        elif not match and self.same_text(user, self.client_key):
            self.wrong += 1
            if self.wrong >= self.most:
                self.locked_at = self.clock()
        return match

    def process(self, request: ServerRequest) -> ServerResponse:
        if self.locked_at is not None and self.minutes and self.clock() - self.locked_at > _MINUTE * self.minutes:
            self.wrong, self.locked_at = 0, None
        credentials = self.credentials(request.header("Authorization"))
        if self.locked_at is not None and credentials is not None and credentials[0] == self.client_key:
            return self.locked(request)
        return super().process(request)

    def locked(self, request: ServerRequest) -> ServerResponse:
        if self.status == self.statuses["unauthorized"]:
            return self.reject(Rejection("unauthorized", "The account is locked."), request)
        more = (("Retry-After", str(60 * self.minutes)),) if self.status == 429 and self.minutes else ()
        return ServerResponse(self.status, (*_JSON, *more), b'{"message":"The account is locked."}')


_DURATIONS = (("AWhile", 15, "for 15 minutes"), ("Ever", None, "for ever"))
for _number, (_status, _most) in enumerate((status, most) for status in (401, 403, 423, 429) for most in (3, 5, 10)):
    _name, _minutes, _words = _DURATIONS[_number % 2]
    SERVERS.derive(
        _Locks,
        f"Locks{_name}After{_most}As{_status}",
        f"Responds with {_status} {_words} after {_most} wrong passwords.",
        most=_most,
        status=_status,
        minutes=_minutes,
        stops_run=dict.fromkeys(
            _THOROUGH if _most == 10 else _PROFILES,
            "asks to wait" if _status == 429 and _minutes else "locks the account",
        ),
    )
