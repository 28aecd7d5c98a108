"""Refusals of tokens and of the endpoint that gives them."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import Problem

KINDS: tuple[Kind, ...] = (
    Kind(
        Problem(
            "token-invalid",
            401,
            _("Mã truy cập không hợp lệ"),
            _("Mã truy cập gửi kèm không do nền tảng này cấp, đã bị sửa, hoặc không dùng cho dịch vụ dữ liệu."),
            _("Xin mã truy cập mới tại /api/oauth/token rồi gửi nguyên văn ở tiêu đề Authorization."),
        ),
        Side.CONSUMER,
        "Invalid token",
        "The token was not issued by this platform, was altered, or is not one for data services.",
        remedy_en="Ask for a new token at /api/oauth/token and send it unchanged in the Authorization header.",
    ),
    Kind(
        Problem(
            "token-expired",
            401,
            _("Mã truy cập hết hạn"),
            _("Mã truy cập chỉ dùng được trong thời gian ngắn và nay đã hết hạn."),
            _("Xin mã truy cập mới tại /api/oauth/token."),
        ),
        Side.CONSUMER,
        "Token expired",
        "The short life of the token is over.",
        remedy_en="Ask for a new token at /api/oauth/token.",
    ),
    Kind(
        Problem(
            "token-grant-differs",
            403,
            _("Khác quyền ghi trong mã truy cập"),
            _("Tiêu đề X-LGSP-Grant hoặc X-LGSP-Purpose khác với quyền khai thác, mục đích ghi trong mã truy cập."),
            _("Bỏ hai tiêu đề này, hoặc xin mã truy cập cho đúng quyền khai thác và mục đích."),
        ),
        Side.CONSUMER,
        "Another grant than the token's",
        "X-LGSP-Grant or X-LGSP-Purpose names another grant or purpose than the token.",
        remedy_en="Leave both headers out, or ask for a token of that grant and purpose.",
    ),
    Kind(
        Problem(
            "credentials-conflict",
            400,
            _("Gửi hai cách xác thực"),
            _("Yêu cầu vừa có mã truy cập vừa có chữ ký, hoặc xin mã truy cập bằng hai cách xác thực cùng lúc."),
            _("Chỉ dùng một cách xác thực cho mỗi yêu cầu."),
        ),
        Side.CONSUMER,
        "Two ways of authentication",
        "The request proves its sender in two ways at once; each request uses one.",
        remedy_en="Use one way of authentication for each request.",
    ),
    Kind(
        Problem(
            "client-invalid",
            401,
            _("Không xác thực được hệ thống xin mã"),
            _("Khóa truy xuất không có, khóa bí mật hoặc chữ ký không đúng, hoặc không gửi cách xác thực nào."),
            _("Xác thực bằng khóa truy xuất và khóa bí mật, hoặc bằng lời khẳng định ký bằng khóa Ed25519."),
        ),
        Side.CONSUMER,
        "Client authentication failed",
        "The access key, its secret or the signed assertion does not fit, or no client authentication was sent.",
        remedy_en="Authenticate with access key and secret (Basic), or an assertion signed by the Ed25519 key.",
    ),
    Kind(
        Problem(
            "client-assertion-invalid",
            401,
            _("Lời khẳng định không đúng quy định"),
            _("Chữ ký của lời khẳng định đúng, nhưng một thành phần của lời khẳng định thiếu hoặc không đúng."),
            _("Xem các thành phần bắt buộc trong hướng dẫn xin mã truy cập; ký lời khẳng định mới cho mỗi lần xin."),
        ),
        Side.CONSUMER,
        "Client assertion not as required",
        "The assertion is signed by the key, but one of its claims is missing or wrong.",
        "Thành phần {where} của lời khẳng định thiếu hoặc không đúng.",
        "Claim {where} of the assertion is missing or wrong.",
        remedy_en="See the required claims in the token guide; sign a new assertion for each request.",
    ),
    Kind(
        Problem(
            "parameter-invalid",
            400,
            _("Tham số xin mã không đúng"),
            _("Một tham số của yêu cầu xin mã truy cập thiếu, bị lặp hoặc không đúng dạng."),
            _("Gửi POST dạng application/x-www-form-urlencoded, mỗi tham số một lần, không đặt tham số ở địa chỉ."),
        ),
        Side.CONSUMER,
        "Token request parameter not as required",
        "A parameter of the token request is missing, repeated or malformed.",
        "Tham số {where} thiếu, bị lặp hoặc không đúng dạng.",
        "Parameter {where} is missing, repeated or malformed.",
        remedy_en="Send a POST of application/x-www-form-urlencoded, each parameter once, none in the address.",
    ),
    Kind(
        Problem(
            "grant-type-not-supported",
            400,
            _("Cách xin mã không được hỗ trợ"),
            _("Nền tảng chỉ cấp mã truy cập theo grant_type=client_credentials."),
            _("Gửi grant_type=client_credentials."),
        ),
        Side.CONSUMER,
        "Grant type not supported",
        "The platform issues tokens for grant_type=client_credentials only.",
        remedy_en="Send grant_type=client_credentials.",
    ),
    Kind(
        Problem(
            "scope-not-supported",
            400,
            _("Không nhận tham số phạm vi"),
            _("Phạm vi của mã truy cập là phạm vi của quyền khai thác; không có phạm vi nào khác để xin."),
            _("Bỏ tham số scope; chỉ gửi mã quyền khai thác và mã mục đích."),
        ),
        Side.CONSUMER,
        "Scope not supported",
        "What a token allows is what its grant allows; there is no scope to ask for.",
        remedy_en="Leave scope out; send the grant's code in grant and the purpose's code in purpose.",
    ),
    Kind(
        Problem(
            "resource-not-served",
            400,
            _("Không cấp mã cho địa chỉ này"),
            _("Tham số resource không phải địa chỉ dịch vụ dữ liệu của nền tảng."),
            _("Bỏ tham số resource, hoặc gửi đúng địa chỉ dịch vụ dữ liệu của nền tảng."),
        ),
        Side.CONSUMER,
        "Resource not served here",
        "The resource parameter does not name the data services of this platform (RFC 8707).",
        remedy_en="Leave resource out, or name the data services of this platform.",
    ),
)
