"""Staff pages of budget years: opened, filled by hand or from a file, closed and reopened (QC13)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from core.actor import Actor
from core.admin import acting
from core.admin_import import RowsAdmin, RowsDoor, download
from core.admin_steps import StepsAdmin
from core.problems import InvalidInput
from core.sheets import XLSX
from reports.funding_choices import YearState
from reports.models import BudgetYear
from reports.models.funding import MANAGE, VIEW
from reports.services import funding as deeds
from reports.services import funding_import

DOOR = RowsDoor(
    title=gettext_lazy("Nhập dự toán từ tệp"),
    preview_title=gettext_lazy("Xem trước khi nhập dự toán"),
    thing=gettext_lazy("dòng dự toán"),
    register=gettext_lazy("dự toán"),
    key=gettext_lazy("mã dòng trong năm ngân sách"),
    pages={
        "list": "admin:reports_budgetyear_change",
        "upload": "admin:reports_budgetyear_import_lines",
        "preview": "admin:reports_budgetyear_lines_preview",
        "template": "admin:reports_budgetyear_lines_template",
        "export": "admin:reports_budgetyear_export_lines",
    },
    columns=[(column, False) for column in funding_import.COLUMNS],
    open=funding_import.open_preview,
    find=funding_import.find_preview,
    show=funding_import.show_preview,
    carry=funding_import.import_lines,
    path="du-toan",
    blank=funding_import.lines_template,
    whole=funding_import.export_lines,
)


@admin.register(BudgetYear)
class BudgetYearAdmin(RowsAdmin, StepsAdmin):
    """Years: opened here, filled by hand or from a file, closed and reopened by leaders."""

    view_permission = VIEW
    manage_permission = MANAGE
    list_display = ("__str__", "state_shown", "last_day", "closed_at")
    list_filter = ("state",)
    fields = deeds.YEAR_FIELDS
    actions_detail = ("lines", "import_lines", "spent")
    door = DOOR

    @display(
        description=gettext_lazy("Tình trạng"),
        label={YearState.OPEN: "success", YearState.CLOSED: "info"},
        ordering="state",
    )
    def state_shown(self, obj: BudgetYear) -> tuple[str, str]:
        """Name the state; the colour says the same."""
        return obj.state, obj.get_state_display()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with our own basis, said to be ours."""
        return {"last_day_basis": _("Hạn nội bộ – mặc định hệ thống, chưa phải quy định")}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A year that is there changes by its steps and lines only; its file is taken by who keeps the budget."""
        return obj is None and super().has_change_permission(request, obj)

    def has_import_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Return whether the actor brings lines in."""
        return acting(request).may(MANAGE)

    @action(
        description=gettext_lazy("Nhập dự toán từ tệp"),
        url_path="du-toan/nhap",
        permissions=["import"],
        icon="upload",
    )
    def import_lines(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose a file of lines."""
        return self.upload_rows(request, object_id)

    @action(description=gettext_lazy("Các dòng dự toán"), url_path="du-toan", permissions=["view"], icon="list")
    def lines(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the lines of the year."""
        year = self.found(request, object_id)
        return redirect(f"{reverse('admin:reports_budgetline_changelist')}?year__id__exact={year.pk}")

    @action(description=gettext_lazy("Tải khoản chi"), url_path="khoan-chi", permissions=["view"], icon="download")
    def spent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take away what was spent."""
        return download(*funding_import.export_spendings(self.found(request, object_id)), XLSX)

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Open the year."""
        return deeds.open_year(actor=actor, **data)

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Close or reopen."""
        if step == "close":
            deeds.close_year(actor=actor, year=obj)
        elif step == "reopen":
            deeds.reopen_year(actor=actor, year=obj, reason=reason)
        else:
            raise InvalidInput({"": [_("Không có việc này")]})

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say what closing and reopening do."""
        if step == "close":
            return [_("Không thêm dòng, điều chỉnh, khoản chi nào của năm này nữa; muốn sửa phải mở lại sổ có lý do.")]
        return [_("Năm này lại nhận dòng dự toán, điều chỉnh và khoản chi; lý do mở lại ghi vào nhật ký.")]
