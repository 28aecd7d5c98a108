"""Staff pages of budget years: opened, filled by hand or from a file, closed and reopened (QC13)."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from core.actor import Actor
from core.admin import acting
from core.admin_import import Door, download, preview_page, upload_page
from core.admin_steps import StepsAdmin
from core.problems import InvalidInput
from core.sheets import XLSX
from reports.funding_choices import YearState
from reports.models import BudgetYear
from reports.models.funding import MANAGE, VIEW
from reports.services import funding as deeds
from reports.services import funding_import


class _YearDoor(Door):
    """The lines of one year: the deeds take the year, the addresses its id."""

    def urls(self, *args: Any) -> dict[str, str]:
        """Return the addresses for the year."""
        return super().urls(*(item.pk for item in args))

    def preview_url(self, token: str, *args: Any) -> str:
        """Return the address of one preview of a file for the year."""
        return super().preview_url(token, *(item.pk for item in args))


DOOR = _YearDoor(
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
)


@admin.register(BudgetYear)
class BudgetYearAdmin(StepsAdmin):
    """Years: opened here, filled by hand or from a file, closed and reopened by leaders."""

    view_permission = VIEW
    manage_permission = MANAGE
    list_display = ("__str__", "state_shown", "last_day", "closed_at")
    list_filter = ("state",)
    fields = deeds.YEAR_FIELDS
    actions_detail = ("lines", "import_lines", "spent")

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

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the lines of one year."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/du-toan/nhap/<str:token>/", view(self.preview), name="reports_budgetyear_lines_preview"),
            path("<int:pk>/du-toan/mau/", view(self.template), name="reports_budgetyear_lines_template"),
            path("<int:pk>/du-toan/xuat/", view(self.export), name="reports_budgetyear_export_lines"),
            *super().get_urls(),
        ]

    def _found(self, request: HttpRequest, pk: Any) -> BudgetYear:
        found: BudgetYear | None = self.get_object(request, str(pk)) if self.has_view_permission(request) else None
        if found is None:
            raise Http404
        return found

    @action(
        description=gettext_lazy("Nhập dự toán từ tệp"),
        url_path="du-toan/nhap",
        permissions=["import"],
        icon="upload",
    )
    def import_lines(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose a file of lines."""
        return upload_page(DOOR, self, request, self._found(request, object_id))

    @action(description=gettext_lazy("Các dòng dự toán"), url_path="du-toan", permissions=["view"], icon="list")
    def lines(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the lines of the year."""
        year = self._found(request, object_id)
        return redirect(f"{reverse('admin:reports_budgetline_changelist')}?year__id__exact={year.pk}")

    @action(description=gettext_lazy("Tải khoản chi"), url_path="khoan-chi", permissions=["view"], icon="download")
    def spent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take away what was spent."""
        return download(*funding_import.export_spendings(self._found(request, object_id)), XLSX)

    def preview(self, request: HttpRequest, pk: int, token: str) -> HttpResponse:
        """Preview and confirm a file of lines."""
        return preview_page(DOOR, self, request, self._found(request, pk), token=token)

    def template(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take away the empty table."""
        self._found(request, pk)
        return download(*funding_import.lines_template(), XLSX)

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the lines away as a workbook."""
        return download(*funding_import.export_lines(self._found(request, pk)), XLSX)

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
