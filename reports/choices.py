"""Names of things in this app; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """Periods a report may cover (QC14.5; Nghị định 09/2019/NĐ-CP)."""

    MONTH = "month", _("Tháng")
    QUARTER = "quarter", _("Quý")
    HALF_YEAR = "half_year", _("Sáu tháng")
    NINE_MONTHS = "nine_months", _("Chín tháng")
    YEAR = "year", _("Năm")
    AD_HOC = "ad_hoc", _("Đột xuất")


class RunState(TextChoices):
    """Life of one report."""

    REQUESTED = "requested", _("Đang lập số liệu")
    FAILED = "failed", _("Lập không thành công")
    DRAFTED = "drafted", _("Đang soạn")
    RENDERING = "rendering", _("Đang tạo tệp trình duyệt")
    SUBMITTED = "submitted", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt, chờ phát hành")
    PUBLISHED = "published", _("Đã phát hành")
    SUPERSEDED = "superseded", _("Đã thay thế")


class Format(TextChoices):
    """Files of one report, all three from one model; the value is the ending of the file's name."""

    DOCX = "docx", _("Tệp Word")
    XLSX = "xlsx", _("Tệp Excel")
    PDF = "pdf", _("Tệp PDF")


class TextOrigin(TextChoices):
    """How a version of the words of a report came about."""

    DRAFT = "draft", _("Soạn tự động từ số liệu")
    EDITED = "edited", _("Cán bộ sửa")
    RESTORED = "restored", _("Lấy lại bản soạn tự động")


class Unit(TextChoices):
    """Units of figures; the value is the unit, the text stands after the number."""

    COUNT = "count", ""
    PERCENT = "percent", "%"
    MILLISECONDS = "ms", "ms"
    DONG = "dong", _("đồng")
    MILLION = "million", _("triệu đồng")
