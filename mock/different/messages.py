"""Servers that write error messages in another way."""

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
    """Writes one fixed sentence for each kind of error."""

    breaks = ("create/400/message/names-field", "create/409/message/names-reference")
    sentences: dict[str, str]

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        body = super().rejection_body(rejection)
        sentence = self.sentences.get(rejection.outcome, "?")
        return body | {name: sentence for name in self.message_fields if name in body}


@SERVERS.add
class GermanMessages(_Translated):
    """Writes error messages in German that name no field and no reference."""

    sentences = _GERMAN


@SERVERS.add
class JapaneseMessages(_Translated):
    """Writes error messages in Japanese that name no field and no reference."""

    sentences = _JAPANESE


@SERVERS.add
class EmptyMessages(_Translated):
    """Writes empty error messages."""

    sentences = dict.fromkeys(_GERMAN, "")


@SERVERS.add
class FirstProblemOnly(Service):
    """Reports only the first of several problems."""

    def problems(self, order: Any) -> tuple[FieldProblem, ...]:
        return super().problems(order)[:1]


@SERVERS.add
class ProblemsAsLines(Service):
    """Writes each problem on a line of its own, after their number."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return "\n".join([f"{len(problems)} problem(s)", *(f"- {problem}" for problem in problems)])


@SERVERS.add
class SingleSentence(Service):
    """Writes problems as a sentence with the field in quotation marks."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return " and ".join(f"the value of '{problem.field}' {problem.text}" for problem in problems)


@SERVERS.add
class PathsInMessages(Service):
    """Names a field by its JSON path."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return "; ".join(f"$.{problem.field} {problem.text}" for problem in problems)


@SERVERS.add
class LongMessages(Service):
    """Writes very long messages."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return super().message(problems) + " Please read the manual, and then send the order again." * 100


@SERVERS.add
class GenericMessage(Service):
    """Names the field in developerMessage only."""

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        body = super().rejection_body(rejection)
        return body | {self.message_fields[0]: "Validation failed."}


@SERVERS.add
class ExtraErrorFields(Service):
    """Adds a timestamp, a path, a request id and a list of errors to error responses."""

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        details = {"timestamp": self.now(), "path": self.contract.path, "requestId": "4f2c", "errors": [{"n": 1}]}
        return details | super().rejection_body(rejection)


@SERVERS.add
class VendorDates(Service):
    """Writes the conflict message as the vendor's example does, with its date format and the client key."""

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
    """Quotes the rejected body in developerMessage."""

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        if rejection.outcome == "rejected":
            quoted = request.body.decode(errors="replace")[:500]
            rejection = Rejection("rejected", rejection.message, f"{rejection.message} Received: {quoted}")
        return super().reject(rejection, request)


@SERVERS.add
class OtherHelpPage(Service):
    """Returns a moreInfoUrl of its own, with a query and a fragment."""

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        body = super().rejection_body(rejection)
        links = [name for name, value in body.items() if str(value).startswith("https://")]
        return body | dict.fromkeys(links, "https://example.org/help?topic=orders#errors")


@SERVERS.add
class NoHelpPage(Service):
    """Returns an empty moreInfoUrl."""

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        body = super().rejection_body(rejection)
        return body | {name: "" for name, value in body.items() if str(value).startswith("https://")}


@SERVERS.add
class DeveloperMessageForAll(Service):
    """Adds developerMessage to 401 responses, where the contract has none."""

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "unauthorized":
            body = body | dict.fromkeys(self.message_fields[1:], "See the manual.")
        return super().respond(outcome, body, request)
