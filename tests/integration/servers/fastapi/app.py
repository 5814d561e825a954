"""Order service: POST /v2.1/orders."""
import argparse
import asyncio
import base64
import os
import re
import secrets
import socket
import sqlite3
import sys
import threading
import uuid
from datetime import datetime, timezone
from email.message import Message
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, from_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

MAX_BODY = 256 * 1024
BODY_TIMEOUT = 30  # seconds
DRAIN_TIMEOUT = 5  # seconds
MORE_INFO_URL = "https://support.sitecore.com"
RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,30}))?"
    r"([Zz]|[+-][0-9]{2}:[0-5][0-9])")


def parse_instant(value: Any) -> datetime:
    # Pydantic's own parser also takes Unix timestamps, bare dates and missing seconds.
    match = RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("instant", "must be an RFC 3339 date-time with an offset")
    date, time, fraction, offset = match.groups(default="")
    if fraction[6:].strip("0"):
        raise PydanticCustomError("instant", "must not be finer than a microsecond")
    try:
        parsed = datetime.fromisoformat(f"{date}T{time}.{fraction[:6]:0<6}{offset.upper()}")
        return parsed.astimezone(timezone.utc)
    except (ValueError, OverflowError):  # no such day or time, or outside years 1 to 9999 in UTC
        raise PydanticCustomError("instant", "is not a date and time this service can store")


Instant = Annotated[datetime, BeforeValidator(parse_instant)]
Text = Annotated[str, Field(max_length=1000)]
NonEmptyText = Annotated[str, Field(min_length=1, max_length=1000)]
Channel = Literal["WEB", "MOBILE_WEB", "MOBILE_APP", "CALL_CENTER", "AIRPORT_KIOSK", "BRANCH",
                  "KIOSK", "OFFLINE", "GDS", "OTA", "OTHER"]
Status = Literal["BROWSED", "CANCELLED", "CONFIRMED", "DECLINED", "PARTIALY_CONFIRMED",
                 "PARTIALY_REFUNDED", "PAYMENT_PENDING", "PENDING", "PURCHASED", "REFUNDED",
                 "RESERVED", "SEARCHED", "UNKNOWN"]


class ApiModel(BaseModel):
    model_config = ConfigDict(strict=True, alias_generator=to_camel)


class OrderFields(ApiModel):
    ordered_at: Instant
    currency_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    # The bound keeps whole amounts exact in a double.
    price: Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
    reference_id: NonEmptyText
    payment_type: Text | None = None
    card_type: Text | None = None
    point_of_sale: NonEmptyText | None = None
    channel: Channel | None = None
    status: Status | None = None


class OrderIn(OrderFields):
    # Accepted because the contract lists them, but the service sets these times itself.
    created_at: Instant | None = None
    modified_at: Instant | None = None


class ItemList(ApiModel):
    items: list[dict[str, Any]] = Field(default_factory=list)


class OrderOut(OrderFields):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)
    ref: str
    href: str
    created_at: datetime
    modified_at: datetime
    ordered_at: datetime
    contacts: ItemList = Field(default_factory=ItemList)
    consumers: ItemList = Field(default_factory=ItemList)
    order_items: ItemList = Field(default_factory=ItemList)


class DuplicateOrder(Exception):
    """The store already has an order with this referenceId and orderedAt."""

    def __init__(self, order: "OrderOut") -> None:
        self.key = f"referenceId {order.reference_id} and orderedAt {order.ordered_at.isoformat()}"


class OrderStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS orders (ref TEXT PRIMARY KEY, reference_id TEXT NOT NULL,"
            " ordered_at TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (reference_id, ordered_at))")

    def add(self, order: OrderOut) -> None:
        row = (order.ref, order.reference_id,
               order.ordered_at.isoformat(timespec="microseconds"),
               order.model_dump_json(by_alias=True, exclude_none=True))
        try:
            with self._lock, self._db:
                self._db.execute("INSERT INTO orders VALUES (?, ?, ?, ?)", row)
        except sqlite3.IntegrityError:
            raise DuplicateOrder(order) from None


def required_env(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} must be set")
    return value


CREDENTIALS = (required_env("ORDERS_CLIENT_KEY").encode(), required_env("ORDERS_API_TOKEN").encode())

store = OrderStore()
app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)


def error(status: int, message: str, developer_message: str | None = None,
          headers: Any = None) -> JSONResponse:
    return JSONResponse(status_code=status, headers=headers, content={
        "status": status, "code": status, "message": message,
        "developerMessage": developer_message or message, "moreInfoUrl": MORE_INFO_URL})


@app.exception_handler(HTTPException)
async def on_http_error(request: Request, exc: HTTPException) -> JSONResponse:
    # Answering and closing while the client still sends could cost it the answer, so read on first.
    try:
        async with asyncio.timeout(DRAIN_TIMEOUT):
            async for _ in request.stream():
                pass
    except (TimeoutError, ClientDisconnect, RuntimeError):  # RuntimeError: already read
        pass
    if exc.status_code == 401:
        return JSONResponse(status_code=401, headers=exc.headers, content={
            "status": "UNAUTHORIZED", "code": 401, "message": exc.detail,
            "moreInfoUrl": MORE_INFO_URL})
    return error(exc.status_code, exc.detail, headers=exc.headers)


@app.exception_handler(RequestValidationError)
async def on_invalid_order(request: Request, exc: RequestValidationError) -> JSONResponse:
    problems: dict[str, str] = {}
    for item in exc.errors():
        name = str(item["loc"][0]) if item["loc"] else "body"
        missing = item["type"] == "missing" or item.get("input") is None
        problems.setdefault(name, "may not be null" if missing else item["msg"])
    return error(400, " ".join(f"{name}: {text}." for name, text in problems.items()))


@app.exception_handler(DuplicateOrder)
async def on_duplicate(request: Request, exc: DuplicateOrder) -> JSONResponse:
    return error(409, "The resource already exists so it can't be created.",
                 f"An order with {exc.key} already exists for this client key")


@app.exception_handler(Exception)
async def on_unexpected(request: Request, exc: Exception) -> JSONResponse:
    return error(500, "Internal server error")


async def authenticate(request: Request) -> None:
    headers = request.headers.getlist("authorization")
    scheme, _, encoded = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    try:
        decoded = base64.b64decode(encoded.strip(" "), validate=True)
        if base64.b64encode(decoded) != encoded.strip(" ").encode():  # surplus padding
            decoded = b""
    except ValueError:
        decoded = b""
    user, colon, password = decoded.partition(b":")
    # Compare both halves every time, so that timing doesn't tell which one is wrong.
    user_ok = secrets.compare_digest(user, CREDENTIALS[0])
    password_ok = secrets.compare_digest(password, CREDENTIALS[1])
    if not (scheme.lower() == "basic" and colon and user_ok and password_ok):
        raise HTTPException(
            401, "Authentication credentials are required to access the resource. "
                 "All requests must be authenticated.",
            headers={"WWW-Authenticate": 'Basic realm="orders", charset="UTF-8"'})


# FastAPI parses a declared body before it runs dependencies. Reading the body in a dependency of
# its own, behind the authentication, makes the 401 come first whatever the body is.
async def order_from_body(request: Request, _: Annotated[None, Depends(authenticate)]) -> OrderIn:
    media_type = Message()
    media_type["content-type"] = request.headers.get("content-type") or "application/octet-stream"
    if (media_type.get_content_type() != "application/json"
            or str(media_type.get_param("charset", "utf-8")).lower() not in ("utf-8", "utf8")):
        raise HTTPException(415, "Content-Type: must be application/json in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Content-Encoding: is not supported")

    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    raise HTTPException(400, f"body: may not be longer than {MAX_BODY} bytes")
    except TimeoutError:
        raise HTTPException(408, "body: was not received in time") from None
    except ClientDisconnect:
        raise HTTPException(400, "body: is incomplete") from None

    try:
        return OrderIn.model_validate(from_json(bytes(body), allow_inf_nan=False))
    except ValidationError as exc:
        raise RequestValidationError(exc.errors(include_url=False, include_context=False)) from None
    except ValueError as exc:
        raise RequestValidationError(
            [{"type": "json_invalid", "loc": (), "msg": f"is not valid JSON ({exc})", "input": ""}]
        ) from None


@app.post("/v2.1/orders", status_code=201, response_model=OrderOut,
          response_model_exclude_none=True)
def create_order(request: Request, response: Response,
                 order: Annotated[OrderIn, Depends(order_from_body)]) -> OrderOut:
    ref = str(uuid.uuid4())
    now = datetime.now(timezone.utc)
    created = OrderOut(ref=ref, href=f"{request.app.state.base_url}/v2.1/orders/{ref}",
                       created_at=now, modified_at=now,
                       **order.model_dump(exclude={"created_at", "modified_at"}))
    store.add(created)
    response.headers["Location"] = created.href
    return created


class Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if sockets and not self.should_exit:
            print("ready", sockets[0].getsockname()[1], flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    # asyncio turns TCP_NODELAY on only for sockets that name the protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", parser.parse_args().port))
    default_url = "http://127.0.0.1:%d" % listener.getsockname()[1]
    app.state.base_url = os.environ.get("ORDERS_BASE_URL", default_url).rstrip("/")
    # Clients reuse idle connections for longer than uvicorn's default of five seconds.
    Server(uvicorn.Config(app, http="h11", log_level="warning", access_log=False,
                          server_header=False, timeout_keep_alive=75)).run(sockets=[listener])


if __name__ == "__main__":
    main()
