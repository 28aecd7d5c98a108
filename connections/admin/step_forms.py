"""Forms of the steps of a dossier: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.models import User
from accounts.web.signoff import SignOffForm
from catalog.form_fields import LinesField
from connections.models import ConnectionRequest
from connections.selectors.people import holders_of
from core.actor import Actor
from core.forms import PortalForm, name_the_errors

LONG = 4000


def text_field(
    label: Any, hint: Any = "", *, required: bool = True, rows: int = 4, most: int = LONG
) -> forms.CharField:
    """Return a field of several lines."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=most,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
    )


class StepForm(PortalForm):
    """A step on a dossier, with the version of it the person sees."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, actor: Actor, dossier: ConnectionRequest, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": dossier.version, **(kwargs.get("initial") or {})}
        self.actor, self.dossier = actor, dossier
        super().__init__(*args, **kwargs)


class PersonField(forms.ModelChoiceField):
    """A choice of people by name and office."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), widget=UnfoldAdminSelectWidget, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Return name and office."""
        return ", ".join(filter(None, (obj.full_name, obj.position)))


class ReceiveForm(StepForm):
    """Who evaluates."""

    evaluator = PersonField(
        label=_("Người thẩm định"),
        required=False,
        empty_label=_("Phân công sau"),
        help_text=_("Để trống thì cán bộ thẩm định đầu tiên mở hồ sơ sẽ nhận."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evaluator"].queryset = holders_of("request.evaluate").filter(is_active=True)  # type: ignore[attr-defined]


class AssignForm(ReceiveForm):
    """Who evaluates from now on."""

    evaluator = PersonField(label=_("Người thẩm định"), empty_label=_("Chọn một người"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("evaluator", self.dossier.evaluator_id)
        self.fields["reason"] = text_field(_("Lý do"), _("Không bắt buộc; chỉ Sở đọc được."), required=False, rows=2)
        name_the_errors(self.fields)


class ReasonForm(StepForm):
    """A step that says why."""

    reason = text_field(_("Lý do"), _("Được ghi vào lịch sử hồ sơ; cơ quan cũng đọc được."))


class NoteForm(StepForm):
    """A step with an optional word."""

    note = text_field(_("Ý kiến"), _("Không bắt buộc; được ghi vào lịch sử hồ sơ."), required=False)


class NoteOnDossierForm(PortalForm):
    """A word among SKHCN's people."""

    text = text_field(_("Ghi chú nội bộ"), _("Chỉ cán bộ của Sở đọc được; không sửa, không xóa."), rows=2)


class SetUpForm(StepForm):
    """Who is on duty for the connection."""

    duty_contact = PersonField(
        label=_("Đầu mối trực của đơn vị vận hành"),
        empty_label=_("Chọn một người"),
        help_text=_("Người của đơn vị vận hành mà cơ quan liên hệ khi kết nối gián đoạn."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = holders_of("environment.manage", self.actor.agency_id).filter(is_active=True)
        self.fields["duty_contact"].queryset = people  # type: ignore[attr-defined]
        # Whoever sets the environment up is the likeliest: nothing is left to be typed.
        likely = [person.pk for person in people if person.pk == self.actor.user_id or len(people) == 1]
        if likely:
            self.initial.setdefault("duty_contact", likely[0])


class DutyForm(StepForm):
    """Who is on duty for the connection from now on."""

    person = PersonField(label=_("Đầu mối trực mới"), empty_label=_("Chọn một người"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = holders_of("environment.manage").filter(is_active=True)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class WordForm(StepForm, SignOffForm):
    """A word that binds a side: whoever says it proves again who they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_again(User.objects.get(pk=self.actor.user_id))
        for name in {"password", "code"} & self.fields.keys():
            self.fields[name].widget.attrs["class"] = " ".join(INPUT_CLASSES)
        name_the_errors(self.fields)


class ConfirmForm(WordForm):
    """One side's word on the test record the person read."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agreed = forms.BooleanField(
        label=_("Tôi đã đọc biên bản và nhất trí với toàn bộ kết quả"), widget=UnfoldBooleanWidget
    )
    remark = text_field(_("Ý kiến"), _("Không bắt buộc; được ghi vào biên bản."), required=False)


class DisagreeForm(WordForm):
    """What one side does not agree with in the test record."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    remark = text_field(_("Nội dung không nhất trí"), _("Được gửi tới cơ quan; kiểm thử được làm lại từ đầu."))


class AdjustForm(StepForm):
    """Networks and daily quotas as the operator sets them; what was approved is never widened."""

    networks = LinesField(
        label=_("Địa chỉ mạng gọi tới nền tảng"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Mỗi dòng một địa chỉ IP hoặc một dải, ví dụ 10.20.30.0/24."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("networks", self.dossier.networks)
        for line in self.dossier.lines.granted():
            self.fields[f"quota-{line.pk}"] = forms.IntegerField(
                label=_("Hạn mức mỗi ngày của «%(service)s»") % {"service": line.service},
                initial=line.granted_quota,
                localize=False,
                widget=UnfoldAdminIntegerFieldWidget,
                help_text=_("Từ 1 đến %(n)s lượt, mức đã duyệt.")
                % {"n": number_format(line.granted_quota, force_grouping=True)},
            )
        self.fields["reason"] = text_field(_("Lý do"), _("Được ghi vào lịch sử hồ sơ; cơ quan cũng đọc được."))
        name_the_errors(self.fields)


class CaseForm(StepForm):
    """The result of a test case that people look at."""

    result = forms.ChoiceField(
        label=_("Kết quả"),
        choices=[("", _("Chọn kết quả")), ("pass", _("Đạt")), ("fail", _("Không đạt"))],
        widget=UnfoldAdminSelectWidget,
    )
    actual = text_field(_("Kết quả thực tế"), most=500, rows=2)
    evidence = text_field(_("Minh chứng"), _("Ai kiểm tra, bằng cách nào, khi nào; số hiệu tệp hoặc văn bản nếu có."))


class PointForm(PortalForm):
    """One thing to complete; an empty row says nothing."""

    criterion = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    what = text_field(_("Nội dung chưa đạt"), required=False, rows=2)
    remedy = text_field(_("Cách khắc phục"), required=False, rows=2)
    clause = forms.CharField(
        label=_("Điều khoản"),
        required=False,
        max_length=16,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Ví dụ QC9.5; để trống thì lấy theo tiêu chí hoặc QC10.1."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for both halves of a row that has one."""
        cleaned = super().clean() or {}
        what, remedy = cleaned.get("what"), cleaned.get("remedy")
        if remedy and not what and "what" not in self.errors:
            self.add_error("what", _("Nhập nội dung chưa đạt"))
        if what and not remedy and "remedy" not in self.errors:
            self.add_error("remedy", _("Nhập cách khắc phục"))
        return cleaned


POINT_ROWS = 3
PointRows = forms.formset_factory(PointForm, extra=POINT_ROWS, max_num=60, absolute_max=60)
