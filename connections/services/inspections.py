"""Periodic inspection of live connections by the checklist of Điều 9 (QC9.2, QC14.6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from connections.choices import Mark
from connections.models import Checklist, Connection, Criterion, Inspection, InspectionMark
from connections.selectors.compliance import inspection_span, with_inspection_day
from connections.selectors.inspections import failed, marks_of, unjudged
from connections.selectors.people import holders_of
from connections.services.evaluation import digest_of
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

INSPECT = "connection.inspect"
LONG = 4000
ASKED = ("result", "remark")
#: Code of a criterion -> (result, remark).
Given = Mapping[str, Sequence[str]]


@transaction.atomic
def open_inspection(*, actor: Actor, connection: Connection) -> Inspection:
    """Begin the inspection of a live connection under the checklist in force; the agency is told.

    Criteria of national databases are asked only where the connection's dossier exchanges with one.
    Raises PermissionRefused, StateRefused where it does not operate or one is under way, GuardRefused without a
    checklist.
    """
    _judge(actor)
    stored = _lock(connection)
    if stored.live_at is None or stored.closed_at is not None:
        raise StateRefused(_("Kết nối không vận hành nên không kiểm tra định kỳ."))
    running = stored.inspections.open().select_related("opened_by").first()
    if running is not None:
        when = f"{running.opened_at.astimezone(clock.VIETNAM):%d/%m/%Y}"
        text = _("%(name)s đã mở đợt kiểm tra kết nối này ngày %(when)s; kết luận đợt đó trước.")
        raise StateRefused(text % {"name": running.opened_by, "when": when})
    checklist = Checklist.objects.filter(valid_from__lte=clock.today()).order_by("-number").first()
    if checklist is None:
        raise GuardRefused(_("Chưa có bộ tiêu chí đánh giá nào đang áp dụng."))
    due_on = with_inspection_day(Connection.objects.filter(pk=stored.pk), inspection_span()).get().inspect_on
    made = Inspection.objects.create(
        connection=stored,
        checklist=checklist,
        opened_by_id=actor.user_id or 0,
        opened_at=clock.now(),
        due_on=due_on,
    )
    for criterion in checklist.criteria.all():
        if not criterion.national_only or stored.request.national_database:
            InspectionMark.objects.create(inspection=made, criterion=criterion)
    after = {"inspection": made.pk, "checklist": checklist.number, "due_on": due_on}
    record_fact(actor=actor, deed="inspection.opened", subject=stored, after=after, clause="QC14.6")
    _tell_opened(made)
    return made


@transaction.atomic
def mark_inspection(
    *, actor: Actor, inspection: Inspection, marks: Given, seen_before: Mapping[str, str] | None = None
) -> Inspection:
    """Keep what was found; *marks* maps criterion code to (result, remark).

    *seen_before* maps codes to :func:`seen` of what the person saw: what they did not touch is left alone, what
    somebody wrote meanwhile is refused. Raises PermissionRefused, StateRefused once concluded, InvalidInput with field
    ``<code>`` for each mark that lacks something.
    """
    _judge(actor)
    stored = _locked_open(inspection)
    rows = {mark.criterion.code: mark for mark in marks_of(stored)}
    wanted = _wanted(rows, marks, seen_before or {})
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for code, values in wanted.items():
        row = rows[code]
        before[code], after[code] = {name: getattr(row, name) for name in ASKED}, values
        row.result, row.remark = values["result"], values["remark"]
        row.marked_at = clock.now() if row.result else None
        row.marked_by_id = actor.user_id
        row.save()
    if after:
        record_fact(
            actor=actor,
            deed="inspection.marked",
            subject=stored.connection,
            before=before,
            after={**after, "inspection": stored.pk},
            clause="QC14.6",
        )
    return stored


@transaction.atomic
def conclude_inspection(*, actor: Actor, inspection: Inspection, conclusion: str) -> Inspection:
    """Conclude an inspection: whether all is met follows from its marks, the next day from the deadline in force.

    Who marked may conclude; the fact names them. The agency is told, with how many criteria were not met.
    Raises PermissionRefused, StateRefused, InvalidInput without a conclusion, GuardRefused naming criteria that nobody
    judged or while no deadline says when the next one is due.
    """
    _judge(actor)
    stored = _locked_open(inspection)
    conclusion = tidy(conclusion)
    if not conclusion or len(conclusion) > LONG:
        raise InvalidInput({"conclusion": [_("Nhập kết luận, tối đa %(n)s ký tự") % {"n": LONG}]})
    marks, span = marks_of(stored), inspection_span()
    if left := unjudged(marks):
        text = _("Còn tiêu chí chưa được đánh giá: %(criteria)s.")
        raise GuardRefused(text % {"criteria": "; ".join(left)})
    if span is None:
        raise GuardRefused(_("Chưa có thời hạn «Kiểm tra định kỳ» đang áp dụng; cán bộ vận hành nhập ở mục Thời hạn."))
    failures = failed(marks)
    stored.concluded_by_id, stored.concluded_at = actor.user_id, clock.now()
    stored.met, stored.conclusion, stored.next_due = not failures, conclusion, clock.today() + span
    stored.save()
    record_fact(
        actor=actor,
        deed="inspection.concluded",
        subject=stored.connection,
        after={
            "inspection": stored.pk,
            "met": stored.met,
            "failed": [mark.criterion.code for mark in failures],
            "next_due": stored.next_due,
        },
        reason=conclusion,
        clause="QC14.6",
    )
    _tell_result(stored, len(failures))
    return stored


def seen(mark: InspectionMark) -> str:
    """Return what stands for the content of a mark in a form: two people who saw the same carry the same."""
    return digest_of([mark.result, mark.remark])


def _judge(actor: Actor) -> None:
    if not actor.may(INSPECT):
        text = _("Kiểm tra định kỳ thuộc vai trò Cán bộ thẩm định, Cán bộ an toàn thông tin.")
        raise PermissionRefused(text)


def _lock(connection: Connection) -> Connection:
    found = Connection.objects.select_for_update(of=("self",))
    return found.select_related("system__owner", "request", "technical_contact").get(pk=connection.pk)


def _locked_open(inspection: Inspection) -> Inspection:
    found = Inspection.objects.select_for_update(of=("self",))
    related = ("connection__system__owner", "connection__request", "connection__technical_contact")
    stored = found.select_related(*related).get(pk=inspection.pk)
    if stored.concluded_at is not None:
        when = f"{stored.concluded_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
        raise StateRefused(_("Đợt kiểm tra đã kết luận lúc %(when)s, không sửa được nữa.") % {"when": when})
    return stored


def _wanted(
    rows: Mapping[str, InspectionMark], marks: Given, seen_before: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Return the values that change, by criterion code. Raises InvalidInput or StateRefused."""
    errors: dict[str, list[str]] = {}
    clashes: list[str] = []
    wanted: dict[str, dict[str, str]] = {}
    for code, given in marks.items():
        row = rows.get(code)
        if row is None:
            errors[code] = [_("Bộ tiêu chí không có tiêu chí này")]
            continue
        values = dict(zip(ASKED, (tidy(text) for text in given), strict=True))
        untouched = seen_before.get(code) == digest_of(list(values.values()))
        if untouched or all(getattr(row, name) == value for name, value in values.items()):
            continue
        if code in seen_before and seen_before[code] != seen(row):
            clashes.append(_clash(row))
        if found := _faults(row.criterion, **values):
            errors[code] = found
        wanted[code] = values
    if errors:
        raise InvalidInput(errors)
    if clashes:
        raise StateRefused(" ".join([*clashes, _("Nội dung bạn nhập vẫn được giữ bên dưới; lưu lần nữa để thay.")]))
    return wanted


def _clash(row: InspectionMark) -> str:
    said = ", ".join(filter(None, (row.get_result_display() or _("chưa đánh giá"), row.remark[:200])))
    text = _("%(name)s vừa ghi tiêu chí «%(criterion)s»: %(said)s.")
    return text % {"name": row.marked_by or _("Người khác"), "criterion": row.criterion.text, "said": said}


def _faults(criterion: Criterion, result: str, remark: str) -> list[str]:
    found = []
    if result and result not in Mark.values:
        found.append(_("Chọn đạt, không đạt hoặc không áp dụng"))
    if result == Mark.NOT_APPLICABLE and (criterion.national_only or not criterion.may_not_apply):
        found.append(_("Tiêu chí này luôn phải đánh giá, không chọn «Không áp dụng»"))
    if result in (Mark.FAIL, Mark.NOT_APPLICABLE) and not remark:
        found.append(_("Nhập nhận xét: vì sao %(result)s") % {"result": str(Mark(result).label).lower()})
    if len(remark) > LONG:
        found.append(_("Viết tối đa %(n)s ký tự") % {"n": LONG})
    return found


def _tell_opened(inspection: Inspection) -> None:
    subject = _("Sở mở đợt kiểm tra định kỳ kết nối %(system)s")
    body = _(
        "Sở Khoa học và Công nghệ kiểm tra định kỳ kết nối %(system)s theo bộ tiêu chí của Điều 9. "
        "Cơ quan không phải gửi gì; Sở liên hệ cán bộ kỹ thuật nếu cần."
    )
    _tell(inspection, "inspection.opened", Topic.PROGRESS, subject, body)


def _tell_result(inspection: Inspection, failures: int) -> None:
    if failures:
        subject = _("Kết quả kiểm tra định kỳ %(system)s: %(n)s tiêu chí không đạt")
        body = _("Kiểm tra định kỳ %(system)s có %(n)s tiêu chí không đạt. Từng tiêu chí và nhận xét ghi trên cổng.")
    else:
        subject = _("Kết quả kiểm tra định kỳ %(system)s: đạt mọi tiêu chí")
        body = _("Kiểm tra định kỳ %(system)s đạt mọi tiêu chí. Kỳ tiếp theo (hạn nội bộ): %(day)s.")
    _tell(inspection, "inspection.concluded", Topic.PROCEDURE if failures else Topic.PROGRESS, subject, body, failures)


def _tell(inspection: Inspection, event: str, topic: Topic, subject: str, body: str, n: int = 0) -> None:
    """Write to the agency the system belongs to and its technical contact; findings stand on the portal only."""
    connection = inspection.connection
    owner = connection.system.owner
    day = f"{inspection.next_due:%d/%m/%Y}" if inspection.next_due else ""
    values = {"system": connection.system, "n": n, "day": day}
    message = Message(
        event=event,
        topic=topic,
        subject=subject % values,
        body=body % values,
        link=reverse("declare_security", args=[connection.pk]),
        number=connection.request.number,
    )
    contact = [connection.technical_contact] if connection.technical_contact is not None else []
    people = [*contact, *holders_of("connection.declare", owner.pk)]
    post_notices(message=message, agency=owner, people=people, mailboxes=[owner.shared_mailbox])
