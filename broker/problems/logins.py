"""Refusals of calls to platforms that want to be signed in to, and to be told who asks."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.choices import Step
from core.problems import Problem

KINDS: tuple[Kind, ...] = (
    Kind(
        Problem(
            "provider-login-refused",
            502,
            _("Hệ thống nguồn từ chối tài khoản của nền tảng"),
            _("Hệ thống nguồn không cấp mã truy cập cho tài khoản của nền tảng: tài khoản sai, hết hạn hoặc bị khóa."),
            _("Báo đầu mối vận hành nền tảng kèm mã yêu cầu; bên gọi không cần sửa gì."),
        ),
        Side.PROVIDER,
        "Account of the platform refused",
        "The source system gives no token to the platform's account: it is wrong, expired or locked.",
        remedy_en="Tell the operators of the platform, with the request id; there is nothing to change on your side.",
        headers=(("Retry-After", "30"),),
    ),
    Kind(
        Problem(
            "provider-login-unavailable",
            503,
            _("Chưa lấy được mã truy cập của hệ thống nguồn"),
            _("Nơi cấp mã truy cập của hệ thống nguồn không trả lời, trả lời chậm hoặc trả lời không đọc được."),
            _("Chờ hết thời gian ghi ở tiêu đề Retry-After rồi gọi lại với nonce mới."),
        ),
        Side.PROVIDER,
        "Token endpoint unavailable",
        "The token endpoint of the source system does not answer, is slow, or cannot be read.",
        remedy_en="Wait as long as the Retry-After header says, then call again with a new nonce.",
        headers=(("Retry-After", "2"),),
    ),
    Kind(
        Problem(
            "provider-demands-more",
            422,
            _("Thiếu thông tin hệ thống nguồn yêu cầu"),
            _(
                "Hệ thống nguồn yêu cầu mỗi lượt gọi nêu thủ tục hành chính (X-LGSP-Procedure) hoặc mã cán bộ "
                "(X-LGSP-Officer)."
            ),
            _("Gửi thêm các tiêu đề được nêu, đưa chúng vào chữ ký rồi gọi lại với nonce mới."),
        ),
        Side.CONSUMER,
        "The source system demands more",
        "The source system demands that each call names its administrative procedure (X-LGSP-Procedure) or the "
        "officer who asks (X-LGSP-Officer).",
        "Lượt gọi này còn thiếu: {headers}.",
        "This call lacks: {headers}.",
        remedy_en="Send the headers named as well, cover them by the signature, and call again with a new nonce.",
        step=Step.GRANT,
        members=(("missing", ["X-LGSP-Procedure", "X-LGSP-Officer"]),),
    ),
)
