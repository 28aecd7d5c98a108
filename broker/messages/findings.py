"""What is wrong with a message, in words of both languages; never a value of the message."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

Finding = Mapping[str, Any]
_TYPES: Mapping[str, tuple[StrOrPromise, str]] = {
    "string": (_("chuỗi ký tự"), "a string"),
    "integer": (_("số nguyên"), "an integer"),
    "number": (_("số"), "a number"),
    "boolean": (_("đúng hoặc sai"), "true or false"),
    "object": (_("đối tượng"), "an object"),
    "array": (_("danh sách"), "an array"),
    "null": (_("rỗng"), "null"),
}
TEXTS: Mapping[str, tuple[StrOrPromise, str]] = {
    "required": (_("Thiếu trường bắt buộc; cần có: {expected}."), "A required field is missing: {expected}."),
    "type": (_("Giá trị phải là {expected}."), "The value must be {expected}."),
    "enum": (_("Giá trị không có trong danh sách được quy định."), "The value is none of those listed."),
    "const": (_("Giá trị khác với giá trị được quy định."), "The value is not the one prescribed."),
    "pattern": (_("Giá trị không theo mẫu được quy định."), "The value does not match the pattern."),
    "format": (_("Giá trị không đúng định dạng {expected}."), "The value is not in the format {expected}."),
    "minLength": (_("Giá trị ngắn hơn {expected} ký tự."), "The value is shorter than {expected} characters."),
    "maxLength": (_("Giá trị dài hơn {expected} ký tự."), "The value is longer than {expected} characters."),
    "length": (_("Giá trị phải dài đúng {expected} ký tự."), "The value must be {expected} characters long."),
    "minimum": (_("Giá trị nhỏ hơn {expected}."), "The value is less than {expected}."),
    "maximum": (_("Giá trị lớn hơn {expected}."), "The value is greater than {expected}."),
    "exclusiveMinimum": (_("Giá trị phải lớn hơn {expected}."), "The value must be greater than {expected}."),
    "exclusiveMaximum": (_("Giá trị phải nhỏ hơn {expected}."), "The value must be less than {expected}."),
    "multipleOf": (_("Giá trị không chia hết cho {expected}."), "The value is no multiple of {expected}."),
    "digits": (_("Số có quá nhiều chữ số."), "The number has too many digits."),
    "minItems": (_("Danh sách có ít hơn {expected} phần tử."), "The array has fewer than {expected} items."),
    "maxItems": (_("Danh sách có nhiều hơn {expected} phần tử."), "The array has more than {expected} items."),
    "uniqueItems": (_("Danh sách có phần tử lặp lại."), "The array has items that are equal."),
    "additionalProperties": (
        _("Có trường không được quy định."),
        "There is a field that the structure does not have.",
    ),
    "unevaluatedProperties": (
        _("Có trường không được quy định."),
        "There is a field that the structure does not have.",
    ),
    "anyOf": (_("Nội dung không khớp phương án nào được quy định."), "The content fits none of the alternatives."),
    "oneOf": (_("Nội dung phải khớp đúng một phương án."), "The content must fit exactly one of the alternatives."),
    "element": (
        _("Phần tử không được phép ở vị trí này, hoặc thiếu phần tử trước nó; cần: {expected}."),
        "The element is not allowed here, or one is missing before it; expected: {expected}.",
    ),
    "element-unknown": (_("Phần tử không được phép ở vị trí này."), "The element is not allowed here."),
    "root": (_("Phần tử gốc không được khai trong cấu trúc."), "The structure has no such root element."),
    "attribute-missing": (_("Thiếu thuộc tính {expected}."), "The attribute {expected} is missing."),
    "attribute-unknown": (
        _("Có thuộc tính không được quy định."),
        "There is an attribute the structure does not have.",
    ),
    "text": (_("Phần tử này chỉ chứa phần tử con."), "The element holds elements only, no text."),
    "not-empty": (_("Phần tử này phải để trống."), "The element must be empty."),
    "nil": (_("Phần tử này không được ghi là rỗng."), "The element must not be nil."),
    "empty": (_("Thông điệp không có nội dung."), "The message has no content."),
    "other-form": (_("Thông điệp phải ở dạng {expected}."), "The message must be {expected}."),
    "too-deep": (_("Nội dung lồng quá sâu."), "The content is nested too deep."),
    "too-long": (
        _("Kiểm tra quá lâu nên đã dừng; gửi ít dữ liệu hơn trong một thông điệp."),
        "Judging took too long and was ended; send less in one message.",
    ),
}
_OTHER = (_("Không thỏa quy tắc «{code}» của cấu trúc."), "The rule {code} of the structure is not met.")


def worded(findings: Sequence[Finding], *, english: bool) -> list[dict[str, str]]:
    """Return *findings* as a problem document has them: where (JSON Pointer), which rule, and what that means."""
    return [
        {"pointer": item["pointer"], "code": str(item["code"]), "detail": _detail(item, english=english)}
        for item in findings
    ]


def _detail(finding: Finding, *, english: bool) -> str:
    said = finding.get("en" if english else "vi")
    if said:
        return str(said)
    code = str(finding["code"])
    vietnamese, other = TEXTS.get(code, _OTHER)
    template = other if english else str(vietnamese)
    return template.format(code=code, expected=_expected(code, finding.get("expected", "–"), english=english))


def _expected(code: str, value: Any, *, english: bool) -> str:
    said: Callable[[Any], str] = str
    if code == "type":
        said = lambda item: str(_TYPES.get(str(item), (item, item))[1 if english else 0])  # noqa: E731
    return ", ".join(said(item) for item in (value if isinstance(value, list) else [value]))
