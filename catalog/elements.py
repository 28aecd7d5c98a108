"""Fields of an operation's answer as they are handed about and typed: name, meaning, type, class. Pure functions."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog.choices import ElementClass
from core.text import fold, tidy


class Field(NamedTuple):
    """A field: *name* in the answer, what it means in Vietnamese, its type, and an ``ElementClass`` or ""."""

    name: str
    label: str
    data_type: str = ""
    data_class: str = ""


class LineRefused(ValueError):
    """A typed line is no field; the text says how to mend it."""


def as_fields(given: Iterable[tuple[str, ...]]) -> list[Field]:
    """Return *given*, two to four texts each, as fields with tidy text."""
    return [Field(*(tidy(text) for text in item)) for item in given]


def read_line(line: str) -> Field:
    """Return the field that ``name: meaning | type | class`` says; type and class may be left out.

    The class is one of ours by its name, without diacritics too. Raises :class:`LineRefused`.
    """
    name, colon, rest = line.partition(":")
    if not colon:
        raise LineRefused(
            _(
                "Dòng «%(line)s» ghi theo dạng tên_trường: ý nghĩa | kiểu | phân loại, "
                "ví dụ ma_xa: Mã xã | chuỗi | Dùng chung"
            )
            % {"line": line[:60]}
        )
    label, data_type, data_class, *more = [*(part.strip() for part in rest.split("|")), "", ""]
    if len(more) > 2:
        raise LineRefused(
            _("Dòng «%(line)s» có quá nhiều dấu |; chỉ ghi ý nghĩa | kiểu | phân loại") % {"line": line[:60]}
        )
    return Field(name.strip(), label, data_type, _class_of(data_class, line))


def write_line(field: Field) -> str:
    """Return *field* as a person types it."""
    parts = [field.label, field.data_type, str(ElementClass(field.data_class).label) if field.data_class else ""]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return f"{field.name}: {' | '.join(parts)}"


def _class_of(text: str, line: str) -> str:
    if not text:
        return ""
    for item in ElementClass:
        if fold(text) in (fold(str(item.label)), item.value):
            return item.value
    known = ", ".join(str(item.label) for item in ElementClass)
    raise LineRefused(
        _("Dòng «%(line)s»: phân loại «%(text)s» không có; chọn một trong: %(known)s")
        % {"line": line[:60], "text": text[:40], "known": known}
    )
