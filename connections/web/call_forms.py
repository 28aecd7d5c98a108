"""What the call log is narrowed by: typed in the address, kept when it is wrong, and said how to mend."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.selectors.call_pages import Wanted
from catalog.models import DataService, InformationSystem
from connections.selectors.call_filters import services_of, systems_of
from core import clock
from core.choices import Environment
from core.forms import PortalForm

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
    """Request id, system, service, environment, outcome and days of the calls of *bodies*."""

    q = CallIdField(required=False)
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
    since = forms.DateField(label=gettext_lazy("Từ ngày"), required=False)
    until = forms.DateField(label=gettext_lazy("Đến hết ngày"), required=False)

    def __init__(self, data: Mapping[str, Any], bodies: Sequence[int]) -> None:
        super().__init__(data)
        self.fields["system"].queryset = systems_of(bodies)  # type: ignore[attr-defined]
        self.fields["service"].queryset = services_of(bodies)  # type: ignore[attr-defined]
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
        )


class CallIdForm(PortalForm):
    """The one field of «Vì sao bị từ chối»."""

    q = CallIdField(help_text=gettext_lazy("36 ký tự, ở tiêu đề X-Request-Id của câu trả lời"))
