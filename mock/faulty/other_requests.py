"""Faults of servers and proxies that send the response of another request."""

from __future__ import annotations

from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _MixesUp(Service):
    """Sends the response of an earlier request now and then."""

    breaks: ClassVar[tuple[str, ...]] = ("create/any/own-response",)

    def set_up(self) -> None:
        self.received = 0
        self.sent: list[ServerResponse] = []

    def other(self) -> ServerResponse | None:
        """Return the response of another request to send instead; None to send the right one."""
        raise NotImplementedError

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        self.received += 1
        other = self.other() if self.sent else None
        self.sent.append(response)
        return other or response


@SERVERS.add
class SendsPreviousResponse(_MixesUp):
    """Sends the previous response again for every fortieth request."""

    # A short run may have no such response that shows whose it is; what it breaks is then reported.
    breaks = ("create/any/own-response", "create/*")

    def other(self) -> ServerResponse | None:
        return self.sent[-1] if self.received % 40 == 0 else None


@SERVERS.add
class SendsOldResponse(_MixesUp):
    """Sends the response that it sent twelve requests before for every twenty-third request."""

    # As above.
    breaks = ("create/any/own-response", "create/*")

    def other(self) -> ServerResponse | None:
        return self.sent[-12] if self.received % 23 == 0 and len(self.sent) > 12 else None


@SERVERS.add
class CachesCreated(_MixesUp):
    """Sends the last created order again for every tenth one, as a cache does that ignores the body."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = Service.handle(self, request)
        if response.status != self.statuses["created"]:
            return response
        self.sent.append(response)
        return self.sent[-2] if len(self.sent) % 10 == 0 else response
