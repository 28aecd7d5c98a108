"""Staff pages of alerts: the list, and one of them with its steps."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.actor import Actor
from core.admin import acting
from core.admin_steps import StepsAdmin
from core.problems import StateRefused
from core.text import fold
from core.transitions import Offer
from incidents.alert_choices import AlertState, Severity
from incidents.models import Alert
from incidents.models.alerts import VIEW_ALL
from incidents.selectors.alerts import ACKNOWLEDGE, CLOSE, RELATED, alert_offers, shown_of
from incidents.services.alerts import acknowledge_alert, close_alert


class LastingFilter(admin.SimpleListFilter):
    """Whether somebody closed it."""

    title = gettext_lazy("tình trạng")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what needs somebody first."""
        return [("lasting", _("Chưa đóng")), *((state.value, state.label) for state in AlertState)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow to what was chosen."""
        if self.value() == "lasting":
            return queryset.lasting()
        return queryset.filter(state=self.value()) if self.value() in AlertState.values else queryset


@admin.register(Alert)
class AlertAdmin(StepsAdmin):
    """Alerts: they open by themselves; people take them up and close them."""

    empty_text = gettext_lazy("Chưa có cảnh báo nào.")
    view_permission = VIEW_ALL
    list_display = ("rule", "label", "severity_shown", "state_shown", "last_at", "count", "consumer_agency")
    list_filter = (LastingFilter, "severity", "rule__detector", "rule")
    list_select_related = ("rule", "consumer_agency")
    search_fields = ("label", "subject_id", "service__search", "system__search")
    search_help_text = gettext_lazy("Tên dịch vụ, hệ thống, mã quyền hoặc mã khóa; gõ không dấu cũng được")
    fields = ("rule",)
    change_form_outer_after_template = "alerts/admin_alert.html"

    @display(
        description=gettext_lazy("Mức"),
        ordering="severity",
        label={"info": "info", "warning": "warning", "high": "danger", "critical": "danger"},
    )
    def severity_shown(self, obj: Alert) -> tuple[str, str]:
        """Name how much it matters."""
        return obj.severity, str(Severity(obj.severity).label)

    @display(
        description=gettext_lazy("Tình trạng"),
        ordering="state",
        label={"open": "danger", "acknowledged": "warning", "closed": "success"},
    )
    def state_shown(self, obj: Alert) -> tuple[str, str]:
        """Say whether somebody has it in hand."""
        return obj.state, str(AlertState(obj.state).label)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read with an alert what its page shows."""
        return super().get_queryset(request).select_related(*RELATED)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search names without diacritics; labels as they are written, too."""
        found, doubled = super().get_search_results(request, queryset, fold(search_term))
        if search_term:
            found = found | queryset.filter(label__icontains=search_term)
        return found, doubled

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show what is known of it below its steps."""
        found = self.get_object(request, object_id)
        more = {"alert": found, **(shown_of(found, acting(request)) if found is not None else {})}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def steps(self, obj: Alert, actor: Actor) -> list[Offer]:
        """Return what may be done now."""
        return alert_offers(obj, actor)

    def move(self, actor: Actor, obj: Alert, step: str, reason: str) -> None:
        """Take it up, or close it."""
        if step == ACKNOWLEDGE:
            acknowledge_alert(actor=actor, alert=obj)
        elif step == CLOSE:
            close_alert(actor=actor, alert=obj, reason=reason)
        else:
            raise StateRefused(_("Cảnh báo không có việc này."))

    def consequences(self, obj: Alert, step: str) -> list[str]:
        """Say what follows."""
        if step == ACKNOWLEDGE:
            return [_("Tên bạn đứng ở trang cảnh báo; cảnh báo không bị chuyển cấp nữa.")]
        return [
            _("Các bên đã được báo nhận tin cảnh báo đã đóng, kèm lý do."),
            _("Dấu hiệu mới sau khi đóng sẽ lập cảnh báo khác."),
        ]
