"""Forms of reports: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PortalForm
from reports.choices import ClosingRule, Kind
from reports.periods import Period, month_period
from reports.selectors.runs import template_of


class RequestForm(PortalForm):
    """Which month, closed how, and whether it is known that it still runs."""

    month = forms.TypedChoiceField(label=_("Tháng"), coerce=int, choices=[(n, str(n)) for n in range(1, 13)])
    year = forms.IntegerField(label=_("Năm"), min_value=2024, max_value=2100)
    closing_rule = forms.ChoiceField(
        label=_("Cách chốt kỳ"),
        choices=[(rule.value, rule.label) for rule in (ClosingRule.CALENDAR, ClosingRule.MID_MONTH)],
        widget=forms.RadioSelect,
    )
    preliminary = forms.BooleanField(
        label=_("Kỳ chưa kết thúc: lập với số liệu tạm tính đến lúc này"),
        required=False,
        help_text=_("Báo cáo ghi rõ «số liệu tạm tính» và được thay thế khi lập báo cáo của kỳ đã kết thúc."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        template, today = template_of(Kind.MONTH), clock.today()
        rule = template.closing_rule if template else ClosingRule.CALENDAR
        kwargs["initial"] = {"month": today.month, "year": today.year, "closing_rule": rule}
        super().__init__(*args, **kwargs)

    def period(self) -> Period:
        """Return the period that was chosen."""
        given = self.cleaned_data
        return month_period(given["year"], given["month"], ClosingRule(given["closing_rule"]))


class ReasonForm(PortalForm):
    """Why a report is made anew."""

    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
