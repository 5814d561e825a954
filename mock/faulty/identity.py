"""Faults in the ref and the link of a created order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, ClassVar
from urllib.parse import quote

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import of_row
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _Identity(Service):
    """Answers another ref, or another link, than the order's own."""

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        raise NotImplementedError

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created":
            ref, link = self.identity(body[self.ref_field], body[self.link_field], body)
            body = body | {self.ref_field: ref, self.link_field: link}
        return super().respond(outcome, body, request)


_UNIQUE = ("create/201/ref/unique", "create/201/href/unique")


@SERVERS.add
class ConstantRef(_Identity):
    """Gives every order the same ref."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return "1", link.replace(ref, "1")


@SERVERS.add
class RefsRunOut(_Identity):
    """Counts refs from one to three, and begins again."""

    breaks = _UNIQUE

    def begin(self) -> None:
        self.numbers = count()

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        number = str(next(self.numbers) % 3 + 1)
        return number, link.replace(ref, number)


@SERVERS.add
class RefOfReference(_Identity):
    """Makes the ref of the first letters of the reference."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        own = body[self.reference_field][:4]
        return own, link.replace(ref, own)


@SERVERS.add
class ReferenceAsRef(_Identity):
    """Gives the organisation's reference as its own, also where it is used again."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        own = body[self.reference_field]
        return own, link.replace(ref, quote(own, safe=""))


@SERVERS.add
class RefOfInstant(_Identity):
    """Makes the ref of the instant of the order."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        own = body[self.instant_field].replace(":", "")
        return own, link.replace(ref, own)


@SERVERS.add
class ConstantRefInBody(_Identity):
    """Gives every order the same ref, but a link of its own."""

    breaks = ("create/201/ref/unique", "create/201/href/ref")

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return "order", link


class _Links(_Identity):
    """Answers another link than the order's own."""

    linked: ClassVar[Callable[[str, str], str]]

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return ref, type(self).linked(ref, link)


_LINKED: Mapping[str, tuple[Callable[[str, str], str], str, tuple[str, ...]]] = {
    "LinkToList": (
        lambda ref, link: link.removesuffix(f"/{ref}"),
        "Links to the list of orders.",
        ("href/unique", "href/ref"),
    ),
    "LinkToOlderVersion": (lambda _ref, link: link.replace("v2.1", "v2"), "Links to an older version.", ("href/ref",)),
    "LinkWithSlash": (lambda _ref, link: f"{link}/", "Ends the link in a slash.", ("href/ref",)),
    "LinkToGuest": (lambda _ref, link: link.replace("orders", "guests"), "Links to a guest.", ("href/ref",)),
    "LinkWithQuery": (lambda ref, link: link.replace(f"/{ref}", f"?ref={ref}"), "Links with a query.", ("href/ref",)),
    "LinkIsPath": (
        lambda _ref, link: link.partition("://")[2].partition("/")[2],
        "Links by a path only.",
        ("href/format", "href/ref"),
    ),
    "LinkWithBlanks": (lambda _ref, link: link.replace("://", ":// "), "Puts a blank into the link.", ("href/format",)),
    "LinkUnfilled": (
        lambda ref, link: link.replace(ref, "{ref}"),
        "Does not fill in its link.",
        ("href/unique", "href/ref"),
    ),
    "LinkWithShortRef": (lambda ref, link: link.replace(ref, ref[:8]), "Cuts off the ref in the link.", ("href/ref",)),
    "LinkInCapitals": (lambda ref, link: link.replace(ref, ref.upper()), "Links in capital letters.", ("href/ref",)),
    "LinkEmpty": (lambda _ref, _link: "", "Answers an empty link.", ("href/format", "href/ref")),
    "LinkWithoutScheme": (lambda _ref, link: link.partition(":")[2], "Links without a scheme.", ("href/format",)),
}
for _name, (_linked, _lie, _kinds) in _LINKED.items():
    of_row(SERVERS, _Links, _name, _lie, tuple(f"create/201/{kind}" for kind in _kinds), linked=staticmethod(_linked))


@SERVERS.add
class LinkToPrevious(_Identity):
    """Links to the order before."""

    breaks = ("create/201/href/ref", "create/201/href/unique")

    def begin(self) -> None:
        self.previous = ""

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        previous, self.previous = self.previous or link, link
        return ref, previous


@SERVERS.add
class RefEmpty(_Identity):
    """Answers an empty ref."""

    breaks = ("create/201/ref/*", "create/201/href/ref")

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return "", link
