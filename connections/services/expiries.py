"""Telling before grants and keys end: to people and shared mailboxes of those who must act; safe to run twice."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from connections.choices import Ending
from connections.models import Connection, Credential, ExpiryNotice, ExpiryRule, Grant
from connections.services.access_telling import tell_of_grant
from connections.services.key_telling import tell_of_key
from connections.services.staff_rows import save_row
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused

MANAGE = "calendar.manage"
FIELDS = ("subject", "days_before", "basis", "active")
SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "expiries.yaml"


def remind_of_endings() -> int:
    """Give every notice that is due; of the rules reached only the latest is given. Returns how many were given."""
    if clock.local_now().time() < settings.DIGEST_TIME:
        return 0
    return sum(_remind(subject) for subject in (Ending.GRANT, Ending.KEY))


def _remind(subject: Ending) -> int:
    rules = ExpiryRule.objects.filter(active=True, subject=subject).order_by("days_before")
    offsets = list(rules.values_list("days_before", flat=True))
    if not offsets:
        return 0
    today = clock.today()
    ending = list(_ending(subject, today, today + timedelta(days=offsets[-1])))
    notices = ExpiryNotice.objects.filter(subject=subject, subject_id__in=[item.pk for item in ending])
    given = set(notices.values_list("subject_id", "last_day", "days_before"))
    count = 0
    for item in ending:
        last: date = item.valid_to
        offset = next(number for number in offsets if (last - today).days <= number)
        if (item.pk, last, offset) not in given:
            count += _give(subject, item, offset)
    return count


def _ending(subject: Ending, first: date, last: date) -> Iterable[Any]:
    within = {"valid_to__gte": first, "valid_to__lte": last}
    if subject == Ending.KEY:
        keys = Credential.objects.open().filter(**within).defer("sealed_secret")
        return keys.select_related("system__owner", "made_by").order_by("pk")
    # A grant that was made to try something ends without a word: whoever needs it makes it again.
    grants = Grant.objects.open().approved().filter(connection__closed_at__isnull=True, **within)
    return grants.select_related("system__owner", "service__provider", "connection__technical_contact").order_by("pk")


@transaction.atomic
def _give(subject: Ending, item: Any, offset: int) -> int:
    _row, fresh = ExpiryNotice.objects.get_or_create(
        subject=subject,
        subject_id=item.pk,
        last_day=item.valid_to,
        days_before=offset,
        defaults={"given_at": clock.now()},
    )
    if fresh:
        _tell(subject, item, (item.valid_to - clock.today()).days)
    return int(fresh)


def _tell(subject: Ending, item: Any, left: int) -> None:
    day = f"{item.valid_to:%d/%m/%Y}"
    if subject == Ending.KEY:
        connection = Connection.objects.select_related("technical_contact").filter(system=item.system_id).first()
        tell_of_key(item, connection, _("Khóa %%(key)s sẽ hết hạn ngày %(day)s") % {"day": day})
        return
    text = (
        _("Quyền khai thác %(service)s hết hạn sau %(n)s ngày")
        if left
        else _("Quyền khai thác %(service)s hết hạn hôm nay")
    )
    tell_of_grant(
        item,
        event="grant.ending",
        subject=text % {"service": item.service.title, "n": left},
        body=_(
            "Quyền %(code)s của hệ thống %(system)s có hiệu lực đến hết ngày %(day)s; gia hạn trên cổng nếu còn cần."
        )
        % {"code": item, "system": item.system, "day": day},
    )


@transaction.atomic
def save_expiry_rule(*, actor: Actor, rule: ExpiryRule, reason: str = "", **fields: Any) -> ExpiryRule:
    """Add or change a rule; changing one needs a *reason*. Raises PermissionRefused, InvalidInput by field."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý lịch làm việc, thuộc vai trò Cán bộ vận hành."))
    return save_row(actor=actor, row=rule, names=FIELDS, given=fields, reason=reason, deed="expiry_rule.saved")


@transaction.atomic
def load_expiry_rules(*, actor: Actor) -> int:
    """Enter the seeds of every subject of which no rule is known yet; return how many."""
    known = set(ExpiryRule.objects.values_list("subject", flat=True).distinct())
    rows = [row for row in yaml.safe_load(SEEDS.read_text(encoding="utf-8")) if row["subject"] not in known]
    for row in rows:
        save_expiry_rule(actor=actor, rule=ExpiryRule(), **row)
    return len(rows)
