"""Names of things in the catalogue; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SystemState(TextChoices):
    """Life of an information system in the register."""

    DRAFT = "draft", _("Bản nháp")
    REGISTERED = "registered", _("Đã đăng ký")
    RETIRED = "retired", _("Ngừng sử dụng")


SYSTEM_DEEDS = {
    "system.entered": _("Nhập vào danh mục hệ thống"),
    "system.registered": _("Đăng ký hệ thống"),
    "system.changed": _("Sửa thông tin hệ thống"),
    "system.retired": _("Ngừng sử dụng hệ thống"),
    "system.transferred": _("Chuyển hệ thống sang cơ quan kế thừa"),
    "system.code_replaced": _("Thay mã của hệ thống"),
    "system.contact_named": _("Thêm đầu mối kỹ thuật"),
    "system.contact_ended": _("Thôi đầu mối kỹ thuật"),
    "system.dossier_kept": _("Lưu hồ sơ cấp độ an toàn"),
    "system.dossier_read": _("Tải hồ sơ cấp độ an toàn"),
}
REGISTER_DEEDS = {
    **SYSTEM_DEEDS,
    "plan.entered": _("Đưa vào kế hoạch kết nối"),
    "plan.changed": _("Sửa kế hoạch kết nối"),
    "plan.revised": _("Đổi ngày dự kiến kết nối"),
    "plan.assessed": _("Tự đánh giá mức sẵn sàng"),
    "plan.filed": _("Hệ thống đã gửi hồ sơ kết nối"),
    "plan.connected": _("Hệ thống đã kết nối chính thức"),
    "plan.reopened": _("Hồ sơ hoặc kết nối đã kết thúc, chuẩn bị lại"),
    "plan.transferred": _("Chuyển kế hoạch kết nối sang cơ quan kế thừa"),
    "plan.dropped": _("Đưa ra khỏi kế hoạch kết nối"),
    "readinesscriterion.entered": _("Thêm tiêu chí sẵn sàng"),
    "readinesscriterion.changed": _("Sửa tiêu chí sẵn sàng"),
    "standard.entered": _("Thêm tiêu chuẩn, văn bản áp dụng"),
    "standard.changed": _("Sửa tiêu chuẩn, văn bản áp dụng"),
    "standard.replaced": _("Thay tiêu chuẩn, văn bản áp dụng"),
    "standard.ended": _("Cho tiêu chuẩn, văn bản hết hiệu lực"),
    "standard.services_set": _("Chọn dịch vụ áp dụng tiêu chuẩn"),
    "standard.entries_imported": _("Nhập mã của danh mục dùng chung"),
    "criterion.standards_set": _("Chọn tiêu chuẩn của tiêu chí"),
    "person": _("người"),
    "side": _("bên"),
    "duty": _("phụ trách việc gì"),
    "answers": _("câu trả lời"),
    "entries": _("số mã"),
    "services": _("dịch vụ"),
    "standards": _("tiêu chuẩn"),
    "sha256": _("mã băm"),
}


class MessageForm(TextChoices):
    """The form in which a source system takes requests; what callers send in the other form is converted."""

    JSON = "json", _("JSON")
    XML = "xml", _("XML")
    RAW = "raw", _("Giữ nguyên, không chuyển đổi")


class SystemKind(TextChoices):
    """What an information system is (QC3.2)."""

    SOFTWARE = "software", _("Phần mềm")
    DATABASE = "database", _("Cơ sở dữ liệu")
    PLATFORM = "platform", _("Nền tảng số")


class ContactSide(TextChoices):
    """On whose side a technical contact of a system stands (QC9.5)."""

    OWNER = "owner", _("Cơ quan chủ quản")
    OPERATOR = "operator", _("Cơ quan vận hành nền tảng")


class PlanState(TextChoices):
    """How far a system that must connect has come (QC15.1)."""

    NOT_STARTED = "not_started", _("Chưa bắt đầu")
    PREPARING = "preparing", _("Đang chuẩn bị")
    FILED = "filed", _("Đã gửi hồ sơ kết nối")
    CONNECTED = "connected", _("Đã kết nối")
    DROPPED = "dropped", _("Không còn phải kết nối")


class StandardKind(TextChoices):
    """What is issued and applied on the platform (QC4.1, QC4.2)."""

    STANDARD = "standard", _("Tiêu chuẩn")
    REGULATION = "regulation", _("Quy chuẩn kỹ thuật")
    CODE_LIST = "code_list", _("Danh mục dùng chung")
    PLAN = "plan", _("Kế hoạch")
    GUIDANCE = "guidance", _("Văn bản hướng dẫn")


class ServiceState(TextChoices):
    """Life of one version of a data service."""

    DRAFT = "draft", _("Bản nháp")
    AWAITING = "awaiting", _("Chờ công bố")
    PUBLISHED = "published", _("Đã công bố")
    DEPRECATED = "deprecated", _("Sắp ngừng cung cấp")
    WITHDRAWN = "withdrawn", _("Ngừng cung cấp")


# A version in one of these states stands in the public catalogue, may be granted and is called.
CALLABLE = (ServiceState.PUBLISHED, ServiceState.DEPRECATED)


class SharingMethod(TextChoices):
    """How data is shared (NĐ 47/2020 khoản 1 Điều 23: words everyone uses, the decree is superseded)."""

    ONLINE = "online", _("Kết nối trực tuyến giữa các hệ thống")
    SYNCHRONISED = "synchronised", _("Đồng bộ toàn bộ hoặc một phần cơ sở dữ liệu")
    PACKAGED = "packaged", _("Đóng gói trên phương tiện lưu trữ")


class SharingClass(TextChoices):
    """Who data is for (Luật Dữ liệu 60/2024/QH15)."""

    SHARED = "shared", _("Dữ liệu dùng chung")
    PRIVATE = "private", _("Dữ liệu dùng riêng")
    OPEN = "open", _("Dữ liệu mở")


class Importance(TextChoices):
    """How much harm the loss or abuse of data would do (Luật Dữ liệu 60/2024/QH15)."""

    CORE = "core", _("Dữ liệu cốt lõi")
    IMPORTANT = "important", _("Dữ liệu quan trọng")
    OTHER = "other", _("Dữ liệu khác")


class ElementClass(TextChoices):
    """Who may see one field; a grant that asks for a restricted or personal one is weighed for it (QC3.3, QC4.3)."""

    PUBLIC = "public", _("Công khai")
    SHARED = "shared", _("Dùng chung")
    RESTRICTED = "restricted", _("Hạn chế")
    PERSONAL = "personal", _("Cá nhân")
    SENSITIVE = "sensitive", _("Cá nhân nhạy cảm")


class PersonalData(TextChoices):
    """Personal data in a service (NĐ 356/2025/NĐ-CP)."""

    NONE = "none", _("Không có dữ liệu cá nhân")
    BASIC = "basic", _("Dữ liệu cá nhân cơ bản")
    SENSITIVE = "sensitive", _("Dữ liệu cá nhân nhạy cảm")


class DataLayer(TextChoices):
    """Layers of the national data architecture (QĐ 2439/QĐ-TTg, 04/11/2025)."""

    SOURCE = "source", _("Dữ liệu gốc")
    METADATA = "metadata", _("Dữ liệu đặc tả")
    MASTER = "master", _("Dữ liệu chủ")
    REFERENCE = "reference", _("Dữ liệu danh mục")
    TRANSACTION = "transaction", _("Dữ liệu giao dịch")
    AGGREGATE = "aggregate", _("Dữ liệu tổng hợp")
    ANALYTICAL = "analytical", _("Dữ liệu phân tích")
    OPEN = "open", _("Dữ liệu mở")


class Method(TextChoices):
    """HTTP methods an operation may use."""

    GET = "GET", "GET"
    POST = "POST", "POST"
    PUT = "PUT", "PUT"
    PATCH = "PATCH", "PATCH"
    DELETE = "DELETE", "DELETE"


class SoapVersion(TextChoices):
    """SOAP versions a provider may speak; an operation without one speaks REST."""

    V11 = "1.1", "SOAP 1.1"
    V12 = "1.2", "SOAP 1.2"


class ProfileForm(TextChoices):
    """In which language the structure of a message is written (QC4.9)."""

    JSON_SCHEMA = "json", _("JSON Schema (2020-12)")
    XSD = "xsd", _("XML Schema (XSD 1.0)")


class Direction(TextChoices):
    """Which message of an operation a structure is about."""

    REQUEST = "request", _("Yêu cầu gửi tới hệ thống nguồn")
    ANSWER = "answer", _("Câu trả lời của hệ thống nguồn")


# Methods whose requests have content.
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
# "profile.changed" has its name from accounts, where a person's own data are a profile too.
PROFILE_DEEDS = {
    "profile.entered": _("Nhập cấu trúc thông điệp"),
    "profile.applied": _("Áp dụng cấu trúc thông điệp cho thao tác"),
    "profile.use_changed": _("Đổi cấu trúc thông điệp của dịch vụ đã công bố"),
    "direction": _("chiều"),
    "since": _("áp dụng từ ngày"),
    "profile": _("cấu trúc thông điệp"),
}
