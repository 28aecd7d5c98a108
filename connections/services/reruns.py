"""A structure got a new version: who is affected, their samples run again, both sides told (QC9.2, QC9.8)."""

import time

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.guards import SERVICE_MANAGE
from catalog.models import MessageProfile
from connections.events import Audience
from connections.models import ConformanceRerun, Connection, ConnectionRequest, EvidenceRun
from connections.selectors.load import open_live_grants
from connections.selectors.readers import readers_of
from connections.selectors.reruns import followed_up, not_listed
from connections.services.conformance import judged, samples_of
from connections.services.evidence import write_messages_run
from core import clock
from core.actor import Actor, system_actor
from core.problems import GuardRefused, PermissionRefused

# Of one turn of the job; what is left waits for the next.
MOST_SECONDS = 200.0
EVENT = "profile.rerun"


@transaction.atomic
def open_reruns(*, actor: Actor, profile: MessageProfile) -> int:
    """List the live connections that *profile* affects and are not listed yet; their samples are run soon after.

    SKHCN's people who keep the catalogue are told how many. Raises PermissionRefused for anybody else, GuardRefused
    where nobody is affected. Returns how many were added.
    """
    if actor.kind != "system" and not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    held = MessageProfile.objects.select_for_update().get(pk=profile.pk)
    found = list(not_listed(held).order_by("pk"))
    if not found:
        raise GuardRefused(_("Không có kết nối đang vận hành nào cần đưa thêm vào danh sách của phiên bản này."))
    for connection in found:
        ConformanceRerun(
            profile=held, connection=connection, opened_by_id=actor.user_id or None, opened_at=clock.now()
        ).save()
    record_fact(
        actor=actor,
        deed="profile.reruns_opened",
        subject=held,
        after={"connections": len(found)},
        clause="QC9.2",
    )
    text = _("%(n)d kết nối đang vận hành theo cấu trúc này; mẫu thông điệp của từng hồ sơ được chạy lại.")
    _tell_operators(held, _("Cấu trúc thông điệp có phiên bản mới: %(profile)s"), text % {"n": len(found)})
    return len(found)


def repeat_conformance() -> int:
    """List whom new versions affect, and run what waits; return how many were run. Safe to run beside itself."""
    actor = system_actor(_("Kiểm tra lại tuân thủ cấu trúc thông điệp"))
    for profile in followed_up():
        if not_listed(profile).exists():
            open_reruns(actor=actor, profile=profile)
    begun, count = time.monotonic(), 0
    for pk in list(ConformanceRerun.objects.waiting().values_list("pk", flat=True)):
        if time.monotonic() - begun > MOST_SECONDS:
            break
        count += rerun(actor=actor, pk=pk)
    return count


def rerun(*, actor: Actor, pk: int) -> bool:
    """Run the samples of one connection on the list, keep the run on its dossier, tell the agency.

    The messages are judged outside of any transaction. Returns False when somebody else has done it meanwhile.
    """
    row = ConformanceRerun.objects.select_related("profile", "connection__request").get(pk=pk)
    dossier = _dossier_of(row.connection)
    samples = list(samples_of(dossier))
    outcome = judged(row.profile, samples) if samples else None
    with transaction.atomic():
        held = ConformanceRerun.objects.select_for_update().get(pk=pk)
        if held.done_at is not None:
            return False
        if outcome is not None:
            held.run = write_messages_run(actor=actor, request=dossier, outcome=outcome, run_by_id=held.opened_by_id)
        held.done_at = clock.now()
        held.save(update_fields=["run", "done_at"])
        _tell_agency(row.profile, dossier, held.run)
        _tell_when_all_are_done(row.profile)
    return True


def _dossier_of(connection: Connection) -> ConnectionRequest:
    """Return the dossier by which the connection runs today: that of its newest live grant."""
    grant = open_live_grants().filter(connection=connection).order_by("-request_id").select_related("request").first()
    return (grant and grant.request) or connection.request


def _tell_when_all_are_done(profile: MessageProfile) -> None:
    # One at a time, so that exactly one sees that none is left.
    MessageProfile.objects.select_for_update().get(pk=profile.pk)
    rows = ConformanceRerun.objects.filter(profile=profile)
    if rows.waiting().exists():
        return
    values = {
        "n": rows.count(),
        "bad": rows.filter(run__passed=False).count(),
        "none": rows.filter(run__isnull=True).count(),
    }
    text = _("Đã chạy lại %(n)d kết nối: %(bad)d chưa đạt, %(none)d hồ sơ chưa có mẫu.")
    _tell_operators(profile, _("Đã kiểm tra lại tuân thủ: %(profile)s"), text % values)


def _tell_operators(profile: MessageProfile, subject: str, body: str) -> None:
    link = f"{reverse('admin:connections_conformancererun_changelist')}?profile={profile.pk}"
    message = Message(event=EVENT, topic=Topic.WORK, subject=subject % {"profile": profile}, body=body, link=link)
    post_notices(message=message, agency=None, people=holders_of(SERVICE_MANAGE))


def _tell_agency(profile: MessageProfile, dossier: ConnectionRequest, run: EvidenceRun | None) -> None:
    """Tell those who work on dossiers at the agency how their samples stand; what fails is on the dossier."""
    if run is None:
        body = _("Cấu trúc %(profile)s áp dụng cho kết nối của quý cơ quan; hồ sơ %(number)s chưa có mẫu thông điệp.")
    elif run.passed:
        body = _("Mẫu thông điệp của hồ sơ %(number)s đúng cấu trúc %(profile)s; không cần làm gì thêm.")
    else:
        body = _(
            "Mẫu thông điệp của hồ sơ %(number)s chưa đúng cấu trúc %(profile)s: %(summary)s. "
            "Sửa hệ thống trước ngày áp dụng."
        )
    values = {"profile": profile, "number": dossier, "summary": run.summary if run else ""}
    readers = readers_of(dossier, (Audience.AGENCY,))
    message = Message(
        event=EVENT,
        topic=Topic.PROCEDURE if run is None or not run.passed else Topic.PROGRESS,
        subject=_("Cấu trúc thông điệp có phiên bản mới: %(profile)s") % values,
        body=body % values,
        link=readers.link,
        number=dossier.number,
    )
    post_notices(message=message, agency=readers.agency, people=readers.people, mailboxes=readers.mailboxes)
