"""Refusals of the request itself: its wire form, its signature, its time."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import PROBLEMS, Problem

KINDS = (
    Kind(
        PROBLEMS["malformed-request"],
        Side.CONSUMER,
        "Malformed request",
        "The request cannot be read.",
        "Tiêu đề {where} thiếu hoặc không đúng dạng.",
        "Header {where} is missing or malformed.",
        ours=False,
    ),
    Kind(
        Problem(
            "target-not-canonical",
            400,
            _("Đường dẫn viết không đúng chuẩn"),
            _("Đường dẫn có chuỗi mà máy chủ và hệ thống nguồn có thể hiểu khác nhau."),
            _("Bắt đầu bằng đúng một dấu /; không dùng đoạn . hay .., dấu ; và #, gạch chéo hay dấu chấm mã hóa."),
        ),
        Side.CONSUMER,
        "Target is not canonical",
        "The target holds a spelling that two programs could read differently (//, /../, %2f, %5c, %2e, ;, #).",
    ),
    Kind(
        Problem(
            "header-repeated",
            400,
            _("Tiêu đề bị lặp"),
            _("Một tiêu đề chỉ được gửi một lần đã được gửi nhiều lần."),
            _("Gửi mỗi tiêu đề được ký đúng một lần."),
        ),
        Side.CONSUMER,
        "Repeated header",
        "A header that may be sent once was sent more than once.",
        "Tiêu đề {where} bị gửi nhiều lần.",
        "Header {where} was sent more than once.",
    ),
    Kind(
        Problem(
            "host-not-allowed",
            400,
            _("Tên máy chủ không được phục vụ"),
            _("Tiêu đề Host không phải tên máy chủ của nền tảng."),
            _("Gọi bằng đúng địa chỉ nền tảng đã cung cấp, tên máy chủ viết thường."),
        ),
        Side.CONSUMER,
        "Host not served here",
        "The Host header does not name this platform.",
    ),
    Kind(
        Problem(
            "request-timeout",
            408,
            _("Gửi yêu cầu quá chậm"),
            _("Nội dung yêu cầu chưa gửi xong trong thời gian cho phép."),
            _("Kiểm tra đường truyền rồi gửi lại với nonce mới."),
        ),
        Side.CONSUMER,
        "Request took too long to arrive",
        "The content was not received in time.",
    ),
    Kind(
        PROBLEMS["method-not-allowed"],
        Side.CONSUMER,
        "Method not allowed",
        "This address does not take the method used.",
        ours=False,
    ),
    Kind(
        PROBLEMS["too-large"],
        Side.CONSUMER,
        "Content too large",
        "The content exceeds the limit of the service.",
        "Nội dung gửi lên vượt giới hạn {limit} byte của dịch vụ.",
        "The content exceeds the limit of {limit} bytes of this service.",
        ours=False,
    ),
    Kind(
        Problem(
            "headers-too-large",
            431,
            _("Tiêu đề quá lớn"),
            _("Số lượng hoặc tổng dung lượng các tiêu đề vượt giới hạn."),
            _("Bỏ các tiêu đề không cần thiết rồi gửi lại."),
        ),
        Side.CONSUMER,
        "Headers too large",
        "Too many headers, or too many bytes of them.",
    ),
    Kind(
        Problem(
            "content-encoding-not-supported",
            415,
            _("Không nhận nội dung nén"),
            _("Nội dung được gửi ở dạng nén; chữ ký và giới hạn dung lượng áp dụng cho nội dung không nén."),
            _("Gửi nội dung không nén, bỏ tiêu đề Content-Encoding."),
        ),
        Side.CONSUMER,
        "Compressed content is not accepted",
        "Send the content without Content-Encoding.",
    ),
    Kind(
        Problem(
            "signature-invalid",
            401,
            _("Chữ ký không hợp lệ"),
            _("Chữ ký thiếu, không khớp với yêu cầu nhận được, hoặc không do khóa đang hiệu lực tạo ra."),
            _("Ký lại theo hướng dẫn: đúng khóa, đúng thành phần và thứ tự, trên đường dẫn và tham số như khi gửi."),
        ),
        Side.CONSUMER,
        "Invalid signature",
        "The signature is missing, does not fit the request as received, or was not made by a key in force.",
    ),
    Kind(
        Problem(
            "signature-missing",
            401,
            _("Yêu cầu không ký"),
            _("Yêu cầu không có chữ ký. Bên gọi chỉ được báo chữ ký không hợp lệ."),
            _("Ký yêu cầu theo hướng dẫn gọi dịch vụ."),
        ),
        Side.CONSUMER,
        "No signature",
        "The request carries no signature; callers are told signature-invalid.",
    ),
    Kind(
        Problem(
            "key-unknown",
            401,
            _("Khóa truy cập không tồn tại"),
            _("Khóa truy cập trong chữ ký không có. Bên gọi chỉ được báo chữ ký không hợp lệ."),
            _("Kiểm tra khóa truy cập đã được cấp."),
        ),
        Side.CONSUMER,
        "Unknown access key",
        "The key of the signature does not exist; callers are told signature-invalid.",
    ),
    Kind(
        Problem(
            "digest-mismatch",
            400,
            _("Nội dung không khớp mã băm"),
            _("Nội dung nhận được không có mã băm ghi ở tiêu đề Content-Digest."),
            _("Tính mã băm SHA-256 trên đúng chuỗi byte gửi đi; kiểm tra thiết bị trung gian có sửa nội dung không."),
        ),
        Side.CONSUMER,
        "Content does not match its digest",
        "The content received does not have the digest given in Content-Digest.",
    ),
    Kind(
        Problem(
            "clock-skew",
            401,
            _("Đồng hồ lệch"),
            _("Thời điểm ký nằm ngoài khoảng chấp nhận: trước hiện tại tối đa 300 giây, sau hiện tại tối đa 60 giây."),
            _("Đồng bộ đồng hồ máy chủ với nguồn giờ chuẩn rồi ký lại."),
        ),
        Side.CONSUMER,
        "Clock skew",
        "The time of signing lies outside the accepted window (300 seconds back, 60 seconds ahead).",
        "Thời điểm ký lệch {skew} giây so với giờ máy chủ {server_time}.",
        "The time of signing differs by {skew} seconds from the server's {server_time}.",
    ),
    Kind(
        Problem(
            "nonce-reused",
            401,
            _("Yêu cầu đã được dùng"),
            _("Chuỗi nonce này đã được dùng với khóa này; một chữ ký chỉ dùng được một lần."),
            _("Tạo nonce mới và ký lại cho mỗi lần gửi, kể cả khi thử lại."),
        ),
        Side.CONSUMER,
        "Nonce already used",
        "This nonce was used with this key before; sign every call anew, retries included.",
    ),
)
