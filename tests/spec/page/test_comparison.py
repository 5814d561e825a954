"""The comparison finds every kind of change of the page, and none where only prose changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.page.comparison import differences, expected_page
from orders_conformance.spec.page.page import NOTHING, read_page
from tests.support.contract_copies import document_copy

# A page of the vendor's form, written for these tests.
PAGE = Path(__file__).with_name("page.txt").read_text(encoding="utf-8")

LINK = '  - `contacts.items.href` (string)\n    Example: "https://api-engage-eu.sitecorecloud.io'
CHANGES = {
    "a request field is added": (
        "  - `channel` (string)",
        "  - `coupon` (string)\n    A code.\n\n  - `channel` (string)",
        "Request fields: coupon: the page has it (string), the contract does not",
    ),
    "a request field is removed": (
        '  - `cardType` (string)\n    What cardType is for, in words of our own.\n    Example: "Visa"\n\n',
        "",
        "Request fields: cardType: the contract has it, the page does not",
    ),
    "a response field is added": (
        "  - `contacts` (object)",
        "  - `guest` (object)\n\n  - `contacts` (object)",
        "Response 201 fields: guest: the page has it (object), the contract does not",
    ),
    "a nested field is added": (
        LINK,
        f"  - `contacts.items.email` (string)\n\n{LINK}",
        "Response 201 fields: contacts.items.email: the page has it (string), the contract does not",
    ),
    "a nested field is removed": (
        "  - `orderItems.items` (array)",
        "  Order items are no longer listed.",
        "Response 201 fields: orderItems.items: the contract has it, the page does not",
    ),
    "the type of a request field": (
        "`price` (number, required)",
        "`price` (string, required)",
        'Request fields: price: type: the contract has "number", the page has "string"',
    ),
    "the type of a response field": (
        "`status` (integer)",
        "`status` (string)",
        'Response 400 fields: status: type: the contract has "integer", the page has "string"',
    ),
    "a type with a format": (
        "`orderedAt` (string, required)",
        "`orderedAt` (string, date-time, required)",
        'Request fields: orderedAt: type: the contract has "string", the page has "string, date-time"',
    ),
    "a field becomes required": (
        "`pointOfSale` (string)",
        "`pointOfSale` (string, required)",
        "Request fields: pointOfSale: required: the contract has no, the page has yes",
    ),
    "a field becomes optional": (
        "`currencyCode` (string, required)",
        "`currencyCode` (string)",
        "Request fields: currencyCode: required: the contract has yes, the page has no",
    ),
    "a response field becomes required": (
        "`href` (string)",
        "`href` (string, required)",
        "Response 201 fields: href: required: the contract has no, the page has yes",
    ),
    "a value is added": (
        '"OTHER"',
        '"OTHER", "SMS"',
        'Request fields: channel: enum: the page has "SMS", the contract does not',
    ),
    "a value is removed": (
        '"GDS", ',
        "",
        'Request fields: channel: enum: the contract has "GDS", the page does not',
    ),
    "a value is respelt": (
        "PARTIALY_REFUNDED",
        "PARTIALLY_REFUNDED",
        'Request fields: status: enum: the page has "PARTIALLY_REFUNDED", the contract does not',
    ),
    "values are no longer listed": (
        "Enum: ",
        "One of ",
        "Request fields: channel: enum: the contract has ",
    ),
    "values are listed for a field that had none": (
        'Example: "Card"',
        'Example: "Card"\n    Enum: "Card", "Cash"',
        'Request fields: paymentType: enum: the page has "Card", "Cash", the contract does not',
    ),
    "an example is another": (
        "Example: 50",
        "Example: 49.5",
        "Request fields: price: example: the contract has 50, the page has 49.5",
    ),
    "an example has another type": (
        "Example: 50",
        'Example: "50"',
        'Request fields: price: example: the contract has 50, the page has "50"',
    ),
    "an example is removed": (
        '    Example: "B94TXY-1"\n',
        "",
        'Request fields: referenceId: example: the contract has "B94TXY-1", the page has nothing',
    ),
    "an example is added": (
        '    Enum: "WEB"',
        '    Example: "WEB"\n    Enum: "WEB"',
        'Request fields: channel: example: the contract has nothing, the page has "WEB"',
    ),
    "a status is added": (
        "## Response 409",
        "## Response 429 fields (application/json):\n\n  - `code` (integer)\n\n## Response 409",
        "Response 429 fields: the page has it, the contract does not",
    ),
    "a status is another": (
        "## Response 400",
        "## Response 422",
        "Response 400 fields: the contract has it, the page does not",
    ),
    "a status that the contract adds is on the page": (
        "## Response 409",
        "## Response 415 fields (application/json):\n\n## Response 409",
        "Response 415 fields: the page has it, the contract does not",
    ),
    "another section": (
        "## Request fields",
        "## Query parameters:\n\n  - `notify` (boolean)\n\n## Request fields",
        "Query parameters: the page has it, the contract does not",
    ),
    "the media type of the request": (
        "## Request fields (application/json)",
        "## Request fields (application/xml)",
        'Request fields: media type: the contract has "application/json", the page has "application/xml"',
    ),
    "the method": ("POST", "PUT", 'Endpoint: the contract has "POST /v2.1/orders", the page has "PUT /v2.1/orders"'),
    "the path": ("v2.1/orders", "v3/orders", "Endpoint: "),
    "the version": ("Version: v2.1", "Version: v2.2", 'Version: the contract has "v2.1", the page has "v2.2"'),
    "the security": ("BasicAuth", "OAuth2", 'Security: the contract has "BasicAuth", the page has "OAuth2"'),
    "no security": ("Security: BasicAuth", "", 'Security: the contract has "BasicAuth", the page has nothing'),
}
PROSE = {
    "nothing": ("", ""),
    "the title": ("# Create an order", "# Creating orders"),
    "the introduction": ("This text stands for the introduction.", "Another text.\n\nWith a `price` (string) in it."),
    "a description": ("What price is for, in words of our own.", "The price. It is required; an example: 12."),
    "a description goes": ("    What price is for, in words of our own.\n", ""),
    "a description is longer": (
        "What ref is for, in words of our own.",
        "One line.\n    Another line.\n\n    A third.",
    ),
    "the order of values": ('"WEB", "MOBILE_WEB"', '"MOBILE_WEB", "WEB"'),
    "the notation of a number": ("Example: 50", "Example: 50 "),
    "the ends of lines": ("\n", "\r\n"),
    "the indentation": ("  - `", "- `"),
}


def test_the_page_of_the_contract_has_no_difference(contract: Contract) -> None:
    assert differences(contract, read_page(PAGE)) == []
    assert expected_page(contract) == read_page(PAGE)


@pytest.mark.parametrize(("old", "new", "line"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_page_is_found(contract: Contract, old: str, new: str, line: str) -> None:
    assert old in PAGE
    found = differences(contract, read_page(PAGE.replace(old, new, 1)))
    assert [one for one in found if one.startswith(line)], found
    # A field that is another, or a value, is one that goes and one that comes.
    assert len(found) <= 2


@pytest.mark.parametrize(("old", "new"), PROSE.values(), ids=PROSE)
def test_a_change_of_prose_is_none(contract: Contract, old: str, new: str) -> None:
    assert old in PAGE
    assert differences(contract, read_page(PAGE.replace(old, new))) == []


def test_fields_in_another_order_are_no_change(contract: Contract) -> None:
    head, *sections = PAGE.split("## ")
    turned = ["\n\n  - `".join((top, *fields[::-1])) for top, *fields in (one.split("\n\n  - `") for one in sections)]
    assert differences(contract, read_page("\n\n## ".join((head, *turned)))) == []


@pytest.mark.parametrize("number", range(len(Contract.load().extension.page.additions)))
def test_every_declared_addition_is_one(number: int) -> None:
    document = document_copy()
    del document["x-conformance"]["page"]["additions"][number]
    assert differences(Contract.from_document(document), read_page(PAGE))


def test_what_requirements_cite_is_on_the_page(contract: Contract) -> None:
    sections = expected_page(contract).sections
    for requirement in contract.requirements.values():
        for source in (one for one in requirement.sources if one.section in sections and one.field is not None):
            said = sections[source.section or ""].fields[source.field or ""]
            shown = {
                "example": said.example is not NOTHING,
                "enum": bool(said.enum),
                "required": said.required,
                "not required": not said.required,
            }
            assert shown.get(source.part or "", True), (requirement.id, source)
