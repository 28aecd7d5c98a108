"""Forms of funding: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.admin import DeedForm
from core.documents.wording import short_date
from core.forms import QuantityField
from core.problems import InvalidInput
from reports.admin.working import ReasonForm, TokenForm, file_field, with_upload
from reports.funding_choices import Direction
from reports.models import BudgetLine, Spending
from reports.models.funding import MOST
from reports.money import dong

_DAY = _("Ví dụ 19/03/2026")


class DongField(QuantityField):
    """Money, whole đồng, with or without dots between thousands."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=MOST, help_text=_("Số nguyên đồng, ví dụ 150.000.000"), **kwargs)


class LineForm(DeedForm):
    """A line; its amount is typed as people write it."""

    amount = DongField(label=_("Dự toán ban đầu (đồng)"))

    class Meta:
        model = BudgetLine
        fields = ("year", "code", "title", "kind", "source", "amount", "basis")


class AdjustForm(TokenForm):
    """By how much a line changes, on which decision."""

    direction = forms.ChoiceField(label=_("Tăng hay giảm"), choices=Direction.choices, widget=forms.RadioSelect)
    amount = DongField(label=_("Số tiền (đồng)"))
    decision = forms.CharField(label=_("Quyết định điều chỉnh"), max_length=300, help_text=_("Số, ký hiệu, cơ quan"))
    decided_on = forms.DateField(label=_("Ngày quyết định"), help_text=_DAY)
    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SpendForm(TokenForm):
    """What was spent, when, by which document."""

    spent_on = forms.DateField(label=_("Ngày chi"), help_text=_DAY)
    amount = DongField(label=_("Số tiền (đồng)"))
    document = forms.CharField(label=_("Số chứng từ"), max_length=100)
    note = forms.CharField(label=_("Nội dung"), max_length=300, required=False)
    file = file_field(_("Tệp chứng từ"))

    def given(self) -> dict[str, Any]:
        """Return what the deed takes, the file checked. Raises InvalidInput for a file that is not taken."""
        return with_upload(dict(self.cleaned_data))


class VoidForm(ReasonForm):
    """Which entry is wrong, and why."""

    field_order = ("spending", "reason")
    spending = forms.TypedChoiceField(label=_("Bút toán cần hủy"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = self.thing.spendings.standing() if self.thing is not None else Spending.objects.none()
        self.fields["spending"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"{short_date(one.spent_on)}, {one.document}, {dong(one.amount)}") for one in standing[:200]
        ]

    def given(self) -> dict[str, Any]:
        """Return the entry and the reason. Raises InvalidInput for an entry that is gone."""
        found = Spending.objects.filter(pk=self.cleaned_data["spending"], line=self.thing).first()
        if found is None:
            raise InvalidInput({"spending": [_("Chọn một bút toán trong danh sách")]})
        return {"spending": found, "reason": self.cleaned_data["reason"]}
