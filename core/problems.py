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
    """A kind of problem: stable English code, HTTP status, and Vietnamese title, cause and remedy."""

    code: str
    status: int
    title: StrOrPromise
    cause: StrOrPromise
    remedy: StrOrPromise


def _catalogue(*problems: Problem) -> dict[str, Problem]:
    return {problem.code: problem for problem in problems}


PROBLEMS = _catalogue(
    Problem(
        "malformed-request",
        400,
        _("Yêu cầu sai định dạng"),
        _("Nội dung gửi lên không đọc được hoặc có tham số mà địa chỉ này không nhận."),
        _("Đối chiếu tên và kiểu của từng tham số với tài liệu rồi gửi lại."),
    ),
    Problem(
        "not-authenticated",
        401,
        _("Chưa đăng nhập"),
        _("Địa chỉ này chỉ trả lời người đã đăng nhập."),
        _("Đăng nhập rồi thực hiện lại; phiên làm việc có thể đã hết."),
    ),
    Problem(
        "permission-refused",
        403,
        _("Không có quyền thực hiện"),
        _("Vai trò hiện tại của bạn không bao gồm việc này."),
        _("Liên hệ quản trị cơ quan để được giao vai trò phù hợp, hoặc chuyển sang cơ quan khác mà bạn làm việc."),
    ),
    Problem(
        "csrf-failed",
        403,
        _("Biểu mẫu đã hết hiệu lực"),
        _("Mã bảo vệ biểu mẫu không còn khớp với phiên làm việc."),
        _("Tải lại trang rồi gửi lại biểu mẫu."),
    ),
    Problem(
        "not-found",
        404,
        _("Không tìm thấy"),
        _("Địa chỉ không tồn tại, hoặc nội dung nằm ngoài phạm vi được xem của bạn."),
        _("Kiểm tra lại địa chỉ hoặc tìm từ trang chủ."),
    ),
    Problem(
        "method-not-allowed",
        405,
        _("Phương thức không được phép"),
        _("Địa chỉ này không nhận phương thức vừa dùng."),
        _("Dùng một trong các phương thức ghi ở tiêu đề Allow."),
    ),
    Problem(
        "not-acceptable",
        406,
        _("Không có định dạng được yêu cầu"),
        _("Máy chủ không tạo được định dạng ghi ở tiêu đề Accept."),
        _("Yêu cầu application/json."),
    ),
    Problem(
        "conflict",
        409,
        _("Trạng thái đã thay đổi"),
        _("Nội dung vừa được người khác thay đổi, hoặc việc này không làm được ở trạng thái hiện tại."),
        _("Tải lại để xem trạng thái mới nhất; nội dung bạn nhập vẫn được giữ."),
    ),
    Problem(
        "gone",
        410,
        _("Không còn hiệu lực"),
        _("Liên kết đã hết hạn, đã được dùng hoặc đã bị thu hồi."),
        _("Đề nghị người gửi cấp liên kết mới."),
    ),
    Problem(
        "too-large",
        413,
        _("Nội dung quá lớn"),
        _("Nội dung gửi lên vượt giới hạn cho phép."),
        _("Giảm dung lượng rồi gửi lại."),
    ),
    Problem(
        "unsupported-media-type",
        415,
        _("Kiểu nội dung không được hỗ trợ"),
        _("Máy chủ không đọc được kiểu nội dung ghi ở tiêu đề Content-Type."),
        _("Gửi nội dung dạng application/json."),
    ),
    Problem(
        "invalid-input",
        422,
        _("Dữ liệu chưa đúng"),
        _("Một hoặc nhiều trường chưa đúng."),
        _("Sửa các trường được nêu trong danh sách lỗi rồi gửi lại."),
    ),
    Problem(
        "condition-not-met",
        422,
        _("Chưa đủ điều kiện"),
        _("Một điều kiện bắt buộc chưa được đáp ứng."),
        _("Hoàn thành điều kiện được nêu rồi thực hiện lại."),
    ),
    Problem(
        "too-many-requests",
        429,
        _("Quá nhiều yêu cầu"),
        _("Số lần thực hiện vượt mức cho phép trong thời gian ngắn."),
        _("Chờ hết thời gian ghi ở tiêu đề Retry-After rồi thử lại."),
    ),
    Problem(
        "internal-error",
        500,
        _("Hệ thống gặp lỗi"),
        _("Lỗi nằm ở phía hệ thống và đã được ghi nhận."),
        _("Thử lại sau ít phút; nếu vẫn lỗi, gửi mã yêu cầu cho bộ phận hỗ trợ."),
    ),
    Problem(
        "unavailable",
        503,
        _("Hệ thống tạm thời chưa sẵn sàng"),
        _("Một thành phần bắt buộc của hệ thống đang khởi động hoặc gián đoạn."),
        _("Thử lại sau ít phút; dữ liệu đã lưu không bị mất."),
    ),
)


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
