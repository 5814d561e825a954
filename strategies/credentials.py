"""The credentials of an organisation, and variants of wrong ones.

To add a kind of wrong credentials, add an entry to `VARIANTS` and a line under `credentials.wrong` in the contract.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

RIGHT = "right"
# The right credentials with the scheme name in lower case; by RFC 7617, 2, its case does not matter.
_SCHEME_CASE = "scheme-case"


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of credentials: how to make its Authorization header in Python and in a shell.

    Attributes:
        header: makes the value of the header from client key and API token; returns None for no header.
        shell: options of `curl` that send this header; the client key is in `$KEY`, the API token in `$TOKEN`.

    """

    header: Callable[[str, str], str | None]
    shell: str


@dataclass(frozen=True)
class Credentials:
    """The client key (user name) and the API token (password) of an organisation."""

    client_key: str = field(repr=False)
    api_token: str = field(repr=False)

    def header(self, variant: str = RIGHT) -> str | None:
        """Return the Authorization header of a variant in the contract's `credentials`.

        Returns:
            The value of the header; None for no header.

        Raises:
            KeyError: there is no such variant.

        """
        return VARIANTS[variant].header(self.client_key, self.api_token)

    def variants(self) -> tuple[str, ...]:
        """Return the names of the variants, the right one included, without those that have the same header.

        A token without letters, for instance, is the same in the other case. Of variants with the same header, the
        first one in `VARIANTS` is returned.
        """
        first: dict[str | None, str] = {}
        for variant in VARIANTS:
            first.setdefault(self.header(variant), variant)
        return tuple(first.values())

    def is_right(self, header: str) -> bool:
        """Whether a header is exactly one of the headers with the right credentials."""
        return header in {self.header(RIGHT), self.header(_SCHEME_CASE)}

    def near_headers(self) -> Mapping[str, str]:
        """Return wrong headers that an incorrect comparison accepts as the right one.

        Returns:
            The headers by the name of what is wrong with them.

        """
        made = {name: near.header(self.client_key, self.api_token) for name, near in NEAR_HEADERS.items()}
        # A token may have letters that no header can hold (RFC 9110, 5.5); in Basic they are encoded.
        sendable = {name: header for name, header in made.items() if header is not None and header.isascii()}
        return {name: header for name, header in sendable.items() if not self.is_right(header)}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _encoded(user: str, password: str) -> str:
    return _base64(f"{user}:{password}")


def _basic(user: str, password: str) -> str:
    return f"Basic {_encoded(user, password)}"


def _other(text: str) -> str:
    """Return a text of the same length that differs in every character, whatever its case; "x" for an empty text."""
    return "".join("y" if character in "xX" else "x" for character in text) or "x"


def _other_last(text: str) -> str:
    return f"{text[:-1]}{_other(text[-1:])}"


_SHELL_BASE64 = "$(printf %s \"$KEY:$TOKEN\" | base64 | tr -d '\\n')"
_SHELL_CASE = "| tr 'A-Za-z' 'a-zA-Z'"
_SHELL_OTHER_LAST = "| sed -e 's/[xX]$/y/' -e t -e 's/.$/x/'"


def _printed(text: str) -> str:
    """Return options of `curl` for credentials that an argument cannot hold: a format of `printf`, key and token."""
    encoded = f"$(printf '{text}' \"$KEY\" \"$TOKEN\" | base64 | tr -d '\\n')"
    return f'-H "Authorization: Basic {encoded}"'


# The more specific of two variants with the same header comes first.
VARIANTS: Mapping[str, Variant] = {
    RIGHT: Variant(_basic, '-u "$KEY:$TOKEN"'),
    _SCHEME_CASE: Variant(
        lambda key, token: f"basic {_encoded(key, token)}", f'-H "Authorization: basic {_SHELL_BASE64}"'
    ),
    "none": Variant(lambda _key, _token: None, ""),
    "empty": Variant(lambda _key, _token: _basic("", ""), "-u :"),
    "empty-password": Variant(lambda key, _token: _basic(key, ""), '-u "$KEY:"'),
    "swapped": Variant(lambda key, token: _basic(token, key), '-u "$TOKEN:$KEY"'),
    "user-case": Variant(
        lambda key, token: _basic(key.swapcase(), token), f'-u "$(printf %s "$KEY" {_SHELL_CASE}):$TOKEN"'
    ),
    "password-case": Variant(
        lambda key, token: _basic(key, token.swapcase()), f'-u "$KEY:$(printf %s "$TOKEN" {_SHELL_CASE})"'
    ),
    "password-prefix": Variant(lambda key, token: _basic(key, token[:-1]), '-u "$KEY:${TOKEN%?}"'),
    # A blank is one more character for a server that compares the beginning, and none for one that trims.
    "password-longer": Variant(lambda key, token: _basic(key, f"{token} "), '-u "$KEY:$TOKEN "'),
    "other-scheme": Variant(
        lambda key, token: f"Bearer {_encoded(key, token)}", f'-H "Authorization: Bearer {_SHELL_BASE64}"'
    ),
    "undecodable": Variant(lambda _key, _token: "Basic %%%", "-H 'Authorization: Basic %%%'"),
    # Wrong in its last character only, so that a server that does not compare all of it accepts it too.
    "wrong-password": Variant(
        lambda key, token: _basic(key, _other_last(token)), f'-u "$KEY:$(printf %s "$TOKEN" {_SHELL_OTHER_LAST})"'
    ),
    "wrong-user": Variant(lambda key, token: _basic(_other(key), token), '-u "nobody:$TOKEN"'),
}

# Further headers that are close to the right one, by the name of what is wrong with them.
NEAR_HEADERS: Mapping[str, Variant] = {
    "token as bearer": Variant(lambda _key, token: f"Bearer {token}", '-H "Authorization: Bearer $TOKEN"'),
    "key alone": Variant(
        lambda key, _token: f"Basic {_base64(key)}",
        '-H "Authorization: Basic $(printf %s "$KEY" | base64 | tr -d \'\\n\')"',
    ),
    "scheme alone": Variant(lambda _key, _token: "Basic", "-H 'Authorization: Basic'"),
    "another token": Variant(lambda key, token: _basic(key, _other(token)), '-u "$KEY:wrong"'),
    "token's first character": Variant(
        lambda key, token: _basic(key, f"{_other(token[:1])}{token[1:]}"), '-u "$KEY:x${TOKEN#?}"'
    ),
    "key longer": Variant(lambda key, token: _basic(f"{key}x", token), '-u "${KEY}x:$TOKEN"'),
    "key empty": Variant(lambda _key, token: _basic("", token), '-u ":$TOKEN"'),
    "token without its first character": Variant(lambda key, token: _basic(key, token[1:]), '-u "$KEY:${TOKEN#?}"'),
    "key without its last character": Variant(lambda key, token: _basic(key[:-1], token), '-u "${KEY%?}:$TOKEN"'),
    "key's last character": Variant(lambda key, token: _basic(_other_last(key), token), '-u "${KEY%?}x:$TOKEN"'),
    # A server that splits at every colon sees the right token in the first one.
    "token and a third part": Variant(lambda key, token: _basic(key, f"{token}:x"), '-u "$KEY:$TOKEN:x"'),
    "key and token without a colon": Variant(
        lambda key, token: f"Basic {_base64(f'{key}{token}')}",
        '-H "Authorization: Basic $(printf %s "$KEY$TOKEN" | base64 | tr -d \'\\n\')"',
    ),
    "half a token": Variant(
        lambda key, token: _basic(key, token[: len(token) // 2]),
        '-u "$KEY:$(printf %s "$TOKEN" | cut -c1-$((${#TOKEN} / 2)))"',
    ),
    "token and a letter": Variant(lambda key, token: _basic(key, f"{token}x"), '-u "$KEY:${TOKEN}x"'),
    "token as key": Variant(lambda _key, token: _basic(token, ""), '-u "$TOKEN:"'),
    "key twice": Variant(lambda key, _token: _basic(key, key), '-u "$KEY:$KEY"'),
    "token twice": Variant(lambda _key, token: _basic(token, token), '-u "$TOKEN:$TOKEN"'),
    # Right for a server that splits at the last colon, or whose texts end at a null character or with their line.
    "token after another part": Variant(lambda key, token: _basic(key, f"x:{token}"), '-u "$KEY:x:$TOKEN"'),
    "token and a null character": Variant(lambda key, token: _basic(key, f"{token}\0x"), _printed(r"%s:%s\000x")),
    "token and a line feed": Variant(lambda key, token: _basic(key, f"{token}\n"), _printed(r"%s:%s\n")),
}
