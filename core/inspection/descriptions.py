"""A description of an interface against the OpenAPI specification (3.0, 3.1). Pure, no Django, nothing fetched."""

import re
from typing import Any

from jsonschema.exceptions import ValidationError
from openapi_spec_validator.schemas import schema_v30, schema_v31
from openapi_spec_validator.schemas.backend.jsonschema import create_validator
from openapi_spec_validator.validation import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from core.inspection.child import Job, live
from core.inspection.messages import of
from core.inspection.reading import escape, read_document, walk

MOST = 50
VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Finding = dict[str, Any]
# What the specification demands beyond its schema: the validator's exception -> code of ours.
_CODES = {
    "DuplicateOperationIDError": "operation-id-twice",
    "ParameterDuplicateError": "parameter-twice",
    "UnresolvableParameterError": "parameter-missing",
}
_NAMES = re.compile(r"'([^']{1,80})'")


class _Only30(OpenAPIV30SpecValidator):
    resolver_handlers = {}  # nothing is fetched
    # By jsonschema, whose errors we put into words, whatever else is installed beside it.
    schema_validator = create_validator(schema_v30)


class _Only31(OpenAPIV31SpecValidator):
    resolver_handlers = {}
    schema_validator = create_validator(schema_v31)


def inspect(document: Any) -> tuple[list[Finding], dict[str, Any]]:
    """Return what is wrong with a description, and what it says of itself (version, title, operations)."""
    if not isinstance(document, dict):
        return [_finding("", "no-object")], {}
    version = str(document.get("openapi", ""))
    kind = _Only30 if version.startswith("3.0.") else _Only31 if version.startswith("3.1.") else None
    if kind is None:
        return [_finding("/openapi", "openapi-version", actual=version[:20])], {}
    if outside := _outside(document):
        return outside, {}
    found = [_of(error) for error, _n in zip(kind(document).iter_errors(), range(MOST), strict=False)]
    operations = _operations(document)
    if not found:
        found = _customs(document, operations)
    info = document.get("info")
    title = str(info.get("title", ""))[:200] if isinstance(info, dict) else ""
    return found, {"version": version, "title": title, "operations": len(operations)}


def _of(error: ValidationError) -> Finding:
    if isinstance(error.validator, str):  # a rule of the specification's own schema
        return of(error)
    named = ", ".join(_NAMES.findall(str(error.message)))
    return _finding("", _CODES.get(type(error).__name__, "openapi"), actual=named[:200])


def _outside(document: dict[str, Any]) -> list[Finding]:
    """Find references to other documents: we neither fetch nor trust them."""
    return [
        _finding(f"{place}/$ref", "remote-ref", actual=part["$ref"][:200])
        for place, part, _depth in walk(document)
        if isinstance(part, dict) and isinstance(part.get("$ref"), str) and not part["$ref"].startswith("#")
    ][:MOST]


def _operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    paths = document.get("paths")
    return [
        (f"/paths/{escape(path)}/{verb}", item[verb])
        for path, item in (paths.items() if isinstance(paths, dict) else ())
        if isinstance(item, dict)
        for verb in VERBS
        if isinstance(item.get(verb), dict)
    ]


def _customs(document: dict[str, Any], operations: list[tuple[str, dict[str, Any]]]) -> list[Finding]:
    """Find what the specification allows but a connection needs: operations with names, secured, over TLS."""
    found = [] if operations else [_finding("/paths", "no-operation")]
    found += [_finding(place, "no-operation-id") for place, item in operations if not item.get("operationId")]
    schemes = (document.get("components") or {}).get("securitySchemes")
    if operations and not schemes:
        found.append(_finding("/components/securitySchemes", "no-security"))
    for number, server in enumerate(document.get("servers") or ()):
        if str(server.get("url", "")).startswith("http://"):
            found.append(_finding(f"/servers/{number}/url", "no-tls", actual=str(server["url"])[:200]))
    return found[:MOST]


def _finding(pointer: str, code: str, **values: Any) -> Finding:
    return {"pointer": pointer, "code": code, **values}


def _work(job: Job) -> Job:
    found, said = inspect(read_document(job["text"]))
    return {"findings": found, "said": said}


if __name__ == "__main__":
    live(_work)
