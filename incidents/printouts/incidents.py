"""P10: reports of an incident, first, of progress, final (Quyết định 05/2017/QĐ-TTg, Điều 11; ux.md §5)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.printouts.paper import bullets, frame, minute, said
from core.documents.layout import Block, Document, Facts, Grid, Heading, Paragraph
from core.documents.wording import number
from incidents.models import Incident
from incidents.printouts.sheet import Sheet
from incidents.register_choices import Audience, EntryKind
from incidents.selectors.affected import consumers_touched

MOST_LINES = 60


def first(sheet: Sheet) -> Document:
    """Report that an incident happened: what, when, how grave, who is touched, what was done at once."""
    return _report(sheet, _("Báo cáo ban đầu về sự cố"), (*_about(sheet), *_touched(sheet), *_lines(sheet)))


def progress(sheet: Sheet) -> Document:
    """Report how it goes on, and what is left to do."""
    return _report(sheet, _("Báo cáo diễn biến sự cố"), (*_about(sheet), *_lines(sheet), *_tasks(sheet)))


def final(sheet: Sheet) -> Document:
    """Report how it ended: timeline, reach, root cause, measures, lessons."""
    blocks = (*_about(sheet), *_touched(sheet), *_why(sheet), *_tasks(sheet), *_lines(sheet))
    return _report(sheet, _("Báo cáo kết thúc xử lý sự cố"), blocks)


def _report(sheet: Sheet, subject: str, blocks: tuple[Block, ...]) -> Document:
    closing = Paragraph(_("Trên đây là báo cáo về sự cố %(code)s./.") % {"code": sheet.number}, with_next=True)
    incident: Incident = sheet.case  # type: ignore[assignment]
    return frame(
        sheet,
        kind=_("BÁO CÁO"),
        subject=(subject, incident.title),
        addressee="; ".join(sheet.terms),
        blocks=(*blocks, closing),
    )


def _about(sheet: Sheet) -> Iterator[Block]:
    incident: Incident = sheet.case  # type: ignore[assignment]
    yield Heading(_("I. Thông tin về sự cố"))
    yield Facts(
        (
            (_("Mã sự cố"), incident.code),
            (_("Mô tả"), said(incident.summary or incident.title)),
            (_("Xảy ra lúc"), minute(incident.started_at)),
            (_("Phát hiện lúc"), f"{minute(incident.detected_at)} ({incident.get_origin_display().lower()})"),
            (_("Phân loại theo quy định"), incident.get_legal_class_display() or _("Chưa phân loại")),
            (_("Mức độ vận hành (nội bộ)"), incident.get_severity_display()),
            (_("Nhóm nguyên nhân"), incident.get_cause_display() or _("Chưa xác định")),
            (_("Dữ liệu cá nhân"), _("Có liên quan") if incident.personal_data else _("Không liên quan")),
            (_("Khả năng tự xử lý"), _("Vượt khả năng") if incident.beyond_capacity else _("Trong khả năng")),
            (_("Tình trạng"), incident.get_state_display()),
            (_("Khôi phục lúc"), minute(incident.recovered_at)),
            *((row.name, _deadline(row)) for row in incident.deadlines.filter(statutory=True)),
        )
    )


def _deadline(row: object) -> str:
    text = _("trước %(when)s; căn cứ: %(basis)s")
    return text % {"when": minute(row.due_at), "basis": row.basis}  # type: ignore[attr-defined]


def _touched(sheet: Sheet) -> Iterator[Block]:
    incident: Incident = sheet.case  # type: ignore[assignment]
    yield Heading(_("II. Tác động"))
    services = [row.service.title for row in incident.affected.select_related("service")]
    grants = list(consumers_touched(incident))
    systems = {grant.system_id for grant in grants}
    yield Facts(
        (
            (_("Dịch vụ bị ảnh hưởng"), "\n".join(services) or _("Chưa xác định")),
            (_("Hệ thống khai thác bị ảnh hưởng"), number(len(systems))),
            (_("Cơ quan đã được báo"), _parties(incident)),
        )
    )


def _parties(incident: Incident) -> str:
    rows = incident.parties.filter(told_at__isnull=False).select_related("agency")
    return "\n".join(f"{row.agency.name}, {minute(row.told_at)}" for row in rows) or _("Chưa báo cơ quan nào")


def _why(sheet: Sheet) -> Iterator[Block]:
    incident: Incident = sheet.case  # type: ignore[assignment]
    yield Heading(_("III. Nguyên nhân, khắc phục"))
    yield Facts(
        (
            (_("Nguyên nhân gốc"), said(incident.root_cause)),
            (_("Biện pháp khắc phục"), said(incident.measures)),
            (_("Bài học, biện pháp phòng ngừa"), said(incident.lessons)),
            (_("Khắc phục lúc"), minute(incident.resolved_at)),
            (_("Số lần mở lại"), number(incident.reopened)),
        )
    )


def _tasks(sheet: Sheet) -> Iterator[Block]:
    incident: Incident = sheet.case  # type: ignore[assignment]
    rows = list(incident.tasks.select_related("agency"))
    if rows:
        yield Heading(_("Việc của hai bên"))
        yield from bullets([_task(row) for row in rows])


def _task(row: object) -> str:
    who = row.agency.name if row.agency else _("Sở Khoa học và Công nghệ")  # type: ignore[attr-defined]
    done = minute(row.done_at) if row.done_at else _("chưa xong")  # type: ignore[attr-defined]
    return _("%(who)s: %(text)s (%(done)s)") % {"who": who, "text": row.text, "done": done}  # type: ignore[attr-defined]


def _lines(sheet: Sheet) -> Iterator[Block]:
    """Give the timeline without inner notes; what the platform measured is part of it."""
    incident: Incident = sheet.case  # type: ignore[assignment]
    shown = incident.entries.exclude(audience=Audience.INTERNAL, kind=EntryKind.UPDATE).order_by("at", "id")
    entries = list(shown[:MOST_LINES])
    yield Heading(_("Dòng thời gian"))
    yield Grid(
        heads=(_("Thời điểm"), _("Diễn biến"), _("Bên ghi")),
        rows=tuple((minute(row.at), row.text, row.author_name) for row in entries),
        numeric=(False,) * 3,
        widths=(22, 56, 22),
    )


#: Kind of report -> what composes it.
COMPOSERS = {"first": first, "progress": progress, "final": final}
