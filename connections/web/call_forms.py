"""What the call log is narrowed by: typed in the address, kept when it is wrong, and said how to mend."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Agency
from accounts.selectors.agencies import bodies_of
from audit.selectors.call_pages import Wanted
from catalog.models import DataService, InformationSystem
from connections.selectors.call_reach import Reach
from core import clock
from core.choices import Environment, Step
from core.forms import PortalForm
from core.problems import PROBLEMS

# Days shown when nobody chose any, and at most at once (the platform's own figures).
USUAL_DAYS, MOST_DAYS = 30, 92
OUTCOMES = (
    ("ok", gettext_lazy("Thành công")),
    ("refused", gettext_lazy("Bị từ chối")),
    ("source", gettext_lazy("Hệ thống nguồn trả lời lỗi")),
    ("platform", gettext_lazy("Lỗi phía nền tảng")),
    ("open", gettext_lazy("Chưa có kết quả")),
)
_EVERY = ("", gettext_lazy("Tất cả"))


def _reasons() -> list[tuple[str, Any]]:
    """Return the codes a call may be refused with, by the title people know."""
    known = [problem for problem in PROBLEMS.values() if problem.step in Step.values]
    return [_EVERY, *sorted(((problem.code, str(problem.title)) for problem in known), key=lambda pair: pair[1])]


class CallIdField(forms.CharField):
    """A request id, as it stands in an answer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("Mã yêu cầu"), max_length=64, **kwargs)
        self.widget.attrs |= {"spellcheck": "false", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """Return the id, None when none was typed. Raises ValidationError for anything else."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return UUID(text)
        except ValueError:
            said = _("Mã yêu cầu gồm 36 ký tự, nằm ở tiêu đề X-Request-Id của câu trả lời. Chép lại cả mã rồi tìm.")
            raise forms.ValidationError(said) from None


class CallsForm(PortalForm):
    """What calls within *reach* are narrowed by; watchers choose an agency too."""

    q = CallIdField(required=False)
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Cơ quan gọi hoặc trả lời"),
        required=False,
        empty_label=_EVERY[1],
        to_field_name="code",
    )
    system = forms.ModelChoiceField(
        InformationSystem.objects.none(), label=gettext_lazy("Hệ thống gọi"), required=False, empty_label=_EVERY[1]
    )
    service = forms.ModelChoiceField(
        DataService.objects.none(),
        label=gettext_lazy("Dịch vụ"),
        required=False,
        empty_label=_EVERY[1],
        to_field_name="code",
    )
    environment = forms.ChoiceField(
        label=gettext_lazy("Môi trường"), required=False, choices=[_EVERY, *Environment.choices]
    )
    outcome = forms.ChoiceField(label=gettext_lazy("Kết quả"), required=False, choices=[_EVERY, *OUTCOMES])
    reason = forms.ChoiceField(label=gettext_lazy("Mã lý do"), required=False, choices=_reasons)
    status = forms.IntegerField(
        label=gettext_lazy("Mã trạng thái HTTP"), required=False, min_value=100, max_value=599, localize=False
    )
    since = forms.DateField(label=gettext_lazy("Từ ngày"), required=False)
    until = forms.DateField(label=gettext_lazy("Đến hết ngày"), required=False)

    def __init__(self, data: Mapping[str, Any], reach: Reach) -> None:
        super().__init__(data)
        self.reach = reach
        self.fields["system"].queryset = reach.systems()  # type: ignore[attr-defined]
        self.fields["service"].queryset = reach.services()  # type: ignore[attr-defined]
        if reach.watching:
            self.fields["agency"].queryset = reach.agencies()  # type: ignore[attr-defined]
        else:
            del self.fields["agency"]
        for field in self.fields.values():
            field.one_of_several = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that the days are in order and not too many. Raises ValidationError."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("Đến hết ngày phải từ %(day)s trở đi") % {"day": f"{since:%d/%m/%Y}"})
        elif since and ((until or clock.today()) - since).days >= MOST_DAYS:
            text = _("Mỗi lần xem tối đa %(n)d ngày (mức của nền tảng); chọn khoảng ngắn hơn") % {"n": MOST_DAYS}
            self.add_error("since", text)
        return given

    def wanted(self) -> Wanted:
        """Return what was asked for; without days the last thirty, and no days at all for one request id."""
        given = self.cleaned_data
        since, until = given["since"], given["until"]
        if since is None and given["q"] is None:
            since = (until or clock.today()) - timedelta(days=USUAL_DAYS - 1)
        return Wanted(
            system_id=given["system"].pk if given["system"] else None,
            service=given["service"].code if given["service"] else "",
            environment=given["environment"],
            outcome=given["outcome"],
            since=clock.start_of(since) if since else None,
            until=clock.start_of(until, after=True) if until else None,
            call_id=given["q"],
            reason=given["reason"],
            status=given["status"],
        )

    def bodies(self) -> tuple[int, ...] | None:
        """Return whose calls: one's own body's, those of the agency a watcher chose, or (None) everybody's."""
        chosen = self.cleaned_data.get("agency")
        return tuple(bodies_of(chosen.pk)) if chosen else self.reach.bodies

    def asked(self) -> dict[str, Any]:
        """Return what was asked, for the fact that it was."""
        wanted = self.wanted()
        given = {
            "call_id": str(wanted.call_id or ""),
            "agency": getattr(self.cleaned_data.get("agency"), "code", ""),
            "system": getattr(self.cleaned_data["system"], "code", ""),
            "service": wanted.service,
            "environment": wanted.environment,
            "outcome": wanted.outcome,
            "reason": wanted.reason,
            "status": wanted.status,
            "since": wanted.since.isoformat() if wanted.since else "",
            "until": wanted.until.isoformat() if wanted.until else "",
        }
        return {name: value for name, value in given.items() if value}


class BundleForm(PortalForm):
    """Why a watcher takes evidence away."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Ví dụ số quyết định kiểm tra; được ghi cùng tên người lập gói."),
    )


class CallIdForm(PortalForm):
    """The one field of «Vì sao bị từ chối»."""

    q = CallIdField(help_text=gettext_lazy("36 ký tự, ở tiêu đề X-Request-Id của câu trả lời"))
