"""Letters and notices about reports: links, never files; written in the transaction of their deed (ux.md D3)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import User
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from core.documents.wording import moment, short_date
from reports.guards import PUBLISH
from reports.models import ReportRun
from reports.selectors.audience import leaders_of_province
from reports.selectors.runs import report_name


def tell_province(run: ReportRun) -> int:
    """Tell the leaders of the province that *run* is published; return how many were told."""
    earlier = ReportRun.objects.of_period(run.period, run.title).filter(published_at__isnull=False)
    replaced = earlier.exclude(pk=run.pk).order_by("-published_at").values_list("code", flat=True).first()
    lines = [
        _("Sở Khoa học và Công nghệ đã phát hành báo cáo %(name)s.") % {"name": report_name(run)},
        _("Kỳ báo cáo từ ngày %(start)s đến hết ngày %(end)s; số liệu đến %(until)s.")
        % {"start": short_date(run.period_start), "end": short_date(run.period_end), "until": moment(run.data_until)},
    ]
    if run.preliminary:
        lines.append(_("Kỳ báo cáo chưa kết thúc khi lập: số liệu tạm tính."))
    if replaced:
        lines.append(_("Báo cáo này thay thế báo cáo %(code)s.") % {"code": replaced})
    lines.append(_("Thư không kèm tệp. Xem và tải các tệp của báo cáo trên cổng."))
    message = _message(run, "published", Topic.REPORT, _("Đã phát hành báo cáo %(name)s"), "\n".join(lines))
    told = 0
    for agency, people in leaders_of_province():
        told += len(post_notices(message=message, agency=agency, people=people))
    return told


def tell_approvers(run: ReportRun) -> None:
    """Tell those who may approve *run* that it waits for them."""
    body = _("Báo cáo %(name)s đã có đủ tệp, chờ lãnh đạo Sở duyệt.") % {"name": report_name(run)}
    people = [person for person in holders_of(PUBLISH) if person.pk not in (run.requested_by_id, run.submitted_by_id)]
    message = _message(run, "presented", Topic.WORK, _("Chờ duyệt báo cáo %(name)s"), body)
    post_notices(message=message, agency=None, people=people)


def tell_drafter(run: ReportRun) -> None:
    """Tell who submitted *run* that it came back; the reason stands on its page."""
    body = _("Lãnh đạo Sở trả lại báo cáo %(name)s để sửa lời văn. Lý do ghi trên trang báo cáo.")
    message = _message(
        run, "returned", Topic.WORK, _("Sửa lời văn báo cáo %(name)s"), body % {"name": report_name(run)}
    )
    post_notices(message=message, agency=None, people=User.objects.filter(pk=run.submitted_by_id or 0))


def _message(run: ReportRun, event: str, topic: Topic, subject: str, body: str) -> Message:
    return Message(
        event=f"report.{event}",
        topic=topic,
        subject=subject % {"name": report_name(run)},
        body=body,
        link=reverse("report", args=[run.code]),
    )
