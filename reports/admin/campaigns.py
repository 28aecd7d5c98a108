"""Staff pages of campaigns: drafting, who is asked, issuing, extending, closing, the result (QC15.5)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from connections.admin.plans import ReasonedForm
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm
from core.admin_steps import StepsAdmin
from core.problems import InvalidInput
from core.transitions import Offer, offers
from reports.admin import campaign_pages as pages
from reports.campaign_choices import CampaignState
from reports.campaign_guards import MANAGE, STAFF_VIEW
from reports.models import Campaign, CampaignQuestion
from reports.selectors.statements import standing_of
from reports.services import campaign_questions, campaigns
from reports.services.campaign_merging import merge_campaign
from reports.services.statement_steps import accept_matching

_CHANGE = "admin:reports_campaign_change"


class CampaignForm(DeedForm):
    """A campaign; the deed notices when a colleague changed it meanwhile."""

    seen = forms.IntegerField(label="", widget=forms.HiddenInput, required=False)

    class Meta:
        # Beside the day it begins the model's own word is enough; an error says it alone.
        labels = {"period_end": gettext_lazy("Số liệu đến hết ngày")}
        widgets = {
            "instructions": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
            "extra_questions": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "seen" in self.fields and self.instance.pk:
            self.initial["seen"] = self.instance.revision


@admin.register(Campaign)
class CampaignAdmin(StepsAdmin):
    """Campaigns, the newest first; once issued their text stays, and the pages of the statements open."""

    form = CampaignForm
    view_permission = STAFF_VIEW
    manage_permission = MANAGE
    list_display = ("code", "title", "period", "state_shown", "due_shown", "standing_shown")
    list_filter = ("state",)
    search_fields = ("code", "title")
    autocomplete_fields = ("agencies",)
    change_form_outer_before_template = "admin/reports/campaign_head.html"
    fields = (
        "title",
        ("period_start", "period_end"),
        "everyone",
        "agencies",
        "instructions",
        "extra_questions",
        ("tolerance_percent", "accepts_late"),
        ("due_on", "due_basis"),
        "seen",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read how the statements of each stand along with the list, and leave the results out."""
        found: Any = super().get_queryset(request)
        return found.with_counts().defer("result")

    def get_urls(self) -> list[Any]:
        """Add the pages of one campaign."""
        found = []
        for name, address, view in pages.PAGES:
            wrapped = self.admin_site.admin_view(self._page(view))
            found.append(path(f"<int:pk>/{address}", wrapped, name=f"reports_campaign_{name}"))
        return [*found, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        def shown(request: HttpRequest, pk: int) -> HttpResponse:
            found: HttpResponse = view(self, request, self._visible(request, str(pk)))
            return found

        return shown

    @admin.display(description=gettext_lazy("Kỳ số liệu"), ordering="period_end")
    def period(self, obj: Campaign) -> str:
        """Name the days."""
        return f"{obj.period_start:%d/%m/%Y} – {obj.period_end:%d/%m/%Y}"

    @display(
        description=gettext_lazy("Tình trạng"),
        label={"draft": "info", "issued": "warning", "closed": "info", "merged": "success"},
        ordering="state",
    )
    def state_shown(self, obj: Campaign) -> tuple[str, str]:
        """Name the state; the colour says the same."""
        return obj.state, obj.get_state_display()

    @admin.display(description=gettext_lazy("Hạn nộp"), ordering="due_at")
    def due_shown(self, obj: Campaign) -> str:
        """Say when it is due and whose deadline that is."""
        return pages.due_words(obj)

    @admin.display(description=gettext_lazy("Đã nộp / được hỏi"))
    def standing_shown(self, obj: Campaign) -> str:
        """Count what came in."""
        return "–" if obj.state == CampaignState.DRAFT else f"{obj.handed_in} / {obj.asked}"  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft is changed by the form."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == CampaignState.DRAFT)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the campaign with its steps, how its statements stand, and the pages that belong to it."""
        found = self.get_object(request, object_id)
        context = {**(extra_context or {})}
        if found is not None:
            context |= {"standing": standing_of(found), "pages": pages.links_of(found), "due": pages.due_words(found)}
        return super().change_view(request, object_id, form_url, context)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Hide the mark of the form where nothing is written."""
        return self.fields if obj is None or self.has_change_permission(request, obj) else self.fields[:-1]

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Draft the campaign, or change the draft."""
        seen = data.pop("seen", None)
        return campaigns.save_campaign(actor=actor, campaign=obj, revision=seen, **data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The deed has set the agencies already."""

    def steps(self, obj: Any, actor: Actor) -> list[Offer]:
        """Offer the transitions, and accepting at once what agrees with the log."""
        found = offers(obj, actor)
        going = obj.state in (CampaignState.ISSUED, CampaignState.CLOSED)
        if going and actor.may(MANAGE) and standing_of(obj).waiting:
            label = _("Chấp nhận mọi báo cáo đã nộp có số liệu trong mức lệch cho phép")
            found.append(Offer("accept_matching", label, campaigns.CLAUSE, False, ()))
        return found

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say what happens to whom."""
        return pages.consequences(obj, step)

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Carry out the deed behind the step."""
        deeds: dict[str, Any] = {
            "issue": campaigns.issue_campaign,
            "close": campaigns.close_campaign,
            "merge": merge_campaign,
            "accept_matching": accept_matching,
        }
        if step not in deeds:
            raise InvalidInput({"": [_("Không có việc này")]})
        deeds[step](actor=actor, campaign=obj)

    def _after(self, obj: Any) -> str:
        """Return to the campaign."""
        return reverse(_CHANGE, args=[obj.pk])


@admin.register(CampaignQuestion)
class CampaignQuestionAdmin(BaseAdmin):
    """What every campaign asks besides the calls; campaigns issued keep the text they had."""

    form = ReasonedForm
    view_permission = STAFF_VIEW
    manage_permission = MANAGE
    list_display = ("text", "hint", "required", "active", "place", "basis")
    list_filter = ("active",)
    search_fields = ("text",)
    fields = (*campaign_questions.FIELDS, "reason")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the question."""
        return campaign_questions.save_question(actor=actor, question=obj, **data)
