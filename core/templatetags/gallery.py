"""Example data for the pattern gallery, so that the gallery page renders without a database."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms, template
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm

register = template.Library()


class ExampleForm(PortalForm):
    """One field of each kind."""

    name = forms.CharField(label=_("Tên hệ thống thông tin"), help_text=_("Ghi như trong quyết định phê duyệt."))
    agency = forms.ChoiceField(
        label=_("Cơ quan cung cấp dữ liệu"),
        choices=[("", _("Chọn cơ quan")), ("1", _("Sở Y tế (mẫu)")), ("2", _("Sở Tư pháp (mẫu)"))],
    )
    begins = forms.DateField(label=_("Ngày bắt đầu"), help_text=_("Ngày/tháng/năm, ví dụ 19/03/2026."))
    purpose = forms.CharField(label=_("Mục đích khai thác"), widget=forms.Textarea, required=False)
    way = forms.ChoiceField(
        label=_("Phương thức kết nối"),
        choices=[("pull", _("Khai thác qua dịch vụ dữ liệu")), ("push", _("Gửi và nhận thông điệp"))],
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        label=_("Loại dữ liệu"),
        choices=[("a", _("Dữ liệu danh mục")), ("b", _("Dữ liệu chuyên ngành"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    paper = forms.FileField(label=_("Văn bản đề nghị"), required=False, help_text=_("PDF hoặc DOCX, tối đa 20 MB."))
    agreed = forms.BooleanField(label=_("Cơ quan cam kết sử dụng dữ liệu đúng mục đích"))


_EXAMPLES: dict[str, Any] = {
    "work": [
        {
            "title": _("Hoàn thiện hồ sơ đề nghị kết nối"),
            "url": "#",
            "hint": _("Hệ thống quản lý hộ tịch"),
            "days_left": -2,
        },
        {"title": _("Ký biên bản kiểm thử"), "url": "#", "days_left": 0},
        {"title": _("Trả lời ý kiến về phạm vi dữ liệu"), "url": "#", "days_left": 3},
    ],
    "tasks": [
        {"title": _("Cơ quan và đầu mối"), "url": "#", "state": "done"},
        {"title": _("Hệ thống thông tin"), "url": "#", "state": "started", "hint": _("Còn thiếu cấp độ an toàn")},
        {"title": _("Mục đích và căn cứ"), "url": "#", "state": "incomplete"},
        {"title": _("Phạm vi dữ liệu"), "url": "#", "state": "todo"},
        {"title": _("Kiểm tra và gửi"), "url": "#", "state": "blocked"},
    ],
    "facts": [
        (_("Cơ quan quản lý"), _("Sở Y tế (mẫu)")),
        {"term": _("Đầu mối kỹ thuật"), "value": "", "change_url": "#"},
        {"term": _("Hạn mức mỗi ngày"), "value": "50.000", "change_url": "#"},
    ],
    "sections": [
        {"title": _("Hệ thống thông tin"), "change_url": "#", "facts": [(_("Tên"), _("Hệ thống một cửa"))]},
    ],
    "events": [
        {
            "when": datetime(2026, 11, 23, 2, 12, tzinfo=UTC),
            "what": _("Chuyển sang «Đang đánh giá»"),
            "who": _("Cán bộ thẩm định (mẫu), Sở Khoa học và Công nghệ"),
            "detail": _("Đủ thành phần hồ sơ theo danh mục kiểm tra."),
            "milestone": True,
        },
        {
            "when": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
            "what": _("Gửi đề nghị"),
            "who": _("Cán bộ Sở Y tế (mẫu)"),
        },
    ],
    "facets": [
        {
            "name": "agency",
            "label": _("Cơ quan cung cấp"),
            "options": [
                {"value": "1", "label": _("Sở Y tế (mẫu)"), "count": 12, "selected": True},
                {"value": "2", "label": _("Sở Tư pháp (mẫu)"), "count": 4, "selected": False},
            ],
        }
    ],
    "page": Paginator(range(240), 20).page(5),
    "since": date(2026, 3, 12),
    "due": date(2026, 3, 19),
}


@register.simple_tag
def gallery_examples() -> dict[str, Any]:
    """Return one example for each pattern."""
    return {
        **_EXAMPLES,
        "form": ExampleForm(),
        "wrong_form": ExampleForm({"name": "Hệ thống một cửa", "begins": "31/02/2026"}, auto_id="sai_%s"),
    }
