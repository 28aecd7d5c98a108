"""The pages of the guide in their order, each with the day its text last changed.

A test compares each text with the digest kept here: whoever changes a text changes the day too.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A page: its place in the address, its title, what it is about, the day of its text and the text's digest."""

    slug: str
    title: StrOrPromise
    lead: StrOrPromise
    updated: date
    digest: str

    @property
    def template(self) -> str:
        """Return the template with the text."""
        return f"guide/{self.slug}.html"


_TODAY = date(2026, 11, 29)
_LATER = date(2026, 11, 30)
PAGES = (
    GuidePage(
        "bat-dau", _("Bắt đầu nhanh"), _("Từ khóa thử nghiệm đến câu trả lời đầu tiên."), _TODAY, "16d87d62979f"
    ),
    GuidePage("xac-thuc", _("Xác thực"), _("Ký từng lượt gọi, hoặc xin mã truy cập."), _TODAY, "72fb76cbaf29"),
    GuidePage("gioi-han", _("Giới hạn"), _("Cỡ, thời gian, số lượt: các mức đang áp dụng."), _LATER, "baea921df931"),
    GuidePage("loi", _("Lỗi"), _("Đọc một câu từ chối và biết phải làm gì."), _TODAY, "11d4a2cdb2df"),
    GuidePage("mo-ta", _("Mô tả OpenAPI"), _("Tải mô tả của từng dịch vụ và sinh mã gọi."), _TODAY, "8b5940c529c1"),
    GuidePage(
        "json-xml", _("JSON, XML, SOAP"), _("Gọi bằng dạng mình quen; nền tảng chuyển đổi."), _LATER, "b29e267a6529"
    ),
    GuidePage(
        "thay-doi", _("Thay đổi"), _("Điều đã đổi trong cách gọi và trong các dịch vụ."), _TODAY, "4480f7d8b05e"
    ),
)
BY_SLUG = {page.slug: page for page in PAGES}
