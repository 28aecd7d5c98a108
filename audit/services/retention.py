"""How long the call log stays in the database: data that staff change, with whose number it is."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Retention
from audit.record import changed, record_fact
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy

MANAGE = "retention.manage"
CLAUSE = "QC4.7"
_LOADER = system_actor("Nạp thời hạn giữ nhật ký")


@transaction.atomic
def load_retention() -> Retention:
    """Return the rule, made with the platform's own number where there is none yet."""
    rule, made = Retention.objects.get_or_create(pk=1)
    if made:
        after = {"months": rule.months, "source": rule.source}
        record_fact(actor=_LOADER, deed="retention.loaded", subject=rule, after=after, clause=CLAUSE)
    return rule


@transaction.atomic
def set_retention(*, actor: Actor, months: int, source: str, reason: str) -> Retention:
    """Keep the call log for so many whole months, on the basis of *source*. Raises PermissionRefused, InvalidInput.

    A month that lies in the archive already stays there.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền đặt thời hạn giữ nhật ký, thuộc vai trò Cán bộ vận hành."))
    if not tidy(reason):
        raise InvalidInput({"reason": [_("Ghi lý do đổi thời hạn.")]})
    rule = Retention.objects.select_for_update().get_or_create(pk=1)[0]
    old, new = changed({"months": rule.months, "source": rule.source}, {"months": months, "source": tidy(source)})
    for name, value in new.items():
        setattr(rule, name, value)
    try:
        rule.full_clean()
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    if new:
        rule.save()
        record_fact(
            actor=actor, deed="retention.changed", subject=rule, before=old, after=new, reason=tidy(reason),
            clause=CLAUSE,
        )  # fmt: skip
    return rule
