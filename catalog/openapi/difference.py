"""What a description would change in a version: operations and fields added, changed, removed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from django.utils.translation import gettext as _

from catalog.choices import ElementClass
from catalog.elements import Field
from catalog.openapi.shapes import Operation
from catalog.soap import Soap


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field as it is and as it would be; None where it is not on that side."""

    before: Field | None
    after: Field | None

    @property
    def name(self) -> str:
        """The field's name."""
        return (self.after or self.before or Field("", "")).name

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def was(self) -> str:
        """The field in words, as it is."""
        return _in_words(self.before)

    @property
    def becomes(self) -> str:
        """The field in words, as it would be."""
        return _in_words(self.after)


@dataclass(frozen=True, slots=True)
class Change:
    """An operation as it is and as it would be; ``lines`` are (what, before, after) of what differs."""

    before: Operation | None
    after: Operation | None
    lines: tuple[tuple[str, str, str], ...] = ()
    fields: tuple[FieldChange, ...] = ()

    @property
    def shown(self) -> Operation:
        """The operation to name the change by."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one side is always there
        return found


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying a description does: ``result`` is what is held then, ``seen`` names this very difference."""

    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    removed: tuple[Change, ...]
    unchanged: int
    result: tuple[Operation, ...]
    seen: str

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    @property
    def unclassed(self) -> list[str]:
        """Names of fields that would still have no class."""
        return sorted({item.name for one in self.result for item in one.fields if not item.data_class})


def compare(held: Iterable[Operation], described: Iterable[Operation]) -> Difference:
    """Return the way from the operations *held* to those *described*.

    They are matched by method and path, then by code. A field that stays keeps its class where the description
    names none, and its meaning likewise; a field of the same name elsewhere in the version lends its class.
    """
    rest = {(item.method, item.template): item for item in held}
    classes = {item.name: item.data_class for one in rest.values() for item in one.fields if item.data_class}
    pairs = [(item, rest.pop((item.method, item.template), None)) for item in described]
    by_code = {item.code: item for item in rest.values()}
    added, changed, unchanged, result = [], [], 0, []
    for wanted, match in pairs:
        before = match or by_code.pop(wanted.code, None)
        after = _merged(wanted, before, classes)
        change = _change(before, after)
        result.append(after)
        if before is None:
            added.append(change)
        elif change.lines or change.fields:
            changed.append(change)
        else:
            unchanged += 1
    removed = [Change(item, None) for item in by_code.values()]
    seen = sha256(repr((added, changed, removed)).encode()).hexdigest()
    return Difference(tuple(added), tuple(changed), tuple(removed), unchanged, tuple(result), seen)


def _merged(wanted: Operation, before: Operation | None, classes: dict[str, str]) -> Operation:
    known = {item.name: item for item in before.fields} if before else {}
    fields = []
    for item in wanted.fields:
        old = known.get(item.name)
        label = item.label or (old.label if old else item.name)
        kept = old.data_class if old else ""
        fields.append(Field(item.name, label, item.data_type, item.data_class or kept or classes.get(item.name, "")))
    soap = wanted.soap or (before.soap if before else None)
    return replace(wanted, fields=tuple(fields), soap=soap)


def _change(before: Operation | None, after: Operation) -> Change:
    if before is None:
        return Change(None, after, (), tuple(FieldChange(None, item) for item in after.fields))
    named = {
        "title": _("Tên"),
        "code": _("Mã"),
        "method": _("Phương thức"),
        "template": _("Đường dẫn"),
        "record_path": _("Trường chứa bản ghi"),
    }
    lines = [(label, getattr(before, name), getattr(after, name)) for name, label in named.items()]
    lines += _soap_lines(before.soap or Soap(), after.soap or Soap())
    old, new = ({item.name: item for item in side.fields} for side in (before, after))
    fields = [FieldChange(old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]
    return Change(
        before,
        after,
        tuple(line for line in lines if line[1] != line[2]),
        tuple(item for item in fields if item.before != item.after),
    )


def _soap_lines(before: Soap, after: Soap) -> list[tuple[str, str, str]]:
    named = {
        "version": _("Bản SOAP"),
        "path": _("Đường dẫn SOAP"),
        "action": "SOAPAction",
        "namespace": _("Không gian tên"),
        "request": _("Phần tử yêu cầu"),
        "parameters": _("Các phần tử của yêu cầu"),
        "response": _("Phần tử trả lời"),
        "repeated": _("Trường lặp"),
    }
    lines = [(label, getattr(before, name), getattr(after, name)) for name, label in named.items()]
    words = {True: _("có"), False: _("không")}
    lines.append((_("Phần tử con mang không gian tên"), words[before.qualified], words[after.qualified]))
    return lines


def _in_words(field: Field | None) -> str:
    if field is None:
        return ""
    kind = str(ElementClass(field.data_class).label) if field.data_class else _("chưa phân loại")
    return "; ".join(filter(None, (field.label, field.data_type, kind)))
