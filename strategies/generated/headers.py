"""Random values of the Authorization and Content-Type headers."""

from __future__ import annotations

import base64
import string
from collections.abc import Sequence

from hypothesis import strategies as st

from orders_conformance.strategies.credentials import Credentials

_PRINTABLE = string.ascii_letters + string.digits + string.punctuation


def wrong_headers(credentials: Credentials) -> st.SearchStrategy[str]:
    """Generate wrong Authorization headers; most are close to the right one."""
    key, token = credentials.client_key, credentials.api_token

    def basic(user: str, password: str) -> str:
        return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"

    changed = st.one_of(
        st.builds(lambda password: basic(key, password), _close_to(token)),
        st.builds(lambda user: basic(user, token), _close_to(key).filter(lambda user: ":" not in user)),
        st.text(_PRINTABLE, min_size=1, max_size=40).map(lambda text: f"Basic {text}"),
        st.sampled_from(["Digest", "Bearer", "Token", "ApiKey"]).map(lambda scheme: f"{scheme} {token[::-1]}"),
    )
    return changed.filter(lambda header: not credentials.is_right(header))


def other_media_types(rejected: Sequence[str]) -> st.SearchStrategy[str]:
    """Generate media types that are not JSON: those of the contract, or text, image or audio with any subtype.

    Args:
        rejected: the media types that the contract lists as not accepted.

    """
    word = st.text(string.ascii_lowercase, min_size=2, max_size=8)
    made = st.builds(lambda kind, subtype: f"{kind}/{subtype}", st.sampled_from(["text", "image", "audio"]), word)
    return st.sampled_from(rejected) | made


def _close_to(text: str) -> st.SearchStrategy[str]:
    """Generate texts in which one character is changed, added or left out."""
    place = st.integers(min_value=0, max_value=max(0, len(text) - 1))
    character = st.sampled_from(_PRINTABLE)
    return st.one_of(
        st.builds(lambda at, new: text[:at] + new + text[at + 1 :], place, character),
        st.builds(lambda at, new: text[:at] + new + text[at:], place, character),
        st.builds(lambda at: text[:at] + text[at + 1 :], place),
    )
