"""Reading files others wrote: sound ones say what they say, bad ones are refused with place and reason, quickly."""

import json
import time
import tracemalloc
from typing import Any

import pytest
import yaml

from catalog import openapi
from catalog.openapi.shapes import MAX_BYTES
from tests.catalog.openapi_samples import ANSWER, PLOTS, as_bytes, put, sound

SECONDS, MEMORY = 5.0, 120 * 1024 * 1024


def say(content: bytes) -> openapi.Description:
    return openapi.describe(openapi.read(content))


@pytest.mark.clause("QC11.2")
@pytest.mark.parametrize("release", ["3.0.0", "3.0.3", "3.1.0", "3.1.1"])
@pytest.mark.parametrize("kind", ["json", "yaml", "bom"])
def test_a_sound_description_gives_operations_and_fields(release: str, kind: str) -> None:
    document = {**sound(), "openapi": release}
    content = yaml.safe_dump(document, allow_unicode=True).encode() if kind == "yaml" else as_bytes(document)
    found = say(b"\xef\xbb\xbf" + content if kind == "bom" else content)
    assert (found.errors, found.title, found.openapi) == (0, "Tra cứu thửa đất", release)
    listed, one = sorted(found.operations, key=lambda item: item.template)
    assert (listed.code, listed.title, listed.method, listed.template, listed.record_path) == (
        "list-plots",
        "Danh sách thửa đất",
        "GET",
        "/plots",
        "data",
    )
    assert (one.code, one.template, one.record_path) == ("get-plot", "/plots/{code}", "")
    for operation in (listed, one):
        assert {tuple(item) for item in operation.fields} == {
            ("code", "Mã thửa đất", "chuỗi", ""),
            ("area", "Diện tích", "số", ""),
            ("owner_name", "Tên chủ sử dụng đất", "chuỗi", "personal"),
            ("issued_on", "Ngày cấp giấy", "ngày", ""),
        }


def test_a_schema_that_holds_itself_is_read_as_far_as_its_fields() -> None:
    node = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/N"}}},
    }
    document = put(("components", "schemas", "N"), node)
    document["paths"]["/plots"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/N"
    }
    fields = next(item for item in say(as_bytes(document)).operations if item.template == "/plots").fields
    assert [(item.name, item.data_type) for item in fields] == [("children", "danh sách")]


def _deep(levels: int, opening: str, closing: str, core: str) -> bytes:
    return (opening * levels + core + closing * levels).encode()


def _allof_bomb() -> dict[str, Any]:
    document = put(ANSWER, {"$ref": "#/components/schemas/L0"})
    for level in range(15):
        part = {"$ref": f"#/components/schemas/L{level + 1}"}
        document["components"]["schemas"][f"L{level}"] = {"allOf": [part, part, part, part]}
    document["components"]["schemas"]["L15"] = {"type": "object"}
    return document


def _chain(length: int) -> dict[str, Any]:
    document = put(ANSWER, {"$ref": "#/components/schemas/C0"})
    for number in range(length):
        document["components"]["schemas"][f"C{number}"] = {"$ref": f"#/components/schemas/C{(number + 1) % length}"}
    return document


def _yaml(text: str) -> bytes:
    return f"openapi: 3.0.3\ninfo: {{title: A, version: '1'}}\n{text}\n".encode()


_BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
)
_MANY = {
    f"/p{n}": {"get": {"operationId": f"p{n}", "summary": "Một", "responses": {"204": {"description": "x"}}}}
    for n in range(501)
}
_SWAGGER = {"swagger": "2.0", "info": {"title": "A", "version": "1"}, "paths": {}}
# What is handed in, and a part of what is said.
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Tệp rỗng"),
    "spaces": (b"  \n \n", "Tệp rỗng"),
    "too-large": (b"{" + b" " * MAX_BYTES + b"}", "lớn hơn 2 MB"),
    "broken-json": (b'{"openapi": "3.0.3", ', "hỏng"),
    "broken-yaml": (b"openapi: 3.0.3\n  info: [", "hỏng"),
    "json-list": (b"[1, 2]", "phải là một đối tượng"),
    "json-number": (b"5", "phải là một đối tượng"),
    "json-text": (b'"openapi"', "phải là một đối tượng"),
    "yaml-text": (b"xin chao", "phải là một đối tượng"),
    "no-openapi": (b'{"info": {}}', "thiếu khóa «openapi»"),
    "nul": (b'{"openapi": "3.0.3\0"}', "ký tự số 0"),
    "utf-16": ('{"openapi": "3.0.3"}'.encode("utf-16"), "UTF-16"),
    "latin-1": ('{"openapi": "3.0.3", "a": "é"}'.encode("latin-1"), "UTF-8"),
    "windows-1258": ("openapi: 3.0.3\nx: \xd0\xea".encode("latin-1"), "dòng 2"),
    "zip": (b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 40, "ký tự số 0"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\xff" * 40, "UTF-8"),
    "html": (b"<!doctype html><p>xin chao: ban", "thiếu khóa «openapi»"),
    "swagger": (as_bytes(_SWAGGER), "chuyển sang 3.0"),
    "swagger-yaml": (b"swagger: '2.0'\ninfo: {}\n", "chuyển sang 3.0"),
    "openapi-4": (as_bytes(put(("openapi",), "4.0.0")), "chỉ nhận 3.0.x và 3.1.x"),
    "openapi-3.2": (as_bytes(put(("openapi",), "3.2.0")), "chỉ nhận 3.0.x và 3.1.x"),
    "openapi-number": (b"openapi: 3.0\ninfo: {}\npaths: {}", "dấu nháy"),
    "openapi-list": (as_bytes(put(("openapi",), ["3.0.3"])), "dấu nháy"),
    "deep-json": (_deep(100_000, '{"a":', "}", "1"), "lồng quá 64 cấp"),
    "deep-list": (_deep(1_000_000, "[", "]", ""), "lồng quá 64 cấp"),
    "deep-65": (_deep(65, '{"a":', "}", "1"), "lồng quá 64 cấp"),
    "deep-yaml": ("\n".join("  " * n + "a:" for n in range(900)).encode(), "lồng quá 64 cấp"),
    "deep-yaml-flow": (b"a: " + b"[" * 500_000, "lồng quá 64 cấp"),
    "deep-yaml-dashes": (b"- " * 500_000, "lồng quá 64 cấp"),
    "alias-bomb": (_yaml(_BOMB), "quá nhiều phần tử"),
    "alias-crowd": (_yaml("x: &x 1\ny: [" + "*x, " * 200 + "]"), "quá nhiều bí danh"),
    "alias-itself": (_yaml("x: &x [*x]"), "chứa chính nó"),
    "alias-unknown": (_yaml("x: *nothing"), "không có"),
    "alias-deep": (
        _yaml("a0: &a0 {k: 1}\n" + "\n".join(f"a{n}: &a{n} {{k: *a{n - 1}}}" for n in range(1, 70))),
        "lồng quá 64 cấp",
    ),
    "merge-key": (_yaml("x: &x {a: 1}\ny:\n  <<: *x"), "Khóa gộp"),
    "python-tag": (_yaml("x: !!python/object/apply:os.system ['true']"), "không được nhận"),
    "own-tag": (_yaml("x: !secret abc"), "không được nhận"),
    "two-documents": (_yaml("---\nx: 1"), "nhiều tài liệu"),
    "yaml-list-key": (_yaml("? [a, b]\n: 1"), "Khóa phải là chữ"),
    "yaml-twice": (_yaml("info: {title: B}"), "hai lần"),
    "json-twice": (b'{"openapi": "3.0.3", "info": {"title": "a", "title": "b"}}', "hai lần"),
    "json-nan": (b'{"openapi": "3.0.3", "x": NaN}', "NaN"),
    "json-long-number": (b'{"openapi": "3.0.3", "x": ' + b"9" * 100_000 + b"}", "số quá lớn"),
    "json-crowd": (b'{"openapi": [' + b"1," * 900_000 + b"1]}", "quá nhiều phần tử"),
    "yaml-crowd": (b"a: [" + b"b, " * 600_000 + b"]", "quá nhiều phần tử"),
    "no-paths": (as_bytes(put(("paths",), None)), "/paths"),
    "paths-list": (as_bytes(put(("paths",), [])), "/paths"),
    "ref-http": (as_bytes(put(ANSWER, {"$ref": "http://127.0.0.1:1/x.json"})), "trỏ ra ngoài tệp"),
    "ref-https": (as_bytes(put(ANSWER, {"$ref": "https://example.org/x.yaml#/A"})), "trỏ ra ngoài tệp"),
    "ref-file": (as_bytes(put(ANSWER, {"$ref": "file:///etc/passwd"})), "trỏ ra ngoài tệp"),
    "ref-beside": (as_bytes(put(ANSWER, {"$ref": "./common.yaml#/Plot"})), "trỏ ra ngoài tệp"),
    "ref-unused": (as_bytes(put(("components", "x"), {"$ref": "../../../etc/shadow"})), "/components/x/$ref"),
    "ref-nowhere": (as_bytes(put(ANSWER, {"$ref": "#/components/schemas/Nobody"})), "không trỏ tới phần nào"),
    "ref-anchor": (as_bytes(put(ANSWER, {"$ref": "#plot"})), "không trỏ tới phần nào"),
    "ref-itself": (as_bytes(_chain(1)), "đi vòng"),
    "ref-round": (as_bytes(_chain(7)), "đi vòng"),
    "ref-long-round": (as_bytes(_chain(5_000)), "đi vòng"),
    "ref-allof-round": (
        as_bytes(put(("components", "schemas", "Base"), {"allOf": [{"$ref": "#/components/schemas/Plot"}]})),
        "đi vòng",
    ),
    "allof-bomb": (as_bytes(_allof_bomb()), "quá nhiều lớp"),
    "501-operations": (as_bytes(put(("paths",), _MANY)), "501 thao tác"),
    "path-item-ref-outside": (as_bytes(put(("paths", "/x"), {"$ref": "x.yaml"})), "/paths/~1x/$ref"),
}


@pytest.mark.clause("QC11.2")
@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_with_place_and_reason_in_bounded_time_and_memory(name: str) -> None:
    content, said = REFUSED[name]
    began = time.perf_counter()
    with pytest.raises(openapi.Refused) as refused:
        say(content)
    took = time.perf_counter() - began
    assert said in f"{refused.value.place}: {refused.value}"
    assert len(str(refused.value)) < 400
    assert took < SECONDS


@pytest.mark.parametrize(
    "name",
    [
        "alias-bomb",
        pytest.param("allof-bomb", marks=pytest.mark.heavy),
        "deep-list",
        *(pytest.param(name, marks=pytest.mark.heavy) for name in ("json-crowd", "yaml-crowd")),
        "too-large",
    ],
)
def test_the_worst_files_stay_within_memory(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(openapi.Refused):
            say(REFUSED[name][0])
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def test_five_hundred_operations_with_their_fields_are_read_within_seconds() -> None:
    schema = {
        "type": "object",
        "properties": {f"f{n}": {"type": "string", "description": "Trường"} for n in range(10)},
    }
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Big"}}}}}
    paths = {
        f"/p{n}/{{code}}": {"get": {"operationId": f"p{n}", "summary": "Một", "responses": answer}} for n in range(500)
    }
    document = {**put(("paths",), paths), "components": {"schemas": {"Big": schema}}}
    began = time.perf_counter()
    found = say(as_bytes(document))
    assert time.perf_counter() - began < SECONDS
    assert (len(found.operations), found.errors) == (500, 0)
    document["components"]["schemas"]["Big"]["properties"] |= {f"g{n}": {"type": "string"} for n in range(100)}
    with pytest.raises(openapi.Refused, match="quá nhiều trường"):
        say(as_bytes(document))


def _without(place: tuple[str, ...]) -> dict[str, Any]:
    return put(place, None)


def _plot_fields(**fields: Any) -> dict[str, Any]:
    return put(ANSWER, {"type": "object", "properties": fields})


# What is wrong, at which place, and whether it stands in the way.
PROBLEMS: dict[str, tuple[dict[str, Any], str, str, bool]] = {
    "no-info": (_without(("info",)), "/info", "Thiếu tên và bản", True),
    "no-title": (_without(("info", "title")), "/info/title", "Thiếu tên", True),
    "title-number": (put(("info", "title"), 5), "/info/title", "Thiếu tên", True),
    "servers": (put(("servers",), [{"url": "http://10.0.0.1"}]), "/servers", "nhập riêng", False),
    "webhooks": (put(("webhooks",), {"x": {}}), "/webhooks", "bỏ qua", False),
    "no-id": (_without((*PLOTS, "operationId")), "/paths/~1plots/get", "Thiếu operationId", False),
    "no-summary": (_without((*PLOTS, "summary")), "/paths/~1plots/get", "summary", False),
    "english": (put((*PLOTS, "summary"), "List all land plots"), "/summary", "tiếng Việt", False),
    "same-id": (put((*PLOTS, "operationId"), "get_plot"), "/paths/~1plots~1{code}/get", "trùng với thao tác", True),
    "id-without-letters": (put((*PLOTS, "operationId"), "12345"), "/paths/~1plots/get", "operationId", True),
    "no-responses": (_without((*PLOTS, "responses")), "/responses", "Thiếu các câu trả lời", True),
    "no-2xx": (put((*PLOTS, "responses"), {"404": {"description": "x"}}), "/responses", "(2xx)", True),
    "odd-status": (put((*PLOTS, "responses", "ok"), {"description": "x"}), "/responses/ok", "mã trả lời", True),
    "no-schema": (put((*PLOTS, "responses", "200"), {"description": "x"}), "/responses/200", "lược đồ", False),
    "xml-only": (
        put((*PLOTS, "responses", "200", "content"), {"text/xml": {"schema": {}}}),
        "/responses/200",
        "lược đồ",
        False,
    ),
    "head": (put(("paths", "/plots", "head"), {}), "/paths/~1plots/head", "bỏ qua", False),
    "trace": (put(("paths", "/plots", "trace"), {}), "/paths/~1plots/trace", "bỏ qua", False),
    "camel-parameter": (put(("paths", "/x/{maXa}"), {"get": {}}), "/paths/~1x~1{maXa}", "tham số dạng {code}", True),
    "no-slash": (put(("paths", "x"), {"get": {}}), "/paths/x", "bắt đầu bằng dấu /", True),
    "dots": (put(("paths", "/a/../b"), {"get": {}}), "/paths/~1a~1..~1b", "Phần «..»", True),
    "query-in-path": (put(("paths", "/a?x=1"), {"get": {}}), "/paths/~1a?x=1", "Phần", True),
    "colliding": (
        put(("paths", "/plots/{other}"), {"get": {"operationId": "o", "responses": {"204": {}}}}),
        "/paths/~1plots~1{other}/get",
        "Đường dẫn trùng",
        True,
    ),
    "undeclared": (_without(("paths", "/plots/{code}", "parameters")), "/get", "chưa được khai báo", False),
    "declared-not-there": (
        put((*PLOTS, "parameters"), [{"name": "code", "in": "path"}]),
        "/paths/~1plots/get",
        "không có trong đường dẫn",
        True,
    ),
    "parameters-map": (put((*PLOTS, "parameters"), {"a": 1}), "/parameters", "danh sách", True),
    "parameter-nameless": (put((*PLOTS, "parameters"), [{"in": "query"}]), "/parameters/0", "phải có tên", True),
    "path-item-text": (put(("paths", "/plots"), "x"), "/paths/~1plots", "đối tượng", True),
    "operation-text": (put(PLOTS, "x"), "/paths/~1plots/get", "đối tượng", True),
    "properties-list": (put(ANSWER, {"properties": ["a"]}), "/schema/properties", "đối tượng", True),
    "field-name": (_plot_fields(**{"mã-xã": {"type": "string"}}), "/properties/mã-xã", "chữ không dấu", True),
    "field-unsaid": (_plot_fields(code={"type": "string"}), "/schema", "chưa có mô tả", False),
    "field-class": (_plot_fields(code={"x-data-class": "tối mật"}), "/x-data-class", "chọn một trong", True),
    "201-fields": (_plot_fields(**{f"f{n}": {} for n in range(201)}), "/schema", "tối đa 200", True),
    "deprecated": (put((*PLOTS, "deprecated"), True), "/deprecated", "sắp ngừng", False),
    "callbacks": (put((*PLOTS, "callbacks"), {"x": {}}), "/callbacks", "bỏ qua", False),
    "no-operations": (put(("paths",), {"/x": {}}), "/paths", "không có thao tác", True),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_wrong_is_told_with_its_place(name: str) -> None:
    document, place, text, is_error = PROBLEMS[name]
    found = say(as_bytes(document))
    assert any(
        item.place.endswith(place) and text in item.text and item.is_error is is_error for item in found.problems
    ), found.problems
    assert bool(found.errors) is is_error


RECORD: dict[str, Any] = {"properties": {"a": {}}}


@pytest.mark.parametrize(
    ("schema", "path", "names"),
    [
        ({"type": "array", "items": {"properties": {"a": {}}}}, "", ["a"]),
        (
            {"properties": {"data": {"properties": {"items": {"items": {"properties": {"a": {}}}}}}}},
            "data.items",
            ["a"],
        ),
        ({"properties": {"data": {"type": "string"}, "b": {}}}, "", ["data", "b"]),
        ({"properties": {"ket_qua": {"properties": {"a": {}}}, "n": {}}}, "ket_qua", ["a"]),
        ({"oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, "", ["a", "b"]),
        ({"type": ["object", "null"], "properties": {"a": {"type": ["string", "null"]}}}, "", ["a"]),
        (True, "", []),
        ({"type": "string"}, "", []),
    ],
)
def test_where_the_records_lie(schema: Any, path: str, names: list[str]) -> None:
    found = next(item for item in say(as_bytes(put(ANSWER, schema))).operations if item.template == "/plots")
    assert (found.record_path, [item.name for item in found.fields]) == (path, names)


def test_text_that_hides_is_taken_out_and_words_of_yaml_stay_words() -> None:
    found = say(json.dumps(put((*PLOTS, "summary"), "Danh\u202e sách\u0000 \ud800thửa")).encode())
    assert found.operations[0].title == "Danh sách thửa"
    content = b"openapi: 3.0.3\ninfo: {title: no, version: 2024-01-01}\npaths: {/on: {get: {responses: {204: {}}}}}"
    assert say(content).title == "no"


# Whatever stands where something else should.
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, "", "x", "#", "#/", "#/paths", "đất", [], [[]], [None], {}, {"": ""}, {"$ref": "#"}),
    *({"$ref": "#/paths"}, {"$ref": None}, {"$ref": {"$ref": "#/info"}}, {"items": {"items": {"items": 1}}}),
    *({"allOf": "x"}, {"allOf": [{"$ref": "#/components/schemas/Plot"}]}, {"properties": {"a": [], "b": None}}),
    *({"type": ["null"]}, {"type": {"a": 1}}, {"get": None}, {"200": None}, {"application/json": {"schema": []}}),
)


def _places(node: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(found for key, part in pairs for found in _places(part, (*place, key)))]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_whatever_stands_anywhere_is_read_or_refused_and_never_a_fault_of_ours(odd: Any) -> None:
    for place in _places(sound())[1:]:
        document: Any = sound()
        node = document
        for key in place[:-1]:
            node = node[key]
        node[place[-1]] = odd
        try:
            found = openapi.describe(document)
        except openapi.Refused:
            continue
        assert all(item.text for item in found.problems)
        assert openapi.compare([], found.operations).result is not None
