"""The document itself, OpenAPI 3.1."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import ServiceState
from catalog.described.answers import answer_of, contents_of, record_of
from catalog.described.carrier import Carrier, Schema
from catalog.described.carrying import Carried, Handed
from catalog.described.headers import SECURITY, answer_headers, security_schemes
from catalog.described.refusals import answer, component_name, problem_schema, refusals, refusals_of
from catalog.described.shapes import Cut, Described
from catalog.openapi.operations import parameters_in
from catalog.openapi.shapes import Document, Operation

Json = dict[str, Any]
_SENDING = ("POST", "PUT", "PATCH")


def document_of(described: Described, handed: Document | None) -> Json:
    """Return the description of *described*; *handed* is the document its provider applied, None without one."""
    names = {item.code: record_name(item) for item in described.operations}
    carrier = Carrier({} if handed is None else handed, {"Problem", *names.values()})
    source = Handed(handed, carrier) if handed is not None else None
    ended = described.state == ServiceState.DEPRECATED
    paths: dict[str, Json] = {}
    schemas: dict[str, Schema] = {"Problem": problem_schema()}
    for item in described.operations:
        carried = source.of(item) if source is not None else Carried()
        if item.fields:
            schemas[names[item.code]] = record_of(item, carried)
        paths.setdefault(item.template, {})[item.method.lower()] = _operation(item, carried, names[item.code], ended)
    return {
        "openapi": "3.1.1",
        "info": _info(described),
        "externalDocs": {"description": _("Tài liệu để đọc"), "url": page_of(described)},
        "servers": [{"url": base_of(described), "description": _("Nền tảng tích hợp, chia sẻ dữ liệu của tỉnh")}],
        "security": SECURITY,
        "paths": paths,
        "components": _components(described, schemas | carrier.components()),
    }


def record_name(operation: Operation) -> str:
    """Return the name of the schema of an operation's record: its code without hyphens, and "Record"."""
    return "".join(part.capitalize() for part in operation.code.split("-")) + "Record"


def base_of(described: Described) -> str:
    """Return where the version is called; paths follow it."""
    return urljoin(settings.PUBLIC_URL, f"/api/data/{described.code}/{described.name}")


def page_of(described: Described) -> str:
    """Return the address of the same for people."""
    return urljoin(settings.PUBLIC_URL, reverse("service_reference", args=[described.code, described.name]))


def _info(described: Described) -> Json:
    agency = urljoin(settings.PUBLIC_URL, reverse("agency", args=[described.provider_code]))
    found: Json = {
        "title": f"{described.title} ({described.name})",
        "version": described.name,
        "description": described.summary or described.title,
        "contact": {"name": described.provider_name, "url": agency},
        "x-lgsp-service": described.code,
        "x-lgsp-provider": described.provider_code,
        "x-lgsp-limits": _limits(described),
    }
    if described.changed_at is not None:
        found["x-lgsp-changed-at"] = described.changed_at.isoformat(timespec="seconds")
    if described.sunset_on is not None:
        found["x-lgsp-sunset"] = described.sunset_on.isoformat()
    if described.cut is not None:
        found["x-lgsp-grant"] = _grant(described.cut)
    return found


def _limits(described: Described) -> Json:
    found = {
        "max_request_bytes": described.max_request_bytes,
        "max_answer_bytes": described.max_answer_bytes,
        "timeout_ms": described.timeout_ms,
    }
    return found | ({"default_daily_quota": described.default_quota} if described.default_quota else {})


def _grant(cut: Cut) -> Json:
    found: Json = {
        "grant": cut.grant,
        "environment": cut.environment,
        "purpose": cut.purpose,
        "daily_quota": cut.daily_quota,
    }
    rates = {"rate_per_second": cut.rate_per_second, "rate_per_minute": cut.rate_per_minute}
    found |= {name: value for name, value in rates.items() if value}
    return found | ({"valid_to": cut.valid_to.isoformat()} if cut.valid_to else {})


def _operation(item: Operation, carried: Carried, record: str, ended: bool) -> Json:
    found: Json = {
        "operationId": item.code.replace("-", "_"),
        "summary": item.title,
        "x-lgsp-operation": item.code,
        **({"x-lgsp-record-path": item.record_path} if item.record_path else {}),
        **({"description": carried.description} if carried.description else {}),
        **({"deprecated": True} if ended else {}),
    }
    parameters = _parameters(item, carried)
    if parameters:
        found["parameters"] = parameters
    if item.method in _SENDING:
        found["requestBody"] = carried.body or {
            "description": _("Nội dung theo hướng dẫn của cơ quan cung cấp"),
            "content": {"application/json": {"schema": {}}},
            "required": False,
        }
    found["responses"] = _responses(item, carried, record, ended)
    return found


def _parameters(item: Operation, carried: Carried) -> list[Json]:
    known = {(one["in"], one["name"]) for one in carried.parameters}
    missing = [name for name in parameters_in(item.template) if ("path", name) not in known]
    plain = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in missing]
    return [*plain, *carried.parameters]


def _responses(item: Operation, carried: Carried, record: str, ended: bool) -> Json:
    names = ["X-Request-Id", "RateLimit-Policy", "RateLimit", *(["X-LGSP-Fields-Dropped"] if item.fields else [])]
    names += ["Deprecation", "Sunset"] if ended else []
    good: Json = {
        "description": _("Thành công"),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }
    schema = answer_of(item, carried, record)
    if carried.status != "204":
        good["content"] = contents_of(item, carried, schema)
    refused = {
        status: {"$ref": f"#/components/responses/{component_name(status, item.method)}"}
        for status in refusals_of(item.method)
    }
    return {carried.status: good, **refused}


def _components(described: Described, schemas: dict[str, Schema]) -> Json:
    methods = {item.method for item in described.operations}
    responses = {
        component_name(status, method): answer(status, problems)
        for method in sorted(methods)
        for status, problems in refusals_of(method).items()
    }
    for status, problems in refusals().items():
        if f"Problem{status}" in responses:
            responses[f"Problem{status}"] = answer(status, problems)
    return {
        "schemas": schemas,
        "responses": dict(sorted(responses.items())),
        "headers": answer_headers(),
        "securitySchemes": security_schemes(),
    }
