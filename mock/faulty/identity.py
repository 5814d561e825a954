"""Faults in ref and href of the 201 response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, ClassVar
from urllib.parse import quote

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _Identity(Service):
    """Returns another ref or another link than the order's own."""

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        raise NotImplementedError

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        ref, link = body.get(self.ref_field), body.get(self.link_field)
        # Where it is combined with another fault, an order may have none.
        if outcome == "created" and isinstance(ref, str) and isinstance(link, str):
            ref, link = self.identity(ref, link, body)
            body = body | {self.ref_field: ref, self.link_field: link}
        return super().respond(outcome, body, request)


_UNIQUE = ("create/201/ref/unique", "create/201/href/unique")


@SERVERS.add
class ConstantRef(_Identity):
    """Assigns the same ref to every order."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return "1", link.replace(ref, "1")


@SERVERS.add
class RefsRunOut(_Identity):
    """Assigns the refs 1, 2 and 3 in turn."""

    breaks = _UNIQUE

    def set_up(self) -> None:
        self.numbers = count()

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        number = str(next(self.numbers) % 3 + 1)
        return number, link.replace(ref, number)


@SERVERS.add
class RefOfReference(_Identity):
    """Assigns the first four characters of referenceId as ref."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        own = body[self.reference_field][:4]
        return own, link.replace(ref, own)


@SERVERS.add
class ReferenceAsRef(_Identity):
    """Assigns referenceId as ref, also where it is used again."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        own = body[self.reference_field]
        return own, link.replace(ref, quote(own, safe=""))


@SERVERS.add
class RefOfInstant(_Identity):
    """Assigns orderedAt as ref."""

    breaks = _UNIQUE

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        own = body[self.instant_field].replace(":", "")
        return own, link.replace(ref, own)


@SERVERS.add
class ConstantRefInBody(_Identity):
    """Returns the same ref for every order, but a link of its own."""

    breaks = ("create/201/ref/unique", "create/201/href/ref")

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return "order", link


class _Links(_Identity):
    """Returns another link than the order's own."""

    linked: ClassVar[Callable[[str, str], str]]

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return ref, type(self).linked(ref, link)


_LINKED: Mapping[str, tuple[Callable[[str, str], str], str, tuple[str, ...]]] = {
    "LinkToList": (
        lambda ref, link: link.removesuffix(f"/{ref}"),
        "Returns a link to the list of orders.",
        ("href/unique",),
    ),
    "LinkToOlderVersion": (
        lambda _ref, link: link.replace("v2.1", "v2"),
        "Returns a link to an older version of the API.",
        ("href/ref",),
    ),
    "LinkWithSlash": (lambda _ref, link: f"{link}/", "Returns a link that ends in a slash.", ("href/ref",)),
    "LinkToGuest": (lambda _ref, link: link.replace("orders", "guests"), "Returns a link to a guest.", ("href/ref",)),
    "LinkWithQuery": (
        lambda ref, link: link.replace(f"/{ref}", f"?ref={ref}"),
        "Returns a link with the ref in the query.",
        ("href/ref",),
    ),
    "LinkIsPath": (
        lambda _ref, link: link.partition("://")[2].partition("/")[2],
        "Returns a link that is a path only.",
        ("href/format", "href/ref"),
    ),
    "LinkWithBlanks": (
        lambda _ref, link: link.replace("://", ":// "),
        "Returns a link with a space.",
        ("href/format",),
    ),
    "LinkUnfilled": (
        lambda ref, link: link.replace(ref, "{ref}"),
        "Returns a link with the placeholder {ref}.",
        ("href/unique",),
    ),
    "LinkWithShortRef": (
        lambda ref, link: link.replace(ref, ref[:8]),
        "Returns a link with a shortened ref.",
        ("href/ref",),
    ),
    "LinkInCapitals": (
        lambda ref, link: link.replace(ref, ref.upper()),
        "Returns a link with the ref in upper case.",
        ("href/ref",),
    ),
    "LinkEmpty": (lambda _ref, _link: "", "Returns an empty link.", ("href/format", "href/ref")),
    "LinkWithoutScheme": (
        lambda _ref, link: link.partition(":")[2],
        "Returns a link without a scheme.",
        ("href/format",),
    ),
}
for _name, (_linked, _doc, _kinds) in _LINKED.items():
    add_server(
        SERVERS, _Links, _name, _doc, tuple(f"create/201/{kind}" for kind in _kinds), linked=staticmethod(_linked)
    )


@SERVERS.add
class LinkToPrevious(_Identity):
    """Returns a link to the previous order."""

    breaks = ("create/201/href/unique",)

    def set_up(self) -> None:
        self.previous = ""

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        previous, self.previous = self.previous or link, link
        return ref, previous


@SERVERS.add
class RefEmpty(_Identity):
    """Returns an empty ref."""

    breaks = ("create/201/ref/*", "create/201/href/ref")

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        return "", link


@SERVERS.add
class LinksPreviousOrder(_Identity):
    """Links to the order that was created before, in place of the new one."""

    breaks = ("create/201/href/unique",)

    def set_up(self) -> None:
        self.previous: str | None = None

    def identity(self, ref: str, link: str, body: dict[str, Any]) -> tuple[str, str]:
        previous, self.previous = self.previous or link, link
        return ref, previous
