"""Names of things in this app; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """States of a dossier (decisions, 20). A suspension is not one: it is computed from open holds."""

    DRAFT = "draft", _("Bản nháp")
    SUBMITTED = "submitted", _("Chờ tiếp nhận")
    EVALUATING = "evaluating", _("Đang đánh giá")
    COMPLETION_REQUESTED = "completion_requested", _("Cần hoàn thiện")
    AWAITING_APPROVAL = "awaiting_approval", _("Chờ phê duyệt")
    TECHNICALLY_APPROVED = "technically_approved", _("Đã chấp thuận kỹ thuật")
    TESTING = "testing", _("Đang kiểm thử")
    AWAITING_CONFIRMATION = "awaiting_confirmation", _("Chờ xác nhận kiểm thử")
    READY = "ready", _("Đủ điều kiện vận hành")
    LIVE = "live", _("Đang vận hành")
    TERMINATED = "terminated", _("Đã hủy kết nối")
    WITHDRAWN = "withdrawn", _("Đã rút")
    CLOSED = "closed", _("Dừng giải quyết")


ENDED = frozenset({State.TERMINATED, State.WITHDRAWN, State.CLOSED})
# Which of the six public stages (QC10) a state belongs to; what ended shows the stage it had reached.
STAGE = {
    State.DRAFT: 1,
    State.SUBMITTED: 1,
    State.EVALUATING: 2,
    State.COMPLETION_REQUESTED: 2,
    State.AWAITING_APPROVAL: 2,
    State.TECHNICALLY_APPROVED: 3,
    State.TESTING: 4,
    State.AWAITING_CONFIRMATION: 5,
    State.READY: 5,
    State.LIVE: 6,
    State.TERMINATED: 6,
    State.WITHDRAWN: 1,
    State.CLOSED: 2,
}


class Side(TextChoices):
    """The two sides of a dossier (decisions, 22)."""

    AGENCY = "agency", _("Cơ quan quản lý hệ thống")
    OPERATOR = "operator", _("Cơ quan quản lý, vận hành LGSP")


class Kind(TextChoices):
    """What a dossier asks for."""

    NEW = "new", _("Kết nối mới")
    CHANGE = "change", _("Thay đổi phạm vi")
    RENEWAL = "renewal", _("Gia hạn")
    TERMINATION = "termination", _("Hủy kết nối")


class Part(TextChoices):
    """Parts of a filing in the order of the task list (QC10.1); the seventh task is checking and sending."""

    CONTACTS = "contacts", _("Cơ quan và đầu mối")
    SYSTEM = "system", _("Hệ thống thông tin")
    PURPOSE = "purpose", _("Mục đích và căn cứ")
    SCOPE = "scope", _("Phạm vi dữ liệu")
    TECHNICAL = "technical", _("Yêu cầu kỹ thuật")
    PLANS = "plans", _("Phương án vận hành, an toàn")


class AttachmentKind(TextChoices):
    """What a file of a dossier is."""

    DOCUMENT = "document", _("Tài liệu kèm theo")
    LETTER = "letter", _("Văn bản đề nghị")
    MESSAGE_SAMPLE = "message_sample", _("Thông điệp mẫu")


class Mark(TextChoices):
    """Outcome of one criterion; empty: not judged yet."""

    PASS = "pass", _("Đạt")
    FAIL = "fail", _("Không đạt")
    NOT_APPLICABLE = "not_applicable", _("Không áp dụng")


class CriterionGroup(TextChoices):
    """Groups of the checklist of Điều 9."""

    ARCHITECTURE = "architecture", _("Kiến trúc và tiêu chuẩn kỹ thuật")
    API = "api", _("Khả năng cung cấp, tiếp nhận dữ liệu")
    SECURITY = "security", _("An toàn thông tin")
    OPERATION = "operation", _("Phương án vận hành và nhân lực")
    NATIONAL = "national", _("Cấu trúc thông điệp dữ liệu quốc gia")


class TestGroup(TextChoices):
    """The four things a test must show (QC10.4)."""

    __test__ = False  # the name is the procedure's, not pytest's

    INTEGRATION = "integration", _("Khả năng tích hợp")
    EXCHANGE = "exchange", _("Trao đổi dữ liệu")
    PERFORMANCE = "performance", _("Hiệu năng")
    SECURITY = "security", _("An toàn thông tin")


class Measure(TextChoices):
    """Where a test case gets its result from."""

    LOG = "log", _("Đo từ nhật ký của nền tảng thử nghiệm")
    HAND = "hand", _("Nhập tay, kèm minh chứng")


class Result(TextChoices):
    """Result of a test case; empty: not measured yet."""

    PASS = "pass", _("Đạt")
    FAIL = "fail", _("Không đạt")


class Step(TextChoices):
    """Steps of a dossier that have a deadline; the value is the tail of the policy's code ``request.<step>``."""

    INTAKE = "intake", _("Tiếp nhận hồ sơ")
    EVALUATION = "evaluation", _("Thẩm định kỹ thuật")
    COMPLETION = "completion", _("Cơ quan hoàn thiện hồ sơ")
    RESULT = "result", _("Thông báo kết quả thẩm định")
    ENVIRONMENT = "environment", _("Thiết lập môi trường")
    TESTING = "testing", _("Kiểm thử")
    CONFIRMATION = "confirmation", _("Lập biên bản xác nhận")


class HoldSide(TextChoices):
    """Who put a hold on a connection; one side's resumption never lifts another's (Q50-15.4)."""

    AGENCY = "agency", _("Cơ quan khai thác")
    PROVIDER = "provider", _("Cơ quan cung cấp")
    OPERATOR = "operator", _("Cơ quan quản lý, vận hành LGSP")


class Chased(TextChoices):
    """Who is reminded of a deadline."""

    HOLDER = "holder", _("Bên đang giữ bước")
    HEAD = "head", _("Trưởng phòng")
    LEADER = "leader", _("Lãnh đạo Sở")


class Duty(TextChoices):
    """What a live connection owes regularly; the value is the tail of the deadline's code ``compliance.<duty>``."""

    DECLARATION = "declaration", _("Cam kết an toàn thông tin hằng năm")
    INSPECTION = "inspection", _("Kiểm tra định kỳ")


class Probe(TextChoices):
    """What can be looked up by machine for an evaluation."""

    ADDRESS = "address", _("Địa chỉ truy cập được")
    CERTIFICATE = "certificate", _("Chứng thư TLS")
    DESCRIPTION = "description", _("Mô tả OpenAPI")
    MESSAGES = "messages", _("Tuân thủ cấu trúc thông điệp")


class LineOutcome(TextChoices):
    """What is decided about one service of a dossier."""

    APPROVED = "approved", _("Chấp thuận như đề nghị")
    NARROWED = "narrowed", _("Chấp thuận, thu hẹp phạm vi")
    REFUSED = "refused", _("Không chấp thuận")


class PrintoutKind(TextChoices):
    """Papers of a dossier (ux.md §5)."""

    REQUEST = "request", _("Phiếu đề nghị kết nối")
    RECEIPT = "receipt", _("Phiếu tiếp nhận hồ sơ và hẹn trả kết quả")
    COMPLETION = "completion", _("Phiếu yêu cầu hoàn thiện hồ sơ")
    EVALUATION = "evaluation", _("Phiếu kết quả thẩm định")
    APPROVAL = "approval", _("Thông báo chấp thuận kỹ thuật")
    GO_LIVE = "go_live", _("Thông báo vận hành chính thức")
    APOLOGY = "apology", _("Phiếu xin lỗi và hẹn lại ngày trả kết quả")
    CONTROL = "control", _("Phiếu kiểm soát quá trình giải quyết hồ sơ")
    HANDOVER = "handover", _("Biên bản bàn giao thông số môi trường thử nghiệm")
    TEST_RECORD = "test_record", _("Biên bản kiểm thử")
    GRANT = "grant", _("Phiếu cấp quyền khai thác dữ liệu")
    REVOCATION = "revocation", _("Thông báo thu hồi quyền khai thác")
    HOLD = "hold", _("Thông báo tạm dừng kết nối")
    RESUMPTION = "resumption", _("Thông báo khôi phục kết nối")
    ENDING = "ending", _("Thông báo hủy kết nối")


class AccessState(TextChoices):
    """Life of what a connected system asks to use (ux.md §2.1)."""

    DRAFT = "draft", _("Giỏ đề nghị")
    SENT = "sent", _("Chờ ý kiến và thẩm định")
    PROPOSED = "proposed", _("Chờ duyệt quyết định")
    DECIDED = "decided", _("Đã quyết định")
    WITHDRAWN = "withdrawn", _("Đã rút")


class Opinion(TextChoices):
    """What the provider thinks of one service that is asked for; SKHCN decides (QC4.6)."""

    AGREE = "agree", _("Nhất trí")
    NARROW = "narrow", _("Nhất trí nếu thu hẹp")
    OBJECT = "object", _("Không nhất trí")


class Ending(TextChoices):
    """What comes to its last day and is told before (ux.md §4.1)."""

    GRANT = "grant", _("Quyền khai thác")
    KEY = "key", _("Khóa")
    VERSION = "version", _("Phiên bản dịch vụ")


class VersionNews(TextChoices):
    """What consumers are told of the end of a version."""

    ANNOUNCED = "announced", _("Báo ngừng")
    BEFORE = "before", _("Nhắc trước ngày ngừng")
    RESUMED = "resumed", _("Tiếp tục cung cấp")
    WITHDRAWN = "withdrawn", _("Đã ngừng")


class Algorithm(TextChoices):
    """How a key signs (decisions, 4)."""

    HMAC_SHA256 = "hmac-sha256", _("HMAC-SHA256, cổng tạo khóa bí mật")
    ED25519 = "ed25519", _("Ed25519, hệ thống tự giữ khóa riêng")


class LetterStyle(TextChoices):
    """Whose rules the head of a body's papers follows; the values are those of ``core.documents.layout.HeadStyle``."""

    STATE = "state", _("Quốc hiệu, Tiêu ngữ (Nghị định 30/2020/NĐ-CP)")
    PARTY = "party", _("Tiêu đề văn bản của Đảng")
