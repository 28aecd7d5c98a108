"""Staff pages of planned maintenance: plan, change with a reason, call off; and the rules of telling (Q50-12.2b)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from core.actor import Actor
from core.admin import BaseAdmin, DeedForm
from core.admin_steps import StepsAdmin
from core.problems import InvalidInput
from core.transitions import Offer
from incidents.models import MaintenancePolicy, MaintenanceTelling, MaintenanceWindow
from incidents.selectors.maintenance import maintenance_policy
from incidents.services import maintenance as deeds


class WindowForm(DeedForm):
    """A window; changing one needs a reason, which is told with the change."""

    reason_of_change = forms.CharField(
        label=gettext_lazy("Lý do đổi"),
        required=False,
        max_length=deeds.REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Bắt buộc khi sửa đợt đã lập; ghi trong thông báo đổi và trên trang trạng thái."),
    )


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(StepsAdmin):
    """Windows, those ahead first. What was told to whom stands in the history."""

    form = WindowForm
    view_permission = "service.view_all"
    manage_permission = deeds.MANAGE
    list_display = ("code", "standing_shown", "starts_at", "ends_at", "what", "counted", "reason")
    list_filter = ("state", "whole_platform")
    search_fields = ("code", "reason", "services__search")
    ordering = (F("ends_at").desc(), "-id")
    date_hierarchy = "starts_at"
    autocomplete_fields = ("services",)
    fields = ("whole_platform", "services", "starts_at", "ends_at", "reason", "public_text", "reason_of_change")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the reason of a change only where there is something to change."""
        return self.fields if obj else self.fields[:-1]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the services of all rows at once, and the rules once."""
        self._policy = maintenance_policy()
        return super().get_queryset(request).prefetch_related("services")

    @display(
        description=gettext_lazy("Tình trạng"),
        label={"running": "warning", "ahead": "info", "over": "success", "cancelled": "danger"},
    )
    def standing_shown(self, obj: MaintenanceWindow) -> tuple[str, str]:
        """Say how it stands now."""
        names = {"running": _("Đang bảo trì"), "ahead": _("Sắp tới"), "over": _("Đã xong"), "cancelled": _("Đã hủy")}
        return obj.standing, names[obj.standing]

    @admin.display(description=gettext_lazy("Ảnh hưởng"))
    def what(self, obj: MaintenanceWindow) -> str:
        """Name what rests."""
        if obj.whole_platform:
            return _("Toàn nền tảng")
        names = [service.title for service in obj.services.all()]
        return ", ".join(names[:3]) + (_(" và %(n)s dịch vụ khác") % {"n": len(names) - 3} if len(names) > 3 else "")

    @admin.display(description=gettext_lazy("Số liệu sẵn sàng"))
    def counted(self, obj: MaintenanceWindow) -> str:
        """Say whether its time is left out of availability."""
        if obj.standing == "cancelled":
            return "–"
        return _("Không tính giờ này") if obj.excused(self._policy) else _("Vẫn tính: báo trước chưa đủ")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Plan the window, or change it."""
        reason = data.pop("reason_of_change", "")
        if not change:
            return deeds.plan_window(actor=actor, **data)
        return deeds.change_window(actor=actor, window=obj, reason_of_change=reason, **data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The deed has set the services already."""

    def steps(self, obj: Any, actor: Actor) -> list[Offer]:
        """Offer to call off what has not begun."""
        ahead = obj.standing == "ahead" and actor.may(deeds.MANAGE)
        return [Offer("cancel", _("Hủy đợt bảo trì"), deeds.CLAUSE, True, ())] if ahead else []

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say who hears of it."""
        return [
            _("Đợt bảo trì không thực hiện nữa; thời gian này tính vào số liệu sẵn sàng như thường."),
            _("Cơ quan và người theo dõi đã được báo nhận thông báo hủy kèm lý do; chưa báo thì không ai nhận gì."),
        ]

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Call it off."""
        if step != "cancel":
            raise InvalidInput({"": [_("Không có việc này")]})
        deeds.cancel_window(actor=actor, window=obj, reason=reason)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is over or called off stays as it is."""
        return super().has_change_permission(request, obj) and (obj is None or obj.standing in ("ahead", "running"))


@admin.register(MaintenanceTelling)
class MaintenanceTellingAdmin(BaseAdmin):
    """What was told of which window, when; what later news covered says so."""

    view_permission = "service.view_all"
    list_display = ("at", "window", "revision", "stage", "covered")
    list_filter = ("stage", "covered")
    list_select_related = ("window",)
    search_fields = ("window__code",)
    ordering = ("-id",)


@admin.register(MaintenancePolicy)
class MaintenancePolicyAdmin(BaseAdmin):
    """The rules: ours, changed as data."""

    view_permission = "service.view_all"
    manage_permission = deeds.MANAGE
    list_display = ("__str__", *deeds.POLICY_FIELDS, "kind")
    fields = deeds.POLICY_FIELDS

    @admin.display(description=gettext_lazy("Tính chất"))
    def kind(self, obj: MaintenancePolicy) -> str:
        """Say whose numbers these are."""
        return _("Mặc định hệ thống, chưa phải quy định")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One row is enough."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Change the rules."""
        return deeds.set_maintenance_policy(actor=actor, **data)
