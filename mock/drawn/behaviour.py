"""The choices that a conformant server is free to make: a table with one row for each, the embedded server's first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from math import inf
from typing import Any

_OPTIONS, _DECLARED = "options", "declared"
_HOUR, _DAY = 3600, 86400
_OFFSET = ("create/request/*/offset",)
_NAMES_FIELD, _NAMES_REFERENCE = "create/400/message/names-field", "create/409/message/names-reference"
# A window in which a reference is a duplicate with any instant.
FOREVER = timedelta.max // timedelta(seconds=1)


def choice(default: Any, *others: Any, declared: Mapping[Any, tuple[str, ...]] | None = None) -> Any:
    """Return a choice as a field of a dataclass.

    Args:
        default: what the embedded server does.
        others: what else a server may do.
        declared: the requirements of level *should* that an option breaks, as ids or patterns.

    """
    return field(default=default, metadata={_OPTIONS: (default, *others), _DECLARED: declared or {}})


def flag(*, default: bool, declared: Mapping[Any, tuple[str, ...]] | None = None) -> Any:
    """Return a choice between yes and no; arguments as for `choice`."""
    return choice(default, not default, declared=declared)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one server does where the contract leaves a choice; by default what the embedded server does.

    Names ending in `_accepted` say whether values are accepted that no page specifies.
    """

    # Date-times: which are accepted.
    small_letters_accepted: bool = flag(default=False)
    blank_for_t_accepted: bool = flag(default=False)
    leap_second: str = choice("rejected", "second before", "second after", "kept")
    year_zero_accepted: bool = flag(default=False)
    years: tuple[int, int] = choice((1, 9999), (1970, 9999), (1970, 2037), (1902, 2037), (1753, 9999), (1000, 2999))
    future_accepted: bool = flag(default=True)
    farthest_offset: int = choice(24 * _HOUR - 60, 18 * _HOUR, 14 * _HOUR, 0, declared={0: _OFFSET})
    fraction_digits_accepted: int = choice(10_000, 30, 12, 9, 7, 6, 0, declared={0: ("create/request/*/fraction",)})
    chronological: bool = flag(default=False)

    # Date-times: how they are stored and written.
    instant_digits: int | None = choice(None, 0, 3, 6, 7, 9)
    instant_rounding: str = choice("cut", "half up", "half even", "up")
    instant_zone: int | None = choice(None, 0, 5 * _HOUR + 1800, -8 * _HOUR, 45 * 60 + 5 * _HOUR, -3 * _HOUR - 1800)
    instant_suffix: str = choice("Z", "z", "+00:00", "-00:00")
    instant_fraction: str = choice("trimmed", "padded", "groups")
    own_times: str = choice("if missing", "always", "modification only")
    own_digits: int = choice(0, 3, 6, 9)
    clock_error: int = choice(0, 420, -660, 12 * _HOUR)

    # Numbers.
    number_read: str = choice("decimal", "double", "cents only")
    largest_number: float = choice(inf, 10**15, 2**31 - 1, 10**6)
    negative_accepted: bool = flag(default=True)
    number_written: str = choice("as read", "trimmed", "one decimal", "two decimals", "exponent", "short exponent")

    # Text.
    characters: str = choice("any", "ASCII", "plain", "no markup", "no control characters", "no NUL", "BMP only")
    longest_text: int = choice(10**9, 4000, 1000, 255, 64, 32)
    blank_text: str = choice("accepted", "empty rejected", "blank rejected", "blanks at an end rejected")
    surrogates: str = choice("rejected", "kept", "\ufffd", "?", "\ufffd\ufffd\ufffd")
    references: str = choice("any", "4 to 20 characters", "capitals and digits")
    currencies: str = choice("any", "three capitals", "own")
    points_of_sale: str = choice("any", "own")
    card_type_needed: bool = flag(default=False)
    card_type_restricted: bool = flag(default=False)

    # The body as a whole.
    null: str = choice("accepted", "rejected")
    unknown_properties: str = choice("ignored", "rejected", "returned")
    repeated_names: str = choice("last", "first", "rejected")
    deepest: int = choice(10_000, 500, 32, 8)
    largest_body: int = choice(10**9, 1_000_000, 50_000, 8_000)
    large_body_status: int = choice(400, 413)
    byte_order_mark_accepted: bool = flag(default=False)
    missing_media_type_accepted: bool = flag(default=False)
    json_suffix_accepted: bool = flag(default=False)
    charsets: str = choice("any", "UTF-8 only")

    # Duplicates.
    window: float = choice(
        0, 1, 60, _HOUR, _DAY, 2 * _DAY, FOREVER, declared={FOREVER: ("create/409/recycled-reference",)}
    )
    window_cut_to: int = choice(0, 1, 60, _DAY)
    reference_compared: str = choice(
        "exactly", "in any case", declared={"in any case": ("create/409/reference-case-and-spaces",)}
    )
    duplicates_before_validation: bool = flag(default=False)
    duplicates_by_text: bool = flag(default=False, declared={True: ("create/409/duplicate/same-instant",)})

    # The order of checks.
    media_type_checked: str = choice("before the body", "before credentials", "after the body")
    credentials_checked: str = choice(
        "first", "after the body", declared={"after the body": ("create/401/before-validation",)}
    )

    # Error responses.
    media_type_rejection: str = choice("415", "400", "415 without body")
    problems_reported: str = choice("all", "first", "last")
    wording: str = choice(
        "vendor's",
        "sentence",
        "pointer",
        "lines",
        "long",
        "German",
        "Japanese",
        "model",
    )
    message_place: str = choice("both", "first", "last", "none", declared={"none": (_NAMES_FIELD, _NAMES_REFERENCE)})
    error_details: bool = flag(default=False)
    codes_with_point: bool = flag(default=False)

    # Headers.
    content_type: str = choice(
        "application/json",
        "application/json;charset=UTF-8",
        'application/json; charset="utf-8"',
        "Application/JSON",
        "application/json; version=2.1",
    )
    header_case: str = choice("usual", "lower", "upper")
    challenge: str = choice(
        'Basic realm="orders"',
        'basic realm="orders", charset="UTF-8"',
        'Bearer realm="api", Basic realm="Sitecore \\"CDP\\", Europe"',
        "Basic",
        "",
        declared={"": ("create/401/www-authenticate",)},
    )
    extra_headers: bool = flag(default=False)
    location: bool = flag(default=False)

    # The created order.
    identifier: str = choice("UUID", "number", "opaque", "prefixed", "hexadecimal", "short")
    host: str = choice(
        "of the request", "public", "port and path", "relative", declared={"relative": ("create/201/href/format",)}
    )
    extra_fields: bool = flag(default=False)
    lists_filled: bool = flag(default=False)
    absent: str = choice("left out", "null", declared={"null": ("create/201/*/left-out",)})
    enum_default: str = choice("none", "first", "last")
    organisation_default: bool = flag(default=False)
    json_style: str = choice("compact", "pretty", "escaped", "reversed", "with a final line break")

    # What a request may meet before it reaches the service, or its response on the way back.
    dropped_every: int = choice(0, 13, 40, 97)
    lost_every: int = choice(0, 17, 43)
    busy: str = choice("never", "429", "429 without Retry-After", "503", "503 without Retry-After", "503 in HTML")
    busy_every: int = choice(19, 11, 53)
    requests_a_second: int = choice(0, 20, 5)
    limit_status: int = choice(429, 503, 403)
    outage_at: int = choice(0, 7, 60)
    locked_after: int = choice(0, 5, 10)

    @property
    def declared(self) -> tuple[str, ...]:
        """The requirements of level *should* that the choices break, as ids or patterns."""
        found = (one.metadata[_DECLARED].get(getattr(self, one.name), ()) for one in fields(self))
        return tuple(dict.fromkeys(pattern for patterns in found for pattern in patterns))

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The choices in which the server differs from the embedded one, by name."""
        defaults = Behaviour()
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != getattr(defaults, one.name)
        }

    def reset(self, *names: str) -> Behaviour:
        """Return the behaviour with some choices set back to what the embedded server does."""
        defaults = Behaviour()
        return replace(self, **{name: getattr(defaults, name) for name in names})


def options() -> Mapping[str, tuple[Any, ...]]:
    """Return the options of each choice by its name, the embedded server's first."""
    return {one.name: one.metadata[_OPTIONS] for one in fields(Behaviour)}


def single_choices() -> Iterator[Behaviour]:
    """Yield a behaviour for each option of each choice that the embedded server does not take."""
    for name, (_, *others) in options().items():
        for option in others:
            yield replace(Behaviour(), **{name: option})
