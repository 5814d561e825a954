"""The shell command that sends a request again; the secret comes from the environment."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterable, Mapping

from orders_conformance.harness.exchange import Request
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from orders_conformance.strategies.credentials import Credentials

_KEY, _TOKEN = f"${KEY_VARIABLE}", f"${TOKEN_VARIABLE}"
_PAIR = f'"{_KEY}:{_TOKEN}"'
_BASE64 = f"$(printf %s {_PAIR} | base64 | tr -d '\\n')"
_CASE = "| tr 'A-Za-z' 'a-zA-Z'"
# How to make each variant of the credentials in a shell.
_AUTHORIZATION: Mapping[str, str] = {
    "right": f"-u {_PAIR}",
    "scheme-case": f'-H "Authorization: basic {_BASE64}"',
    "none": "",
    "wrong-user": f'-u "nobody:{_TOKEN}"',
    "wrong-password": f'-u "{_KEY}:wrong"',
    "empty": "-u :",
    "empty-password": f'-u "{_KEY}:"',
    "swapped": f'-u "{_TOKEN}:{_KEY}"',
    "user-case": f'-u "$(printf %s "{_KEY}" {_CASE}):{_TOKEN}"',
    "password-case": f'-u "{_KEY}:$(printf %s "{_TOKEN}" {_CASE})"',
    "password-prefix": f'-u "{_KEY}:${{{TOKEN_VARIABLE}%?}}"',
    "password-longer": f'-u "{_KEY}:{_TOKEN}x"',
    "other-scheme": f'-H "Authorization: Bearer {_BASE64}"',
    "undecodable": "-H 'Authorization: Basic %%%'",
}
# The same for the further headers that are close to the right one.
_NEAR: Mapping[str, str] = {
    "scheme alone": "-H 'Authorization: Basic'",
    "token's last character": f'-u "{_KEY}:${{{TOKEN_VARIABLE}%?}}x"',
    "token's first character": f'-u "{_KEY}:x${{{TOKEN_VARIABLE}#?}}"',
    "key longer": f'-u "{_KEY}x:{_TOKEN}"',
    "key empty": f'-u ":{_TOKEN}"',
    "token without its first character": f'-u "{_KEY}:${{{TOKEN_VARIABLE}#?}}"',
    "key without its last character": f'-u "${{{KEY_VARIABLE}%?}}:{_TOKEN}"',
    "key's last character": f'-u "${{{KEY_VARIABLE}%?}}x:{_TOKEN}"',
    "token and a blank": f'-u "{_KEY}:{_TOKEN} "',
    "half a token": f'-u "{_KEY}:$(printf %s "{_TOKEN}" | cut -c1-$((${{#{TOKEN_VARIABLE}}} / 2)))"',
    "key twice": f'-u "{_KEY}:{_KEY}"',
    "token twice": f'-u "{_TOKEN}:{_TOKEN}"',
    "key alone": f'-H "Authorization: Basic $(printf %s "{_KEY}" | base64 | tr -d \'\\n\')"',
}


def curl(url: str, requests: Iterable[Request], credentials: Credentials, prefix: str) -> str:
    """Write a line that sends requests in turn.

    Args:
        url: where to.
        requests: what to send.
        credentials: the right ones, by which wrong ones are named.
        prefix: what every reference of the run begins with; it is replaced by one that is new at each use, so that the
            orders of the run itself are not in the way.

    """
    near = {header: name for name, header in credentials.near_headers().items()}
    lines = []
    for request in requests:
        name = near.get(request.authorization or "")
        words = _NEAR[name] if name else _AUTHORIZATION[credentials.variant(request.authorization)]
        lines.append(_one(url, request, words, prefix))
    fresh = "R=OC$(date +%H%M%S)$$; " if any('"$R"' in line for line in lines) else ""
    return fresh + "; ".join(lines)


def _one(url: str, request: Request, authorization: str, prefix: str) -> str:
    parts = ["curl -sS -i", authorization]
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
