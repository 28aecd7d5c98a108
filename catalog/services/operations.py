"""Deeds on the operations of a draft version: set, remove."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.models import DataElement, Operation, ServiceVersion
from catalog.models.operations import FIELD_NAME
from catalog.paths import TemplateRefused, check_template, collides
from catalog.services.judging import Errors, judge, store, tidied
from catalog.services.versions import draft_for
from core.actor import Actor
from core.text import fold, tidy

FIELDS = ("code", "title", "method", "template", "record_path")
MAX_ELEMENTS = 200
# (name in the answer, what it means in Vietnamese)
Elements = Sequence[tuple[str, str]]


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

    Raises PermissionRefused, StateRefused, InvalidInput: also for a path another operation already answers.
    """
    draft = draft_for(actor, version)
    found = Operation(version=draft)
    if operation is not None:
        found = Operation.objects.select_for_update().get(pk=operation.pk, version=draft)
    values = tidied(Operation, fields, FIELDS)
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    named = [(tidy(name), tidy(label)) for name, label in elements]
    before["elements"] = dict(found.elements.values_list("name", "label")) if found.pk else {}
    for name, value in values.items():
        setattr(found, name, value)
    judge(found, _path_errors(found, draft) | _element_errors(named))
    old, new = changed(before, {**values, "elements": dict(named)})
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


def _path_errors(operation: Operation, draft: ServiceVersion) -> Errors:
    try:
        check_template(operation.template)
    except TemplateRefused as refused:
        return {"template": [str(refused)]}
    others = draft.operations.filter(method=operation.method).exclude(pk=operation.pk)
    for other in others:
        if collides(operation.template, other.template):
            text = _("Đường dẫn này trùng với thao tác «%(title)s» (%(template)s)")
            return {"template": [text % {"title": other.title, "template": other.template}]}
    return {}


def _element_errors(elements: Elements) -> Errors:
    names = [name for name, _label in elements]
    texts = []
    if len(elements) > MAX_ELEMENTS:
        texts.append(_("Một thao tác có tối đa %(n)s trường") % {"n": MAX_ELEMENTS})
    for name, label in elements:
        if not FIELD_NAME.regex.match(name):  # type: ignore[union-attr]
            texts.append(_("«%(name)s»: %(rule)s") % {"name": name[:70], "rule": FIELD_NAME.message})
        elif not label:
            texts.append(_("Ghi ý nghĩa của trường «%(name)s»") % {"name": name})
        elif len(label) > 200:
            texts.append(_("Ý nghĩa của trường «%(name)s» dài tối đa 200 ký tự") % {"name": name})
        elif names.count(name) > 1:
            texts.append(_("Trường «%(name)s» được ghi hai lần") % {"name": name})
    return {"elements": list(dict.fromkeys(texts))[:5]} if texts else {}


def _set_elements(operation: Operation, elements: Elements) -> None:
    """Make the fields of *operation* those named: at most a few hundred rows, in a draft only."""
    present = {item.name: item for item in operation.elements.all()}
    for name in present.keys() - {name for name, _label in elements}:
        present[name].delete()
    for place, (name, label) in enumerate(elements, 1):
        item = present.get(name) or DataElement(operation=operation, name=name)
        if (item.label, item.place) != (label, place):
            item.label, item.place, item.search = label, place, fold(f"{label} {name}")
            item.save()
