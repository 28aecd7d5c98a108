"""Pages of one campaign beside its form: who is asked, extending, comparing, who is late, the result (QC15.5)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from connections.admin.pages import staff_page
from core import clock, files
from core.admin import acting
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, PermissionRefused
from core.sheets import CSV, XLSX, Written, write_csv, write_xlsx
from core.text import tidy
from core.web.downloads import name_download
from reports.campaign_choices import HANDED_IN, CampaignState
from reports.campaign_guards import MANAGE
from reports.models import Campaign
from reports.selectors.campaign_audience import audience_of
from reports.selectors.statements import compared, late_list, with_days_late
from reports.services.campaigns import deadline_of, extend_deadline

PAGE_SIZE = 50
#: Rows a file holds at most; a campaign has far fewer.
MOST_ROWS = 20_000


class ExtendForm(PortalForm):
    """Until when, and why."""

    due_on = forms.DateField(
        label=gettext_lazy("Hạn nộp mới, đến hết ngày"),
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "31/12/2026"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class CompareForm(PortalForm):
    """What narrows the comparison."""

    q = forms.CharField(
        label=gettext_lazy("Cơ quan hoặc dịch vụ"), required=False, max_length=100, widget=UnfoldAdminTextInputWidget
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Tình trạng"),
        required=False,
        choices=[("", gettext_lazy("Mọi tình trạng")), *((state.value, state.label) for state in HANDED_IN)],
        widget=UnfoldAdminSelectWidget,
    )
    only = forms.ChoiceField(
        label=gettext_lazy("Chỉ hiện"),
        required=False,
        choices=[
            ("", gettext_lazy("Mọi dòng")),
            ("khac", gettext_lazy("Có chênh lệch")),
            ("giai-trinh", gettext_lazy("Lệch quá mức phải giải trình")),
        ],
        widget=UnfoldAdminSelectWidget,
    )


def due_words(campaign: Campaign) -> str:
    """Say when a campaign is due and whose deadline that is; for a draft, when it would be if issued now."""
    due = campaign.due_at
    if due is None:
        if campaign.due_on is None:
            return _("Tính khi phát hành")
        due, _basis = deadline_of(campaign)
    when = f"{due.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}" if due else "–"
    return f"{when} ({campaign.due_label})"


def links_of(campaign: Campaign) -> list[tuple[str, str]]:
    """Return the pages that belong to a campaign as it stands."""
    names: list[tuple[str, str]] = [("audience", _("Xem ai được hỏi"))]
    if campaign.state != CampaignState.DRAFT:
        names = [("compare", _("Đối chiếu số khai với nhật ký")), ("late", _("Danh sách nộp muộn, chưa nộp"))]
    if campaign.state == CampaignState.ISSUED:
        names.append(("extend", _("Gia hạn nộp")))
    if campaign.state == CampaignState.MERGED:
        names.append(("result", _("Kết quả tổng hợp")))
    found = [(label, reverse(f"admin:reports_campaign_{name}", args=[campaign.pk])) for name, label in names]
    if campaign.state != CampaignState.DRAFT:
        statements = f"{reverse('admin:reports_statement_changelist')}?campaign__id__exact={campaign.pk}"
        found.insert(0, (_("Báo cáo của từng cơ quan"), statements))
    return found


def consequences(campaign: Campaign, step: str) -> list[str]:
    """Return what a step does, to whom."""
    if step == "issue":
        asked = audience_of(campaign)
        due, basis = deadline_of(campaign)
        when = f"{due.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}" if due else _("chưa có")
        return [
            _("%(n)s cơ quan được đề nghị báo cáo; mỗi cơ quan nhận một thông báo trên cổng và một thư.")
            % {"n": len(asked.asked)},
            _("Hạn nộp %(when)s (%(whose)s).") % {"when": when, "whose": basis or _("hạn nội bộ")},
            _("Số lượt theo nhật ký được lấy ngay bây giờ; nội dung đợt báo cáo không sửa được nữa."),
        ]
    return {
        "close": [
            _("Không cơ quan nào khai hay nộp thêm được; nội dung đã khai vẫn được giữ."),
            _("Báo cáo đã nộp vẫn xem xét được cho đến khi tổng hợp."),
        ],
        "merge": [
            _("Báo cáo đã chấp nhận được gộp thành một kết quả, số liệu và tệp giữ nguyên từ đó."),
            _("Cơ quan không có báo cáo được chấp nhận được nêu tên trong kết quả."),
        ],
        "accept_matching": [_("Cơ quan được báo là báo cáo đã được chấp nhận; báo cáo lệch quá mức vẫn chờ xem xét.")],
    }.get(step, [])


def audience(admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Show who would be asked, and how much the log holds for each."""
    found = audience_of(campaign)
    page = Paginator(found.asked, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"campaign": campaign, "page": page, "audience": found, "title": _("Cơ quan được hỏi")}
    return staff_page(admin, request, "admin/reports/audience.html", **context)


def extend(admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Give more time; a refusal comes back with what was typed."""
    if not acting(request).may(MANAGE):
        raise PermissionDenied
    form = ExtendForm(request.POST or None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            extend_deadline(actor=acting(request), campaign=campaign, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
            status = refusal.problem.status
        else:
            messages.success(request, _("Đã gia hạn. Cơ quan chưa nộp nhận được thông báo."))
            return redirect("admin:reports_campaign_change", campaign.pk)
    context: dict[str, Any] = {
        "campaign": campaign,
        "form": form,
        "due": due_words(campaign),
        "title": _("Gia hạn nộp báo cáo"),
    }
    return staff_page(admin, request, "admin/reports/extend.html", status=status, **context)


def compare(admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Show declared beside logged for all agencies in one table, or give it as a file."""
    form = CompareForm(request.GET or None)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    words = tidy(str(given.get("q", "")))
    rows = compared(campaign, words=words, state=given.get("state", ""), only=given.get("only", ""))
    if ending := request.GET.get("ending", ""):
        heads = (
            *(_("Mã cơ quan"), _("Cơ quan"), _("Mã dịch vụ"), _("Dịch vụ dữ liệu"), _("Tình trạng")),
            *(_("Nhật ký"), _("Cơ quan khai"), _("Chênh lệch"), _("Giải trình")),
        )
        return _file(ending, _("Đối chiếu"), campaign, heads, [_compared(row) for row in rows[:MOST_ROWS]])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "campaign": campaign,
        "form": form,
        "page": page,
        "rows": [(row, row.differs(campaign.tolerance_percent)) for row in page],
        "query": _query(request),
        "title": _("Đối chiếu số khai với nhật ký"),
    }
    return staff_page(admin, request, "admin/reports/compare.html", **context)


def _compared(row: Any) -> tuple[Written, ...]:
    agency, service = row.statement.agency, row.service
    state = row.statement.get_state_display()
    return (
        *(agency.code, agency.name, service.code, service.title, str(state)),
        *(row.logged, row.declared, row.difference, row.explanation),
    )


def late(admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Show who came late or did not come, or give the list as a file."""
    rows = late_list(campaign)
    if ending := request.GET.get("ending", ""):
        heads = (
            *(_("Mã cơ quan"), _("Cơ quan"), _("Tình trạng"), _("Nộp lần đầu lúc")),
            *(_("Số ngày làm việc muộn"), _("Mã báo cáo")),
        )
        cells = [
            (
                *(row.agency.code, row.agency.name, str(row.get_state_display()), row.first_submitted_at),
                *(days, row.code),
            )
            for row, days in with_days_late(rows[:MOST_ROWS])
        ]
        return _file(ending, _("Nộp muộn, chưa nộp"), campaign, heads, cells)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "campaign": campaign,
        "page": page,
        "rows": with_days_late(page),
        "due": due_words(campaign),
        "title": _("Nộp muộn, chưa nộp"),
    }
    return staff_page(admin, request, "admin/reports/late.html", **context)


def result(admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Show the frozen result, or give its file, the same bytes every time."""
    if campaign.state != CampaignState.MERGED:
        raise Http404
    if request.GET.get("ending") == "xlsx":
        content = HttpResponse(files.fetch(campaign.result_sha256), content_type=XLSX)
        return name_download(content, _("Kết quả %(code)s") % {"code": campaign.code} + ".xlsx")
    context: dict[str, Any] = {"campaign": campaign, "result": campaign.result, "title": _("Kết quả tổng hợp")}
    return staff_page(admin, request, "admin/reports/result.html", **context)


def _file(
    ending: str, title: str, campaign: Campaign, heads: Sequence[str], rows: Sequence[Sequence[Written]]
) -> HttpResponse:
    name = f"{title} {campaign.code}"
    if ending == "csv":
        return name_download(HttpResponse(write_csv(heads, rows), content_type=CSV), f"{name}.csv")
    if ending != "xlsx":
        raise Http404
    content = write_xlsx(heads, rows, title=title)
    return name_download(HttpResponse(content, content_type=XLSX), f"{name}.xlsx")


def _query(request: HttpRequest) -> str:
    """Return what narrows the table as part of an address."""
    given = request.GET.copy()
    for name in ("page", "ending"):
        given.pop(name, None)
    return given.urlencode()


#: Name, address below the campaign, view.
PAGES = (
    ("audience", "hoi-ai/", audience),
    ("extend", "gia-han/", extend),
    ("compare", "doi-chieu/", compare),
    ("late", "nop-muon/", late),
    ("result", "ket-qua/", result),
)
