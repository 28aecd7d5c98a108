"""Deadlines of dossiers as a list: which run, stand still, are overdue, were kept or missed."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from connections.models import Clock, ClockPause
from connections.selectors.clocks import STANDINGS, standing_of
from core import clock
from core.admin import BaseAdmin


class StandingFilter(admin.SimpleListFilter):
    """How a deadline stands now."""

    title = gettext_lazy("Tình trạng")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the ways a deadline stands."""
        return [(name, label) for name, label in STANDINGS.items() if name not in ("early", "on_time")] + [
            ("kept", _("Xong trong hạn"))
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Clock]) -> QuerySet[Clock]:
        """Narrow to what was chosen."""
        running, ended = Q(ended_at__isnull=True), Q(ended_at__isnull=False)
        chosen = {
            "running": running & Q(due_at__gte=clock.now()),
            "overdue": running & Q(due_at__lt=clock.now()),
            "paused": running & Q(due_at__isnull=True),
            "late": ended & Q(ended_at__gt=F("due_at")),
            "kept": ended & ~Q(ended_at__gt=F("due_at")),
        }
        return queryset.filter(chosen[str(self.value())]) if self.value() in chosen else queryset


class PauseInline(TabularInline):
    """The times in which it stood still."""

    model = ClockPause
    fields = ("started_at", "ended_at", "reason")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the deadline sees its pauses."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only deeds pause."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only deeds pause."""
        return False


@admin.register(Clock)
class ClockAdmin(BaseAdmin):
    """Read only: deeds begin, pause and end deadlines."""

    view_permission = "request.view_all"
    list_display = ("dossier", "step", "term", "started_at", "due_at", "ended_at", "standing")
    list_filter = (StandingFilter, "step")
    list_select_related = ("request",)
    list_display_links = ("step",)
    search_fields = ("request__number",)
    ordering = (F("due_at").asc(nulls_last=True), "pk")
    fields = ("dossier", "step", "term", "cutoff", "basis", "started_at", "due_at", "ended_at", "standing")
    readonly_fields = ("dossier", "term", "standing")
    inlines = (PauseInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clock]:
        """Leave drafts out, which have no deadline anybody answers for."""
        found: QuerySet[Clock] = super().get_queryset(request)
        return found.filter(request__submitted_at__isnull=False)

    @admin.display(description=gettext_lazy("Hồ sơ"))
    def dossier(self, obj: Clock) -> str:
        """Lead to the dossier."""
        address = reverse("admin:connections_connectionrequest_change", args=[obj.request_id])
        return format_html('<a href="{}">{}</a>', address, obj.request)

    @admin.display(description=gettext_lazy("Thời hạn"))
    def term(self, obj: Clock) -> str:
        """Say the term and whose number it is."""
        kind = _("theo quy định") if obj.statutory else _("hạn nội bộ")
        return f"{obj.amount} {obj.get_unit_display()} ({kind})"

    @admin.display(description=gettext_lazy("Tình trạng"))
    def standing(self, obj: Clock) -> str:
        """Say how it stands."""
        return str(STANDINGS[standing_of(obj, clock.now())])
