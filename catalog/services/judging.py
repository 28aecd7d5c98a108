"""What the deeds of the catalogue share: text made tidy, rows judged whole, conflicts told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from catalog.selectors.history import last_fact_of
from core import clock
from core.problems import InvalidInput, StateRefused
from core.text import nfc, tidy

Errors = dict[str, list[str]]


def tidied(kind: type[models.Model], fields: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return those of *fields* that are among *names*, text in NFC; long text keeps its lines."""
    known = set(names)
    return {name: _tidy(kind, name, value) for name, value in fields.items() if name in known}


def _tidy(kind: type[models.Model], name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return nfc(value).strip() if isinstance(kind._meta.get_field(name), models.TextField) else tidy(value)


def judge(thing: models.Model, errors: Errors | None = None, *, besides: Iterable[str] = ()) -> None:
    """Judge every field and constraint of *thing* together with *errors* found before. Raises InvalidInput.

    Fields named in *besides* were judged by the caller, whose errors have other names.
    """
    found: Errors = {**(errors or {}), **too_long(thing)}
    try:
        thing.full_clean(exclude={"state", *found, *besides})
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            found.setdefault("" if name == NON_FIELD_ERRORS else name, []).extend(texts)
    if found:
        raise InvalidInput(found)


def too_long(thing: models.Model) -> Errors:
    """Return the long texts of *thing* that exceed their limit, which ``full_clean`` does not judge."""
    found: Errors = {}
    for field in thing._meta.concrete_fields:
        limit = field.max_length if isinstance(field, models.TextField) else None
        if limit and len(getattr(thing, field.name)) > limit:
            found[field.name] = [_("Viết tối đa %(n)s ký tự") % {"n": limit}]
    return found


def store(thing: models.Model, *, unique: str) -> None:
    """Save *thing*; a value of field *unique* that somebody took at this very moment is a field error."""
    try:
        with transaction.atomic():
            thing.save()
    except IntegrityError as error:
        raise InvalidInput({unique: [_("Giá trị này vừa được người khác dùng; chọn giá trị khác")]}) from error


def require_fresh(stored: Any, revision: int | None) -> None:
    """Refuse when *stored* is no longer what the person saw. Raises StateRefused."""
    if revision is None or revision == stored.revision:
        return
    fact = last_fact_of(stored)
    if fact is None:
        raise StateRefused(_("Nội dung vừa được thay đổi. Nội dung bạn nhập vẫn được giữ bên dưới."))
    when = fact.at.astimezone(clock.VIETNAM)
    raise StateRefused(
        _("%(name)s vừa thay đổi nội dung này lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.")
        % {"name": fact.actor_name, "time": f"{when:%H:%M ngày %d/%m/%Y}"}
    )
