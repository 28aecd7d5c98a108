"""Names of things in the registers of incidents and of violations; texts are what people read."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class IncidentState(TextChoices):
    """Life of an incident."""

    NEW = "new", _("Mới")
    RECEIVED = "received", _("Đã tiếp nhận, đang xác minh")
    HANDLING = "handling", _("Đang xử lý")
    RESOLVED = "resolved", _("Đã khắc phục")
    CLOSED = "closed", _("Đã đóng")
    DISMISSED = "dismissed", _("Không phải sự cố")


RUNNING = frozenset({IncidentState.NEW, IncidentState.RECEIVED, IncidentState.HANDLING})
OPEN = RUNNING | {IncidentState.RESOLVED}
ENDED = frozenset({IncidentState.CLOSED, IncidentState.DISMISSED})


class Severity(IntegerChoices):
    """How much an incident hurts operation: ours, apart from the class the law gives it (domain-vn §b7)."""

    CRITICAL = 1, _("Mức 1 – nghiêm trọng")
    HIGH = 2, _("Mức 2 – cao")
    MEDIUM = 3, _("Mức 3 – trung bình")
    LOW = 4, _("Mức 4 – thấp")


#: Up to this severity an incident is closed only after its review.
REVIEWED = Severity.HIGH


class LegalClass(TextChoices):
    """The class of Quyết định 05/2017/QĐ-TTg."""

    ORDINARY = "ordinary", _("Sự cố thông thường")
    SERIOUS = "serious", _("Sự cố nghiêm trọng theo Quyết định 05/2017/QĐ-TTg")


class Cause(TextChoices):
    """What brought an incident about, in the groups of the annex of Quyết định 05/2017/QĐ-TTg."""

    DENIAL = "denial", _("Tấn công từ chối dịch vụ")
    PHISHING = "phishing", _("Tấn công giả mạo")
    MALWARE = "malware", _("Tấn công bằng mã độc")
    INTRUSION = "intrusion", _("Truy cập trái phép, chiếm quyền điều khiển")
    DEFACEMENT = "defacement", _("Thay đổi giao diện")
    ENCRYPTION = "encryption", _("Mã hóa phần mềm, dữ liệu, thiết bị")
    SABOTAGE = "sabotage", _("Phá hoại thông tin, dữ liệu, phần mềm")
    EAVESDROPPING = "eavesdropping", _("Nghe trộm, gián điệp, lấy cắp thông tin")
    COMBINED = "combined", _("Tấn công tổng hợp nhiều hình thức")
    OTHER_ATTACK = "other_attack", _("Hình thức tấn công khác")
    POWER = "power", _("Lỗi nguồn điện")
    LINE = "line", _("Lỗi đường truyền kết nối")
    EQUIPMENT = "equipment", _("Lỗi thiết bị")
    SOFTWARE = "software", _("Lỗi phần mềm, máy chủ, ứng dụng")
    OVERLOAD = "overload", _("Quá tải")
    OTHER_FAULT = "other_fault", _("Lỗi hệ thống khác")
    UPGRADE = "upgrade", _("Lỗi khi cập nhật, thay đổi phiên bản")
    CONFIGURATION = "configuration", _("Lỗi cấu hình, thay đổi chính sách")
    NEGLECT = "neglect", _("Lỗi thao tác hoặc bỏ qua quy trình")
    DISASTER = "disaster", _("Thiên tai, hỏa hoạn")
    UNKNOWN = "unknown", _("Chưa xác định")


class Origin(TextChoices):
    """Where an incident came from."""

    ALERT = "alert", _("Cảnh báo")
    OUTAGE = "outage", _("Mất kết nối hệ thống nguồn")
    LOG = "log", _("Kiểm tra nhật ký không đạt")
    AGENCY = "agency", _("Cơ quan báo")
    STAFF = "staff", _("Sở Khoa học và Công nghệ mở")


class Impact(TextChoices):
    """What an agency says it sees; it suggests the severity."""

    STOPPED = "stopped", _("Không dùng được")
    DEGRADED = "degraded", _("Chậm hoặc lúc được lúc không")
    WRONG = "wrong", _("Kết quả trả về bất thường")
    SECURITY = "security", _("Nghi lộ dữ liệu, lộ khóa, bị tấn công")
    MINOR = "minor", _("Bất tiện nhỏ, vẫn làm việc được")


SUGGESTED = {
    Impact.STOPPED: Severity.HIGH,
    Impact.DEGRADED: Severity.MEDIUM,
    Impact.WRONG: Severity.MEDIUM,
    Impact.SECURITY: Severity.HIGH,
    Impact.MINOR: Severity.LOW,
}


class Audience(TextChoices):
    """Who reads an entry of the timeline."""

    INTERNAL = "internal", _("Ghi chú nội bộ")
    PARTIES = "parties", _("Gửi các cơ quan liên quan")
    PUBLIC = "public", _("Công bố trên trang trạng thái")


class EntryKind(TextChoices):
    """What an entry of the timeline tells."""

    OPENED = "opened", _("Mở sự cố")
    ALERT = "alert", _("Cảnh báo")
    OUTAGE = "outage", _("Mất kết nối")
    RECOVERY = "recovery", _("Khôi phục")
    LOG = "log", _("Số liệu nhật ký")
    STEP = "step", _("Bước xử lý")
    UPDATE = "update", _("Diễn biến")
    PARTY = "party", _("Cơ quan liên quan")
    TASK = "task", _("Việc phải làm")
    SUSPENSION = "suspension", _("Tạm dừng, khôi phục")
    PAPER = "paper", _("Văn bản")


class PartyRole(TextChoices):
    """Why an agency is told of an incident."""

    PROVIDER = "provider", _("Cung cấp dịch vụ bị ảnh hưởng")
    CONSUMER = "consumer", _("Khai thác dịch vụ bị ảnh hưởng")
    REPORTER = "reporter", _("Cơ quan báo sự cố")


class PaperKind(TextChoices):
    """Papers of the two registers (ux.md P10; domain-vn §g, forms 11 and 12)."""

    FIRST = "first", _("Báo cáo ban đầu về sự cố")
    PROGRESS = "progress", _("Báo cáo diễn biến sự cố")
    FINAL = "final", _("Báo cáo kết thúc xử lý sự cố")
    RECORD = "record", _("Biên bản vi phạm")


class Act(TextChoices):
    """The prohibited acts of Điều 5."""

    ACCESS = "access", _("Truy cập trái phép vào hệ thống LGSP tỉnh")
    TAMPERING = "tampering", _("Làm sai lệch, hủy hoại hoặc chiếm đoạt dữ liệu khi kết nối, chia sẻ")
    MISUSE = "misuse", _("Dùng dữ liệu được chia sẻ trái mục đích hoặc tiết lộ bí mật nhà nước")


#: Act -> the clause that prohibits it.
CLAUSES = {Act.ACCESS: "QC5.1", Act.TAMPERING: "QC5.2", Act.MISUSE: "QC5.3"}


class ViolationState(TextChoices):
    """Life of a violation."""

    OPENED = "opened", _("Mới ghi nhận")
    HEARING = "hearing", _("Chờ cơ quan giải trình")
    HEARD = "heard", _("Đã giải trình")
    DECIDED = "decided", _("Đã kết luận")
    APPEALED = "appealed", _("Đang giải quyết khiếu nại")
    CLOSED = "closed", _("Đã kết thúc")


class Outcome(TextChoices):
    """What is decided about a violation (domain-vn §b7)."""

    NONE = "none", _("Không vi phạm")
    REMINDER = "reminder", _("Nhắc nhở")
    SUSPENSION = "suspension", _("Tạm ngưng quyền khai thác")
    REVOCATION = "revocation", _("Thu hồi quyền khai thác")
    PROPOSAL = "proposal", _("Kiến nghị cơ quan có thẩm quyền xử lý")


class AppealResult(TextChoices):
    """What becomes of a decision that was appealed."""

    UPHELD = "upheld", _("Giữ nguyên kết luận")
    OVERTURNED = "overturned", _("Hủy kết luận")


class Said(TextChoices):
    """What an entry of a violation is."""

    OPENED = "opened", _("Ghi nhận")
    REQUEST = "request", _("Yêu cầu giải trình")
    EXPLANATION = "explanation", _("Giải trình của cơ quan")
    EVIDENCE = "evidence", _("Bằng chứng")
    DECISION = "decision", _("Kết luận")
    APPEAL = "appeal", _("Khiếu nại của cơ quan")
    ANSWER = "answer", _("Trả lời khiếu nại")
    EFFECT = "effect", _("Thực hiện kết luận")
    CLOSED = "closed", _("Kết thúc")
    SUCCESSION = "succession", _("Kế thừa")
