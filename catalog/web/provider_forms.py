"""Forms of an agency's own data services: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.choices import DataLayer, Importance, MessageForm, Method, PersonalData, SharingClass, SharingMethod
from catalog.form_fields import (
    ACCOUNT_HELP,
    CLIENT_KEY,
    CLIENT_SECRET,
    DESCRIPTION_HINT,
    ELEMENTS_HINT,
    MESSAGE_HELP,
    TLS_HELP,
    ElementsField,
    UnshownArea,
    ask_again,
)
from catalog.models import DataService, Operation, Sector, Upstream
from catalog.services.upstreams import FIELDS
from core.choices import Environment
from core.forms import PortalForm, QuantityField

_PEM_BOX = {"rows": 4, "spellcheck": "false", "autocomplete": "off"}


def _long(label: Any, help_text: Any = "", most: int = 2000) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=most, widget=area)


def _one_of(label: Any, kind: Any, help_text: Any = "") -> forms.ChoiceField:
    choices = [("", _("Chưa chọn")), *kind.choices]
    return forms.ChoiceField(label=label, help_text=help_text, required=False, choices=choices)


class ServiceForm(PortalForm):
    """What a provider says of its service; all but the name may follow until publication is asked for."""

    title = forms.CharField(label=_("Tên dịch vụ dữ liệu"), max_length=300)
    summary = _long(_("Mô tả"), _("Dịch vụ trả lời câu hỏi gì, cho ai."))
    data_scope = _long(_("Phạm vi dữ liệu"), _("Dữ liệu gì, của đối tượng nào, trên địa bàn nào, từ khi nào."))
    eligible_consumers = _long(
        _("Đối tượng được khai thác"), _("Cơ quan, hệ thống nào được khai thác, với điều kiện gì.")
    )
    sharing_method = _one_of(_("Phương thức chia sẻ"), SharingMethod)
    sharing_class = _one_of(_("Mức chia sẻ"), SharingClass)
    importance = _one_of(_("Mức quan trọng"), Importance)
    personal_data = _one_of(_("Dữ liệu cá nhân"), PersonalData, _("Không thấp hơn phân loại của từng trường dữ liệu."))
    data_layer = _one_of(_("Lớp dữ liệu"), DataLayer)
    sector = forms.ModelChoiceField(
        label=_("Lĩnh vực"), queryset=Sector.objects.none(), required=False, empty_label=_("Chưa chọn")
    )
    mandatory_sharing = forms.BooleanField(label=_("Thuộc diện chia sẻ bắt buộc"), required=False)
    security_note = _long(_("Yêu cầu bảo vệ dữ liệu"), _("Cơ quan khai thác phải giữ gìn dữ liệu thế nào."), 1000)
    update_every_days = QuantityField(label=_("Cam kết cập nhật dữ liệu, số ngày một lần"), most=3660, required=False)
    default_quota = QuantityField(
        label=_("Hạn mức mặc định mỗi ngày"),
        most=10_000_000,
        required=False,
        help_text=_("Số lượt gọi mỗi ngày của một hệ thống khi không có lý do khác."),
    )
    capacity_per_day = QuantityField(
        label=_("Năng lực phục vụ cam kết mỗi ngày"),
        most=1_000_000_000,
        required=False,
        help_text=_("Tổng số lượt gọi mỗi ngày mà hệ thống nguồn chịu được; quá số này nền tảng không chuyển thêm."),
    )
    calls_at_once = QuantityField(
        label=_("Số lượt gọi cùng lúc hệ thống nguồn chịu được"),
        most=10_000,
        required=False,
        help_text=_("Để trống: theo mức của nền tảng, 1.000 lượt cùng lúc cho một cơ quan cung cấp."),
    )
    not_state_secret = forms.BooleanField(
        label=_("Dữ liệu không thuộc bí mật nhà nước"),
        required=False,
        help_text=_("Đánh dấu để xác nhận. Dữ liệu thuộc bí mật nhà nước không được đăng ký ở đây."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, chosen: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["sector"]
        offered.queryset = Sector.objects.filter(Q(active=True) | Q(pk=chosen)).order_by("title")


class NewServiceForm(ServiceForm):
    """As :class:`ServiceForm`, with the code that stays."""

    code = forms.CharField(
        label=_("Mã dịch vụ"),
        max_length=64,
        help_text=_("Chữ thường không dấu, nối bằng gạch nối, ví dụ tra-cuu-thua-dat; không đổi được về sau."),
    )
    field_order = ("title", "code")


def values_of(service: DataService) -> dict[str, Any]:
    """Return what the form of *service* starts with."""
    return {name: getattr(service, name) for name in ServiceForm.base_fields}


class BoundsForm(PortalForm):
    """What bounds the calls of a version."""

    max_request_bytes = QuantityField(
        label=_("Cỡ yêu cầu tối đa (B)"),
        most=10 * 1024 * 1024,
        help_text=_("Từ 1.024 đến 10.485.760. Mặc định 1.048.576."),
    )
    max_answer_bytes = QuantityField(
        label=_("Cỡ trả lời tối đa (B)"),
        most=1_073_741_824,
        required=False,
        help_text=_(
            "Từ 1.024 đến 1.073.741.824, mặc định 104.857.600 (mức của nền tảng). Quyền khai thác giới hạn theo "
            "trường dữ liệu chỉ nhận được trả lời đến 10.485.760 B."
        ),
    )

    message_form = forms.ChoiceField(
        label=_("Dạng dữ liệu hệ thống nguồn nhận"),
        choices=MessageForm.choices,
        required=False,
        help_text=MESSAGE_HELP["message_form"],
    )
    accepts_gzip = forms.BooleanField(
        label=_("Nhận yêu cầu nén gzip"), required=False, help_text=MESSAGE_HELP["accepts_gzip"]
    )

    def given(self) -> dict[str, Any]:
        """Return what was filled in."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class VersionForm(BoundsForm):
    """A version's bounds."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class NewVersionForm(BoundsForm):
    """A new version."""

    name = forms.CharField(label=_("Phiên bản"), max_length=4, help_text=_("Ghi dạng v1, v2, …"))
    field_order = ("name",)


class OperationForm(PortalForm):
    """An operation with the fields of its answer."""

    title = forms.CharField(label=_("Tên thao tác"), max_length=200, help_text=_("Ví dụ: Tra cứu một thửa đất"))
    code = forms.CharField(label=_("Mã thao tác"), max_length=64, help_text=_("Chữ thường không dấu, ví dụ mot-thua"))
    method = forms.ChoiceField(label=_("Phương thức"), choices=Method.choices)
    template = forms.CharField(
        label=_("Đường dẫn"),
        max_length=200,
        help_text=_("Bắt đầu bằng dấu /, tham số đặt trong ngoặc nhọn, ví dụ /communes/{code}"),
    )
    record_path = forms.CharField(
        label=_("Trường chứa bản ghi"),
        max_length=120,
        required=False,
        help_text=_("Để trống khi câu trả lời chính là bản ghi, hoặc ghi tên trường chứa bản ghi, ví dụ du_lieu."),
    )
    xml_root = forms.CharField(
        label=_("Phần tử gốc của yêu cầu XML"), max_length=64, required=False, help_text=MESSAGE_HELP["xml_root"]
    )
    elements = ElementsField(
        label=_("Các trường dữ liệu"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=ELEMENTS_HINT,
    )


def values_of_operation(operation: Operation) -> dict[str, Any]:
    """Return what the form of *operation* starts with, without its fields."""
    return {
        name: getattr(operation, name) for name in ("title", "code", "method", "template", "record_path", "xml_root")
    }


def _pem(label: Any, help_text: Any) -> forms.CharField:
    area = forms.Textarea(attrs=_PEM_BOX)
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=65_536, widget=area)


def _short(label: Any, name: str, most: int) -> forms.CharField:
    plain = forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"})
    return forms.CharField(label=label, required=False, max_length=most, help_text=ACCOUNT_HELP[name], widget=plain)


class UpstreamForm(PortalForm):
    """An address of the source system."""

    environment = forms.ChoiceField(label=_("Môi trường"), choices=Environment.choices)
    place = QuantityField(label=_("Thứ tự"), most=9, initial=1, help_text=_("Số nhỏ được gọi trước."))
    base_url = forms.CharField(
        label=_("Địa chỉ gốc"),
        max_length=300,
        help_text=_("Ví dụ https://10.20.30.40:8443/api; không có tham số. Bên khai thác không xem được."),
    )
    timeout_ms = QuantityField(
        label=_("Thời gian chờ (ms)"), most=30_000, initial=10_000, help_text=_("Tối đa 30.000 (30 giây).")
    )
    health_path = forms.CharField(
        label=_("Đường dẫn kiểm tra"),
        max_length=100,
        initial="/health",
        help_text=_("Được hỏi định kỳ để biết hệ thống nguồn còn hoạt động, ví dụ /health"),
    )
    asserted = forms.BooleanField(
        label=_("Gửi kèm giấy xác nhận ký số"), required=False, initial=True, help_text=TLS_HELP["asserted"]
    )
    active = forms.BooleanField(label=_("Đang dùng"), required=False, initial=True)
    tls_name = forms.CharField(
        label=_("Tên trong chứng thư"), max_length=253, required=False, help_text=TLS_HELP["tls_name"]
    )
    ca_pem = _pem(_("Chứng thư gốc của cơ quan cung cấp"), TLS_HELP["ca_pem"])
    client_certificate = _pem(_("Chứng thư của nền tảng"), TLS_HELP["client_certificate"])
    client_key = forms.CharField(
        label=CLIENT_KEY, required=False, widget=UnshownArea(attrs=_PEM_BOX), help_text=TLS_HELP["client_key"]
    )
    token_url = _short(_("Địa chỉ cấp mã truy cập"), "token_url", 300)
    client_id = _short(_("Mã tài khoản (client_id)"), "client_id", 200)
    client_secret = forms.CharField(
        label=CLIENT_SECRET,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=ACCOUNT_HELP["client_secret"],
    )
    token_scope = _short(_("Phạm vi (scope)"), "token_scope", 200)
    procedure_header = _short(_("Tiêu đề mang mã thủ tục"), "procedure_header", 64)
    agency_header = _short(_("Tiêu đề mang mã cơ quan khai thác"), "agency_header", 64)
    officer_header = _short(_("Tiêu đề mang mã cán bộ"), "officer_header", 64)

    def clean(self) -> dict[str, Any]:
        """Have secrets typed again where something else is to be mended."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ask_again(self)
        return cleaned


def values_of_upstream(upstream: Upstream) -> dict[str, Any]:
    """Return what the form of *upstream* starts with; private key and secret are never among it."""
    return {name: getattr(upstream, name) for name in FIELDS}


class DescriptionForm(PortalForm):
    """An OpenAPI file."""

    file = forms.FileField(
        label=_("Tệp mô tả OpenAPI hoặc WSDL"),
        help_text=DESCRIPTION_HINT,
        widget=forms.FileInput(attrs={"accept": ".json,.yaml,.yml,.wsdl,.xml"}),
    )


class SeenForm(PortalForm):
    """Which state of the version the person saw beside the description."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
