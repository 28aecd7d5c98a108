"""Staff pages of the watch over source systems."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from core import clock
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm
from core.forms import HoursField
from core.hours import said
from core.text import fold
from incidents.choices import Health
from incidents.models import HealthCheck, HealthPolicy, HealthSetting, UpstreamHealth
from incidents.selectors.health import health_policy, is_stale
from incidents.services import health as deeds

HELP = {
    "interval_seconds": gettext_lazy("Từ 30 giây. Để trống: theo quy tắc chung."),
    "statuses": gettext_lazy("Ví dụ 200-299 hoặc 200, 401."),
    "contains": gettext_lazy("Đoạn chữ phải có trong 64 KB đầu của câu trả lời; để trống: không xét."),
}


class HealthSettingForm(DeedForm):
    """Settings of an address; hours as people write them."""

    hours = HoursField(label=gettext_lazy("Khung giờ kiểm tra"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


@admin.register(UpstreamHealth)
class UpstreamHealthAdmin(BaseAdmin):
    """How each source system stands, with the age of what is said."""

    empty_text = gettext_lazy("Chưa có địa chỉ hệ thống nguồn nào để kiểm tra.")
    view_permission = "service.view_all"
    list_display = ("upstream", "state_shown", "since", "elapsed_ms", "detail", "as_of", "last_up_at", "client_until")
    list_filter = ("state", "upstream__environment")
    list_select_related = ("upstream__version__service", "upstream__health_setting")
    ordering = ("upstream__version__service__sort_key", "upstream__environment", "upstream__place")

    @display(
        description=gettext_lazy("Tình trạng"),
        label={"up": "success", "slow": "warning", "wrong": "danger", "down": "danger", "refused": "danger"},
    )
    def state_shown(self, obj: UpstreamHealth) -> tuple[str, str]:
        """Name the state in words; the colour says the same."""
        return obj.state, str(Health(obj.state).label) if obj.state else _("Chưa kiểm tra")

    @admin.display(description=gettext_lazy("Số liệu đến"), ordering="checked_at")
    def as_of(self, obj: UpstreamHealth) -> str:
        """Say when it was asked, and when nobody has been asking."""
        if obj.checked_at is None:
            return _("Chưa có số liệu")
        when = f"{obj.checked_at.astimezone(clock.VIETNAM):%H:%M:%S ngày %d/%m/%Y}"
        return _("%(when)s – số liệu cũ, việc kiểm tra đang dừng") % {"when": when} if self._old(obj) else when

    @admin.display(description=gettext_lazy("Chứng thư của nền tảng"), ordering="upstream__client_valid_to")
    def client_until(self, obj: UpstreamHealth) -> str:
        """Say how long the certificate is good for by which the platform shows itself there."""
        ends = obj.upstream.client_valid_to
        if ends is None:
            return "–"
        days = (ends - clock.now()).days
        day = f"{ends.astimezone(clock.VIETNAM):%d/%m/%Y}"
        return (
            _("%(day)s, còn %(n)s ngày") % {"day": day, "n": days}
            if days >= 0
            else _("%(day)s, đã hết hạn") % {"day": day}
        )

    def _old(self, obj: UpstreamHealth) -> bool:
        return is_stale(obj, self._policy)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the policy once for the page."""
        self._policy = health_policy()
        return super().get_queryset(request)


@admin.register(HealthSetting)
class HealthSettingAdmin(BaseAdmin):
    """How one address is asked, where it differs from the rules for all."""

    form = HealthSettingForm
    empty_text = gettext_lazy("Mọi địa chỉ được kiểm tra theo quy tắc chung.")
    view_permission = "service.view_all"
    manage_permission = deeds.MANAGE
    list_display = ("upstream", "method", "interval_seconds", "hours_said", "statuses", "contains")
    list_select_related = ("upstream__version__service",)
    search_fields = ("upstream__version__service__code", "upstream__version__service__search")
    autocomplete_fields = ("upstream",)
    fields = ("upstream", *deeds.MANNER)

    @admin.display(description=gettext_lazy("Khung giờ kiểm tra"))
    def hours_said(self, obj: HealthSetting) -> str:
        """Say the hours as people write them."""
        return "; ".join(said(obj.hours)) or _("Mọi lúc")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Settings stay with their address."""
        return ("upstream",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the fields what to enter."""
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Set how the address is asked."""
        upstream = obj.upstream if change else data.pop("upstream")
        return deeds.set_manner(actor=actor, upstream=upstream, **data)


@admin.register(HealthCheck)
class HealthCheckAdmin(BaseAdmin):
    """Results one by one, newest first."""

    view_permission = "service.view_all"
    list_display = ("at", "upstream", "state", "elapsed_ms", "detail")
    list_filter = ("state", "upstream__environment")
    list_select_related = ("upstream__version__service",)
    date_hierarchy = "at"


@admin.register(HealthPolicy)
class HealthPolicyAdmin(BaseAdmin):
    """The rules: ours, changed as data."""

    view_permission = "service.view_all"
    manage_permission = deeds.MANAGE
    list_display = ("__str__", *deeds.FIELDS, "kind")
    fields = deeds.FIELDS

    @admin.display(description=gettext_lazy("Tính chất"))
    def kind(self, obj: HealthPolicy) -> str:
        """Say whose numbers these are."""
        return _("Mặc định hệ thống, chưa phải quy định")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One row is enough."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Change the rules."""
        return deeds.set_policy(actor=actor, **data)
