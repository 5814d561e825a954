"""Reads `orders.yaml` into frozen values, and checks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml
from referencing.exceptions import Unresolvable

from orders_conformance.spec.extension import Extension, Statuses
from orders_conformance.spec.features import cause, lacking
from orders_conformance.spec.fields import DocumentedResponse, RequestField, request_fields, response_fields
from orders_conformance.spec.references import resolved
from orders_conformance.spec.requirements import Requirement, enumerate_requirements

HERE = Path(__file__).parent
DEFAULT_PATH = HERE / "orders.yaml"


class ContractError(Exception):
    """The contract cannot be used. The message is one line: the reason, and what to correct."""


@dataclass(frozen=True)
class Contract:
    """The contract of one operation.

    Attributes:
        document: the OpenAPI document as it was read.
        extension: its `x-conformance`.
        digest: `sha256:` and the hexadecimal digest of the file's bytes.
        request_schema: the JSON Schema of the request body, references resolved.
        fields: the fields of the request body, by name, in the document's order.
        responses: the documented responses that have a body, by status.
        statuses: the documented statuses by their meaning.
        requirements: everything that the contract requires of a server, by id, in the document's order.

    """

    document: Mapping[str, Any]
    extension: Extension
    digest: str
    request_schema: Mapping[str, Any]
    fields: Mapping[str, RequestField]
    responses: Mapping[int, DocumentedResponse]
    statuses: Statuses
    requirements: Mapping[str, Requirement]
    _index: Mapping[tuple[str, ...], Requirement]

    @classmethod
    def load(cls, path: Path = DEFAULT_PATH) -> Self:
        """Return the contract in a file.

        Raises:
            ContractError: the file is missing, is not YAML, or is not a contract of this shape.

        """
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"the contract {path} cannot be read ({error.strerror}): name an OpenAPI file that exists"
            raise ContractError(message) from error
        try:
            document = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both load plain values only
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            message = f"the contract {path} is not YAML ({reason}): correct the file"
            raise ContractError(message) from error
        try:
            return cls.from_document(document, digest=f"sha256:{hashlib.sha256(content).hexdigest()}")
        except ContractError as error:
            message = f"the contract {path} is invalid: {error}"
            raise ContractError(message) from error

    @classmethod
    def from_document(cls, document: Any, *, digest: str = "") -> Self:
        """Return the contract in a parsed document.

        Args:
            document: the OpenAPI document as plain values.
            digest: the digest of its file; by default that of the document as canonical JSON.


        Raises:
            ContractError: the document is not a contract of this shape.

        """
        extension = _extension(document)
        try:
            operation = document["paths"][extension.path]["post"]
            request = resolved(document, operation["requestBody"]["content"]["application/json"]["schema"])
            fields = request_fields(request)
            responses = tuple(_documented_responses(document, operation["responses"]))
            requirements = enumerate_requirements(extension, fields, responses)
        except KeyError as error:
            message = f"{error} is missing where the operation or the extension needs it: add it"
            raise ContractError(message) from error
        except (AttributeError, TypeError, ValueError, Unresolvable) as error:
            message = f"{error}: correct the operation, its schemas or the extension"
            raise ContractError(message) from error
        return cls(
            document=document,
            extension=extension,
            digest=digest or f"sha256:{hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()}",
            request_schema=request,
            fields={field.name: field for field in fields},
            statuses=extension.statuses,
            responses={response.status: response for response in responses},
            requirements={requirement.id: requirement for requirement in requirements},
            _index={(requirement.family, *requirement.subject): requirement for requirement in requirements},
        )

    @property
    def title(self) -> str:
        """The title of the document."""
        return str(self.document["info"]["title"])

    @property
    def version(self) -> str:
        """The version of the API that the document describes."""
        return str(self.document["info"]["version"])

    @property
    def media_types(self) -> Mapping[int, str]:
        """The documented media type of the body, by status."""
        return {status: response.media_type for status, response in self.responses.items()}

    @property
    def path(self) -> str:
        """The path of the operation, to be put after a base URL."""
        return self.extension.path

    def find(self, family: str, *subject: str) -> Requirement | None:
        """Return the requirement with a family and subject; None where the contract has none."""
        return self._index.get((family, *subject))

    def lacked(self, declared: Iterable[str]) -> Mapping[str, str]:
        """Return the requirements that cannot be judged of a target that lacks features, by id.

        Args:
            declared: the names of the features that it is declared to lack.

        Returns:
            The declared feature that is the reason, by the id of the requirement.

        """
        lacks = lacking(self.extension.features, declared)
        reasons = ((name, cause(one.needs, lacks)) for name, one in self.requirements.items())
        return {name: feature for name, feature in reasons if feature is not None}

    def family(self, family: str) -> Iterator[Requirement]:
        """Return all requirements of a family, in the document's order."""
        return (requirement for requirement in self.requirements.values() if requirement.family == family)


def _extension(document: Any) -> Extension:
    if not isinstance(document, dict) or "x-conformance" not in document:
        message = "it is not an OpenAPI document with an x-conformance extension: start from a copy of spec/orders.yaml"
        raise ContractError(message)
    try:
        return Extension.parse(document["x-conformance"])
    except ValueError as error:
        raise ContractError(str(error)) from error


def check_openapi(document: Mapping[str, Any]) -> None:
    """Check that a document is valid OpenAPI.

    Raises:
        ContractError: it is not.

    """
    problem = openapi_problem(document)
    if problem is not None:
        message = f"it is not valid OpenAPI 3.1: {problem}: correct that value"
        raise ContractError(message)


def openapi_problem(document: Mapping[str, Any], version: str = "3.1") -> str | None:
    """Return in one line why a document is not valid OpenAPI 3.0 or 3.1; None if it is."""
    # Imported here: the validator is slow to load, and the contract that ships is checked by the tests.
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # noqa: PLC0415 - see above

    validator = OpenAPIV30SpecValidator if version == "3.0" else OpenAPIV31SpecValidator
    try:
        # The errors of this validator are not those that `best_match` can compare.
        error = next(iter(validator(dict(document)).iter_errors()), None)
    except Unresolvable as unresolvable:
        return f"the reference {unresolvable.ref} leads nowhere"
    return None if error is None else f"{error.json_path}: {error.message.partition(chr(10))[0]}"


def _documented_responses(document: Mapping[str, Any], responses: Mapping[str, Any]) -> Iterator[DocumentedResponse]:
    for status, response in responses.items():
        for media_type, content in response.get("content", {}).items():
            schema = resolved(document, content["schema"])
            yield DocumentedResponse(int(status), media_type, schema, tuple(response_fields(schema)))
