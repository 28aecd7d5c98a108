"""Names of things in this app; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AgencyKind(TextChoices):
    """Kinds of body the regulation binds or meets (QC2)."""

    PROVINCIAL_COMMITTEE = "provincial_committee", _("Ủy ban nhân dân tỉnh")
    DEPARTMENT = "department", _("Sở, ban, ngành")
    PARTY_BODY = "party_body", _("Cơ quan của Đảng")
    FRONT_ORGANISATION = "front_organisation", _("Mặt trận Tổ quốc, tổ chức chính trị - xã hội")
    VERTICAL_AGENCY = "vertical_agency", _("Cơ quan ngành dọc tại tỉnh")
    CENTRAL_AGENCY = "central_agency", _("Cơ quan trung ương")
    COMMUNE = "commune", _("Ủy ban nhân dân cấp xã")
    PUBLIC_UNIT = "public_unit", _("Đơn vị trực thuộc")
    SUPPLIER = "supplier", _("Doanh nghiệp cung cấp")
    OTHER = "other", _("Tổ chức khác")


class UnitLevel(TextChoices):
    """Levels of administrative units after 01/07/2025."""

    NONE = "", _("Không phải đơn vị hành chính")
    PROVINCE = "province", _("Tỉnh")
    XA = "commune_xa", _("Xã")
    PHUONG = "commune_phuong", _("Phường")


class CodeScheme(TextChoices):
    """Code lists in which a code is issued once and never again."""

    NATIONAL = "national", _("Mã định danh điện tử")
    LEGACY = "legacy", _("Mã liên thông cũ")
    ADMIN_UNIT = "admin_unit", _("Mã đơn vị hành chính")


class ChangeKind(TextChoices):
    """What two people at the operator are asked to do."""

    GIVE = "give", _("Giao vai trò")
    END = "end", _("Thôi giao vai trò")
    RESET = "reset", _("Đặt lại xác thực hai bước")


class ChangeState(TextChoices):
    """Life of a role change."""

    PROPOSED = "proposed", _("Chờ người thứ hai duyệt")
    APPROVED = "approved", _("Đã duyệt")
    RETURNED = "returned", _("Không duyệt")


class DayOffKind(TextChoices):
    """Why a day is off."""

    PUBLIC_HOLIDAY = "public_holiday", _("Nghỉ lễ, tết")
    SUBSTITUTE = "substitute", _("Nghỉ bù")
    SWAPPED = "swapped", _("Nghỉ hoán đổi")


class TermUnit(TextChoices):
    """Units in which the law and we count deadlines."""

    WORKING_DAY = "working_day", _("ngày làm việc")
    CALENDAR_DAY = "calendar_day", _("ngày")
    HOUR = "hour", _("giờ")
    WORKING_HOUR = "working_hour", _("giờ làm việc")


class Topic(TextChoices):
    """What a notice is about: the unit in which people choose their letters (ux.md §4.1)."""

    PROCEDURE = "procedure", _("Kết quả và yêu cầu của thủ tục kết nối")
    ACCESS = "access", _("Quyền khai thác, khóa, tạm dừng kết nối")
    CONFIRMATION = "confirmation", _("Chờ xác nhận biên bản kiểm thử")
    WORK = "work", _("Việc mới đến lượt bạn")
    PROGRESS = "progress", _("Diễn biến khác của hồ sơ")
    OUTAGE = "outage", _("Mất kết nối với hệ thống nguồn, kết nối trở lại")
    ALERT = "alert", _("Cảnh báo giám sát")
    INCIDENT = "incident", _("Sự cố ảnh hưởng cơ quan: báo tin, diễn biến, kết thúc")
    VIOLATION = "violation", _("Vi phạm: yêu cầu giải trình, kết luận, trả lời khiếu nại")
    MAINTENANCE = "maintenance", _("Bảo trì theo kế hoạch của dịch vụ, của nền tảng")
    REPORT = "report", _("Báo cáo gửi Ủy ban nhân dân tỉnh đã phát hành")
    DEADLINES = "deadlines", _("Nhắc việc đến hạn, quá hạn (gộp một thư mỗi ngày)")


# Their letters cannot be switched off; everything else is the reader's choice.
MANDATORY = frozenset({Topic.PROCEDURE, Topic.ACCESS, Topic.VIOLATION})
# Their letters are gathered into one a day.
GATHERED = frozenset({Topic.DEADLINES})
