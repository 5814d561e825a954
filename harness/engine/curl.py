"""The shell command that sends a request again; the secret comes from the environment."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Callable, Iterable

from orders_conformance.harness.exchange import Request
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from orders_conformance.strategies.credentials import NEAR_HEADERS, VARIANTS, Credentials, Variant

# The environment variables behind the short names that the generators' shell options use.
_VARIABLES = {"KEY": KEY_VARIABLE, "TOKEN": TOKEN_VARIABLE}


def curl(
    url: str,
    requests: Iterable[Request],
    credentials: Credentials,
    variant: Callable[[Request], str],
    prefix: str,
) -> str:
    """Write a line that sends requests in turn.

    Args:
        url: where to.
        requests: what to send.
        credentials: the right ones, from which the headers that are close to theirs are made.
        variant: names the variant of the credentials of a request.
        prefix: what every reference of the run begins with; it is replaced by one that is new at each use, so that the
            orders of the run itself are not in the way.

    """
    near = {header: NEAR_HEADERS[name] for name, header in credentials.near_headers().items()}
    lines = [
        _one(url, request, near.get(request.authorization or "") or VARIANTS[variant(request)], prefix)
        for request in requests
    ]
    fresh = "R=OC$(date +%H%M%S)$$; " if any('"$R"' in line for line in lines) else ""
    return fresh + "; ".join(lines)


def _one(url: str, request: Request, authorization: Variant, prefix: str) -> str:
    parts = ["curl -sS -i", _with_variables(authorization.shell)]
    media_type = "Content-Type:" if request.content_type is None else f"Content-Type: {request.content_type}"
    parts.append(f"-H {shlex.quote(media_type)}")
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        encoded = base64.b64encode(request.body).decode()
        command = " ".join(part for part in parts if part)
        return f"printf %s {encoded} | base64 -d | {command} --data-binary @- {shlex.quote(url)}"
    parts.append(f"--data-binary {_spliced(text, prefix)}")
    parts.append(shlex.quote(url))
    return " ".join(part for part in parts if part)


def _spliced(text: str, prefix: str) -> str:
    """Quote a body and put the variable where the prefix stands."""
    return '"$R"'.join(shlex.quote(part) if part else "" for part in text.split(prefix)) or "''"


def _with_variables(options: str) -> str:
    """Put the names of the environment variables in place of `KEY` and `TOKEN`."""
    return re.sub(r"\b(KEY|TOKEN)\b", lambda name: _VARIABLES[name[1]], options)
