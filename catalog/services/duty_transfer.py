"""What a body that has ended owes and may read around the catalogue, handed to its successor (QC2)."""

from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from catalog.guards import SERVICE_MANAGE
from catalog.models import DataErrorReport, DirectSharing, DocumentRelease
from catalog.services.exceptions import search_text
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused


@transaction.atomic
def transfer_duties(*, actor: Actor, agency: Agency, successor: Agency, reason: str) -> int:
    """Give *successor* the documents released to *agency*, its direct sharing and its open reports; how many.

    What ended stays with the old name. Raises PermissionRefused.
    """
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Bàn giao tài liệu và phản ánh thuộc vai trò Cán bộ vận hành."))
    return sum(move(actor, agency, successor, reason) for move in (_releases, _sharing, _reports))


def _releases(actor: Actor, agency: Agency, successor: Agency, reason: str) -> int:
    """The successor reads what was released; one it has already is enough."""
    found = DocumentRelease.objects.open().select_for_update(of=("self",)).select_related("document")
    rows = list(found.filter(agency=agency).order_by("pk"))
    had = set(DocumentRelease.objects.open().filter(agency=successor).values_list("document_id", flat=True))
    for release in rows:
        if release.document_id in had:
            release.ended_at, release.ended_by_id = clock.now(), actor.user_id
            release.end_reason = _("Gộp vào tài liệu đã cung cấp cho cơ quan kế thừa")
        else:
            release.agency = successor
        release.save()
        _record(actor, "document.release_handed_over", release.document, agency, successor, reason)
    return len(rows)


def _sharing(actor: Actor, agency: Agency, successor: Agency, reason: str) -> int:
    found = DirectSharing.objects.open().select_for_update(of=("self",)).select_related("provider", "receiver")
    rows = list(found.filter(Q(provider=agency) | Q(receiver=agency)).order_by("pk"))
    for sharing in rows:
        if sharing.provider_id == agency.pk:
            sharing.provider = successor
        if sharing.receiver_id == agency.pk:
            sharing.receiver = successor
        sharing.search = search_text(sharing)
        sharing.revision += 1
        sharing.save()
        _record(actor, "sharing.handed_over", sharing, agency, successor, reason)
    return len(rows)


def _reports(actor: Actor, agency: Agency, successor: Agency, reason: str) -> int:
    rows = list(DataErrorReport.objects.open().select_for_update(of=("self",)).filter(agency=agency).order_by("pk"))
    for report in rows:
        report.agency = successor
        report.save()
        _record(actor, "data_error.handed_over", report, agency, successor, reason)
    return len(rows)


def _record(actor: Actor, deed: str, subject: Model, agency: Agency, successor: Agency, reason: str) -> None:
    sides: dict[str, Any] = {"before": {"agency": agency}, "after": {"agency": successor}}
    record_fact(actor=actor, deed=deed, subject=subject, reason=reason, clause="QC2", **sides)
