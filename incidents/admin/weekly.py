"""Staff pages of the weekly check: its points, its records, and the form that makes one (Q50-12.2b)."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from connections.admin.plans import ReasonedForm
from core import clock
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.forms import PortalForm, show_refusal
from core.problems import DomainError
from incidents.maintenance_words import Outcome
from incidents.models import CheckItem, WeeklyCheck
from incidents.selectors.weekly import gaps, week_of
from incidents.services import weekly as deeds

_CHOICES = [("", gettext_lazy("Chọn kết quả")), *Outcome.choices]


class CheckForm(PortalForm):
    """Two fields for every point in use, and a note; shape only, the deed judges."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, items: list[CheckItem], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_token": uuid4()}, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"outcome-{item.pk}"] = forms.ChoiceField(
                label=item.text,
                choices=_CHOICES,
                required=False,
                help_text=item.hint,
                widget=UnfoldAdminSelectWidget,
            )
            self.fields[f"remark-{item.pk}"] = forms.CharField(
                label=_("Ghi chú"), required=False, widget=UnfoldAdminTextInputWidget
            )
        self.fields["note"] = forms.CharField(
            label=_("Ghi chú chung"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
        )

    def given(self) -> dict[str, Any]:
        """Return what the deed takes."""
        data = self.cleaned_data
        said = {item.pk: deeds.Said(data[f"outcome-{item.pk}"], data[f"remark-{item.pk}"]) for item in self.items}
        return {"said": said, "note": data["note"], "form_token": data["form_token"]}


@admin.register(WeeklyCheck)
class WeeklyCheckAdmin(BaseAdmin):
    """Who checked in which week with which result; weeks without a record stand above the list."""

    view_permission = "service.view_all"
    manage_permission = deeds.MANAGE
    list_display = ("week_shown", "done_at", "done_by", "verdict", "note")
    list_filter = ("problems",)
    list_select_related = ("done_by",)
    date_hierarchy = "week"
    list_before_template = "incidents/admin_weeks.html"
    fields = ("week", "done_at", "done_by", "problems", "lines_shown", "note")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("Tuần"), ordering="week")
    def week_shown(self, obj: WeeklyCheck) -> str:
        """Name the week."""
        return str(obj)

    @display(description=gettext_lazy("Kết quả"), label={"good": "success", "bad": "warning"}, ordering="problems")
    def verdict(self, obj: WeeklyCheck) -> tuple[str, str]:
        """Say what was found; the colour says the same."""
        return ("bad", _("%(n)s vấn đề") % {"n": obj.problems}) if obj.problems else ("good", _("Bình thường"))

    @admin.display(description=gettext_lazy("Từng nội dung"))
    def lines_shown(self, obj: WeeklyCheck) -> SafeString:
        """List what each point came to."""
        rows = (
            (line.text, line.get_outcome_display(), f" – {line.remark}" if line.remark else "")
            for line in obj.lines.all()
        )
        return format_html_join("", "<p>{}: <strong>{}</strong>{}</p>", rows)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A record is written once."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the gaps above the list."""
        return super().changelist_view(request, {**(extra_context or {}), "gaps": gaps()})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take this week's check; a refusal comes back with everything that was typed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        items = list(CheckItem.objects.filter(active=True))
        form = CheckForm(items, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                deeds.record_check(actor=acting(request), **form.given())
            except DomainError as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Đã ghi kiểm tra, bảo trì của tuần này."))
                return redirect("admin:incidents_weeklycheck_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Ghi kiểm tra, bảo trì tuần từ %(day)s") % {"day": f"{week_of(clock.today()):%d/%m/%Y}"},
            "form": form,
            "items": [(form[f"outcome-{item.pk}"], form[f"remark-{item.pk}"]) for item in items],
        }
        return TemplateResponse(request, "incidents/admin_weekly_check.html", context)


@admin.register(CheckItem)
class CheckItemAdmin(BaseAdmin):
    """The points of the check, as data."""

    form = ReasonedForm
    view_permission = "service.view_all"
    manage_permission = deeds.MANAGE
    list_display = ("text", "hint", "active", "place", "basis")
    list_filter = ("active",)
    search_fields = ("text",)
    fields = (*deeds.ITEM_FIELDS, "reason")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the point."""
        return deeds.save_item(actor=actor, item=obj, **data)
