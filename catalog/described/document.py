"""The document itself, OpenAPI 3.1."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.choices import WITH_BODY, Direction, ProfileForm, ServiceState
from catalog.described.answers import answer_of, contents_of, record_of
from catalog.described.asking import body, parameters
from catalog.described.carrier import Carrier, Schema
from catalog.described.carrying import Carried, Handed
from catalog.described.headers import ENDING, SECURITY, answer_headers, security_schemes
from catalog.described.info import base_of, end_of, info_of, page_of
from catalog.described.refusals import (
    ANSWER,
    DEED,
    DEMAND,
    REQUEST,
    Traits,
    answer,
    component_name,
    problem_schema,
    refusals_of,
)
from catalog.described.shapes import Described
from catalog.described.structures import Contents, mark_of, names_of, schemas_of
from catalog.openapi.shapes import Document, Operation

Json = dict[str, Any]
_READING = ("GET", "HEAD")


def document_of(described: Described, handed: Document | None, contents: Contents | None = None) -> Json:
    """Return the description of *described*; *handed* is the document its provider applied, None without one.

    *contents* are the texts of its structures by id, as JSON.
    """
    return _Making(described, handed, contents or {}).done()


def record_name(operation: Operation) -> str:
    """Return the name of the schema of an operation's record: its code without hyphens, and "Record"."""
    return "".join(part.capitalize() for part in operation.code.split("-")) + "Record"


def traits_of(described: Described, item: Operation) -> Traits:
    """Return what *item* may be refused for besides what every operation may."""
    found = {
        DEED: item.method not in _READING,
        REQUEST: item.method in WITH_BODY and described.structure(item.code, Direction.REQUEST) is not None,
        ANSWER: described.structure(item.code, Direction.ANSWER) is not None,
        DEMAND: bool(described.demanded()),
    }
    return frozenset(trait for trait, there in found.items() if there)


class _Making:
    """One document being made."""

    def __init__(self, described: Described, handed: Document | None, contents: Contents) -> None:
        self.described, self.contents = described, contents
        self.records = {item.code: record_name(item) for item in described.operations}
        codes = {item.code for item in described.operations}
        self.judged = [item for item in described.structures if item.operation in codes]
        self.structures = names_of(self.judged, {"Problem", *self.records.values()})
        taken = {"Problem", *self.records.values(), *self.structures.values()}
        self.carrier = Carrier({} if handed is None else handed, taken)
        self.source = Handed(handed, self.carrier) if handed is not None else None
        self.ended = described.state == ServiceState.DEPRECATED
        self.traits = {item.code: traits_of(described, item) for item in described.operations}
        self.schemas: dict[str, Schema] = {}

    def done(self) -> Json:
        """Make it."""
        paths: dict[str, Json] = {}
        every: Traits = frozenset().union(*self.traits.values())
        self.schemas["Problem"] = problem_schema(every)
        for item in self.described.operations:
            paths.setdefault(item.template, {})[item.method.lower()] = self._operation(item)
        # Of an answer with fields the record says it, cut to them; the structure as a whole would say more.
        plain = {item.code for item in self.described.operations if not item.fields}
        whole = [one for one in self.judged if one.direction == Direction.REQUEST or one.operation in plain]
        judged = schemas_of(whole, self.structures, self.contents)
        return {
            "openapi": "3.1.1",
            "info": info_of(self.described),
            "externalDocs": {"description": _("Tài liệu để đọc"), "url": page_of(self.described)},
            "servers": [
                {"url": base_of(self.described), "description": _("Nền tảng tích hợp, chia sẻ dữ liệu của tỉnh")}
            ],
            "security": SECURITY,
            "paths": paths,
            "components": self._components(self.schemas | judged | self.carrier.components()),
        }

    def _carried(self, item: Operation) -> Carried:
        """Return what the provider's document says of *item*; a structure its answer is judged by says more."""
        found = self.source.of(item) if self.source is not None else Carried()
        structure = self.described.structure(item.code, Direction.ANSWER)
        if structure is None:
            return found
        content = self.contents.get(structure.profile_id, {})
        if item.fields and structure.form == ProfileForm.JSON_SCHEMA and content:
            return Handed(content, Carrier(content)).judged(item, found)
        if not item.fields:
            found.whole = {"$ref": f"#/components/schemas/{self.structures[structure.profile_id]}"}
        return found

    def _operation(self, item: Operation) -> Json:
        carried, record = self._carried(item), self.records[item.code]
        if item.fields:
            self.schemas[record] = record_of(item, carried)
        judged = {one.direction: mark_of(one) for one in self.judged if one.operation == item.code}
        found: Json = {
            "operationId": item.code.replace("-", "_"),
            "summary": item.title,
            "x-lgsp-operation": item.code,
            **({"x-lgsp-record-path": item.record_path} if item.record_path else {}),
            **({"x-lgsp-structures": judged} if judged else {}),
            **({"description": carried.description} if carried.description else {}),
            **({"deprecated": True, "externalDocs": end_of(self.described)} if self.ended else {}),
        }
        if asked := parameters(self.described, item, carried):
            found["parameters"] = asked
        if (sent := body(self.described, item, carried, self.structures)) is not None:
            found["requestBody"] = sent
        found["responses"] = self._responses(item, carried, record)
        return found

    def _responses(self, item: Operation, carried: Carried, record: str) -> Json:
        names = ["X-Request-Id", "RateLimit-Policy", "RateLimit", *(["X-LGSP-Fields-Dropped"] if item.fields else [])]
        names += ENDING if self.ended else ()
        good: Json = {
            "description": _("Thành công"),
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        }
        schema = answer_of(item, carried, record)
        if carried.status != "204":
            good["description"] = _("Thành công; dạng JSON hoặc XML theo tiêu đề Accept")
            good["content"] = contents_of(item, carried, schema)
        traits = self.traits[item.code]
        refused = {
            status: {"$ref": f"#/components/responses/{component_name(status, traits)}"}
            for status in refusals_of(traits)
        }
        return {carried.status: good, **refused}

    def _components(self, schemas: Mapping[str, Schema]) -> Json:
        more = ENDING if self.ended else ()
        responses = {
            component_name(status, traits): answer(status, problems, more)
            for traits in set(self.traits.values())
            for status, problems in refusals_of(traits).items()
        }
        return {
            "schemas": dict(schemas),
            "responses": dict(sorted(responses.items())),
            "headers": answer_headers(),
            "securitySchemes": security_schemes(),
        }
