"""The register of dossiers of a period, on the screen and as Word, PDF or spreadsheet (ux.md P9)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from connections.admin.pages import staff_page
from connections.models import ConnectionRequest
from connections.printouts import register_list
from connections.printouts.files import FORMATS
from connections.printouts.letterheads import body_of, operating_body
from connections.selectors.register import MOST, Entry, entry_of, heads, sent_between
from core import clock
from core.admin import BaseAdmin, acting
from core.forms import PortalForm
from core.problems import GuardRefused
from core.sheets import XLSX, write_xlsx
from core.web.downloads import name_download

LONGEST = 366
SHOWN = 50


class PeriodForm(PortalForm):
    """From which day to which."""

    since = forms.DateField(
        label=gettext_lazy("Từ ngày"), widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "01/03/2026"})
    )
    until = forms.DateField(
        label=gettext_lazy("Đến hết ngày"), widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "31/03/2026"})
    )

    def clean(self) -> dict[str, Any]:
        """Judge both days together."""
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and until < since:
            text = _("Ngày kết thúc phải từ ngày bắt đầu trở đi (%(day)s)")
            self.add_error("until", text % {"day": f"{since:%d/%m/%Y}"})
        elif since and until and (until - since).days >= LONGEST:
            self.add_error("until", _("Chọn thời gian không quá %(n)s ngày") % {"n": LONGEST})
        return said


def register_page(admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Show the dossiers sent in a period, this month's to begin with; give them as a file when one is asked for."""
    today = clock.today()
    month = {"since": f"{today.replace(day=1):%d/%m/%Y}", "until": f"{today:%d/%m/%Y}"}
    given = request.GET if "since" in request.GET else month
    form = PeriodForm(given)
    rows: Sequence[ConnectionRequest] = ()
    count = 0
    if form.is_valid():
        first, last = form.cleaned_data["since"], form.cleaned_data["until"]
        found = sent_between(acting(request), first, last)
        ending = request.GET.get("ending", "")
        if ending:
            return _file(list(map(entry_of, found)), first, last, ending)
        count, rows = found.count(), list(found[:SHOWN])
    return staff_page(
        admin,
        request,
        "admin/connections/register.html",
        status=200 if form.is_valid() else 422,
        title=_("Sổ theo dõi hồ sơ"),
        form=form,
        heads=heads(),
        rows=[(row.pk, list(zip(heads(), entry_of(row).cells(), strict=True))) for row in rows],
        count=count,
        shown=SHOWN,
        query=request.GET.urlencode() or urlencode(month),
    )


def _file(entries: Sequence[Entry], first: date, last: date, ending: str) -> HttpResponse:
    name = _("Sổ theo dõi hồ sơ %(first)s đến %(last)s") % {"first": f"{first:%d-%m-%Y}", "last": f"{last:%d-%m-%Y}"}
    if ending not in FORMATS:
        rows = [entry.cells() for entry in entries]
        content = write_xlsx([str(head) for head in heads()], rows, title=_("Sổ theo dõi"))
        return name_download(HttpResponse(content, content_type=XLSX), f"{name}.xlsx")
    if len(entries) > MOST:
        text = _("Sổ có %(n)s hồ sơ, bản in tối đa %(most)s; chọn thời gian ngắn hơn hoặc tải bảng tính.")
        raise GuardRefused(text % {"n": len(entries), "most": MOST})
    body = operating_body()
    if body is None:
        raise GuardRefused(_("Danh bạ chưa có cơ quan quản lý, vận hành nền tảng; không lập được văn bản."))
    kind, render = FORMATS[ending]
    document = register_list.compose(body_of(body), entries, first, last, clock.now())
    return name_download(HttpResponse(render(document), content_type=kind), f"{name}.{ending}")
