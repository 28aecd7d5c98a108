"""Refusals of a caller we know: key, grant, scope, limits. Only the verified owner of the key is told these."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import Problem

_ASK = _("Cơ quan quản lý hệ thống liên hệ đầu mối vận hành nền tảng.")
_RENEW = _("Gửi hồ sơ gia hạn hoặc thay đổi phạm vi trên cổng.")

KINDS = (
    Kind(
        Problem(
            "key-revoked",
            401,
            _("Khóa đã thu hồi"),
            _("Khóa truy cập này đã bị thu hồi."),
            _("Dùng khóa mới của hệ thống."),
        ),
        Side.CONSUMER,
        "Key revoked",
        "This access key was revoked.",
    ),
    Kind(
        Problem(
            "key-expired",
            401,
            _("Khóa hết hạn"),
            _("Khóa truy cập này đã hết thời hạn."),
            _("Tạo khóa mới trên cổng."),
        ),
        Side.CONSUMER,
        "Key expired",
        "This access key is past its term.",
        "Khóa {access_key} hết hạn ngày {day}.",
        "Key {access_key} expired on {day}.",
    ),
    Kind(
        Problem("key-suspended", 401, _("Khóa tạm dừng"), _("Khóa truy cập này đang bị tạm dừng."), _ASK),
        Side.CONSUMER,
        "Key suspended",
        "This access key is suspended.",
    ),
    Kind(
        Problem(
            "unknown-service",
            404,
            _("Không có dịch vụ này"),
            _("Không có dịch vụ đang công bố với tên và phiên bản này."),
            _("Xem các dịch vụ tại /api/data/-/services."),
        ),
        Side.CONSUMER,
        "Unknown service",
        "No published service has this name and version.",
        "Không có dịch vụ {service}/{version} đang công bố.",
        "No published service is named {service}/{version}.",
    ),
    Kind(
        Problem(
            "unknown-operation",
            404,
            _("Dịch vụ không có thao tác này"),
            _("Đường dẫn không khớp thao tác nào của dịch vụ."),
            _("Xem mô tả dịch vụ để lấy đúng đường dẫn."),
        ),
        Side.CONSUMER,
        "Unknown operation",
        "The path fits no operation of the service.",
    ),
    Kind(
        Problem(
            "environment-mismatch",
            403,
            _("Sai môi trường"),
            _("Khóa, quyền khai thác và dịch vụ không thuộc cùng một môi trường."),
            _("Dùng khóa và quyền khai thác của cùng môi trường (thử nghiệm hoặc chính thức)."),
        ),
        Side.CONSUMER,
        "Wrong environment",
        "Key, grant and service do not belong to one environment.",
        "Khóa thuộc môi trường {environment}; quyền khai thác hoặc dịch vụ thì không.",
        "The key belongs to {environment}; the grant or the service does not.",
    ),
    Kind(
        Problem(
            "grant-missing",
            403,
            _("Chưa có quyền khai thác"),
            _("Hệ thống không có quyền khai thác mang mã này cho dịch vụ được gọi."),
            _("Kiểm tra mã ở tiêu đề X-LGSP-Grant; nếu chưa có quyền, gửi hồ sơ đề nghị trên cổng."),
        ),
        Side.CONSUMER,
        "No such grant",
        "The system holds no grant of this code for the service called.",
        "Hệ thống {system} không có quyền khai thác {grant} cho dịch vụ {service}.",
        "System {system} holds no grant {grant} for service {service}.",
    ),
    Kind(
        Problem(
            "grant-not-yet-valid",
            403,
            _("Quyền chưa có hiệu lực"),
            _("Thời hạn của quyền khai thác chưa bắt đầu."),
            _ASK,
        ),
        Side.CONSUMER,
        "Grant not yet in force",
        "The term of the grant has not begun.",
        "Quyền khai thác {grant} có hiệu lực từ ngày {day}.",
        "Grant {grant} is in force from {day}.",
    ),
    Kind(
        Problem("grant-expired", 403, _("Quyền khai thác hết hạn"), _("Thời hạn của quyền khai thác đã hết."), _RENEW),
        Side.CONSUMER,
        "Grant expired",
        "The term of the grant is over.",
        "Quyền khai thác {grant} hết hạn sau ngày {day}.",
        "Grant {grant} was in force until {day}.",
    ),
    Kind(
        Problem("grant-revoked", 403, _("Quyền khai thác đã thu hồi"), _("Quyền khai thác đã bị thu hồi."), _ASK),
        Side.CONSUMER,
        "Grant revoked",
        "The grant was revoked.",
    ),
    Kind(
        Problem("grant-suspended", 403, _("Quyền khai thác tạm dừng"), _("Quyền khai thác đang bị tạm dừng."), _ASK),
        Side.CONSUMER,
        "Grant suspended",
        "The grant is suspended.",
    ),
    Kind(
        Problem(
            "connection-suspended",
            403,
            _("Kết nối tạm dừng"),
            _("Kết nối của hệ thống đang bị tạm dừng hoặc chưa vận hành chính thức."),
            _ASK,
        ),
        Side.CONSUMER,
        "Connection suspended",
        "The system's connection is suspended or not live.",
    ),
    Kind(
        Problem(
            "purpose-not-granted",
            403,
            _("Ngoài mục đích được cấp"),
            _("Mục đích ghi ở tiêu đề X-LGSP-Purpose không phải mục đích của quyền khai thác."),
            _("Gửi đúng mã mục đích đã được cấp; mục đích khác cần quyền khai thác khác."),
        ),
        Side.CONSUMER,
        "Purpose not granted",
        "The purpose given in X-LGSP-Purpose is not that of the grant.",
        "Quyền khai thác {grant} cấp cho mục đích {purpose}.",
        "Grant {grant} was given for purpose {purpose}.",
    ),
    Kind(
        Problem(
            "operation-not-granted",
            403,
            _("Thao tác ngoài phạm vi"),
            _("Thao tác hoặc phương thức này không thuộc phạm vi của quyền khai thác."),
            _RENEW,
        ),
        Side.CONSUMER,
        "Operation not granted",
        "This operation or method is outside the grant.",
        "Quyền khai thác {grant} không gồm thao tác {operation}.",
        "Grant {grant} does not cover {operation}.",
    ),
    Kind(
        Problem(
            "network-not-allowed",
            403,
            _("Địa chỉ mạng không được phép"),
            _("Yêu cầu đến từ địa chỉ nằm ngoài các dải mạng đã đăng ký."),
            _("Gọi từ dải mạng đã đăng ký, hoặc đề nghị bổ sung dải mạng."),
        ),
        Side.CONSUMER,
        "Network not allowed",
        "The request came from outside the registered networks.",
        "Yêu cầu đến từ {address}.",
        "The request came from {address}.",
    ),
    Kind(
        Problem(
            "quota-exceeded",
            429,
            _("Hết hạn mức trong ngày"),
            _("Số lượt gọi trong ngày của quyền khai thác đã hết; hạn mức tính lại lúc 0 giờ, giờ Việt Nam."),
            _("Chờ hết thời gian ghi ở tiêu đề Retry-After, hoặc đề nghị tăng hạn mức."),
        ),
        Side.CONSUMER,
        "Daily quota used up",
        "The grant's calls of the day are used up; the count begins again at midnight in Vietnam.",
        "Quyền khai thác {grant} đã dùng hết hạn mức trong ngày; gọi lại sau {seconds} giây.",
        "Grant {grant} has used its quota of the day; call again in {seconds} seconds.",
    ),
    Kind(
        Problem(
            "concurrency-exceeded",
            429,
            _("Quá nhiều lượt gọi cùng lúc"),
            _("Số lượt gọi đang chạy cùng lúc của khóa vượt giới hạn."),
            _("Giảm số lượt gọi song song; chờ lượt trước xong rồi gọi tiếp."),
        ),
        Side.CONSUMER,
        "Too many calls at once",
        "The key has too many calls running at once.",
        "Khóa này được chạy tối đa {limit} lượt gọi cùng lúc.",
        "This key may run {limit} calls at once.",
    ),
)
