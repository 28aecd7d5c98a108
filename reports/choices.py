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


class ClosingRule(TextChoices):
    """Where a period begins and ends."""

    CALENDAR = "calendar", _("Theo tháng dương lịch, từ ngày đầu đến ngày cuối tháng")
    MID_MONTH = "mid_month", _("Từ ngày 15 tháng trước đến hết ngày 14 (Nghị định 09/2019/NĐ-CP)")
    CUSTOM = "custom", _("Từ ngày đến ngày do người lập chọn")


class RunState(TextChoices):
    """Life of one report."""

    REQUESTED = "requested", _("Đang lập")
    FAILED = "failed", _("Lập không thành công")
    DRAFTED = "drafted", _("Chờ phát hành")
    PUBLISHED = "published", _("Đã phát hành")
    SUPERSEDED = "superseded", _("Đã thay thế")


class Format(TextChoices):
    """Files of one report, all three from one model; the value is the ending of the file's name."""

    DOCX = "docx", _("Tệp Word")
    XLSX = "xlsx", _("Tệp Excel")
    PDF = "pdf", _("Tệp PDF")


class Unit(TextChoices):
    """Units of figures; the value is the unit, the text stands after the number."""

    COUNT = "count", ""
    PERCENT = "percent", "%"
    MILLISECONDS = "ms", "ms"
