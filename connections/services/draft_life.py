"""How long a draft waits: a reminder first, then it is put away, readable (ux.md A1). Numbers are data, ours."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import DeadlinePolicy
from accounts.selectors.calendar import deadlines_in_force
from audit.record import record_fact
from connections.choices import State
from connections.models import ConnectionRequest
from connections.services.moves import touch
from connections.services.telling import announce
from core import clock
from core.actor import system_actor

KEEP, REMIND = "request.draft", "request.draft_reminder"
BATCH = 200
WARNED = Q(reminded_at__gte=F("changed_at"))


def draft_policy() -> tuple[DeadlinePolicy, timedelta] | None:
    """Return the policy that says how long a draft is kept, and how long before its end people are reminded.

    None where no policy is in force: drafts then wait for ever.
    """
    found = {row.code: row for row in deadlines_in_force(clock.today()).filter(code__in=(KEEP, REMIND))}
    if KEEP not in found:
        return None
    ahead = found[REMIND].amount if REMIND in found else 0
    return found[KEEP], timedelta(days=min(ahead, found[KEEP].amount))


def kept_until(request: ConnectionRequest) -> datetime | None:
    """Return when a draft will be put away unless somebody writes in it; None for never."""
    policy = draft_policy()
    return request.changed_at + timedelta(days=policy[0].amount) if policy and request.state == State.DRAFT else None


def care_for_drafts() -> tuple[int, int]:
    """Remind of drafts near their end and put away those past it; return how many of each. Run daily, any number."""
    policy = draft_policy()
    if policy is None:
        return 0, 0
    keep, ahead = timedelta(days=policy[0].amount), policy[1]
    now = clock.now()
    drafts = ConnectionRequest.objects.filter(state=State.DRAFT)
    # Only what was reminded of in time is put away, also after the product stood still for weeks.
    over = drafts.filter(WARNED, changed_at__lte=now - keep, reminded_at__lte=now - ahead)
    gone = sum(_put_away(pk, policy[0].amount) for pk in _some(over))
    near = drafts.exclude(WARNED).filter(changed_at__lte=now - keep + ahead)
    return sum(_remind(pk, max(ahead, timedelta(days=1))) for pk in _some(near)), gone


def _some(found: QuerySet[ConnectionRequest]) -> list[int]:
    return list(found.order_by("changed_at").values_list("pk", flat=True)[:BATCH])


def _locked(pk: int, condition: Q) -> ConnectionRequest | None:
    drafts = ConnectionRequest.objects.filter(condition, pk=pk, state=State.DRAFT)
    return drafts.select_for_update(of=("self",), skip_locked=True).select_related("agency", "created_by").first()


@transaction.atomic
def _remind(pk: int, ahead: timedelta) -> int:
    stored = _locked(pk, ~WARNED)
    if stored is None:
        return 0
    stored.reminded_at = clock.now()
    stored.save()
    day = f"{clock.local_now() + ahead:%d/%m/%Y}"
    actor = system_actor(_("Chăm sóc bản nháp"))
    announce(actor, stored, "draft_ending", day=day, draft=str(stored.system or stored))
    record_fact(actor=actor, deed="request.draft_reminded", subject=stored, after={"day": day})
    return 1


@transaction.atomic
def _put_away(pk: int, days: int) -> int:
    stored = _locked(pk, WARNED)
    if stored is None:
        return 0
    stored.withdraw()
    stored.ended_at = clock.now()
    stored.end_reason = _("Bản nháp quá %(n)s ngày không có ai sửa (hạn nội bộ)") % {"n": days}
    touch(stored)
    actor = system_actor(_("Chăm sóc bản nháp"))
    record_fact(actor=actor, deed="request.discarded", subject=stored, reason=stored.end_reason, clause="QC10.1")
    return 1
