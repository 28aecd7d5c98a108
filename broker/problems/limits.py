"""Refusals by rate, hours and totals."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import Problem

KINDS: tuple[Kind, ...] = (
    Kind(
        Problem(
            "outside-hours",
            403,
            _("Ngoài khung giờ được khai thác"),
            _("Quyền khai thác chỉ dùng được trong các khung giờ đã cấp, theo giờ Việt Nam."),
            _("Gọi lại trong khung giờ, thời điểm ghi trong câu trả lời; cần giờ khác thì đề nghị thay đổi quyền."),
        ),
        Side.CONSUMER,
        "Outside the hours of the grant",
        "The call came outside the hours of the week that the grant allows, in Vietnamese time.",
        "Quyền {grant} dùng được vào {hours} (giờ Việt Nam).",
        "Grant {grant} may be used {hours_en} (Vietnamese time).",
        remedy_en="Call again at next_opening; for other hours ask for a change of the grant.",
        headers=(("Retry-After", "1800"),),
        members=(("next_opening", "2026-11-30T07:00:00+07:00"),),
    ),
    Kind(
        Problem(
            "rate-exceeded",
            429,
            _("Gọi quá nhanh"),
            _("Số lượt gọi theo quyền trong một giây hoặc một phút đã đạt giới hạn."),
            _("Chờ số giây ghi ở tiêu đề Retry-After rồi gọi lại với nonce mới; rải đều lượt gọi."),
        ),
        Side.CONSUMER,
        "Too many calls a second or a minute",
        "The calls of the grant within a second or a minute have reached their limit.",
        "Quyền {grant} đã đạt giới hạn lượt gọi; gọi lại sau {seconds} giây.",
        "Grant {grant} has reached its rate; call again in {seconds} seconds.",
        remedy_en="Wait the seconds of Retry-After, sign anew, and spread the calls.",
    ),
    Kind(
        Problem(
            "provider-total-exceeded",
            429,
            _("Hết năng lực phục vụ trong ngày"),
            _("Đã dùng hết tổng số lượt cơ quan cung cấp cam kết phục vụ trong ngày; hạn mức của quyền không bị trừ."),
            _("Gọi lại sau nửa đêm giờ Việt Nam; nếu lặp lại, báo cơ quan cung cấp xem xét năng lực phục vụ."),
        ),
        Side.PROVIDER,
        "The provider's total is used up",
        "All the calls that the provider promises to serve in a day are used up; the grant's quota is not touched.",
        "Dịch vụ {service} đã phục vụ đủ số lượt trong ngày; gọi lại sau {seconds} giây.",
        "Service {service} has served its calls of the day; call again in {seconds} seconds.",
        remedy_en="Call again after midnight in Vietnam; if it happens again, tell the provider.",
    ),
)
