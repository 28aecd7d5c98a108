"""One catalogue of problems, told the same way to people (pages) and to systems (RFC 9457).

A deed refuses by raising a :class:`DomainError`; doors translate it. Three refusals are kept apart: the state does not
allow it, the person may not, or a named condition is not met yet. Each code has a page at ``/loi/{code}``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem: stable English code, HTTP status, and Vietnamese title, cause and remedy.

    The English texts answer systems that ask for English. ``side`` says who has to act ("" leaves it to the status);
    ``step`` names the step of a brokered call that refuses, "" where no call is brokered. ``detail``, ``headers`` and
    ``members`` are samples of what one answer says besides.
    ``told_as`` is the code callers get instead: its own (None), another, or none at all ("": it is only logged).
    """

    code: str
    status: int
    title: StrOrPromise
    cause: StrOrPromise
    remedy: StrOrPromise
    title_en: str = ""
    cause_en: str = ""
    remedy_en: str = ""
    side: str = ""
    step: str = ""
    detail: str = ""
    detail_en: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    members: tuple[tuple[str, object], ...] = ()
    told_as: str | None = None

    @property
    def acts(self) -> str:
        """Return who has to act: consumer, platform or provider."""
        return self.side or ("consumer" if self.status < 500 else "platform")


def _catalogue(*problems: Problem) -> dict[str, Problem]:
    return {problem.code: problem for problem in problems}


PROBLEMS = _catalogue(
    Problem(
        "malformed-request",
        400,
        _("Yêu cầu sai định dạng"),
        _("Nội dung gửi lên không đọc được hoặc có tham số mà địa chỉ này không nhận."),
        _("Đối chiếu tên và kiểu của từng tham số với tài liệu rồi gửi lại."),
        title_en="Malformed request",
        cause_en="The request cannot be read, or carries a parameter this address does not take.",
        step="wire",
        remedy_en="Compare the name and the kind of every parameter with the documentation, then send again.",
    ),
    Problem(
        "not-authenticated",
        401,
        _("Chưa đăng nhập"),
        _("Địa chỉ này chỉ trả lời người đã đăng nhập."),
        _("Đăng nhập rồi thực hiện lại; phiên làm việc có thể đã hết."),
        title_en="Not signed in",
        cause_en="This address answers only people who are signed in.",
        headers=(("WWW-Authenticate", 'Session realm="LGSP"'),),
        remedy_en="Sign in and try again; the session may have ended.",
    ),
    Problem(
        "permission-refused",
        403,
        _("Không có quyền thực hiện"),
        _("Vai trò hiện tại của bạn không bao gồm việc này."),
        _("Liên hệ quản trị cơ quan để được giao vai trò phù hợp, hoặc chuyển sang cơ quan khác mà bạn làm việc."),
        title_en="Permission refused",
        cause_en="Your current role does not include this action.",
        remedy_en="Ask the administrator of your agency for a fitting role, or switch to another agency you work for.",
    ),
    Problem(
        "csrf-failed",
        403,
        _("Biểu mẫu đã hết hiệu lực"),
        _("Mã bảo vệ biểu mẫu không còn khớp với phiên làm việc."),
        _("Tải lại trang rồi gửi lại biểu mẫu."),
        title_en="Form protection failed",
        cause_en="The form protection token does not match the session.",
        remedy_en="Reload the page and send the form again.",
    ),
    Problem(
        "second-step-required",
        403,
        _("Chưa thiết lập xác thực hai bước"),
        _("Vai trò của bạn yêu cầu xác thực hai bước, nhưng tài khoản chưa thiết lập."),
        _("Đăng nhập trên trình duyệt, thiết lập xác thực hai bước rồi thực hiện lại."),
        title_en="Second step required",
        cause_en="Your role requires two-step verification, which is not set up yet.",
        remedy_en="Sign in with a browser, set up two-step verification and try again.",
    ),
    Problem(
        "not-found",
        404,
        _("Không tìm thấy"),
        _("Địa chỉ không tồn tại, hoặc nội dung nằm ngoài phạm vi được xem của bạn."),
        _("Kiểm tra lại địa chỉ hoặc tìm từ trang chủ."),
        title_en="Not found",
        cause_en="The address does not exist, or its content is outside what you may see.",
        step="service",
        remedy_en="Check the address, or start from the home page.",
    ),
    Problem(
        "method-not-allowed",
        405,
        _("Phương thức không được phép"),
        _("Địa chỉ này không nhận phương thức vừa dùng."),
        _("Dùng một trong các phương thức ghi ở tiêu đề Allow."),
        title_en="Method not allowed",
        cause_en="This address does not take the method used; see the Allow header.",
        step="service",
        headers=(("Allow", "GET, HEAD"),),
        remedy_en="Use one of the methods named in the Allow header.",
    ),
    Problem(
        "not-acceptable",
        406,
        _("Không có định dạng được yêu cầu"),
        _("Máy chủ không tạo được định dạng ghi ở tiêu đề Accept."),
        _("Yêu cầu application/json."),
        title_en="Not acceptable",
        cause_en="The server cannot produce the format named in the Accept header.",
        remedy_en="Ask for application/json.",
    ),
    Problem(
        "conflict",
        409,
        _("Trạng thái đã thay đổi"),
        _("Nội dung vừa được người khác thay đổi, hoặc việc này không làm được ở trạng thái hiện tại."),
        _("Tải lại để xem trạng thái mới nhất; nội dung bạn nhập vẫn được giữ."),
        title_en="State has changed",
        cause_en="Somebody else changed the content, or its state does not allow this action.",
        remedy_en="Load the newest state again; what you entered is kept.",
    ),
    Problem(
        "gone",
        410,
        _("Không còn hiệu lực"),
        _("Liên kết đã hết hạn, đã được dùng hoặc đã bị thu hồi."),
        _("Đề nghị người gửi cấp liên kết mới."),
        title_en="No longer valid",
        cause_en="The link has expired, was used, or was withdrawn.",
        remedy_en="Ask the sender for a new link.",
    ),
    Problem(
        "precondition-failed",
        412,
        _("Phiên bản không còn khớp"),
        _("Phiên bản ghi ở tiêu đề If-Match không phải phiên bản hiện tại."),
        _("Lấy lại nội dung cùng ETag mới nhất rồi thực hiện lại."),
        title_en="Precondition failed",
        cause_en="The version named in the If-Match header is not the current one.",
        remedy_en="Fetch the content with its newest ETag and try again.",
    ),
    Problem(
        "too-large",
        413,
        _("Nội dung quá lớn"),
        _("Nội dung gửi lên vượt giới hạn cho phép; với biểu mẫu, tổng các tệp chọn một lần quá lớn."),
        _("Giảm dung lượng hoặc gửi từng tệp một, rồi gửi lại. Quay lại trang trước để không phải nhập lại."),
        title_en="Content too large",
        cause_en="The content sent exceeds the limit.",
        step="wire",
        remedy_en="Send less: shorten the content, or send files one at a time.",
    ),
    Problem(
        "unsupported-media-type",
        415,
        _("Kiểu nội dung không được hỗ trợ"),
        _("Máy chủ không đọc được kiểu nội dung ghi ở tiêu đề Content-Type."),
        _("Gửi nội dung dạng application/json."),
        title_en="Unsupported media type",
        cause_en="The server does not read the type named in the Content-Type header.",
        remedy_en="Send the content as application/json.",
    ),
    Problem(
        "invalid-input",
        422,
        _("Dữ liệu chưa đúng"),
        _("Một hoặc nhiều trường chưa đúng."),
        _("Sửa các trường được nêu trong danh sách lỗi rồi gửi lại."),
        title_en="Invalid input",
        cause_en="One or more fields are wrong.",
        remedy_en="Mend the fields named in the list of errors and send again.",
    ),
    Problem(
        "condition-not-met",
        422,
        _("Chưa đủ điều kiện"),
        _("Một điều kiện bắt buộc chưa được đáp ứng."),
        _("Hoàn thành điều kiện được nêu rồi thực hiện lại."),
        title_en="Condition not met",
        cause_en="A required condition is not met yet.",
        remedy_en="Fulfil the condition named and try again.",
    ),
    Problem(
        "too-many-requests",
        429,
        _("Quá nhiều yêu cầu"),
        _("Số lần thực hiện vượt mức cho phép trong thời gian ngắn."),
        _("Chờ hết thời gian ghi ở tiêu đề Retry-After rồi thử lại."),
        title_en="Too many requests",
        cause_en="Too many requests in a short time; see the Retry-After header.",
        headers=(("Retry-After", "60"),),
        remedy_en="Wait as long as the Retry-After header says and try again.",
    ),
    Problem(
        "internal-error",
        500,
        _("Hệ thống gặp lỗi"),
        _("Lỗi nằm ở phía hệ thống và đã được ghi nhận."),
        _("Thử lại sau ít phút; nếu vẫn lỗi, gửi mã yêu cầu cho bộ phận hỗ trợ."),
        title_en="Internal error",
        cause_en="The fault is on our side and has been recorded.",
        step="platform",
        remedy_en="Try again in a few minutes; if it persists, give the request id to the support contact.",
    ),
    Problem(
        "unavailable",
        503,
        _("Hệ thống tạm thời chưa sẵn sàng"),
        _("Một thành phần bắt buộc của hệ thống đang khởi động hoặc gián đoạn."),
        _("Thử lại sau ít phút; dữ liệu đã lưu không bị mất."),
        title_en="Temporarily unavailable",
        cause_en="A required part of the system is starting or interrupted.",
        remedy_en="Try again in a few minutes; what was saved is not lost.",
    ),
)


def register(*problems: Problem) -> None:
    """Add the problems of a floor above to the catalogue; its app does so once, when it is ready.

    Raises ValueError for a code that means something else already.
    """
    for problem in problems:
        if PROBLEMS.setdefault(problem.code, problem) is not problem:
            raise ValueError(f"problem {problem.code!r} is already in the catalogue")


class DomainError(Exception):
    """A deed was refused and nothing changed. ``detail`` says what and how to mend it, in Vietnamese."""

    code = "conflict"

    def __init__(self, detail: StrOrPromise, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problem = PROBLEMS[code or self.code]


class StateRefused(DomainError):
    """The thing is in a state (or was just changed to one) in which this deed does not exist."""

    code = "conflict"


class PermissionRefused(DomainError):
    """The actor's roles do not carry the permission."""

    code = "permission-refused"


class GuardRefused(DomainError):
    """A named condition of the procedure is not met yet."""

    code = "condition-not-met"


class NoLongerValid(DomainError):
    """A link or secret has expired, was used, or was withdrawn."""

    code = "gone"


class TooMany(DomainError):
    """Too many tries in a short time; ``retry_after`` is in seconds."""

    code = "too-many-requests"

    def __init__(self, detail: StrOrPromise, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class InvalidInput(DomainError):
    """Fields are wrong. ``errors`` maps field name ("" for the whole) to messages in Vietnamese."""

    code = "invalid-input"

    def __init__(self, errors: Mapping[str, Sequence[StrOrPromise]]) -> None:
        super().__init__("; ".join(str(text) for texts in errors.values() for text in texts))
        self.errors = {name: list(texts) for name, texts in errors.items()}
