"""Declaring what use a grant is expected to have, by the agency that holds it or by SKHCN."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from connections.models import Grant
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from incidents.models import ExpectedUse
from incidents.selectors.expected_use import declares

FIELDS = ("cadence", "daily_calls")


@transaction.atomic
def declare_use(*, actor: Actor, grant: Grant, cadence: str, daily_calls: int | None = None) -> ExpectedUse:
    """Declare how often and how much *grant* will be used; declared before, it is changed.

    Raises PermissionRefused, StateRefused for a grant that has ended, InvalidInput by field.
    """
    stored = Grant.objects.select_for_update(of=("self",)).select_related("system").get(pk=grant.pk)
    if not declares(actor, stored):
        raise PermissionRefused(
            _("Khai báo mức khai thác thuộc Cán bộ cơ quan quản lý hệ thống, hoặc Cán bộ vận hành nền tảng.")
        )
    if stored.revoked_at is not None:
        raise StateRefused(_("Quyền khai thác đã thu hồi; không còn gì để khai báo."))
    row = ExpectedUse.objects.filter(grant=stored).first() or ExpectedUse(grant=stored)
    before = {name: getattr(row, name) for name in FIELDS} if row.pk else {}
    row.cadence, row.daily_calls, row.declared_at = cadence, daily_calls, clock.now()
    try:
        row.full_clean()
    except ValidationError as error:
        raise InvalidInput({name: list(texts) for name, texts in error.message_dict.items()}) from error
    row.save()
    old, new = changed(before, {name: getattr(row, name) for name in FIELDS})
    if new:
        record_fact(actor=actor, deed="expected_use.declared", subject=row, before=old, after=new, clause="QC7.5")
    return row
