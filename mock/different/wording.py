"""Servers that put their refusals into other words."""

from __future__ import annotations

from typing import Any

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.service import FieldProblem, Rejection, Result, ServerRequest, ServerResponse, Service
from orders_conformance.spec.date_time import parse

SERVERS = Catalogue()

_GERMAN = {
    "rejected": "Der Auftrag ist ungültig.",
    "unauthorized": "Bitte melden Sie sich an.",
    "conflict": "Diesen Auftrag gibt es schon.",
}
_JAPANESE = {
    "rejected": "注文が正しくありません。",
    "unauthorized": "認証が必要です。",
    "conflict": "この注文は既に存在します。",
}


class _Translated(Service):
    """Says one sentence for each kind of refusal."""

    breaks = ("create/400/message/names-field", "create/409/message/names-reference")
    words: dict[str, str]

    def refusal(self, refusal: Rejection) -> dict[str, Any]:
        body = super().refusal(refusal)
        sentence = self.words.get(refusal.outcome, "?")
        return body | {name: sentence for name in self.message_fields if name in body}


@SERVERS.add
class GermanMessages(_Translated):
    """Refuses in German, and names no field and no reference."""

    words = _GERMAN


@SERVERS.add
class JapaneseMessages(_Translated):
    """Refuses in Japanese, and names no field and no reference."""

    words = _JAPANESE


@SERVERS.add
class EmptyMessages(_Translated):
    """Refuses with messages that are empty texts."""

    words = dict.fromkeys(_GERMAN, "")


@SERVERS.add
class FirstProblemOnly(Service):
    """Reports only the first of several problems."""

    def problems(self, order: Any) -> tuple[FieldProblem, ...]:
        return super().problems(order)[:1]


@SERVERS.add
class ProblemsAsLines(Service):
    """Lists the problems in lines, and counts them."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return "\n".join([f"{len(problems)} problem(s)", *(f"- {problem}" for problem in problems)])


@SERVERS.add
class SingleSentence(Service):
    """Words a problem as a sentence, in which the field stands in quotes."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return " and ".join(f"the value of '{problem.field}' {problem.text}" for problem in problems)


@SERVERS.add
class PathsInMessages(Service):
    """Names a field by its path from the root of the document."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return "; ".join(f"$.{problem.field} {problem.text}" for problem in problems)


@SERVERS.add
class LongMessages(Service):
    """Explains itself at great length."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return super().message(problems) + " Please read the manual, and then send the order again." * 100


@SERVERS.add
class GenericMessage(Service):
    """Says in the message that something is wrong, and only in the message for developers what."""

    def refusal(self, refusal: Rejection) -> dict[str, Any]:
        body = super().refusal(refusal)
        return body | {self.message_fields[0]: "Validation failed."}


@SERVERS.add
class ExtraErrorFields(Service):
    """Adds a time, a path, an identifier of the request and a list of errors to refusals."""

    def refusal(self, refusal: Rejection) -> dict[str, Any]:
        details = {"timestamp": self.now(), "path": self.contract.path, "requestId": "4f2c", "errors": [{"n": 1}]}
        return details | super().refusal(refusal)


@SERVERS.add
class VendorDates(Service):
    """Writes the instant in a conflict as the vendor's example does, with the client key."""

    def conflict(self, order: Any) -> Rejection:
        instant = parse(order[self.instant_field])
        when = instant.strftime("%a %b %d %H:%M:%S UTC %Y") if instant else ""
        return Rejection(
            "conflict",
            developer_message=f"Order with ref {order[self.reference_field]} and {self.instant_field} {when} for "
            f"client key {self.client_key} already exist",
        )


@SERVERS.add
class QuotesTheBody(Service):
    """Repeats the body that it refuses in the message for developers."""

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        if refusal.outcome == "rejected":
            quoted = request.body.decode(errors="replace")[:500]
            refusal = Rejection("rejected", refusal.message, f"{refusal.message} Received: {quoted}")
        return super().refuse(refusal, request)


@SERVERS.add
class OtherHelpPage(Service):
    """Points to a help page of its own, with a query and a fragment."""

    def refusal(self, refusal: Rejection) -> dict[str, Any]:
        body = super().refusal(refusal)
        links = [name for name, value in body.items() if str(value).startswith("https://")]
        return body | dict.fromkeys(links, "https://example.org/help?topic=orders#errors")


@SERVERS.add
class NoHelpPage(Service):
    """Leaves the link to more information empty."""

    def refusal(self, refusal: Rejection) -> dict[str, Any]:
        body = super().refusal(refusal)
        return body | {name: "" for name, value in body.items() if str(value).startswith("https://")}


@SERVERS.add
class DeveloperMessageForAll(Service):
    """Adds a message for developers where the contract has none."""

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "unauthorized":
            body = body | dict.fromkeys(self.message_fields[1:], "See the manual.")
        return super().respond(outcome, body, request)
