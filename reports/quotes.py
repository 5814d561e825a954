"""The words of the vendor's page, from a copy that the reader of a report has."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotes:
    """Words of a page.

    Attributes:
        digest: the digest of the page.
        words: what it says for each requirement, by id; requirements that it says nothing for are left out.

    """

    digest: str
    words: Mapping[str, str]
