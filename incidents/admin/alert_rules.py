"""Staff pages of the rules of alerts: data changed with a reason, tried on past traffic before."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from connections.admin.pages import staff_page
from connections.admin.plans import ReasonedForm
from core import clock
from core.actor import Actor
from core.admin import BaseAdmin
from core.forms import HoursField, PortalForm, QuantityField
from incidents.models import AlertPolicy, AlertRule
from incidents.models.alerts import VIEW_ALL
from incidents.selectors.detection.registry import SIGNS
from incidents.selectors.dry_run import MOST_HOURS, NOW_ONLY, dry_run
from incidents.services.alert_policy import FIELDS as POLICY_FIELDS
from incidents.services.alert_policy import set_alert_policy
from incidents.services.alert_rules import FIELDS, KEPT, MANAGE, save_rule

HELP = {
    "threshold": gettext_lazy("Theo đơn vị ghi ở dấu hiệu."),
    "severe_threshold": gettext_lazy("Từ giá trị này cảnh báo tăng một mức. Để trống: không tăng."),
    "opens_incident": gettext_lazy("Cảnh báo đạt mức này thì lập sự cố. Để trống: không lập."),
    "escalate_minutes": gettext_lazy("0: không chuyển cấp."),
    "close_minutes": gettext_lazy("0: không tự đóng."),
    "most_subjects": gettext_lazy("Nhiều đối tượng hơn thì gộp thành một cảnh báo."),
    "basis": gettext_lazy("Số của nền tảng ghi «Mặc định hệ thống, chưa phải quy định»."),
    "clause": gettext_lazy("Ví dụ QC8.6. Để trống nếu không có."),
}


class RuleForm(ReasonedForm):
    """A rule; hours as people write them."""

    hours = HoursField(label=gettext_lazy("Khung giờ thường"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class TryForm(PortalForm):
    """With which figures a rule is tried; empty: its own."""

    hours = QuantityField(
        label=gettext_lazy("Xét lại trong (giờ)"), most=MOST_HOURS, widget=UnfoldAdminTextInputWidget
    )
    threshold = QuantityField(
        label=gettext_lazy("Ngưỡng"), most=1_000_000, required=False, widget=UnfoldAdminTextInputWidget
    )
    window_minutes = QuantityField(
        label=gettext_lazy("Khoảng xét (phút)"), most=1440, required=False, widget=UnfoldAdminTextInputWidget
    )
    least = QuantityField(
        label=gettext_lazy("Số lượt tối thiểu"), most=1_000_000, required=False, widget=UnfoldAdminTextInputWidget
    )

    def tried(self, rule: AlertRule) -> AlertRule:
        """Return *rule*, unsaved, with the figures given."""
        for name in ("threshold", "window_minutes", "least"):
            if self.cleaned_data[name]:
                setattr(rule, name, self.cleaned_data[name])
        return rule


@admin.register(AlertRule)
class AlertRuleAdmin(BaseAdmin):
    """Rules: what is looked for, from which value on, who acts; alerts already raised stay."""

    form = RuleForm
    change_form_outer_before_template = "admin/steps.html"
    view_permission = VIEW_ALL
    manage_permission = MANAGE
    list_display = ("name", "detector", "enabled", "severity", "threshold", "window_minutes", "owner", "looked")
    list_filter = ("enabled", "severity", "owner")
    list_select_related = ("mark",)
    search_fields = ("name", "code")
    fields = (*FIELDS, "reason")

    @admin.display(description=gettext_lazy("Đã xét đến"))
    def looked(self, obj: AlertRule) -> str:
        """Say how far the rule has looked, and what went wrong."""
        mark = getattr(obj, "mark", None)
        if mark is None:
            return _("Chưa xét")
        if mark.fault:
            return _("Lỗi khi xét: %(fault)s") % {"fault": mark.fault}
        return f"{mark.until.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a rule is about stays."""
        return KEPT if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave out what means nothing to the sign of the rule."""
        sign = SIGNS[obj.detector] if obj else None
        idle = {name for name in ("least", "hours") if sign and not getattr(sign, name)}
        return [name for name in self.fields if name not in idle]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the fields what they do."""
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the rule."""
        return save_rule(actor=actor, rule=obj, **data)

    def get_urls(self) -> list[Any]:
        """Add the page that tries a rule."""
        page = self.admin_site.admin_view(self.try_view)
        return [path("<int:pk>/xet-thu/", page, name="incidents_alertrule_try"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Offer above the form to try the rule."""
        steps = []
        if object_id.isdecimal():
            url = reverse("admin:incidents_alertrule_try", args=[object_id])
            steps = [{"offer": {"label": _("Xét thử trên lượt gọi đã qua")}, "url": url}]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def try_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what the rule would have raised; nothing is changed."""
        rule: AlertRule | None = self.get_object(request, str(pk))
        if rule is None or not self.has_view_permission(request, rule):
            raise Http404
        form = TryForm(request.GET or None, initial={"hours": 24, "threshold": rule.threshold, "least": rule.least})
        run = dry_run(form.tried(rule), hours=form.cleaned_data["hours"]) if form.is_valid() else None
        return staff_page(
            self,
            request,
            "admin/incidents/try.html",
            title=_("Xét thử quy tắc"),
            rule=rule,
            form=form,
            run=run,
            now_only=rule.detector in NOW_ONLY,
        )


@admin.register(AlertPolicy)
class AlertPolicyAdmin(BaseAdmin):
    """How alerts are told: ours, changed as data."""

    form = ReasonedForm
    view_permission = VIEW_ALL
    manage_permission = MANAGE
    list_display = ("__str__", *POLICY_FIELDS, "kind")
    fields = (*POLICY_FIELDS, "reason")

    @admin.display(description=gettext_lazy("Tính chất"))
    def kind(self, obj: AlertPolicy) -> str:
        """Say whose numbers these are."""
        return _("Mặc định hệ thống, chưa phải quy định")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One row is enough."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Change the rules."""
        return set_alert_policy(actor=actor, **data)
