"""Write the shell command that sends a request again; it reads the credentials from environment variables."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Callable, Iterable

from orders_conformance.harness.exchange import Request
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from orders_conformance.strategies.credentials import NEAR_HEADERS, VARIANTS, Credentials, Variant

# The environment variables for the short names in the shell options of `strategies.credentials`.
_VARIABLES = {"KEY": KEY_VARIABLE, "TOKEN": TOKEN_VARIABLE}


def curl(
    url: str,
    requests: Iterable[Request],
    credentials: Credentials,
    variant: Callable[[Request], str],
    prefix: str,
) -> str:
    """Return a shell command line that sends requests one after the other.

    Args:
        url: the URL to send to.
        requests: the requests.
        credentials: the right credentials; headers that are close to the right one are recognised by them.
        variant: returns the variant of the credentials of a request.
        prefix: the prefix of all references of the run. The command replaces it by a new one at each use, so that its
            orders do not conflict with those of the run.

    """
    near = {header: NEAR_HEADERS[name] for name, header in credentials.near_headers().items()}
    lines = [
        _command(url, request, near.get(request.authorization or "") or VARIANTS[variant(request)], prefix)
        for request in requests
    ]
    fresh = "R=OC$(date +%H%M%S)$$; " if any('"$R"' in line for line in lines) else ""
    return fresh + "; ".join(lines)


def _command(url: str, request: Request, authorization: Variant, prefix: str) -> str:
    parts = ["curl -sS -i", _with_variables(authorization.shell)]
    media_type = "Content-Type:" if request.content_type is None else f"Content-Type: {request.content_type}"
    parts.append(f"-H {shlex.quote(media_type)}")
    if request.cookie is not None:
        # The value is not in the record: it is a secret, and its session may have ended.
        parts.append('-H "Cookie: $COOKIE"')
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        encoded = base64.b64encode(request.body).decode()
        command = " ".join(part for part in parts if part)
        return f"printf %s {encoded} | base64 -d | {command} --data-binary @- {shlex.quote(url)}"
    parts.append(f"--data-binary {_quoted_body(text, prefix)}")
    parts.append(shlex.quote(url))
    return " ".join(part for part in parts if part)


def _quoted_body(text: str, prefix: str) -> str:
    """Quote a body for the shell, with a shell variable in place of the prefix."""
    return '"$R"'.join(shlex.quote(part) if part else "" for part in text.split(prefix)) or "''"


def _with_variables(options: str) -> str:
    """Replace `KEY` and `TOKEN` by the names of the environment variables."""
    return re.sub(r"\b(KEY|TOKEN)\b", lambda name: _VARIABLES[name[1]], options)
