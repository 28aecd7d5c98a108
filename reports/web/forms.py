"""Forms of reports: shape only, the deeds judge."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PortalForm
from reports.choices import Kind
from reports.models import ReportRun
from reports.periods import CALENDAR, NUMBERS, Closing, Period, ad_hoc_period, last_ended, period_of
from reports.selectors.runs import number_name, rules_offered, template_of

_PRELIMINARY = _("Kỳ chưa kết thúc: lập với số liệu tạm tính đến lúc này")
_PRELIMINARY_HELP = _("Báo cáo ghi rõ «số liệu tạm tính» và được thay thế khi lập báo cáo của kỳ đã kết thúc.")


class PeriodForm(PortalForm):
    """Which period of a kind, closed how, and whether it is known that it still runs."""

    number = forms.TypedChoiceField(label=_("Kỳ"), coerce=int)
    year = forms.IntegerField(
        label=_("Năm"),
        min_value=2024,
        max_value=2100,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Nhập năm từ 2024 đến 2100")),
    )
    closing_rule = forms.ChoiceField(label=_("Cách chốt kỳ"), widget=forms.RadioSelect)
    preliminary = forms.BooleanField(label=_PRELIMINARY, required=False, help_text=_PRELIMINARY_HELP)

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        self.kind, self.rules = kind, rules_offered()
        template = template_of(kind)
        closing = template.closing_rule.closing if template else CALENDAR
        last = last_ended(kind, closing, clock.today())
        kwargs["initial"] = {"number": last.number, "year": last.year, "closing_rule": closing.code}
        super().__init__(*args, **kwargs)
        self.fields["closing_rule"].choices = [(rule.code, rule.name) for rule in self.rules]  # type: ignore[attr-defined]
        numbers = [(n, _capital(number_name(kind, n))) for n in range(1, NUMBERS[kind] + 1)]
        self.fields["number"].choices = numbers  # type: ignore[attr-defined]
        if len(numbers) == 1:
            self.fields["number"].widget = forms.HiddenInput()
            self.fields["number"].required = False

    def period(self) -> Period:
        """Return the period that was chosen."""
        given = self.cleaned_data
        closing: Closing = next(rule.closing for rule in self.rules if rule.code == given["closing_rule"])
        return period_of(self.kind, given["year"], given["number"] or 1, closing)

    def words(self) -> dict[str, str]:
        """Return what an ad hoc report would be called: these are not."""
        return {}


class AdHocForm(PortalForm):
    """From which day to which, what the report is called and what for."""

    title = forms.CharField(
        label=_("Tên báo cáo"), max_length=200, help_text=_("In ở trích yếu, ví dụ: Kết quả kết nối dữ liệu đất đai")
    )
    purpose = forms.CharField(
        label=_("Mục đích, yêu cầu"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Văn bản hoặc chỉ đạo yêu cầu báo cáo; chỉ hiện trên cổng."),
    )
    start = forms.DateField(label=_("Từ ngày"), help_text=_("Ngày/tháng/năm, ví dụ 01/03/2027"))
    end = forms.DateField(label=_("Đến hết ngày"), help_text=_("Ngày/tháng/năm, ví dụ 31/03/2027"))
    preliminary = forms.BooleanField(label=_PRELIMINARY, required=False, help_text=_PRELIMINARY_HELP)

    def __init__(self, _kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, or before the platform."""
        given = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and start.year < 2024:
            self.add_error("start", _("Chọn ngày từ 01/01/2024 trở đi"))
        if start and end and end < start:
            self.add_error("end", _("Ngày cuối không được trước ngày đầu; sửa một trong hai ngày"))
        return given

    def period(self) -> Period:
        """Return the days that were chosen."""
        return ad_hoc_period(self.cleaned_data["start"], self.cleaned_data["end"])

    def words(self) -> dict[str, str]:
        """Return its name and purpose."""
        return {name: self.cleaned_data[name] for name in ("title", "purpose")}


def request_form(kind: Kind, data: Any = None) -> PeriodForm | AdHocForm:
    """Return the form that asks for a report of *kind*."""
    return AdHocForm(kind, data) if kind == Kind.AD_HOC else PeriodForm(kind, data)


class ReasonForm(PortalForm):
    """Why a report is made anew or given back."""

    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NarrativeForm(PortalForm):
    """The words of a report, one field a part; ``version`` is what the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, parts: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = list(parts)
        for code, label in parts.items():
            self.fields[code] = forms.CharField(
                label=label, required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=10_000
            )

    def texts(self) -> dict[str, str]:
        """Return the text of each part."""
        return {code: self.cleaned_data[code] for code in self.parts}


def parts_of(run: ReportRun, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts that have words, in the order of the report, with their names."""
    titles = {section["code"]: section["title"] for section in (run.figures or {}).get("sections", [])}
    own = {"assessment": str(_("Đánh giá chung")), "recommendations": str(_("Kiến nghị, đề xuất"))}
    named = {"opening": str(_("Lời mở đầu (để trống: theo mẫu)")), **titles, **own}
    return {code: label for code, label in named.items() if code in texts}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
