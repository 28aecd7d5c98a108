"""Refusals of a platform that cannot trust itself, and of addresses a broker process does not have."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import PROBLEMS, Problem

_WAIT = _("Chờ hết thời gian ghi ở tiêu đề Retry-After rồi gọi lại với nonce mới.")

KINDS: tuple[Kind, ...] = (
    Kind(
        Problem(
            "clock-untrusted",
            503,
            _("Đồng hồ của nền tảng chưa đáng tin"),
            _("Đồng hồ của máy chủ lệch với cơ sở dữ liệu hoặc vừa lùi lại, nên thời hạn chưa xét được."),
            _WAIT,
        ),
        Side.PLATFORM,
        "Clock not trusted",
        "The platform's clock disagrees with its database or was set back, so no term can be judged by it.",
        remedy_en="Wait for the time in Retry-After, then call again with a new nonce.",
    ),
    Kind(
        Problem(
            "deadline-exceeded",
            503,
            _("Lượt gọi quá thời hạn"),
            _("Nền tảng không xử lý xong lượt gọi trong 30 giây; nhật ký cho biết lượt gọi đã chuyển đi hay chưa."),
            _("Gọi lại với nonce mới; với thao tác ghi, xem nhật ký theo mã yêu cầu trước khi gọi lại."),
        ),
        Side.PLATFORM,
        "Deadline exceeded",
        "The platform did not finish the call within 30 seconds; the log tells whether it had been forwarded.",
        remedy_en="Call again with a new nonce; where the call changes something, look at the log first.",
    ),
    Kind(
        PROBLEMS["not-found"],
        Side.CONSUMER,
        "Not found",
        "This process answers data services only.",
        ours=False,
    ),
)
