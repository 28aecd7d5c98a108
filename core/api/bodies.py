"""What a system sends to the management API: one JSON object, read within bounds and judged field by field."""

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request

from core.api.rules import ParametersRefused, Refusal, Said
from core.problems import InvalidInput

MAX_BYTES = 64 * 1024
_MOST_TOLD = 20
KEY_HEADER, MAX_KEY = "Idempotency-Key", 200
_KEY = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}")
_KEY_WANTED = Said(f"nhập 1 đến {MAX_KEY} ký tự không dấu, không có dấu cách", f"give 1 to {MAX_KEY} ASCII characters")
# What no text of ours holds: controls but tab and line ends, what stands for unreadable bytes, halves of pairs.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")


class BodyRefused(exceptions.ValidationError):
    """The body as a whole cannot be read; ``said`` tells why in both languages."""

    def __init__(self, code: str, said: Said) -> None:
        super().__init__({"": [said.vi]})
        self.refusal = Refusal("", code, said)


class TooLarge(exceptions.APIException):
    """The body is over the limit of this API, which is far below that of forms with files."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


def read_body(request: Request) -> dict[str, Any]:
    """Return the object that was sent. Raises UnsupportedMediaType, TooLarge, BodyRefused."""
    sent = request._request
    if sent.content_type != "application/json":
        raise exceptions.UnsupportedMediaType(sent.content_type or "")
    raw = sent.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise TooLarge
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise BodyRefused("invalid-json", _json(f" ở dòng:cột {place}", f" at line:column {place}")) from error
    except (ValueError, RecursionError) as error:
        raise BodyRefused("invalid-json", _json("", "")) from error
    if not isinstance(found, dict):
        raise BodyRefused("not-an-object", Said("nội dung phải là một đối tượng JSON", "the body must be an object"))
    return found


def _json(vi: str, en: str) -> Said:
    return Said(f"nội dung không phải JSON đọc được{vi}", f"the body is not readable JSON{en}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            shown = _shown(name)
            said = Said(f"trường {shown} chỉ được ghi một lần", f"member {shown} may be given only once")
            raise BodyRefused("repeated-field", said)
        found[name] = value
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _shown(name: str) -> str:
    return _UNREADABLE.sub("\ufffd", name)[:60]


class _Speaking:
    """Refusals of fields in Vietnamese, each with what to do."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": gettext_lazy("Thiếu trường này"),
        "null": gettext_lazy("Nhập giá trị, hoặc bỏ hẳn trường này"),
        "blank": gettext_lazy("Nhập nội dung của trường này"),
        "invalid": gettext_lazy("Ghi giá trị dạng chuỗi"),
        "unreadable": gettext_lazy("Bỏ các ký tự không hiển thị được"),
        "max_length": gettext_lazy("Viết tối đa {max_length} ký tự"),
    }


class Text(_Speaking, serializers.CharField):
    """A string that people can read; no number is taken for one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError for what is not one."""
        if not isinstance(data, str):
            self.fail("invalid")
        if _UNREADABLE.search(data):
            self.fail("unreadable")
        text: str = super().to_internal_value(data)
        return text


class Identifier(_Speaking, serializers.UUIDField):
    """A UUID written as a string."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": gettext_lazy("Mã gồm 36 ký tự; chép lại cả mã"),
    }

    def to_internal_value(self, data: Any) -> UUID:
        """Return the UUID. Raises ValidationError for what is not one."""
        if not isinstance(data, str):
            self.fail("invalid")
        found: UUID = super().to_internal_value(data)
        return found


def judged(body: serializers.Serializer[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of *given* as *body* reads them; every wrong or unknown one is told at once.

    Raises InvalidInput by field.
    """
    reader = type(body)(data=given)
    reader.is_valid()
    errors: dict[str, list[Any]] = {
        name: [exceptions.ErrorDetail(text, code=text.code.replace("_", "-")) for text in texts]
        for name, texts in reader.errors.items()
    }
    known = ", ".join(sorted(reader.fields))
    for name in sorted(set(given) - set(reader.fields))[:_MOST_TOLD]:
        text = _("Trường này không được nhận; các trường được nhận: %(names)s") % {"names": known}
        errors[_shown(name)] = [exceptions.ErrorDetail(text, code="unknown-field")]
    if errors:
        raise InvalidInput(errors)
    return dict(reader.validated_data)


def once_token(request: Request) -> UUID | None:
    """Return what tells a repeated call from a new one: the caller's ``Idempotency-Key``, theirs alone; None without.

    Raises ParametersRefused for a key that cannot be one.
    """
    key = request._request.headers.get(KEY_HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise ParametersRefused([Refusal(KEY_HEADER, "invalid-value", _KEY_WANTED)])
    actor = request._request.actor  # type: ignore[attr-defined]
    return uuid5(NAMESPACE_URL, f"{request._request.path}#{actor.agency_id}:{actor.user_id}:{key}")
