"""Staff pages that bring the register in from a file and take it out to one."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.agency_forms import ConfirmForm, ImportForm
from accounts.admin.agency_pages import show_refusal, staff_page
from accounts.services import register_import as deeds
from accounts.services.register_columns import COLUMNS, KEPT_WHEN_EMPTY, NEW_CODE
from accounts.services.register_export import export_register, import_template
from accounts.services.register_plan import Plan
from core.admin import BaseAdmin, acting
from core.problems import DomainError, InvalidInput
from core.sheets import CSV, XLSX

PAGE_SIZE = 100
# Kind of row -> what the preview calls it, in the order of what needs looking at.
_KINDS = {
    "wrong": gettext_lazy("Chưa đúng"),
    "changed": gettext_lazy("Thay đổi"),
    "new": gettext_lazy("Cơ quan mới"),
    "unchanged": gettext_lazy("Không đổi"),
}


def upload_page(admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Take a file and lead to its preview; nothing is written."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            preview = deeds.open_preview(
                actor=acting(request),
                content=file.read(),
                file_name=file.name,
                source=form.cleaned_data["source"],
                max_rows=settings.IMPORT_MAX_ROWS,
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("admin:accounts_agency_preview", preview.token)
    columns = [(column, column.field in KEPT_WHEN_EMPTY) for column in (*COLUMNS, NEW_CODE)]
    return staff_page(
        admin, request, "register/staff_import.html", title=_("Nhập danh bạ từ tệp"), form=form, columns=columns
    )


def preview_page(admin: BaseAdmin, request: HttpRequest, token: str) -> HttpResponse:
    """Show what a file would do, row by row; confirmed, it is done whole."""
    actor = acting(request)
    preview = deeds.find_preview(actor=actor, token=token)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            counts = deeds.import_register(actor=actor, preview=preview, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            said = {"new": counts.get("new", 0), "changed": counts.get("changed", 0)}
            text = _("Đã nhập danh bạ: %(new)d cơ quan mới, %(changed)d cơ quan thay đổi.")
            messages.success(request, text % said)
            return redirect("admin:accounts_agency_changelist")
    plan, moved = deeds.show_preview(actor=actor, preview=preview)
    return staff_page(
        admin,
        request,
        "register/staff_preview.html",
        title=_("Xem trước khi nhập danh bạ"),
        preview=preview,
        moved=moved,
        form=form,
        **_shown(plan, request.GET.get("nhom", ""), request.GET.get("page")),
    )


def _shown(plan: Plan, asked: str, page: Any) -> dict[str, Any]:
    counts: Any = plan.counts()
    kinds = [(kind, label, counts[kind]) for kind, label in _KINDS.items() if counts[kind]]
    chosen: Any = asked if counts.get(asked) else kinds[0][0]
    return {
        "kinds": kinds,
        "chosen": chosen,
        "page": Paginator(plan.of(chosen), PAGE_SIZE).get_page(page),
        "wrong": counts["wrong"],
        "todo": counts["new"] + counts["changed"],
    }


def export_file(request: HttpRequest, *, as_csv: bool) -> HttpResponse:
    """Send the whole register."""
    name, content = export_register(actor=acting(request), as_csv=as_csv)
    return _download(name, content, CSV if as_csv else XLSX)


def template_file() -> HttpResponse:
    """Send the empty table."""
    name, content = import_template()
    return _download(name, content, XLSX)


def _download(name: str, content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response
