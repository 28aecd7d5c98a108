"""Reading field history (django-auditlog) in Vietnamese: field names, old and new values, names of related rows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.deeds import named
from audit.models import Fact
from core import clock

# Secret fields are excluded where a model is registered; should one slip through, its value is still not shown.
_SECRET = ("password", "secret", "digest", "token", "private_key")
_Names = Mapping[tuple[type[models.Model], str], str]
_Change = tuple[type[models.Model] | None, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after, in words; an empty value is ""."""

    field: str
    before: str
    after: str


def differences_of(entries: Iterable[LogEntry]) -> list[list[Difference]]:
    """Return the differences of each entry; related rows are named with one query for each kind of row."""
    return told([(entry.content_type.model_class(), entry.changes or {}) for entry in entries])


def told(changes: Sequence[_Change]) -> list[list[Difference]]:
    """Return in words what each change of a row of a model replaced: ``{field or column: [before, after]}``."""
    names = _related_names(changes)
    return [_differences(model, change, names) for model, change in changes]


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def kind_named(label: str) -> str:
    """Return what rows of the model *label* (``app.model``) are called."""
    model = _model(label)
    return str(model._meta.verbose_name) if model else label


def details_of(fact: Fact) -> list[Difference]:
    """Return what a fact keeps before and after."""
    model, found = _model(fact.subject_type), []
    for name in {**fact.before, **fact.after}:
        field, label = _field(model, name)
        found.append(
            Difference(label, _told(name, field, fact.before.get(name)), _told(name, field, fact.after.get(name)))
        )
    return found


def _differences(model: type[models.Model] | None, changes: Mapping[str, Any], names: _Names) -> list[Difference]:
    found = []
    for name, change in sorted(changes.items()):
        field, label = _field(model, name)
        if isinstance(change, dict):  # related rows added or taken away
            told = ", ".join(str(item) for item in change.get("objects", ()))
            added = change.get("operation") == "add"
            found.append(Difference(label, "" if added else told, told if added else ""))
        elif field is None or (field.concrete and not field.primary_key):
            before, after = (_told(name, field, value, names) for value in change)
            if before != after:
                found.append(Difference(label, before, after))
    return found


def _field(model: type[models.Model] | None, name: str) -> tuple[Any, str]:
    """Return the field and its Vietnamese name; a field that is no more keeps the name it was written under."""
    try:
        field: Any = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        field = None
    mapped = auditlog.get_model_fields(model)["mapping_fields"] if model and auditlog.contains(model) else {}
    given = str(getattr(field, "verbose_name", ""))
    # A field nobody named bears its column's name, in English.
    return field, str(mapped.get(name) or (named(name) if given in ("", name.replace("_", " ")) else given))


def _related_names(changes: Iterable[_Change]) -> _Names:
    wanted: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
    for model, fields in changes:
        for name, change in fields.items():
            field, _label = _field(model, name)
            if isinstance(field, models.ForeignKey) and isinstance(change, list):
                wanted[field.related_model] |= {value for value in change if str(value).isdigit()}
    return {
        (model, str(row.pk)): str(row)
        for model, keys in wanted.items()
        for row in model._base_manager.select_related().filter(pk__in=keys)
    }


def _told(name: str, field: Any, value: Any, names: _Names | None = None) -> str:
    """Return *value* in words."""
    if value is None or value in ("", "None", [], {}):
        return ""
    if any(word in name for word in _SECRET) or value == {"hidden": True}:
        return _("(không hiện)")
    if isinstance(value, dict):
        return _object_told(value)
    if isinstance(field, models.ForeignKey):
        return (names or {}).get((field.related_model, str(value)), str(value))
    if isinstance(value, bool) or isinstance(field, models.BooleanField):
        return _("Có") if value in (True, "True") else _("Không")
    if isinstance(field, ArrayField):
        return _listed(field, value)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return _chosen(field, value) or _dated(field, str(value)) or str(value)


def _object_told(value: dict[str, Any]) -> str:
    """Return a row by its name, a long value by its digest, anything else as it is."""
    if value.keys() == {"sha256", "length"}:
        return _("(dài %(length)s ký tự, SHA-256 %(sha256)s)") % value
    return str(value["name"]) if "name" in value else json.dumps(value, ensure_ascii=False)


def _listed(field: ArrayField, value: Any) -> str:
    """Return a list of values in words, each by its name where it has one; field history keeps lists as JSON."""
    try:
        items = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    names = dict(field.base_field.flatchoices or ())
    return ", ".join(str(names.get(item, item)) for item in items)


def _chosen(field: Any, value: Any) -> str:
    return str(dict(getattr(field, "flatchoices", None) or ()).get(value, ""))


def _dated(field: Any, value: str) -> str:
    """Return a moment or day as people write it, "" when it is neither; moments without zone are UTC."""
    try:
        if isinstance(field, models.DateTimeField) or (field is None and "T" in value):
            moment = parse_datetime(value)
            aware = moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
            return date_format(aware.astimezone(clock.VIETNAM), "H:i d/m/Y") if aware else ""
        day = parse_date(value) if field is None or isinstance(field, models.DateField) else None
    except ValueError:
        return ""
    return date_format(day, "d/m/Y") if day else ""
