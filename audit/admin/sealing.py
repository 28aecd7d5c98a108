"""Is the call log whole? One glance for inspectors and SKHCN, and the runs behind it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from audit.admin.lists import EvidenceAdmin, counted
from audit.models import Verification
from audit.selectors.sealing import standing
from core.admin import acting


@admin.register(Verification)
class VerificationAdmin(EvidenceAdmin):
    """Runs of the verification, newest first, under what they and the sealer say now."""

    empty_text = gettext_lazy("Chưa kiểm tra nhật ký lần nào; việc kiểm tra chạy mỗi giờ và mỗi đêm.")
    list_display = ("at", "verdict", "covered", "looked_at", "seconds", "detail")
    fields = ("at", "covered", "result", "sealed", "looked_at", "seconds", "faults", "table", "leaf", "detail")
    readonly_fields = ("covered", "result", "sealed", "looked_at")
    sealed = counted("size", gettext_lazy("Số dòng đã niêm phong"))
    looked_at = counted("rows", gettext_lazy("Số dòng đã kiểm tra"))
    list_filter = ("sound", "whole")
    list_before_template = "staff/sealing.html"
    ordering = ("-id",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the actor sees the whole call log or all facts."""
        actor = acting(request)
        return actor.may("calllog.view_all") or actor.may("facts.view")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show how things stand above the runs."""
        return super().changelist_view(request, {**(extra_context or {}), "standing": standing()})

    @display(description=gettext_lazy("Kết quả"), label={"sound": "success", "broken": "danger"}, ordering="sound")
    def verdict(self, obj: Verification) -> tuple[str, str]:
        """Say what was found; the colour says the same."""
        return ("sound", _("Đạt")) if obj.sound else ("broken", _("Sai"))

    @admin.display(description=gettext_lazy("Kết quả"))
    def result(self, obj: Verification) -> str:
        """Say the same on the page of one."""
        return self.verdict(obj)[1]

    @admin.display(description=gettext_lazy("Phạm vi"))
    def covered(self, obj: Verification) -> str:
        """Say what the run covered."""
        if obj.whole:
            return _("Toàn bộ, đến điểm niêm phong %s") % obj.number
        return _("Từ điểm niêm phong %(since)s đến %(number)s") % {"since": obj.since, "number": obj.number}
