"""Forms of the plan of coming to the platform: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.choices import SystemState
from catalog.models import ConnectionPlan, InformationSystem, ReadinessAnswer, ReadinessCriterion
from core.forms import PortalForm

READY = [("yes", _("Đã đáp ứng")), ("no", _("Chưa đáp ứng"))]


class PlanForm(PortalForm):
    """A system that must connect."""

    system = forms.ModelChoiceField(
        label=_("Hệ thống trong danh mục"),
        queryset=InformationSystem.objects.none(),
        required=False,
        empty_label=_("Chưa có trong danh mục"),
        help_text=_("Chọn khi hệ thống đã đăng ký; chưa thì chỉ nhập tên."),
    )
    name = forms.CharField(label=_("Tên hệ thống"), max_length=300, required=False)
    basis = forms.CharField(
        label=_("Căn cứ phải kết nối"),
        max_length=500,
        help_text=_("Văn bản hoặc nhiệm vụ yêu cầu hệ thống kết nối, ví dụ kế hoạch chuyển đổi số của cơ quan."),
    )
    planned_on = forms.DateField(
        label=_("Ngày dự kiến kết nối"), required=False, help_text=_("Ngày/tháng/năm, ví dụ 19/03/2027.")
    )
    note = forms.CharField(
        label=_("Khó khăn, ghi chú"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, agency_id: int, plan: ConnectionPlan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        living = InformationSystem.objects.filter(owner_id=agency_id).exclude(state=SystemState.RETIRED)
        if plan is not None and plan.system_id:
            living = InformationSystem.objects.filter(owner_id=agency_id)
        field: Any = self.fields["system"]
        field.queryset = living
        if plan is not None and plan.planned_on:
            del self.fields["planned_on"]


def plan_values(plan: ConnectionPlan) -> dict[str, Any]:
    """Return what the form starts with."""
    names = ("name", "basis", "planned_on", "note", "revision")
    return {**{name: getattr(plan, name) for name in names}, "system": plan.system_id}


class RevisedForm(PortalForm):
    """Another day, and why."""

    revised_on = forms.DateField(label=_("Ngày dự kiến mới"), help_text=_("Ngày/tháng/năm, ví dụ 19/03/2027."))
    reason = forms.CharField(label=_("Lý do"), max_length=300)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AssessForm(PortalForm):
    """The questions of the self-assessment, each with what is lacking; a question left open says nothing yet."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, criteria: list[ReadinessCriterion], answers: dict[int, ReadinessAnswer], **kwargs: Any
    ) -> None:
        self.criteria = criteria
        initial = kwargs.pop("initial", {})
        for pk, answer in answers.items():
            initial |= {f"criterion-{pk}": "yes" if answer.ready else "no", f"note-{pk}": answer.note}
        super().__init__(*args, initial=initial, **kwargs)
        for item in criteria:
            self.fields[f"criterion-{item.pk}"] = forms.ChoiceField(
                label=item.title, choices=READY, widget=forms.RadioSelect, required=False, help_text=item.guidance
            )
            self.fields[f"note-{item.pk}"] = forms.CharField(label=_("Còn thiếu gì"), max_length=300, required=False)

    def answers(self) -> dict[int, tuple[bool, str]]:
        """Return what was answered, by criterion."""
        given = self.cleaned_data
        return {
            item.pk: (given[f"criterion-{item.pk}"] == "yes", given[f"note-{item.pk}"])
            for item in self.criteria
            if given.get(f"criterion-{item.pk}")
        }
