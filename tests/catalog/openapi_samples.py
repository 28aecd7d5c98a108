"""OpenAPI descriptions for tests: one that is sound, and the ways to spoil it."""

import copy
import json
from typing import Any

SOUND: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Tra cứu thửa đất", "version": "1.2"},
    "paths": {
        "/plots": {
            "get": {
                "operationId": "listPlots",
                "summary": "Danh sách thửa đất",
                "responses": {
                    "200": {
                        "description": "Danh sách",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "data": {"type": "array", "items": {"$ref": "#/components/schemas/Plot"}},
                                        "total": {"type": "integer", "description": "Tổng số"},
                                    },
                                }
                            }
                        },
                    }
                },
            }
        },
        "/plots/{code}": {
            "parameters": [{"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {
                "operationId": "get_plot",
                "summary": "Một thửa đất theo mã",
                "responses": {
                    "200": {
                        "description": "Một thửa",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Plot"}}},
                    }
                },
            },
        },
    },
    "components": {
        "schemas": {
            "Base": {
                "type": "object",
                "properties": {"code": {"type": "string", "description": "Mã thửa đất"}},
            },
            "Plot": {
                "allOf": [
                    {"$ref": "#/components/schemas/Base"},
                    {
                        "type": "object",
                        "properties": {
                            "area": {"type": "number", "description": "Diện tích"},
                            "owner_name": {
                                "type": "string",
                                "description": "Tên chủ sử dụng đất",
                                "x-data-class": "personal",
                            },
                            "issued_on": {"type": "string", "format": "date", "description": "Ngày cấp giấy"},
                        },
                    },
                ]
            },
        }
    },
}
PLOTS, PLOT = ("paths", "/plots", "get"), ("paths", "/plots/{code}", "get")
ANSWER = (*PLOTS, "responses", "200", "content", "application/json", "schema")


def sound() -> dict[str, Any]:
    """Return a sound description of one's own."""
    return copy.deepcopy(SOUND)


def put(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the sound description with *value* at *place*; None takes it away."""
    document = sound()
    node = document
    for key in place[:-1]:
        node = node.setdefault(key, {})
    if value is None:
        node.pop(place[-1], None)
    else:
        node[place[-1]] = value
    return document


def as_bytes(document: Any) -> bytes:
    """Return *document* as a file holds it."""
    return json.dumps(document, ensure_ascii=False).encode()
