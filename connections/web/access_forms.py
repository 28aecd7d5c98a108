"""Forms of the basket and of opinions: shape only; the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Purpose
from connections.choices import Opinion
from connections.models import AccessRequest
from connections.services.baskets import DETAILS, LONGEST
from core.forms import PortalForm


def _long(name: str, label: Any, help_text: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST[name],
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class BasketForm(PortalForm):
    """What a basket is for. ``saving`` lets gaps through: «Lưu giỏ» keeps what is there."""

    purpose = forms.ModelChoiceField(
        Purpose.objects.filter(active=True), label=_("Nhóm mục đích"), empty_label=_("Chọn mục đích")
    )
    purpose_text = _long(
        "purpose_text", _("Mục đích khai thác"), _("Dữ liệu dùng để làm gì; người duyệt và cơ quan cung cấp đọc được")
    )
    legal_basis = _long(
        "legal_basis", _("Căn cứ pháp lý hoặc chức năng, nhiệm vụ"), _("Văn bản, điều khoản cho phép khai thác"), 2
    )
    frequency = forms.CharField(
        label=_("Tần suất khai thác"),
        max_length=LONGEST["frequency"],
        help_text=_("Ví dụ: mỗi khi tiếp nhận hồ sơ, trong giờ hành chính"),
    )
    networks = forms.CharField(
        label=_("Địa chỉ mạng gọi tới nền tảng"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Mỗi dòng một địa chỉ, ví dụ 10.20.30.40 hoặc 10.20.30.0/24"),
    )
    wanted_until = forms.DateField(label=_("Đề nghị khai thác đến hết ngày"), help_text=_("Ví dụ 31/12/2027"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, saving: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if saving:
            for field in self.fields.values():
                field.required = False

    @classmethod
    def read(cls, access: AccessRequest) -> dict[str, Any]:
        """Return what a basket holds, for the fields of this form."""
        values = {name: getattr(access, name) for name in DETAILS}
        return {**values, "networks": "\n".join(access.networks), "version": access.version}


class OpinionForm(PortalForm):
    """What the provider thinks of one service."""

    opinion = forms.ChoiceField(label=_("Ý kiến"), choices=Opinion.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Nội dung ý kiến"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Bắt buộc khi thu hẹp hoặc không nhất trí: nêu trường, thao tác, lý do, căn cứ"),
    )


class SendForm(PortalForm):
    """The version the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
