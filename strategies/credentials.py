"""The organisation's credentials, and the ways to get them wrong."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

RIGHT = "right"


@dataclass(frozen=True)
class Credentials:
    """The client key (user name) and the API token (password) of an organisation."""

    client_key: str = field(repr=False)
    api_token: str = field(repr=False)

    def header(self, variant: str = RIGHT) -> str | None:
        """Make the Authorization header of a variant named in the contract's `credentials`.

        Returns:
            The header's value; None for no header.

        Raises:
            KeyError: there is no such variant.

        """
        return _VARIANTS[variant](self.client_key, self.api_token)

    def variants(self) -> tuple[str, ...]:
        """List the variants whose header can be told from every other, the right one included.

        With a token without letters, for instance, there is no token in letters of the other case.
        """
        return tuple(variant for variant in _VARIANTS if self.variant(self.header(variant)) == variant)

    def variant(self, header: str | None) -> str:
        """Name the variant that an Authorization header is: the inverse of `header`, total over all headers."""
        if not header:
            return "none"
        scheme, _, encoded = header.partition(" ")
        if scheme.lower() != "basic":
            return "other-scheme"
        pair = _decoded(encoded)
        if pair is None:
            return "undecodable"
        if pair == (self.client_key, self.api_token):
            return RIGHT if scheme == "Basic" else "scheme-case"
        return _wrong(pair, (self.client_key, self.api_token))

    def near_headers(self) -> Mapping[str, str]:
        """Make further headers that are not the right one, though a careless comparison takes them for it.

        Returns:
            Each header under the name of what is wrong with it.

        """
        key, token = self.client_key, self.api_token
        pairs = {
            "token's last character": (key, f"{token[:-1]}{_other(token[-1:])}"),
            "token's first character": (key, f"{_other(token[:1])}{token[1:]}"),
            "key longer": (f"{key}x", token),
            "key empty": ("", token),
            "token without its first character": (key, token[1:]),
            "key without its last character": (key[:-1], token),
            "key's last character": (f"{key[:-1]}{_other(key[-1:])}", token),
            "token and a blank": (key, f"{token} "),
            "half a token": (key, f"{token[: len(token) // 2]}"),
            "key twice": (key, key),
            "token twice": (token, token),
        }
        headers = {
            "scheme alone": "Basic",
            **{name: _basic(*pair) for name, pair in pairs.items()},
            "key alone": f"Basic {base64.b64encode(key.encode()).decode()}",
        }
        return {name: header for name, header in headers.items() if self.variant(header) not in {RIGHT, "scheme-case"}}


def _wrong(pair: tuple[str, str], right: tuple[str, str]) -> str:
    user, password = pair
    key, token = right
    tests: Mapping[str, bool] = {
        "empty": pair == ("", ""),
        "empty-password": user == key and not password,
        "swapped": pair == (token, key),
        "user-case": user.lower() == key.lower() and password == token,
        "password-case": user == key and password.lower() == token.lower(),
        "password-prefix": user == key and token.startswith(password),
        "password-longer": user == key and password.startswith(token),
        "wrong-password": user == key,
    }
    return next((variant for variant, holds in tests.items() if holds), "wrong-user")


def _encoded(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _basic(user: str, password: str) -> str:
    return f"Basic {_encoded(user, password)}"


def _decoded(encoded: str) -> tuple[str, str] | None:
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon else None


def _other(text: str) -> str:
    """Change every character and keep the length, so that neither a part nor the length is right."""
    return "".join("y" if character == "x" else "x" for character in text) or "x"


_VARIANTS: Mapping[str, Callable[[str, str], str | None]] = {
    RIGHT: _basic,
    "scheme-case": lambda user, password: f"basic {_encoded(user, password)}",
    "none": lambda _user, _password: None,
    "wrong-user": lambda user, password: _basic(_other(user), password),
    "wrong-password": lambda user, password: _basic(user, _other(password)),
    "empty": lambda _user, _password: _basic("", ""),
    "empty-password": lambda user, _password: _basic(user, ""),
    "swapped": lambda user, password: _basic(password, user),
    "user-case": lambda user, password: _basic(user.swapcase(), password),
    "password-case": lambda user, password: _basic(user, password.swapcase()),
    "password-prefix": lambda user, password: _basic(user, password[:-1]),
    "password-longer": lambda user, password: _basic(user, f"{password}x"),
    "other-scheme": lambda user, password: f"Bearer {_encoded(user, password)}",
    "undecodable": lambda _user, _password: "Basic %%%",
}
