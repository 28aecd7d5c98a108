"""Giving restricted documents to agencies and to single persons, and taking them back (QC14.7, decisions 26)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import Agency, User
from accounts.roles import CONTRACTOR_MAX_DAYS
from audit.record import record_fact
from catalog.duty_choices import DocumentLevel, DocumentState
from catalog.guards import SERVICE_MANAGE
from catalog.models import DataService, DocumentRelease, PersonalRelease, TechnicalDocument
from catalog.models.documents import VIEW_DOCUMENT
from core import clock, rights
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

# The approval of a dossier releases documents too (QC10.2).
RELEASE = (SERVICE_MANAGE, "request.approve")


@transaction.atomic
def release_documents(
    *, actor: Actor, agency: Agency, services: Iterable[DataService], reason: str, request_number: str = ""
) -> list[DocumentRelease]:
    """Release to *agency* the restricted documents of *services* and of the platform; what it has it keeps.

    Called when a dossier is approved. Returns what is new. Raises PermissionRefused, InvalidInput without a reason.
    """
    _require(actor)
    wanted = [service.pk for service in services]
    about = Q(service__isnull=True) | Q(service__in=wanted)
    found = TechnicalDocument.objects.published().filter(about, level=DocumentLevel.RESTRICTED)
    # What the agency has is read once the documents are locked: two releases at once give each document once.
    rows = list(found.select_for_update(of=("self",)).order_by("pk"))
    had = set(
        DocumentRelease.objects.open().filter(agency=agency, document__in=rows).values_list("document", flat=True)
    )
    return [
        _release(actor, document, agency, reason=_reason(reason), request_number=request_number)
        for document in rows
        if document.pk not in had
    ]


@transaction.atomic
def release_to_agency(
    *, actor: Actor, document: TechnicalDocument, agency: Agency, reason: str, request_number: str = ""
) -> DocumentRelease:
    """Release one restricted document to an agency; one it has is returned as it is.

    Raises PermissionRefused, StateRefused for a document that is not a published restricted one, InvalidInput.
    """
    _require(actor)
    stored = _releasable(document)
    had = DocumentRelease.objects.open().filter(document=stored, agency=agency).first()
    if had is not None:
        return had
    ended = agency.valid_to
    if ended is not None and ended < clock.today():
        raise InvalidInput({"agency": [_("%(name)s đã kết thúc; chọn cơ quan còn hoạt động") % {"name": agency}]})
    return _release(actor, stored, agency, reason=_reason(reason), request_number=tidy(request_number))


@transaction.atomic
def end_release(*, actor: Actor, release: DocumentRelease, reason: str) -> DocumentRelease:
    """Take a document back from an agency: its people find it no more from the next request on. Twice is once."""
    _require(actor)
    stored = DocumentRelease.objects.select_for_update(of=("self",)).get(pk=release.pk)
    if stored.ended_at is not None:
        return stored
    stored.ended_at, stored.ended_by_id, stored.end_reason = clock.now(), actor.user_id, _reason(reason)
    stored.save()
    record_fact(
        actor=actor,
        deed="document.release_ended",
        subject=stored.document,
        before={"agency": stored.agency},
        reason=stored.end_reason,
        clause="QC14.7",
    )
    return stored


@transaction.atomic
def release_document(
    *, actor: Actor, document: TechnicalDocument, email: str, until: date, reason: str
) -> PersonalRelease:
    """Give one person the object right to read one restricted document until the end of a day (decisions, 26).

    A person who has it gets the new last day. Raises PermissionRefused, StateRefused, InvalidInput.
    """
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Cung cấp tài liệu cho một người thuộc vai trò Cán bộ vận hành."))
    stored, reason = _releasable(document), _reason(reason)
    person = User.objects.filter(email__iexact=tidy(email), is_active=True).first()
    errors: dict[str, list[str]] = {}
    if person is None:
        errors["email"] = [_("Không có tài khoản đang dùng với địa chỉ thư này; mời người dùng trước")]
    last = clock.today() + timedelta(days=CONTRACTOR_MAX_DAYS)
    if not clock.today() <= until <= last:
        text = _("Chọn ngày từ hôm nay đến %(day)s (hạn nội bộ)")
        errors["until"] = [text % {"day": f"{last:%d/%m/%Y}"}]
    if errors or person is None:
        raise InvalidInput(errors)
    found = PersonalRelease.objects.select_for_update().filter(document=stored, person=person, ended_at__isnull=True)
    made = found.first() or PersonalRelease(document=stored, person=person)
    made.until, made.reason = until, reason
    made.released_at, made.released_by_id = clock.now(), actor.user_id
    made.save()
    rights.give(VIEW_DOCUMENT, user=person, thing=stored)
    after = {"person": person, "until": until}
    record_fact(actor=actor, deed="document.given", subject=stored, after=after, reason=reason, clause="QC14.7")
    return made


@transaction.atomic
def end_personal_release(*, actor: Actor, release: PersonalRelease, reason: str) -> PersonalRelease:
    """Take the right back from a person; twice is once. Raises PermissionRefused, InvalidInput without a reason."""
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Thu lại tài liệu đã cung cấp thuộc vai trò Cán bộ vận hành."))
    stored = PersonalRelease.objects.select_for_update(of=("self",)).get(pk=release.pk)
    if stored.ended_at is not None:
        return stored
    stored.ended_at, stored.end_reason = clock.now(), _reason(reason)
    stored.save()
    rights.take(VIEW_DOCUMENT, user=stored.person, thing=stored.document)
    record_fact(
        actor=actor,
        deed="document.taken_back",
        subject=stored.document,
        before={"person": stored.person, "until": stored.until},
        reason=stored.end_reason,
        clause="QC14.7",
    )
    return stored


def end_personal_releases_of(*, actor: Actor, document: TechnicalDocument) -> None:
    """Take a withdrawn document back from every person; agencies lose it with its state."""
    for release in document.personal_releases.filter(ended_at__isnull=True).order_by("pk"):
        end_personal_release(actor=actor, release=release, reason=_("Tài liệu đã thu hồi"))


def end_passed_releases() -> int:
    """Take back the rights whose last day has passed; they opened nothing since then already. Return how many."""
    job = system_actor(_("Thu lại tài liệu hết hạn cung cấp"))
    passed = PersonalRelease.objects.filter(ended_at__isnull=True, until__lt=clock.today()).order_by("pk")
    for release in passed:
        end_personal_release(actor=job, release=release, reason=_("Hết thời hạn cung cấp"))
    return len(passed)


def release_where_approved(*, actor: Actor, document: TechnicalDocument) -> None:
    """Release a document that has just become a published restricted one to the agencies approved before.

    Who they are is known to the floors above (``DOCUMENT_AUDIENCES``), asked with the id of the service or None.
    """
    if document.state != DocumentState.PUBLISHED or document.level != DocumentLevel.RESTRICTED:
        return
    wanted = {pk for path in settings.DOCUMENT_AUDIENCES for pk in import_string(path)(document.service_id)}
    had = set(DocumentRelease.objects.open().filter(document=document).values_list("agency_id", flat=True))
    for agency in Agency.objects.filter(pk__in=wanted - had).order_by("pk"):
        _release(actor, document, agency, reason=_("Cơ quan đã được chấp thuận kết nối"), request_number="")


def _require(actor: Actor) -> None:
    if not any(map(actor.may, RELEASE)):
        raise PermissionRefused(_("Cung cấp tài liệu cho cơ quan thuộc vai trò Cán bộ vận hành, Lãnh đạo Sở."))


def _releasable(document: TechnicalDocument) -> TechnicalDocument:
    stored = TechnicalDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if stored.state != DocumentState.PUBLISHED or stored.level != DocumentLevel.RESTRICTED:
        text = _("Chỉ cung cấp tài liệu mức hạn chế đã công bố; tài liệu này: %(level)s, %(state)s.")
        shown = {"level": stored.get_level_display(), "state": stored.get_state_display()}
        raise StateRefused(text % shown)
    return stored


def _reason(reason: str) -> str:
    found = tidy(reason)
    if not found:
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    if len(found) > 300:
        raise InvalidInput({"reason": [_("Viết tối đa %(n)s ký tự") % {"n": 300}]})
    return found


def _release(
    actor: Actor, document: TechnicalDocument, agency: Agency, *, reason: str, request_number: str
) -> DocumentRelease:
    made = DocumentRelease.objects.create(
        document=document,
        agency=agency,
        reason=reason,
        request_number=request_number[:60],
        released_at=clock.now(),
        released_by_id=actor.user_id,
    )
    record_fact(
        actor=actor,
        deed="document.released",
        subject=document,
        after={"agency": agency, "request_number": request_number},
        reason=reason,
        clause="QC14.7",
    )
    return made
