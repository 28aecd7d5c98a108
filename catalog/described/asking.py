"""What a call sends: parameters of path, query and header, and its content in every form that is taken."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from catalog.choices import WITH_BODY, Direction, MessageForm
from catalog.described.carrier import Schema
from catalog.described.carrying import Carried
from catalog.described.forms import JSON, XML, as_xml, is_json, is_xml
from catalog.described.shapes import Described
from catalog.openapi.operations import parameters_in
from catalog.openapi.shapes import Operation
from catalog.relayed import NAMED_BY_CALLER
from catalog.soap import Parameter, parameters_of

Json = dict[str, Any]
_ONCE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def parameters(described: Described, item: Operation, carried: Carried) -> list[Json]:
    """Return the parameters of *item*: those of its path and query, and the headers that mean something here."""
    known = {(one["in"], one["name"]) for one in carried.parameters}
    missing = [name for name in parameters_in(item.template) if ("path", name) not in known]
    plain = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in missing]
    asked = _asked(item, known) if item.soap is not None else ()
    return [*plain, *carried.parameters, *asked, *_headers(described, item)]


def _asked(item: Operation, known: set[tuple[str, str]]) -> Iterator[Json]:
    """Give the query parameters that its SOAP provider is sent; no other is taken."""
    for one in _lines(item):
        if one.kind == "query" and ("query", one.name) not in known:
            yield {"name": one.name, "in": "query", "required": one.required, "schema": {"type": "string"}}


def _lines(item: Operation) -> list[Parameter]:
    return parameters_of(item.soap.parameters) if item.soap is not None else []


def _headers(described: Described, item: Operation) -> Iterator[Json]:
    texts = {
        "procedure": (
            _("Mã thủ tục hành chính mà lượt gọi phục vụ; hệ thống nguồn yêu cầu"),
            r"^[A-Za-z0-9._-]{1,64}$",
        ),
        "officer": (_("Mã cán bộ thực hiện lượt gọi; hệ thống nguồn yêu cầu"), r"^[A-Za-z0-9._@-]{1,64}$"),
    }
    signed = _("Gọi bằng chữ ký thì ký cả tiêu đề này.")
    for what, always in described.demanded().items():
        text, pattern = texts[what]
        where = "" if always else _(" ở một môi trường")
        schema = {"type": "string", "pattern": pattern}
        yield _header(NAMED_BY_CALLER[what], f"{text}{where}. {signed}", schema, required=always)
    if item.method in _ONCE:
        text = _("Mã do bên gọi đặt để một việc không được làm hai lần; gửi lại cùng mã thì bị từ chối với 409.")
        yield _header("Idempotency-Key", text, {"type": "string"})
    if item.method in WITH_BODY and described.inflates:
        yield _header(
            "Content-Encoding",
            _("Ghi %(name)s khi nội dung được nén.") % {"name": "gzip"},
            {"type": "string", "enum": ["gzip"]},
        )


def _header(name: str, text: str, schema: Schema, *, required: bool = False) -> Json:
    return {"name": name, "in": "header", "required": required, "description": text, "schema": schema}


def body(described: Described, item: Operation, carried: Carried, structures: dict[int, str]) -> Json | None:
    """Return the content *item* takes, None for none; *structures* are the names of their schemas by id."""
    if item.method not in WITH_BODY:
        return None
    structure = described.structure(item.code, Direction.REQUEST)
    if item.soap is not None and structure is None:
        return _members(item)
    found: Json = carried.body or {
        "description": _("Nội dung theo hướng dẫn của cơ quan cung cấp"),
        "content": {JSON: {"schema": {}}},
        "required": False,
    }
    if structure is not None:
        schema = {"$ref": f"#/components/schemas/{structures[structure.profile_id]}"}
        kept = {media: {**part, "schema": schema} for media, part in found["content"].items() if is_json(media)}
        told = _(
            "Theo cấu trúc «%(title)s» %(version)s. Nội dung sai cấu trúc bị từ chối với 422 %(code)s, danh sách "
            "%(list)s nêu từng chỗ (%(place)s)."
        )
        named = {"title": structure.title, "version": structure.version, "code": "message-not-conforming"}
        named |= {"list": "errors", "place": "pointer"}
        found = {"description": told % named, "content": kept or {JSON: {"schema": schema}}, "required": True}
    return {**found, "content": _taken(found["content"], described.form, item)}


def _taken(contents: Json, form: str, item: Operation) -> Json:
    """Return *contents* in the forms that are taken: as it comes, or JSON and XML, the source system's own first."""
    if form == MessageForm.RAW:
        return contents
    root = item.xml_root or item.code
    json = next((part for media, part in contents.items() if is_json(media)), None)
    xml = next((part for media, part in contents.items() if is_xml(media)), None)
    if json is None and xml is None:
        json = {"schema": {}}
    in_json = json if json is not None else {"schema": (xml or {}).get("schema", {})}
    in_xml = xml if xml is not None else as_xml(in_json, root)
    pairs = {JSON: in_json, XML: in_xml}
    return dict(reversed(pairs.items())) if form == MessageForm.XML else pairs


def _members(item: Operation) -> Json | None:
    """Return the content from which the envelope of a SOAP provider is made; no other member is taken."""
    lines = [one for one in _lines(item) if one.kind == "body"]
    if not lines:
        return None
    schema: Schema = {"type": "object", "properties": {}}
    for one in lines:
        *outer, last = one.name.split(".")
        place = schema
        for name in outer:
            place = place["properties"].setdefault(name, {"type": "object", "properties": {}})
        place["properties"][last] = {}
        if one.required and not outer:
            place.setdefault("required", []).append(last)
    content: Json = {"schema": schema}
    required = any(one.required for one in lines)
    told = _("Các thành phần được gửi tới hệ thống nguồn; không nhận thành phần khác")
    return {"description": told, "content": {JSON: content, XML: as_xml(content, item.code)}, "required": required}
