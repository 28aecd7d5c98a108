"""The form that says which structure the messages of an operation follow, for portal and staff rooms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.choices import ServiceState
from catalog.models import MessageProfile, ServiceVersion
from catalog.selectors.profiles import Place, last_use
from core import clock
from core.forms import PortalForm


class UseForm(PortalForm):
    """Which message, which structure, from which day; once published, why."""

    place = forms.ChoiceField(label=_("Thông điệp"))
    profile = forms.ModelChoiceField(
        label=_("Cấu trúc áp dụng"),
        queryset=MessageProfile.objects.none(),
        required=False,
        empty_label=_("Không kiểm tra"),
    )
    since = forms.DateField(
        label=_("Áp dụng từ ngày"),
        required=False,
        help_text=_("Ngày/tháng/năm; để trống là từ hôm nay. Có hiệu lực trong vòng một phút sau 0 giờ ngày đó."),
    )
    reason = forms.CharField(label=_("Lý do"), required=False, max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, version: ServiceVersion, places: list[Place], **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": last_use(version), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self._places = {f"{item.operation.pk}:{item.direction}": item for item in places}
        chosen: Any = self.fields["place"]
        chosen.choices = [(key, _said(item)) for key, item in self._places.items()]
        offered: Any = self.fields["profile"]
        offered.queryset = MessageProfile.objects.exclude(valid_to__lt=clock.today())
        offered.label_from_instance = _named
        if version.state == ServiceState.DRAFT:
            del self.fields["reason"]

    def given(self) -> dict[str, Any]:
        """Return what the deed takes."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "place"}
        item = self._places[self.cleaned_data["place"]]
        return {"operation": item.operation, "direction": item.direction, **values}


def _said(item: Place) -> str:
    return f"{item.operation.title} ({item.operation.method} {item.operation.template}): {item.label}"


def _named(profile: MessageProfile) -> str:
    label = f"{profile} – {profile.get_form_display()}"
    return f"{label}, {_('chỉ là minh họa')}" if profile.illustration else label
