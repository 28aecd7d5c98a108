"""Deeds on reports of wrong data: file, answer, open again, close (QC4.5, QC11.4, QC15.2)."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import Agency
from audit.record import record_fact
from catalog.duty_choices import EntryKind, ErrorAnswer, ErrorState
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import DataErrorEntry, DataErrorReport, DataService
from catalog.models.data_errors import FILE
from catalog.selectors.data_errors import call_of_agency
from catalog.selectors.terms import ANSWER, due_from
from catalog.services.judging import Errors, judge, tidied
from catalog.services.telling import about, tell_agency
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused
from core.text import tidy
from core.transitions import carry

FIELDS = ("version", "operation", "fields", "wrong", "expected", "evidence")
_LOCK = 20_303


@transaction.atomic
def file_error(
    *,
    actor: Actor,
    service: DataService,
    call_id: UUID | None = None,
    form_token: UUID | None = None,
    **fields: Any,
) -> DataErrorReport:
    """Report wrong data of a published service for the actor's agency; the provider is told and its term begins.

    *call_id* is the request id of a call of the agency's own systems to this service; a foreign one is refused like
    one that does not exist. The same *form_token* twice is one report. Raises PermissionRefused, InvalidInput.
    """
    if not any(map(actor.may, FILE)) or actor.agency_id is None or actor.user_id is None:
        raise PermissionRefused(_("Báo sai lệch dữ liệu thuộc vai trò Cán bộ cơ quan, Cán bộ kỹ thuật."))
    service = DataService.objects.select_related("provider").get(pk=service.pk)
    code, now = _next_code(), clock.now()
    if form_token and (had := DataErrorReport.objects.filter(form_token=form_token, agency=actor.agency_id).first()):
        return had
    values, errors = _told(actor, service, call_id, fields)
    due_at, statutory = due_from(now, ANSWER)
    made = DataErrorReport(
        code=code,
        agency_id=actor.agency_id,
        reporter_id=actor.user_id,
        service=service,
        call_id=call_id,
        form_token=form_token,
        filed_at=now,
        due_at=due_at,
        statutory=statutory,
        **values,
    )
    judge(made, errors)
    made.save()
    after = {"service": service, "call_id": str(call_id or ""), "due_at": due_at}
    record_fact(actor=actor, deed="data_error.filed", subject=made, after=after, clause="QC11.4")
    _tell_provider(made, "data_error.filed", _("Dữ liệu có sai lệch: %(service)s – %(code)s"), Topic.WORK)
    _tell_reporter(made, "data_error.filed", _("Đã gửi phản ánh sai lệch dữ liệu %(code)s"), Topic.PROGRESS)
    return made


@transaction.atomic
def answer_error(
    *,
    actor: Actor,
    report: DataErrorReport,
    answer: str,
    text: str,
    corrected_on: date | None = None,
) -> DataErrorReport:
    """Answer for the provider: corrected on a day, no error with the reason, or more must be known.

    Raises StateRefused, PermissionRefused, InvalidInput.
    """
    stored = _locked(report)
    carry(stored, "answer_it", actor)
    entry = _entry(actor, stored, EntryKind.ANSWER, text, answer=answer, corrected_on=corrected_on)
    judge(entry, _answer_errors(answer, corrected_on, stored))
    stored.answer, stored.corrected_on, stored.answered_at = answer, corrected_on, clock.now()
    stored.save()
    entry.save()
    record_fact(
        actor=actor,
        deed="data_error.answered",
        subject=stored,
        after={"answer": answer, "corrected_on": corrected_on},
        reason=entry.text,
        clause="QC11.4",
    )
    _tell_reporter(stored, "data_error.answered", _("Đã có trả lời về sai lệch dữ liệu %(code)s"), Topic.WORK)
    _tell_provider(stored, "data_error.answered", _("Đã gửi trả lời về sai lệch dữ liệu %(code)s"), Topic.PROGRESS)
    return stored


@transaction.atomic
def reopen_error(*, actor: Actor, report: DataErrorReport, text: str) -> DataErrorReport:
    """Open an answered report again, or add what was asked for: a new term begins for the provider.

    Raises StateRefused, PermissionRefused, InvalidInput without a text.
    """
    stored = _locked(report)
    carry(stored, "reopen", actor, reason=text)
    entry = _entry(actor, stored, EntryKind.REOPEN, text)
    judge(entry)
    stored.due_at, stored.statutory = due_from(clock.now(), ANSWER)
    stored.save()
    entry.save()
    after = {"due_at": stored.due_at}
    record_fact(
        actor=actor, deed="data_error.reopened", subject=stored, after=after, reason=entry.text, clause="QC11.4"
    )
    _tell_provider(stored, "data_error.reopened", _("Sai lệch dữ liệu được mở lại – %(code)s"), Topic.WORK)
    _tell_reporter(stored, "data_error.reopened", _("Đã mở lại phản ánh %(code)s"), Topic.PROGRESS)
    return stored


@transaction.atomic
def close_error(*, actor: Actor, report: DataErrorReport, text: str) -> DataErrorReport:
    """Close a report for who filed it, content or taking it back. Raises as :func:`reopen_error`."""
    stored = _locked(report)
    carry(stored, "close", actor, reason=text)
    entry = _entry(actor, stored, EntryKind.CLOSE, text)
    judge(entry)
    stored.closed_at = clock.now()
    stored.save()
    entry.save()
    record_fact(actor=actor, deed="data_error.closed", subject=stored, reason=entry.text, clause="QC11.4")
    for tell in (_tell_provider, _tell_reporter):
        tell(stored, "data_error.closed", _("Phản ánh sai lệch dữ liệu %(code)s đã đóng"), Topic.PROGRESS)
    return stored


def _next_code() -> str:
    """Return the next code of today, ``SL-{YYMMDD}-{NNNN}``; a lock of the database keeps two from being one."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    prefix = f"SL-{clock.today():%y%m%d}-"
    known = DataErrorReport.objects.filter(code__startswith=prefix)
    last = known.order_by(Length("code").desc(), "-code").first()
    return f"{prefix}{int(last.code.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _told(
    actor: Actor, service: DataService, call_id: UUID | None, fields: dict[str, Any]
) -> tuple[dict[str, Any], Errors]:
    """Return what a report says, completed by the call it names, and what is wrong with it."""
    values = tidied(DataErrorReport, fields, FIELDS)
    errors = _filing_errors(actor, service)
    if call_id is not None and not errors:
        values |= _seen_in_call(call_id, actor.agency_id or 0, service, values, errors)
    return values, errors


def _filing_errors(actor: Actor, service: DataService) -> Errors:
    if not DataService.objects.published().filter(pk=service.pk).exists():
        return {"service": [_("Dịch vụ này chưa công bố hoặc đã ngừng cung cấp; chọn dịch vụ trong danh mục")]}
    if service.provider_id == actor.agency_id:
        return {"service": [_("Đây là dịch vụ của cơ quan bạn; sửa dữ liệu tại hệ thống nguồn")]}
    return {}


def _seen_in_call(
    call_id: UUID, agency_id: int, service: DataService, typed: dict[str, Any], errors: Errors
) -> dict[str, str]:
    """Return version and operation of the call where nobody typed them; an unknown or foreign call is an error."""
    row = call_of_agency(call_id, agency_id, service)
    if row is None:
        errors["call_id"] = [
            _("Không có lượt gọi mang mã này của hệ thống thuộc cơ quan bạn tới dịch vụ đã chọn; chép lại cả mã")
        ]
        return {}
    return {name: getattr(row, name) for name in ("version", "operation") if not typed.get(name)}


def _answer_errors(answer: str, corrected_on: date | None, report: DataErrorReport) -> Errors:
    if answer not in ErrorAnswer.values:
        return {"answer": [_("Chọn kết quả trả lời trong danh sách")]}
    if answer != ErrorAnswer.CORRECTED:
        return {"corrected_on": [_("Chỉ nhập ngày khi đã sửa dữ liệu")]} if corrected_on else {}
    if corrected_on is None:
        return {"corrected_on": [_("Nhập ngày đã sửa dữ liệu")]}
    if corrected_on > clock.today():
        return {"corrected_on": [_("Ngày sửa dữ liệu không được ở tương lai")]}
    return {}


def _entry(actor: Actor, report: DataErrorReport, kind: EntryKind, text: str, **more: Any) -> DataErrorEntry:
    texts = tidied(DataErrorEntry, {"text": text}, ("text",))
    by = {"agency_id": actor.agency_id, "author_id": actor.user_id, "at": clock.now()}
    return DataErrorEntry(report=report, kind=kind, **texts, **by, **more)


def _locked(report: DataErrorReport) -> DataErrorReport:
    found = DataErrorReport.objects.select_for_update(of=("self",))
    return found.select_related("service__provider", "agency", "reporter").get(pk=report.pk)


def _tell_provider(report: DataErrorReport, event: str, subject: str, topic: Topic) -> None:
    _tell(report, event, topic, subject, report.service.provider, [SERVICE_EDIT_OWN])


def _tell_reporter(report: DataErrorReport, event: str, subject: str, topic: Topic) -> None:
    _tell(report, event, topic, subject, report.agency, [])


def _tell(
    report: DataErrorReport, event: str, topic: Topic, subject: str, agency: Agency, permissions: Iterable[str]
) -> None:
    """Tell one side, the reporter among its own; what people typed stays on the portal."""
    values = {"code": report.code, "service": report.service.title, "state": report.get_state_display()}
    body = _("Phản ánh %(code)s về dịch vụ %(service)s. Tình trạng: %(state)s.") % values
    if report.due_at is not None and report.state in (ErrorState.NEW, ErrorState.REOPENED):
        day = report.due_at.astimezone(clock.VIETNAM)
        label = _("Hạn trả lời") if report.statutory else _("Hạn nội bộ để trả lời")
        body += f" {label}: {day:%d/%m/%Y}."
    message = about(event, topic, tidy(subject % values), body, reverse("data_error", args=[report.code]))
    own = [report.reporter] if agency.pk == report.agency_id else []
    tell_agency(message, agency, permissions, besides=own)
