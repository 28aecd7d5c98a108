"""Fields that forms of portal and staff rooms share: lists typed one a line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.elements import LineRefused, read_line, write_line
from core.networks import read_networks

MESSAGE_HELP = {
    "message_form": _("Yêu cầu gửi bằng dạng kia (JSON hoặc XML) được nền tảng chuyển sang dạng này."),
    "accepts_gzip": _("Nền tảng giải nén trước khi chuyển đi, tối đa bằng cỡ yêu cầu tối đa."),
    "xml_root": _("Dùng khi hệ thống nguồn nhận XML; để trống thì nền tảng đặt theo mã thao tác."),
}
ELEMENTS_HINT = _(
    "Mỗi dòng một trường: tên_trường: ý nghĩa | kiểu | phân loại, ví dụ ma_xa: Mã xã | chuỗi | Dùng chung. "
    "Phân loại là một trong: Công khai, Dùng chung, Hạn chế, Cá nhân, Cá nhân nhạy cảm."
)
DESCRIPTION_HINT = _(
    "OpenAPI 3.0, 3.1 (JSON, YAML) hoặc WSDL 1.1 dạng document/literal với kiểu dữ liệu trong cùng tệp (XML); "
    "mã hóa UTF-8, tối đa 2 MB."
)
SOAP_HELP = {
    "soap_version": _("Để trống nếu hệ thống nguồn trả lời bằng REST."),
    "soap_path": _("Nối sau địa chỉ gốc, ví dụ /dich-vu/xa.asmx; để trống nếu là chính địa chỉ gốc."),
    "soap_action": _("Đúng giá trị soapAction của WSDL; để trống nếu WSDL không ghi."),
    "soap_namespace": _("Không gian tên của phần tử yêu cầu và trả lời, ví dụ http://dancuquocgia.bca"),
    "soap_request": _("Tên phần tử trong thân thông điệp, ví dụ TraCuuXa"),
    "soap_qualified": _("Đúng với elementFormDefault=qualified trong WSDL."),
    "soap_parameters": _(
        "Mỗi dòng một phần tử theo thứ tự gửi: MaXa = {code} lấy từ đường dẫn; SoDong = ?limit từ tham số; "
        'CongDan/SoDinhDanh = .so_dinh_danh từ nội dung JSON; Kenh = "037" cố định; MaYeuCau = @request-id, '
        "MaDVC = @procedure do nền tảng ghi. Dấu ! ở cuối là bắt buộc."
    ),
    "soap_response": _("Phần tử trả lời và đường tới dữ liệu, ví dụ TraCuuXaResponse/KetQua"),
    "soap_repeated": _("Các trường luôn là danh sách trong JSON, cách nhau bằng dấu phẩy, ví dụ xa hoặc ket_qua.xa"),
}
CLIENT_KEY = _("Khóa riêng của nền tảng")
TLS_HELP = {
    "asserted": _(
        "Nền tảng ký số một giấy xác nhận gửi kèm từng lượt gọi, để hệ thống nguồn tự kiểm chứng hệ thống gọi, quyền "
        "khai thác và nội dung. Bỏ chọn nếu hệ thống nguồn không dùng."
    ),
    "tls_name": _(
        "Tên hệ thống nguồn ghi trong chứng thư số, nếu khác tên máy chủ ở địa chỉ gốc. Chứng thư luôn được kiểm tra."
    ),
    "ca_pem": _(
        "Dán chứng thư (PEM) của tổ chức cấp chứng thư cho hệ thống nguồn nếu đó là tổ chức riêng; khi đó chỉ tổ chức "
        "này được tin cậy."
    ),
    "client_certificate": _(
        "Dán chứng thư (PEM) được cấp cho nền tảng nếu hệ thống nguồn yêu cầu xác thực hai chiều. Xóa trắng thì "
        "không dùng nữa."
    ),
    "client_key": _(
        "Dán khóa riêng (PEM, không mật khẩu) khi nhập chứng thư mới. Khóa được mã hóa khi lưu và không hiện lại; để "
        "trống thì giữ khóa đang có."
    ),
}


class UnshownArea(forms.Textarea):
    """A box for a secret: what was typed is never written back into a page."""

    def format_value(self, value: Any) -> str:
        """Show nothing."""
        return ""


class LinesField(forms.CharField):
    """A list of texts, one a line; empty lines do not count."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines, what was typed as it was typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the lines."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class NetworksField(LinesField):
    """Addresses and ranges, one a line, in standard form."""

    def clean(self, value: Any) -> Any:
        """Return the networks; every line that is none is named."""
        found, wrong = read_networks(super().clean(value))
        if wrong:
            raise forms.ValidationError(wrong)
        return found


class JsonTextField(forms.JSONField):
    """JSON as text; nothing yet is an empty field, not the word for nothing."""

    def prepare_value(self, value: Any) -> Any:
        """Show stored JSON as text, what was typed as it was typed."""
        return "" if value is None else super().prepare_value(value)


class ElementsField(forms.CharField):
    """The fields of an answer, ``name: meaning | type | class`` a line; type and class may follow later."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show stored fields as lines, what was typed as it was typed."""
        return "\n".join(write_line(item) for item in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the fields. Lines that are none are named, ten at most."""
        found, wrong = [], []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            try:
                found.append(read_line(line))
            except LineRefused as refused:
                wrong.append(str(refused))
        if wrong:
            raise forms.ValidationError(wrong[:10])
        return found
