"""The description of the API arranged for a page: operations by group, each with parameters, fields and errors."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from core.api.schema import document
from core.problems import PROBLEMS

_METHODS = ("get", "post", "put", "patch", "delete")


@cache
def groups() -> list[dict[str, Any]]:
    """Return the tags in their order, each with its operations; computed once, as the document is."""
    api = document()
    found = [{"name": tag["name"], "title": tag["description"], "operations": []} for tag in api["tags"]]
    by_name = {group["name"]: group for group in found}
    for path, item in api["paths"].items():
        for method in _METHODS:
            if method in item:
                by_name[item[method]["tags"][0]]["operations"].append(_operation(api, path, method, item[method]))
    return [group for group in found if group["operations"]]


def _operation(api: dict[str, Any], path: str, method: str, item: dict[str, Any]) -> dict[str, Any]:
    good = item["responses"].get("200") or item["responses"]["201"]
    content, sent = good["content"]["application/json"], _sent(item)
    return {
        "id": item["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": item["summary"],
        "description": item.get("description", ""),
        "parameters": [{**row, "kind": kind_of(api, row["schema"])} for row in item.get("parameters", [])],
        "sent": list(_fields(api, sent["schema"])) if sent else [],
        "sent_example": _example(sent),
        "fields": list(_fields(api, content["schema"])),
        "paged": "next_cursor" in _resolved(api, content["schema"]).get("properties", {}),
        "example": _example(content),
        "problems": list(_problems(item["responses"])),
    }


def _sent(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = item.get("requestBody", {}).get("content", {})
    return found.get("application/json") or found.get("application/x-www-form-urlencoded", {})


def _example(content: dict[str, Any]) -> str:
    examples = [example["value"] for example in content.get("examples", {}).values()]
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""


def _problems(responses: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, answer in responses.items():
        code = answer.get("$ref", "").rpartition("/")[2]
        if code:
            yield {"status": status, "code": code, "title": PROBLEMS[code].title}


def _resolved(api: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return *schema* with what it refers to put in its place, one level deep."""
    merged = dict(schema)
    for part in [schema, *schema.get("allOf", []), *schema.get("oneOf", [])[:1]]:
        name = part.get("$ref", "").rpartition("/")[2]
        if name:
            merged = {**api["components"]["schemas"][name], **merged}
    return merged


def _fields(api: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    whole = _resolved(api, schema)
    rows = whole.get("properties", {})
    if "next_cursor" in rows:
        yield from _fields(api, rows["data"]["items"])
        return
    for name, row in rows.items():
        full = _resolved(api, row)
        meaning = row.get("description") or row.get("title", "")
        required = name in whole.get("required", ())
        yield {"name": name, "kind": kind_of(api, full), "meaning": meaning, "required": required}
        for inner in _fields(api, full.get("items", {})):
            yield {**inner, "name": f"{name}[].{inner['name']}"}


def kind_of(api: dict[str, Any], schema: dict[str, Any]) -> dict[str, str]:
    """Return in words what a value may be, and the ``words`` of a closed list apart."""
    full = _resolved(api, schema)
    types = full.get("type", "string")
    names = types if isinstance(types, list) else [types]
    if "enum" in full:
        return {"text": _("một trong"), "words": ", ".join(str(word) for word in full["enum"])}
    if full.get("type") == "boolean":
        return {"text": _("một trong"), "words": "true, false"}
    text = _words(api, full, next(name for name in names if name != "null"))
    return {"text": _("%(kind)s, có thể trống") % {"kind": text} if "null" in names else text}


def _words(api: dict[str, Any], schema: dict[str, Any], name: str) -> str:
    if name == "integer" and "maximum" in schema:
        return _("số nguyên từ %(low)s đến %(high)s") % {"low": schema["minimum"], "high": schema["maximum"]}
    if name == "object":
        return _("đối tượng")
    if name == "array":
        return _("danh sách (%(kind)s)") % {"kind": kind_of(api, schema["items"])["text"]}
    if schema.get("format") == "date":
        return _("ngày, dạng năm-tháng-ngày")
    if schema.get("format") == "date-time":
        return _("thời điểm kèm múi giờ")
    if "maxLength" in schema:
        return _("chuỗi, tối đa %(most)s ký tự") % {"most": schema["maxLength"]}
    return _("số nguyên") if name == "integer" else _("chuỗi")
