"""Forms of the parts of a dossier: shape only; the deed judges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import InformationSystem, Purpose
from connections.choices import Part
from connections.models import ConnectionRequest, RequestLine
from connections.selectors.parts import FIELDS, seen_line, seen_part
from connections.selectors.people import technicians_of
from core.forms import FilesField, FilesInput, PortalForm, QuantityField
from core.networks import read_networks
from core.web.typed import new_form_id

YES_NO = [("True", _("Có")), ("False", _("Không"))]


class OpenForm(PortalForm):
    """A form that notices what others write meanwhile: what it was opened with, and which opening it is."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    form_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)


class PartForm(OpenForm):
    """One part. ``saving_draft`` lets gaps through: «Lưu nháp» keeps what is there, «Lưu và tiếp tục» asks for all."""

    key = Part.CONTACTS

    def __init__(self, request: ConnectionRequest, *args: Any, saving_draft: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("initial", self.read(request))
        super().__init__(*args, **kwargs)
        self.prepare(request)
        if saving_draft:
            for field in self.fields.values():
                field.required = False

    @classmethod
    def read(cls, request: ConnectionRequest) -> dict[str, Any]:
        """Return what the dossier holds, for the fields of this form."""
        values = {name: getattr(request, name) for name in FIELDS[cls.key]}
        return {"seen": seen_part(request, cls.key), "form_id": new_form_id(), **values}

    def prepare(self, request: ConnectionRequest) -> None:
        """Give fields the choices of this dossier's agency."""

    @property
    def absent(self) -> int:
        """Number of the part's answers this dossier is not asked for."""
        return len([name for name in FIELDS[self.key] if name not in self.fields])

    def given(self) -> dict[str, Any]:
        """Return the answers that were understood, by field of the part."""
        return {name: self.cleaned_data[name] for name in FIELDS[self.key] if name in self.cleaned_data}


FILES_HINT = _("PDF, DOCX hoặc XLSX, chọn được nhiều tệp. Tệp lưu cùng lúc với phần này.")


def files_control(label: Any, help_text: Any, accept: str = ".pdf,.docx,.xlsx") -> FilesField:
    """Return a control for any number of files."""
    return FilesField(label=label, help_text=help_text, required=False, widget=FilesInput(attrs={"accept": accept}))


def _yes_no(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=YES_NO,
        coerce=lambda value: value == "True",
        empty_value=None,
        widget=forms.RadioSelect,
    )


def _long(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class ContactsForm(PartForm):
    """Who answers for the connection at the agency."""

    key = Part.CONTACTS

    responsible_leader = forms.CharField(
        label=_("Lãnh đạo phụ trách"), max_length=200, help_text=_("Họ tên và chức vụ")
    )
    technical_contact = forms.ModelChoiceField(
        label=_("Cán bộ kỹ thuật"),
        queryset=User.objects.none(),
        empty_label=_("Chọn cán bộ kỹ thuật"),
        help_text=_("Người phối hợp khi thiết lập, kiểm thử và nhận khóa. Quản trị cơ quan giao vai trò này."),
    )

    def prepare(self, request: ConnectionRequest) -> None:
        """Offer the agency's technicians; a single one is chosen already."""
        found = technicians_of(request.agency_id)
        self.fields["technical_contact"].queryset = found  # type: ignore[attr-defined]
        if not self.initial.get("technical_contact") and len(found) == 1:
            self.initial["technical_contact"] = found[0]


class SystemPartForm(PartForm):
    """Which system is to be connected."""

    key = Part.SYSTEM

    system = forms.ModelChoiceField(
        label=_("Hệ thống thông tin cần kết nối"),
        queryset=InformationSystem.objects.none(),
        empty_label=_("Chọn hệ thống"),
        help_text=_("Chỉ hiện các hệ thống của cơ quan đã đăng ký."),
    )

    def prepare(self, request: ConnectionRequest) -> None:
        """Offer the agency's registered systems."""
        registered = InformationSystem.objects.registered().filter(owner=request.agency_id)
        self.fields["system"].queryset = registered  # type: ignore[attr-defined]
        if not self.initial.get("system") and len(registered) == 1:
            self.initial["system"] = registered[0]


class PurposeForm(PartForm):
    """What for, and on which basis (QC10.1, QC4.6)."""

    key = Part.PURPOSE

    purpose = forms.ModelChoiceField(
        label=_("Nhóm mục đích"),
        queryset=Purpose.objects.filter(active=True),
        empty_label=_("Chọn nhóm mục đích"),
        help_text=_("Mỗi lượt gọi dữ liệu sau này phải mang đúng mục đích này."),
    )
    purpose_text = _long(_("Mục đích kết nối"), _("Dữ liệu được dùng vào việc gì, trong thủ tục hoặc nhiệm vụ nào"))
    legal_basis = _long(
        _("Căn cứ pháp lý, chức năng nhiệm vụ"), _("Số, ký hiệu văn bản hoặc chức năng, nhiệm vụ được giao")
    )
    documents = files_control(_("Văn bản làm căn cứ"), FILES_HINT)


class ScopeForm(PartForm):
    """Three questions that decide the way of a dossier."""

    key = Part.SCOPE

    personal_data = _yes_no(_("Dữ liệu đề nghị có dữ liệu cá nhân không?"))
    state_secret = _yes_no(
        _("Dữ liệu đề nghị có thuộc bí mật nhà nước không?"),
        _("Nếu có, không gửi qua cổng này; liên hệ Sở Khoa học và Công nghệ bằng văn bản mật."),
    )
    national_database = _yes_no(
        _("Hệ thống có trao đổi với cơ sở dữ liệu quốc gia không?"),
        _("Nếu có, hồ sơ được đánh giá thêm về cấu trúc thông điệp (khoản 8 Điều 9)."),
    )


class NetworksField(forms.CharField):
    """Networks one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Show a list one a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the networks; what is none is told beside the other answers that are wrong."""
        found, wrong = read_networks(super().clean(value))
        if wrong:
            raise forms.ValidationError(wrong)
        return found


class TechnicalForm(PartForm):
    """Technical needs (QC10.1)."""

    key = Part.TECHNICAL

    networks = NetworksField(
        label=_("Địa chỉ IP gọi tới nền tảng"),
        max_length=4000,
        help_text=_("Mỗi dòng một địa chỉ hoặc dải, ví dụ 10.20.30.40 hoặc 10.20.30.0/24"),
    )
    daily_calls = QuantityField(label=_("Số lượt dự kiến mỗi ngày"), most=10_000_000, help_text=_("Ví dụ 5.000"))
    peak_per_second = QuantityField(label=_("Số lượt mỗi giây lúc cao điểm"), most=10_000, help_text=_("Ví dụ 20"))
    wanted_until = forms.DateField(
        label=_("Đề nghị khai thác đến hết ngày"),
        required=False,
        help_text=_("Để trống nếu không xác định thời hạn, ví dụ 31/12/2027"),
    )
    technical_needs = _long(_("Yêu cầu kỹ thuật khác"), required=False)
    message_standard = _long(
        _("Quy chuẩn cấu trúc thông điệp áp dụng"),
        _("Trao đổi với cơ sở dữ liệu quốc gia: nêu số, ký hiệu quy chuẩn và tên thông điệp (khoản 8 Điều 9)"),
        required=False,
    )
    message_sample = files_control(
        _("Thông điệp mẫu"),
        _("Tệp JSON hoặc XML theo quy chuẩn đã nêu, dữ liệu giả; cán bộ thẩm định đối chiếu với cấu trúc quy định"),
        ".json,.xml",
    )
    documents = files_control(_("Tài liệu kỹ thuật kèm theo"), FILES_HINT)

    @classmethod
    def read(cls, request: ConnectionRequest) -> dict[str, Any]:
        """Begin with the addresses the register has for the system."""
        values = super().read(request)
        return {**values, "networks": values["networks"] or list(request.system.networks if request.system else [])}

    def prepare(self, request: ConnectionRequest) -> None:
        """Ask for the message's structure where a national database is concerned, only there."""
        if request.national_database:
            self.fields["message_standard"].required = True
        else:
            del self.fields["message_standard"], self.fields["message_sample"]


class PlansForm(PartForm):
    """How the connection is run and kept safe (QC9.4, QC9.5)."""

    key = Part.PLANS

    operation_plan = _long(
        _("Phương án quản lý, vận hành và duy trì kết nối"), _("Ai trực, giờ nào, xử lý khi gián đoạn thế nào")
    )
    security_plan = _long(
        _("Phương án bảo đảm an toàn thông tin"), _("Khóa bí mật giữ ở đâu, ai được truy cập, theo dõi thế nào")
    )
    documents = files_control(_("Tệp phương án kèm theo"), FILES_HINT)


class LineForm(OpenForm):
    """One service a dossier asks for."""

    operations = forms.MultipleChoiceField(
        label=_("Thao tác cần dùng"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Chọn ít nhất một thao tác")},
    )
    fields_wanted = forms.MultipleChoiceField(
        label=_("Trường dữ liệu cần nhận"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Chỉ chọn trường cần cho mục đích đã nêu. Không chọn trường nào nghĩa là tất cả."),
    )
    daily_quota = QuantityField(
        label=_("Hạn mức đề nghị mỗi ngày (lượt)"), most=10_000_000, help_text=_("Ví dụ 5.000")
    )

    @classmethod
    def read(cls, line: RequestLine | None) -> dict[str, Any]:
        """Return what a line holds, for the fields of this form."""
        values: dict[str, Any] = {"seen": seen_line(line), "form_id": new_form_id()}
        if line is not None:
            values |= {"operations": line.operations, "fields_wanted": line.fields, "daily_quota": line.daily_quota}
        return values


# Address -> form, in the order of the task list.
PARTS: dict[str, type[PartForm]] = {
    "co-quan": ContactsForm,
    "he-thong": SystemPartForm,
    "muc-dich": PurposeForm,
    "pham-vi": ScopeForm,
    "ky-thuat": TechnicalForm,
    "phuong-an": PlansForm,
}
SLUGS: dict[str, str] = {form.key: slug for slug, form in PARTS.items()}
