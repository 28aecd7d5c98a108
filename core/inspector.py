"""Having a document of others read (message, schema, OpenAPI description): in a child process with bounds.

A pattern that never ends, a document that unfolds for ever or one that asks for other hosts costs the child its life,
never a worker of ours. Findings carry codes; :func:`explain` says them in Vietnamese.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

MOST_BYTES = 1_048_576
CPU_SECONDS = 5  # of processor time for the child
SECONDS = 30.0  # that a busy machine may take to give them
_ROOT = Path(__file__).resolve().parents[1]
# Their "expected" is the line where reading stopped.
_UNREADABLE = frozenset({"no-json", "no-yaml", "no-xml"})
_TYPES: Mapping[str, StrOrPromise] = {
    "string": gettext_lazy("chuỗi ký tự"),
    "integer": gettext_lazy("số nguyên"),
    "number": gettext_lazy("số"),
    "boolean": gettext_lazy("đúng hoặc sai"),
    "object": gettext_lazy("đối tượng"),
    "array": gettext_lazy("danh sách"),
    "null": gettext_lazy("rỗng"),
}
_TEXTS: Mapping[str, StrOrPromise] = {
    "required": gettext_lazy("Thiếu trường %(expected)s"),
    "type": gettext_lazy("Giá trị phải là %(expected)s"),
    "enum": gettext_lazy("Giá trị «%(actual)s» phải là một trong: %(expected)s"),
    "const": gettext_lazy("Giá trị phải đúng bằng «%(expected)s»"),
    "pattern": gettext_lazy("Giá trị «%(actual)s» không theo mẫu %(expected)s"),
    "format": gettext_lazy("Giá trị «%(actual)s» không đúng định dạng %(expected)s"),
    "minLength": gettext_lazy("Giá trị ngắn hơn %(expected)s ký tự"),
    "maxLength": gettext_lazy("Giá trị dài hơn %(expected)s ký tự"),
    "minimum": gettext_lazy("Giá trị %(actual)s nhỏ hơn %(expected)s"),
    "maximum": gettext_lazy("Giá trị %(actual)s lớn hơn %(expected)s"),
    "exclusiveMinimum": gettext_lazy("Giá trị %(actual)s phải lớn hơn %(expected)s"),
    "exclusiveMaximum": gettext_lazy("Giá trị %(actual)s phải nhỏ hơn %(expected)s"),
    "multipleOf": gettext_lazy("Giá trị %(actual)s không chia hết cho %(expected)s"),
    "minItems": gettext_lazy("Danh sách có ít hơn %(expected)s phần tử"),
    "maxItems": gettext_lazy("Danh sách có nhiều hơn %(expected)s phần tử"),
    "uniqueItems": gettext_lazy("Danh sách có phần tử lặp lại"),
    "additionalProperties": gettext_lazy("Có trường không được quy định: %(expected)s"),
    "unevaluatedProperties": gettext_lazy("Có trường không được quy định: %(expected)s"),
    "anyOf": gettext_lazy("Nội dung không khớp phương án nào được quy định"),
    "oneOf": gettext_lazy("Nội dung phải khớp đúng một phương án được quy định"),
    "no-object": gettext_lazy("Nội dung phải là một đối tượng, bắt đầu bằng dấu ngoặc nhọn"),
    "other-draft": gettext_lazy("Chỉ nhận cấu trúc theo JSON Schema 2020-12 (%(expected)s)"),
    "remote-ref": gettext_lazy("Có tham chiếu ra ngoài văn bản%(line)s: «%(actual)s»; chép phần đó vào trong"),
    "broken-ref": gettext_lazy("Tham chiếu «%(actual)s» không trỏ tới phần nào"),
    "no-json": gettext_lazy("Nội dung không phải JSON đúng cú pháp%(line)s"),
    "recursive": gettext_lazy("Phần «%(actual)s» tham chiếu vòng về chính nó; viết rõ từng tầng, không dùng đệ quy"),
    "too-many-parts": gettext_lazy("Mở hết các tham chiếu thì cấu trúc có hơn %(expected)s phần; rút gọn"),
    "pattern-long": gettext_lazy("Mẫu so khớp dài quá %(expected)s ký tự"),
    "pattern-slow": gettext_lazy(
        "Mẫu so khớp «%(actual)s» có thể chạy mãi không dừng; bỏ phép lặp lồng trong phép lặp"
    ),
    "no-xml": gettext_lazy("Nội dung không phải XML đúng cú pháp%(line)s"),
    "doctype": gettext_lazy("XML có khai báo DOCTYPE hoặc thực thể; bỏ khai báo đó"),
    "no-xsd": gettext_lazy("Nội dung không phải XML Schema (phần tử gốc là thứ khác)"),
    "no-root": gettext_lazy("XML Schema chưa khai phần tử gốc nào ở tầng ngoài cùng"),
    "bad-xsd": gettext_lazy("Không đúng đặc tả XML Schema%(line)s (%(actual)s)"),
    "xsd-name": gettext_lazy("Tên «%(actual)s» không trỏ tới phần nào%(line)s"),
    "xsd-ambiguous": gettext_lazy("Thứ tự phần tử không xác định được một cách duy nhất%(line)s"),
    "xsd-circular": gettext_lazy("Định nghĩa «%(actual)s» vòng về chính nó%(line)s"),
    "too-many-occurs": gettext_lazy(
        "Số lần lặp (minOccurs, maxOccurs) quá lớn%(line)s; tối đa %(expected)s, hoặc dùng unbounded"
    ),
    "length": gettext_lazy("Giá trị phải dài đúng %(expected)s ký tự"),
    "digits": gettext_lazy("Số có quá nhiều chữ số"),
    "element": gettext_lazy("Phần tử không được phép ở vị trí này, hoặc thiếu phần tử trước nó; cần: %(expected)s"),
    "element-unknown": gettext_lazy("Phần tử không được phép ở vị trí này"),
    "root": gettext_lazy("Phần tử gốc không được khai trong cấu trúc"),
    "attribute-missing": gettext_lazy("Thiếu thuộc tính «%(expected)s»"),
    "attribute-unknown": gettext_lazy("Có thuộc tính không được quy định: «%(expected)s»"),
    "text": gettext_lazy("Phần tử này chỉ chứa phần tử con, không chứa chữ"),
    "not-empty": gettext_lazy("Phần tử này phải để trống"),
    "nil": gettext_lazy("Phần tử này không được ghi là rỗng"),
    "xsd-rule": gettext_lazy("Không thỏa quy tắc của XML Schema (%(actual)s)"),
    "other-form": gettext_lazy("Thông điệp không ở dạng mà cấu trúc quy định (%(expected)s)"),
    "no-yaml": gettext_lazy("Nội dung không phải JSON hoặc YAML đúng cú pháp%(line)s"),
    "alias": gettext_lazy("YAML dùng bí danh (dấu & và *); viết lại đầy đủ"),
    "too-deep": gettext_lazy("Nội dung lồng quá 64 tầng"),
    "too-large": gettext_lazy("Nội dung quá lớn; tối đa 1 MB và 200.000 phần tử"),
    "too-long": gettext_lazy("Kiểm tra quá lâu nên đã dừng; rút gọn nội dung hoặc mẫu so khớp rồi chạy lại"),
    "openapi-version": gettext_lazy("Chỉ nhận mô tả OpenAPI 3.0 hoặc 3.1; đây là «%(actual)s»"),
    "openapi": gettext_lazy("Không đúng đặc tả OpenAPI (%(actual)s)"),
    "operation-id-twice": gettext_lazy("Nhiều thao tác dùng chung một tên riêng: %(actual)s"),
    "parameter-twice": gettext_lazy("Tham số khai nhiều lần: %(actual)s"),
    "parameter-missing": gettext_lazy("Đường dẫn có tham số chưa khai: %(actual)s"),
    "no-operation": gettext_lazy("Mô tả chưa có thao tác nào"),
    "no-operation-id": gettext_lazy("Thao tác chưa có tên riêng (operationId)"),
    "no-security": gettext_lazy("Mô tả chưa nêu cách xác thực (securitySchemes)"),
    "no-tls": gettext_lazy("Địa chỉ máy chủ «%(actual)s» không dùng https"),
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: none means that the document fits; ``said`` is what a description says of itself."""

    findings: list[dict[str, Any]]
    said: dict[str, Any] = field(default_factory=dict)


def inspect_schema(text: str) -> Inspection:
    """Judge whether *text* is a JSON Schema we can use."""
    return _run("messages", text)


def inspect_xsd(text: str) -> Inspection:
    """Judge whether *text* is an XML Schema we can use."""
    return _run("xsd", text)


def inspect_message(text: str, schema: Mapping[str, Any] | str) -> Inspection:
    """Judge a message against a schema that :func:`inspect_schema` or, as text, :func:`inspect_xsd` let through."""
    return inspect_messages([text], schema)[0]


def inspect_messages(texts: Sequence[str], schema: Mapping[str, Any] | str) -> list[Inspection]:
    """Judge messages as :func:`inspect_message` does: in one child, each in its own where one took too long."""
    reader = "xsd" if isinstance(schema, str) else "messages"
    short = [text for text in texts if len(text.encode()) <= MOST_BYTES]
    answer = _ask(reader, {"texts": short, "schema": schema}) if short else {"each": []}
    if answer is None and len(short) > 1:
        return [inspect_message(text, schema) for text in texts]
    told = iter(_TOO_LONG if answer is None else map(Inspection, answer["each"]))
    return [next(told) if len(text.encode()) <= MOST_BYTES else _too_large() for text in texts]


def inspect_description(text: str) -> Inspection:
    """Judge an OpenAPI description in JSON or YAML."""
    return _run("descriptions", text)


def explain(finding: Mapping[str, Any]) -> str:
    """Return a finding as people read it; a rule that has no text of ours is named."""
    if "vi" in finding:
        return str(finding["vi"])
    code = str(finding["code"])
    known = _TEXTS.get(code)
    if known is None:
        return _("Không thỏa quy tắc «%(rule)s»") % {"rule": code}
    line = finding.get("expected") if code in _UNREADABLE else finding.get("line")
    return str(known) % {
        "expected": _expected(code, finding.get("expected", "")),
        "actual": finding.get("actual", ""),
        "line": _(", dòng %(n)s") % {"n": line} if line else "",
    }


def _expected(code: str, value: Any) -> str:
    shown: Callable[[Any], str] = str
    if code == "type":
        shown = lambda item: str(_TYPES.get(str(item), item))  # noqa: E731
    elif code in ("required", "additionalProperties", "unevaluatedProperties"):
        shown = "«{}»".format
    return ", ".join(shown(item) for item in (value if isinstance(value, list) else [value]))


def _run(reader: str, text: str) -> Inspection:
    if len(text.encode()) > MOST_BYTES:
        return _too_large()
    answer = _ask(reader, {"text": text})
    return _TOO_LONG[0] if answer is None else Inspection(answer["findings"], answer.get("said", {}))


def _too_large() -> Inspection:
    return Inspection([{"pointer": "", "code": "too-large"}])


_TOO_LONG = [Inspection([{"pointer": "", "code": "too-long"}])]


def _ask(reader: str, job: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a child answers; None for one that its bounds ended."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the document goes through the standard input
            [sys.executable, "-m", f"core.inspection.{reader}", str(CPU_SECONDS)],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=_ROOT,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found
