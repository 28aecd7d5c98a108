"""Refusals that are not the caller's doing: the provider, or the platform itself."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import PROBLEMS, Problem

_LATER = _("Thử lại sau với nonce mới; nếu kéo dài, báo đầu mối của cơ quan cung cấp kèm mã yêu cầu.")
_REPORT = _("Báo đầu mối vận hành nền tảng kèm mã yêu cầu.")
_WAIT = _("Chờ hết thời gian ghi ở tiêu đề Retry-After rồi gọi lại với nonce mới.")
_LATER_EN = (
    "Try again later with a new nonce; if it persists, tell the contact of the providing agency, with the request id."
)
_REPORT_EN = "Tell the operators of the platform, with the request id."
_MAYBE = _(
    "Lượt gọi có thể đã chuyển tới hệ thống nguồn. Chờ hết Retry-After rồi gọi lại với nonce mới; với thao tác ghi, "
    "giữ nguyên Idempotency-Key, hoặc xem nhật ký theo mã yêu cầu trước khi gọi lại."
)
_MAYBE_EN = (
    "The call may have been forwarded. Wait as long as Retry-After says, then call again with a new nonce; where the "
    "call changes something, under the same Idempotency-Key, or look at the log first."
)
_WAIT_EN = "Wait as long as the Retry-After header says, then call again with a new nonce."

KINDS = (
    Kind(
        Problem(
            "provider-unreachable",
            502,
            _("Không kết nối được hệ thống nguồn"),
            _("Hệ thống nguồn không nhận kết nối hoặc ngắt giữa chừng."),
            _LATER,
        ),
        Side.PROVIDER,
        "Source system unreachable",
        "The source system refused the connection or closed it early.",
        remedy_en=_LATER_EN,
    ),
    Kind(
        Problem(
            "provider-timeout",
            504,
            _("Hệ thống nguồn không trả lời kịp"),
            _("Hệ thống nguồn chưa trả lời xong trong thời hạn của dịch vụ."),
            _LATER,
        ),
        Side.PROVIDER,
        "Source system timed out",
        "The source system did not answer within the time of the service.",
        "Hệ thống nguồn chưa trả lời sau {limit} giây.",
        "The source system did not answer within {limit} seconds.",
        remedy_en=_LATER_EN,
    ),
    Kind(
        Problem(
            "provider-unavailable",
            503,
            _("Hệ thống nguồn đang gián đoạn"),
            _("Hệ thống nguồn lỗi liên tiếp nên nền tảng tạm ngừng gọi."),
            _WAIT,
        ),
        Side.PROVIDER,
        "Source system unavailable",
        "The source system failed repeatedly; the platform is pausing calls to it.",
        remedy_en=_WAIT_EN,
    ),
    Kind(
        Problem(
            "provider-busy",
            503,
            _("Hệ thống nguồn đang quá tải"),
            _("Số lượt gọi tới cơ quan cung cấp này đã đạt giới hạn."),
            _WAIT,
        ),
        Side.PROVIDER,
        "Source system busy",
        "Too many calls to this provider are running.",
        remedy_en=_WAIT_EN,
    ),
    Kind(
        Problem(
            "provider-error",
            502,
            _("Hệ thống nguồn gặp lỗi"),
            _("Hệ thống nguồn trả lời bằng mã lỗi máy chủ."),
            _LATER,
        ),
        Side.PROVIDER,
        "Source system failed",
        "The source system answered with a server error.",
        "Hệ thống nguồn trả lời mã {status}.",
        "The source system answered {status}.",
        remedy_en=_LATER_EN,
    ),
    Kind(
        Problem(
            "provider-redirected",
            502,
            _("Hệ thống nguồn chuyển hướng"),
            _("Hệ thống nguồn trả lời bằng chuyển hướng; nền tảng không đi theo."),
            _LATER,
        ),
        Side.PROVIDER,
        "Source system redirected",
        "The source system answered with a redirect, which is never followed.",
        remedy_en=_LATER_EN,
    ),
    Kind(
        Problem(
            "provider-refused",
            502,
            _("Hệ thống nguồn từ chối nền tảng"),
            _("Hệ thống nguồn không chấp nhận kết nối của nền tảng."),
            _REPORT,
        ),
        Side.PROVIDER,
        "Source system refused the platform",
        "The source system did not accept the platform's own credentials.",
        remedy_en=_REPORT_EN,
    ),
    Kind(
        Problem(
            "provider-answer-invalid",
            502,
            _("Trả lời của hệ thống nguồn không đọc được"),
            _("Trả lời sai giao thức, bị nén, hoặc không đúng dạng dữ liệu đã công bố."),
            _LATER,
        ),
        Side.PROVIDER,
        "Unreadable answer of the source system",
        "The answer breaks the protocol, is compressed, or is not of the published form.",
        remedy_en=_LATER_EN,
    ),
    Kind(
        Problem(
            "provider-answer-too-large",
            502,
            _("Trả lời của hệ thống nguồn quá lớn"),
            _("Trả lời vượt dung lượng nền tảng chuyển trong một lượt gọi."),
            _("Giới hạn số bản ghi mỗi lượt gọi."),
        ),
        Side.PROVIDER,
        "Answer too large",
        "The answer exceeds what the platform carries in one call.",
        "Trả lời vượt giới hạn {limit} byte.",
        "The answer exceeds {limit} bytes.",
        remedy_en="Ask for fewer records in one call.",
    ),
    Kind(
        Problem(
            "upstream-not-allowed",
            502,
            _("Địa chỉ hệ thống nguồn không được phép"),
            _("Địa chỉ của hệ thống nguồn nằm trong dải mạng nền tảng không gọi."),
            _REPORT,
        ),
        Side.PLATFORM,
        "Upstream address not allowed",
        "The address of the source system is one the platform does not call.",
        remedy_en=_REPORT_EN,
    ),
    Kind(
        Problem(
            "policy-unavailable",
            503,
            _("Chưa đọc được chính sách"),
            _("Nền tảng chưa có dữ liệu phân quyền đủ mới để quyết định."),
            _WAIT,
        ),
        Side.PLATFORM,
        "Policy unavailable",
        "The platform has no policy recent enough to decide by.",
        step="platform",
        remedy_en=_WAIT_EN,
    ),
    Kind(
        Problem(
            "log-unavailable",
            503,
            _("Chưa ghi được nhật ký"),
            _("Nhật ký giao dịch không ghi được; không có nhật ký thì không chuyển lượt gọi và không trả kết quả."),
            _MAYBE,
        ),
        Side.PLATFORM,
        "Log unavailable",
        "The call log cannot be written; without it no call is forwarded and no answer is given.",
        step="platform",
        remedy_en=_MAYBE_EN,
    ),
    Kind(
        Problem(
            "overloaded",
            503,
            _("Nền tảng quá tải"),
            _("Nền tảng đang chuyển số lượt gọi hoặc lượng nội dung nhiều nhất có thể vào lúc này."),
            _MAYBE,
        ),
        Side.PLATFORM,
        "Overloaded",
        "The platform carries as many calls, or as much content, as it can at this moment.",
        step="platform",
        remedy_en=_MAYBE_EN,
    ),
    Kind(
        PROBLEMS["internal-error"],
        Side.PLATFORM,
        "Internal error",
        "The fault is ours and has been recorded.",
        remedy_en=_REPORT_EN,
        ours=False,
    ),
    Kind(
        Problem(
            "caller-gone",
            499,
            _("Bên gọi ngắt kết nối"),
            _("Bên gọi ngắt kết nối trước khi nhận trả lời. Mã này chỉ ghi trong nhật ký."),
            _("Tăng thời gian chờ của bên gọi."),
        ),
        Side.CONSUMER,
        "Caller hung up",
        "The caller closed the connection before the answer.",
        remedy_en="Let the caller wait longer.",
        told_as="",
    ),
)
