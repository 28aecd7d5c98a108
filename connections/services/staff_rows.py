"""Saving a row of what staff keep as data: judged, changed with a reason, recorded."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from core.actor import Actor
from core.problems import InvalidInput
from core.text import tidy

Row = TypeVar("Row", bound=models.Model)


def save_row(
    *,
    actor: Actor,
    row: Row,
    names: Sequence[str],
    given: Mapping[str, Any],
    reason: str,
    deed: str,
    clause: str = "",
    kept: Sequence[str] = (),
    wrong: Mapping[str, list[str]] | None = None,
) -> Row:
    """Add *row* or change it, inside the deed: of *given* the fields *names*; those *kept* are never changed.

    A change needs a *reason*. *wrong* is what the deed found wrong itself. Raises InvalidInput by field.
    """
    rows = type(row)._default_manager
    stored: Row = rows.select_for_update().get(pk=row.pk) if row.pk else type(row)()
    before = {name: getattr(stored, name) for name in names} if row.pk else {}
    for name in names:
        if name in given and not (row.pk and name in kept):
            value = given[name]
            setattr(stored, name, tidy(value) if isinstance(value, str) else value)
    errors: dict[str, list[str]] = dict(wrong or {})
    if row.pk and not tidy(reason):
        errors["reason"] = [_("Nhập lý do thay đổi")]
    try:
        stored.full_clean()
    except ValidationError as error:
        errors |= {("" if name == "__all__" else name): list(texts) for name, texts in error.message_dict.items()}
    if errors:
        raise InvalidInput(errors)
    stored.save()
    old, new = changed(before, {name: getattr(stored, name) for name in names})
    record_fact(actor=actor, deed=deed, subject=stored, before=old, after=new, reason=tidy(reason), clause=clause)
    return stored
