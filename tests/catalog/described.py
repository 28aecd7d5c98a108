"""A handed-in document with everything that is carried over, and the ways to spoil it."""

from collections.abc import Iterator
from typing import Any

from tests.catalog.openapi_samples import sound

PLOTS_ADDRESS = "/openapi/plots/v1.json"


def carried_document(*, spoilt: bool = False) -> dict[str, Any]:
    """Return a description in 3.0 with parameters, contents, examples and words that 3.1 writes in another way."""
    document = sound()
    plots = document["paths"]["/plots"]["get"]
    plots["parameters"] = [
        {"name": "xa", "in": "query", "description": "Mã xã", "schema": {"type": "string", "example": "00001"}},
        {
            "name": "limit",
            "in": "query",
            "schema": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 100},
        },
        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
    ]
    content = plots["responses"]["200"]["content"]["application/json"]
    content["example"] = {"data": [{"code": "A1", "area": 12.5, "ghi_chu": "nội bộ"}], "total": 1}
    record = document["components"]["schemas"]["Plot"]["allOf"][1]["properties"]
    record["area"]["nullable"] = True
    record["kind"] = {"$ref": "#/components/schemas/Kind"}
    document["components"]["schemas"]["Kind"] = {
        "type": "string",
        "description": "Loại đất",
        "enum": ["dat_o", "dat_nong_nghiep"],
    }
    document["paths"]["/plots"]["post"] = {
        "operationId": "addPlot",
        "summary": "Gửi biến động thửa đất",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Plot"}}},
        },
        "responses": {"201": {"description": "Đã nhận"}},
    }
    return _spoilt(document) if spoilt else document


def _spoilt(document: dict[str, Any]) -> dict[str, Any]:
    parameters = document["paths"]["/plots"]["get"]["parameters"]
    parameters[0] = {"name": "xa", "in": "cookie", "schema": {"type": "chuỗi", "maxLength": -1}}
    parameters[1]["schema"] |= {"pattern": "((", "enum": [], "type": "integer", "multipleOf": 0, "format": 7}
    parameters[1]["style"] = "deepest"
    schemas = document["components"]["schemas"]
    record = schemas["Plot"]["allOf"][1]["properties"]
    record["tree"] = {"$ref": "#/components/schemas/Node"}
    schemas["Node"] = {
        "type": "object",
        "description": "Cây",
        "properties": {
            "next": {"$ref": "#/components/schemas/Node"},
            "many": {"type": "array"},
            "odd": {"type": ["text", 5], "required": "code", "additionalProperties": 7},
            "data": {"example": {"$ref": "#/components/schemas/None"}, "default": {"$ref": "http://x/"}},
        },
    }
    document["paths"]["/plots"]["get"]["responses"]["404"] = {"description": ""}
    return document


def words_of(document: dict[str, Any]) -> set[str]:
    """Return the words of 3.1 that the schemas of *document* use and 3.0 does not know."""
    return set(_words(document["components"]["schemas"]))


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("examples"), list):
            yield "examples_of_schema"
        if "const" in node:
            yield "const"
        if node.get("type") == "null" or isinstance(node.get("type"), list):
            yield "null"
        for part in node.values():
            yield from _words(part)
    elif isinstance(node, list):
        for part in node:
            yield from _words(part)
