"""Forms of training at the desk: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.duty_choices import DocumentState
from catalog.models import TechnicalDocument
from core.forms import PortalModelForm
from reports.admin.working import WorkForm
from reports.models import TrainingSeat, TrainingSession
from reports.services.training import FIELDS
from reports.training_choices import Result, SeatState, SessionState

_WHEN = _("Ví dụ 19/03/2026 08:30")


class ChangeForm(PortalModelForm):
    """A session as it will be; it carries the revision the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    online_link = forms.URLField(
        label=_("Liên kết trực tuyến"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("Chỉ cơ quan đã đăng ký thấy liên kết."),
    )
    reason_of_change = forms.CharField(
        label=_("Lý do đổi"),
        max_length=300,
        required=False,
        help_text=_("Bắt buộc khi đã mở đăng ký; ghi trong thông báo gửi người đã đăng ký."),
    )

    class Meta:
        model = TrainingSession
        fields = (*FIELDS, "materials")
        widgets = {
            "content": forms.Textarea(attrs={"rows": 5}),
            "materials": forms.SelectMultiple(attrs={"size": 5}),
        }
        help_texts = {"starts_at": _WHEN, "ends_at": _WHEN}

    def __init__(self, *args: Any, thing: Any = None, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        seen = {"revision": thing.revision} if thing is not None else {}
        super().__init__(*args, instance=thing, initial={**(initial or {}), **seen}, **kwargs)
        published = TechnicalDocument.objects.filter(state=DocumentState.PUBLISHED)
        self.fields["materials"].queryset = published.order_by("sort_key")  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Return what the deed takes."""
        return dict(self.cleaned_data)


class AttendForm(WorkForm):
    """Who of those with a seat came, and who passed."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    attended = forms.TypedMultipleChoiceField(
        label=_("Có mặt"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    passed = forms.TypedMultipleChoiceField(
        label=_("Kết quả đánh giá: đạt"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Để trống tất cả khi không đánh giá."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = list(seats_of(self.thing)) if self.thing is not None else []
        choices = [(seat.pk, f"{seat.name}, {seat.position}, {seat.agency.name}") for seat in seats]
        for name in ("attended", "passed"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        came = [seat.pk for seat in seats if seat.attended]
        good = [seat.pk for seat in seats if seat.result == Result.PASSED]
        seen = {"revision": self.thing.revision} if self.thing is not None else {}
        self.initial = {**self.initial, "attended": came, "passed": good, **seen}


def seats_of(session: TrainingSession) -> Any:
    """Return who has a seat, agency by agency."""
    taken = TrainingSeat.objects.filter(session=session, state=SeatState.REGISTERED)
    return taken.select_related("agency").order_by("agency__sort_key", "id")


def is_over(session: TrainingSession) -> bool:
    """Return whether nothing but attendance may change any more."""
    return session.state not in (SessionState.DRAFT, SessionState.OPEN)
