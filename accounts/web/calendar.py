"""The working calendar, and a deadline counted on it."""

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.choices import TermUnit
from accounts.models import DayOff, MakeUpDay
from accounts.selectors.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    count_term,
    deadlines_in_force,
    office_hours,
    years_with_days,
)
from core import clock
from core.forms import PortalForm
from core.workdays import Term


class TermForm(PortalForm):
    """What a person types to have a term counted."""

    start = forms.DateTimeField(label=_("Thời điểm bắt đầu"), help_text=_("Ví dụ 19/03/2026 16:30"))
    amount = forms.IntegerField(
        label=_("Số lượng"),
        min_value=1,
        max_value=1000,
        error_messages=dict.fromkeys(("min_value", "max_value"), _("Nhập số nguyên từ 1 đến 1000")),
    )
    unit = forms.ChoiceField(label=_("Đơn vị"), choices=TermUnit.choices)
    cutoff = forms.TimeField(
        label=_("Giờ chốt"),
        required=False,
        help_text=_("Ví dụ 16:30. Việc đến sau giờ này tính là đến ngày làm việc kế tiếp; để trống nếu không chốt."),
        error_messages={"invalid": _("Giờ phải theo dạng giờ:phút, ví dụ 16:30")},
    )

    def clean_start(self) -> datetime:
        """Keep the start within the years the calendar can count."""
        start: datetime = self.cleaned_data["start"]
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("Nhập năm từ %(first)s đến %(last)s") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return start


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show one year's days off and make-up days, the deadlines in force, and count a term when asked."""
    years = years_with_days()
    year = _chosen_year(request.GET.get("year", ""), years)
    form = TermForm(request.GET if "start" in request.GET else None)
    counted = None
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        counted = count_term(given["start"], Term(given["amount"], given["unit"]), given["cutoff"])
    context = {
        "years": years,
        "year": year,
        "days_off": DayOff.objects.filter(active=True, date__year=year),
        "make_up_days": MakeUpDay.objects.filter(active=True, date__year=year),
        "deadlines": deadlines_in_force(clock.today()),
        "office_hours": office_hours(),
        "form": form,
        "counted": counted,
    }
    return render(request, "calendar/calendar.html", context)


def _chosen_year(text: str, years: list[int]) -> int:
    present = clock.today().year
    asked = int(text) if text.isdecimal() and len(text) == 4 else present
    return asked if asked in years else present
