"""Staff pages of agencies' statements of use: the queue, one statement, accepting and returning it (QC15.5)."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from connections.admin.pages import staff_page
from connections.printouts.files import FORMATS
from core.actor import Actor
from core.admin import acting
from core.admin_steps import StepsAdmin
from core.documents.frozen import thaw
from core.problems import InvalidInput
from core.transitions import Offer, offers
from core.web.downloads import file_response, name_download
from reports.campaign_choices import CampaignState
from reports.campaign_guards import STAFF_VIEW
from reports.models import Statement
from reports.selectors.statements import heir_of, kind_of, versions_of
from reports.services.statement_steps import accept_statement, return_statement


class LateFilter(admin.SimpleListFilter):
    """What came late or did not come."""

    title = gettext_lazy("thời hạn")
    parameter_name = "muon"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the one."""
        return [("1", _("Nộp muộn hoặc quá hạn chưa nộp"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow to what was chosen."""
        return queryset.late() if self.value() == "1" else queryset


@admin.register(Statement)
class StatementAdmin(StepsAdmin):
    """Statements of all campaigns; what an agency typed is shown once it was handed in."""

    view_permission = STAFF_VIEW
    list_display = ("code", "agency", "campaign_shown", "state_shown", "late_shown", "submitted_at")
    list_filter = (("campaign", admin.RelatedOnlyFieldListFilter), "state", LateFilter)
    list_select_related = ("campaign", "agency")
    search_fields = ("code", "agency__search")

    @display(
        description=gettext_lazy("Tình trạng"),
        label={
            "not_begun": "info",
            "draft": "info",
            "submitted": "warning",
            "returned": "danger",
            "accepted": "success",
        },
        ordering="state",
    )
    def state_shown(self, obj: Statement) -> tuple[str, str]:
        """Name the state; the colour says the same."""
        return obj.state, obj.get_state_display()

    @admin.display(description=gettext_lazy("Đợt báo cáo"), ordering="campaign")
    def campaign_shown(self, obj: Statement) -> str:
        """Name the campaign."""
        return obj.campaign.title

    @admin.display(description=gettext_lazy("Thời hạn"))
    def late_shown(self, obj: Statement) -> str:
        """Say whether it is late."""
        if not obj.is_late:
            return _("Trong hạn")
        return _("Nộp muộn") if obj.first_submitted_at else _("Quá hạn, chưa nộp")

    def get_urls(self) -> list[Any]:
        """Add files and papers of a statement."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/tep/<int:file>/", view(self.file_view), name="reports_statement_file"),
            path("<int:pk>/ban-in/<int:number>.<slug:ending>", view(self.paper_view), name="reports_statement_paper"),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Hand out a file of a statement that was handed in."""
        found: Any = self._visible(request, str(pk))
        if found.submitted_at is None:
            raise Http404
        return file_response(get_object_or_404(found.files.current(), pk=file))

    def paper_view(self, request: HttpRequest, pk: int, number: int, ending: str) -> HttpResponse:
        """Give what was handed in as Word file or PDF."""
        if ending not in FORMATS:
            raise Http404
        found: Any = self._visible(request, str(pk))
        version = get_object_or_404(found.versions.all(), number=number)
        kind, drawn = FORMATS[ending]
        response = HttpResponse(drawn(thaw(version.paper)), content_type=kind)
        return name_download(response, _("Báo cáo khai thác %(code)s") % {"code": version.code} + f".{ending}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what was last handed in beside the log, and the steps that are possible."""
        found: Any = self._visible(request, unquote(object_id))
        versions = versions_of(found)
        content = found.versions.values_list("content", flat=True).first() if versions else None
        steps = [
            (offer, reverse("admin:reports_statement_step", args=[found.pk, offer.name]))
            for offer in self.steps(found, acting(request))
        ]
        context = {
            "title": found.code,
            "found": found,
            "campaign": found.campaign,
            "kind": kind_of(found),
            "heir": heir_of(found.agency),
            "content": content,
            "rows": [] if content is None else [(row, row["declared"] - row["logged"]) for row in content["rows"]],
            "versions": versions,
            "files": found.files.current() if versions else [],
            "steps": steps,
        }
        return staff_page(self, request, "admin/reports/statement.html", **context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Keep what an agency is still writing to itself: there is a history once it was handed in."""
        found: Any = self._visible(request, unquote(object_id))
        if found.submitted_at is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read campaign and agency along."""
        return super().get_queryset(request).select_related("campaign", "agency", "submitted_by", "judged_by")

    def steps(self, obj: Any, actor: Actor) -> list[Offer]:
        """Offer accepting and returning until the campaign is merged."""
        mine = {"accept", "send_back"}
        going = obj.campaign.state in (CampaignState.ISSUED, CampaignState.CLOSED)
        return [offer for offer in offers(obj, actor) if offer.name in mine] if going else []

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say what happens to whom."""
        if step == "accept":
            text = _("Báo cáo của %(agency)s được đưa vào kết quả tổng hợp; cơ quan nhận thông báo.")
            return [text % {"agency": obj.agency}]
        if obj.campaign.state == CampaignState.CLOSED:
            text = _("Đợt đã đóng: %(agency)s không sửa được nữa, báo cáo không được đưa vào kết quả.")
            return [text % {"agency": obj.agency}]
        text = _("%(agency)s nhận thông báo kèm lý do, sửa rồi nộp lại; đã nộp trong hạn thì vẫn tính là trong hạn.")
        return [text % {"agency": obj.agency}]

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Accept it or send it back."""
        if step == "accept":
            accept_statement(actor=actor, statement=obj, revision=obj.revision)
        elif step == "send_back":
            return_statement(actor=actor, statement=obj, reason=reason, revision=obj.revision)
        else:
            raise InvalidInput({"": [_("Không có việc này")]})
