"""Papers of a dossier at the desk: numbered by the clerk, written on demand, and the register of a period."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from connections.admin.pages import dossier_of, staff_page
from connections.admin.steps import WORKING_PAGE, take, taken
from connections.models import ConnectionRequest, Printout
from connections.permissions import may_register
from connections.services.apology import apologise, write_control_slip
from connections.services.paper_numbers import register
from core.admin import BaseAdmin, acting
from core.files import check_upload
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, StateRefused


def _day() -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs={"placeholder": "19/03/2026", "autocomplete": "off"})


class RegisterForm(PortalForm):
    """Number, date and, once there is one, the file as signed."""

    number = forms.CharField(
        label=gettext_lazy("Số, ký hiệu"),
        max_length=60,
        help_text=gettext_lazy("Như trên văn bản, ví dụ 05/TB-SKHCN"),
        widget=UnfoldAdminTextInputWidget,
    )
    number_date = forms.DateField(label=gettext_lazy("Ngày ban hành"), widget=_day())
    file = forms.FileField(
        label=gettext_lazy("Bản đã ký"),
        required=False,
        help_text=gettext_lazy("PDF, DOCX hoặc XLSX; có thể thêm sau khi văn bản được ký"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".pdf,.docx,.xlsx"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do sửa"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Chỉ cần khi sửa số, ngày đã ghi hoặc thay bản đã ký"),
        widget=UnfoldAdminTextInputWidget,
    )


class ApologyForm(PortalForm):
    """Why the answer is late, and when it comes."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do chậm"),
        max_length=2000,
        help_text=gettext_lazy("In trên phiếu và gửi cơ quan"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    new_day = forms.DateField(label=gettext_lazy("Hẹn lại ngày"), widget=_day())


def register_view(admin: BaseAdmin, request: HttpRequest, object_id: int, paper_id: int) -> HttpResponse:
    """Record number and date of a paper of SKHCN's and keep it as signed."""
    dossier = dossier_of(request, object_id)
    found = get_object_or_404(Printout.objects.visible_to(acting(request)), pk=paper_id, request=dossier)
    if not may_register(acting(request), found):
        raise Http404
    initial = {"number": found.number, "number_date": found.number_date}
    form = RegisterForm(request.POST or None, request.FILES or None, initial=initial)

    def deed() -> None:
        fields = dict(form.cleaned_data)
        file = fields.pop("file")
        register(actor=acting(request), printout=found, upload=check_upload(file) if file else None, **fields)

    title = _("Vào số: %(paper)s") % {"paper": str(found).lower()}
    return _form_page(admin, request, dossier, form, deed, title, _("Ghi số và ngày"))


def apology_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Apologise for a late answer and name a new day."""
    dossier = dossier_of(request, object_id)
    form = ApologyForm(request.POST or None)

    def deed() -> None:
        apologise(actor=acting(request), request=dossier, **form.cleaned_data)

    return _form_page(admin, request, dossier, form, deed, _("Xin lỗi và hẹn lại"), _("Lập phiếu và gửi cơ quan"))


def control_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Write the control slip as the dossier stands now."""
    dossier = dossier_of(request, object_id)
    if request.method != "POST":
        raise StateRefused(_("Bấm «Lập phiếu kiểm soát» trên trang hồ sơ."))
    write_control_slip(actor=acting(request), request=dossier)
    messages.success(request, _("Đã lập phiếu kiểm soát của hồ sơ %(number)s.") % {"number": dossier})
    return redirect(WORKING_PAGE, dossier.pk)


def _form_page(
    admin: BaseAdmin,
    request: HttpRequest,
    dossier: ConnectionRequest,
    form: Any,
    deed: Callable[[], None],
    title: str,
    button: str,
) -> HttpResponse:
    refusal: DomainError | None = None
    if request.method == "POST":
        refusal = take(form, deed)
        if refusal is None and form.is_valid():
            return taken(request, dossier, title)
        if refusal is not None:
            show_refusal(form, refusal)
    status = refusal.problem.status if refusal else 422 if form.errors else 200
    context = {"title": title, "dossier": dossier, "form": form, "button": button}
    return staff_page(admin, request, "admin/connections/paper_form.html", status=status, **context)


#: Page of a dossier -> (end of its address, view).
PAGES: dict[str, tuple[str, Any]] = {
    "register_paper": ("van-ban/<int:paper_id>", register_view),
    "apologise": ("xin-loi", apology_view),
    "control_slip": ("phieu-kiem-soat", control_view),
}
