"""Staff pages of the calendar: each form calls one deed."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import DayOff, DeadlinePolicy, MakeUpDay, OfficeHours, RegulationPeriod
from accounts.services import calendar as deeds
from accounts.services.office_hours import save_office_hours
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm


class DayForm(DeedForm):
    """A day with the reason of its change."""

    reason = forms.CharField(
        label=_("Lý do thay đổi"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Bắt buộc khi sửa hoặc ngừng áp dụng một ngày đã có."),
    )


class CalendarAdmin(BaseAdmin):
    """Everyone in the staff rooms sees; those who manage the calendar change."""

    manage_permission = deeds.MANAGE

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the reason of a change out for those who only look: it is no part of the row."""
        fields = super().get_fields(request, obj)
        may = self.has_change_permission(request, obj)
        return fields if may else [name for name in fields if name != "reason"]


@admin.register(DayOff)
class DayOffAdmin(CalendarAdmin):
    """Days off; a wrong one is made inactive with a reason."""

    form = DayForm
    list_display: tuple[str, ...] = ("date", "name", "kind", "active", "source")
    list_filter: tuple[str, ...] = ("kind", "active")
    search_fields = ("name", "source")
    date_hierarchy = "date"
    fields: tuple[str, ...] = ("date", "name", "kind", "source", "active", "reason")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the day."""
        return deeds.save_day(actor=actor, day=obj, **data)


@admin.register(MakeUpDay)
class MakeUpDayAdmin(DayOffAdmin):
    """Make-up days."""

    list_display = ("date", "name", "active", "source")
    list_filter = ("active",)
    fields = ("date", "name", "source", "active", "reason")


@admin.register(OfficeHours)
class OfficeHoursAdmin(CalendarAdmin):
    """Sessions of a working day."""

    form = DayForm
    list_display = ("name", "starts", "ends", "active", "source")
    fields = ("name", "starts", "ends", "source", "active", "reason")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the session."""
        return save_office_hours(actor=actor, hours=obj, **data)


@admin.register(DeadlinePolicy)
class DeadlinePolicyAdmin(CalendarAdmin):
    """Deadlines: adding is opening a new version; versions themselves are not edited."""

    list_display = (
        "code",
        "name",
        "amount",
        "unit",
        "cutoff",
        "label_shown",
        "valid_from",
        "valid_to",
        "next_version",
    )
    list_filter = ("statutory", "unit")
    search_fields = ("code", "name", "basis")
    fields = ("code", "name", "amount", "unit", "cutoff", "statutory", "basis", "clause", "valid_from")

    @admin.display(description=_("Tính chất"))
    def label_shown(self, obj: DeadlinePolicy) -> str:
        """Say whether the number is the law's or ours."""
        return obj.label

    @admin.display(description=_("Thay đổi"))
    def next_version(self, obj: DeadlinePolicy) -> str:
        """Lead to the next version with this one's values filled in."""
        if obj.valid_to is not None:
            return ""
        names = ("code", "name", "amount", "unit", "basis", "clause")
        values = {name: getattr(obj, name) for name in names} | ({"statutory": 1} if obj.statutory else {})
        values |= {"cutoff": f"{obj.cutoff:%H:%M}"} if obj.cutoff else {}
        address = f"{reverse('admin:accounts_deadlinepolicy_add')}?{urlencode(values)}"
        return format_html('<a href="{}">{}</a>', address, _("Lập phiên bản mới"))

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """A version once in force stays as it was; change by adding the next one."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Open the new version."""
        return deeds.set_deadline(actor=actor, **data)


@admin.register(RegulationPeriod)
class RegulationPeriodAdmin(CalendarAdmin):
    """Periods of the two regulations."""

    list_display = ("regulation", "valid_from", "valid_to", "source")
    fields = ("valid_from", "valid_to", "source", "note")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        """Both rows exist from the start."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Set the period."""
        return deeds.set_regulation_period(actor=actor, period=obj, **data)
