"""Deeds on the operations of a draft version: set, remove."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.choices import ElementClass, ProfileForm
from catalog.elements import Field, as_fields
from catalog.models import DataElement, Operation, ServiceVersion
from catalog.models.operations import FIELD_NAME
from catalog.paths import TemplateRefused, check_template, collides
from catalog.services.judging import Errors, judge, store, tidied
from catalog.services.versions import draft_for
from catalog.soap import SOAP_FIELDS, faults_of, soap_of
from core.actor import Actor
from core.text import fold

# What a description says of an operation; the rest is entered by hand, SOAP unless it is a WSDL.
DESCRIBED = ("code", "title", "method", "template", "record_path")
FIELDS = (*DESCRIBED, "xml_root", *SOAP_FIELDS)
MAX_ELEMENTS = 200
# (name in the answer, what it means in Vietnamese[, type[, class]])
Elements = Iterable[tuple[str, ...]]


@transaction.atomic
def set_operation(
    *,
    actor: Actor,
    version: ServiceVersion,
    elements: Elements,
    operation: Operation | None = None,
    **fields: Any,
) -> Operation:
    """Enter an operation with the fields of its answer, or change *operation* so; only while the version is a draft.

    A field is found by what it means and its name, folded (``DataElement.search``); it needs a class before the
    version is published. Raises PermissionRefused, StateRefused, InvalidInput: also for a path another operation
    already answers.
    """
    draft = draft_for(actor, version)
    found = Operation(version=draft)
    if operation is not None:
        found = Operation.objects.select_for_update().get(pk=operation.pk, version=draft)
    values = tidied(Operation, fields, FIELDS)
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    named = as_fields(elements)
    before["elements"] = _told(fields_of(found)) if found.pk else {}
    for name, value in values.items():
        setattr(found, name, value)
    faults = faults_of(soap_of(found), found.method, found.template)
    judge(found, _path_errors(found, draft) | _element_errors(named) | _structure_errors(found) | faults)
    old, new = changed(before, {**values, "elements": _told(named)})
    if not new:
        return found
    deed = "operation.changed" if found.pk else "operation.entered"
    store(found, unique="code")
    _set_elements(found, named)
    record_fact(actor=actor, deed=deed, subject=found, before=old, after=new, clause="QC11.2")
    return found


@transaction.atomic
def remove_operation(*, actor: Actor, operation: Operation) -> None:
    """Take an operation out of a draft. Raises PermissionRefused, StateRefused."""
    draft = draft_for(actor, operation.version)
    found = Operation.objects.select_for_update().get(pk=operation.pk, version=draft)
    values = {name: getattr(found, name) for name in FIELDS}
    record_fact(actor=actor, deed="operation.removed", subject=found, before=values)
    found.delete()


def _structure_errors(operation: Operation) -> Errors:
    """Return what speaks against answering by SOAP: a structure of the draft's operation that judges XML."""
    if not operation.soap_version or operation.pk is None:
        return {}
    if not operation.profile_uses.filter(profile__form=ProfileForm.XSD).exists():
        return {}
    return {"soap_version": [_("Thao tác đang theo cấu trúc XSD; bỏ áp dụng cấu trúc đó trước khi khai SOAP")]}


def _path_errors(operation: Operation, draft: ServiceVersion) -> Errors:
    try:
        check_template(operation.template)
    except TemplateRefused as refused:
        return {"template": [str(refused)]}
    others = draft.operations.filter(method=operation.method).exclude(pk=operation.pk)
    for title, template in others.values_list("title", "template"):
        if collides(operation.template, template):
            text = _("Đường dẫn này trùng với thao tác «%(title)s» (%(template)s)")
            return {"template": [text % {"title": title, "template": template}]}
    return {}


def fields_of(operation: Operation) -> list[Field]:
    """Return the fields of *operation* in their order."""
    rows = operation.elements.order_by("place").values_list("name", "label", "data_type", "data_class")
    return [Field(*row) for row in rows]


def _told(fields: Sequence[Field]) -> dict[str, Any]:
    """Return *fields* as a fact keeps them: the meaning alone, with type and class where there are any."""
    return {
        item.name: [item.label, item.data_type, item.data_class] if item.data_type or item.data_class else item.label
        for item in fields
    }


def _element_errors(elements: Sequence[Field]) -> Errors:
    names = Counter(item.name for item in elements)
    texts = []
    if len(elements) > MAX_ELEMENTS:
        texts.append(_("Một thao tác có tối đa %(n)s trường") % {"n": MAX_ELEMENTS})
    for item in elements:
        if text := _fault_of(item):
            texts.append(text)
        elif names[item.name] > 1:
            texts.append(_("Trường «%(name)s» được ghi hai lần") % {"name": item.name})
    return {"elements": list(dict.fromkeys(texts))[:5]} if texts else {}


def _fault_of(item: Field) -> str:
    if not FIELD_NAME.regex.match(item.name):  # type: ignore[union-attr]
        return _("«%(name)s»: %(rule)s") % {"name": item.name[:70], "rule": FIELD_NAME.message}
    if not item.label:
        return _("Ghi ý nghĩa của trường «%(name)s»") % {"name": item.name}
    if len(item.label) > 200:
        return _("Ý nghĩa của trường «%(name)s» dài tối đa 200 ký tự") % {"name": item.name}
    if len(item.data_type) > 64:
        return _("Kiểu dữ liệu của trường «%(name)s» dài tối đa 64 ký tự") % {"name": item.name}
    if item.data_class and item.data_class not in ElementClass.values:
        return _("Phân loại của trường «%(name)s» không có trong danh sách") % {"name": item.name}
    return ""


def _set_elements(operation: Operation, elements: Sequence[Field]) -> None:
    """Make the fields of *operation* those named: at most a few hundred rows, in a draft only.

    New ones are written at once, as a described service brings thousands: the fact of the deed names each of them.
    """
    present = {item.name: item for item in operation.elements.all()}
    for name in present.keys() - {item.name for item in elements}:
        present[name].delete()
    new = []
    for place, field in enumerate(elements, 1):
        item = present.get(field.name) or DataElement(operation=operation, name=field.name)
        if (Field(item.name, item.label, item.data_type, item.data_class), item.place) == (field, place):
            continue
        item.label, item.data_type, item.data_class, item.place = *field[1:], place
        item.search = fold(f"{field.label} {field.name}")
        if item.pk:
            item.save()
        else:
            new.append(item)
    DataElement.objects.bulk_create(new)
