"""Staff pages of the watch over source systems."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core import clock
from core.actor import Actor
from core.admin import BaseAdmin
from incidents.choices import Health
from incidents.models import HealthCheck, HealthPolicy, UpstreamHealth
from incidents.selectors.health import health_policy, is_stale
from incidents.services import health as deeds


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
