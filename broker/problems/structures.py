"""Refusals of messages that can be read but do not follow the structure of their operation (QC4.9)."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import Problem

_PROFILE = {"code": "thong-tin-cong-dan", "version": "minh-hoa-1"}

KINDS = (
    Kind(
        Problem(
            "message-not-conforming",
            422,
            _("Thông điệp không đúng cấu trúc"),
            _("Nội dung gửi lên không theo cấu trúc thông điệp của thao tác, nên không được chuyển đi."),
            _("Sửa các chỗ nêu trong danh sách lỗi theo cấu trúc tải từ trang của dịch vụ, rồi gọi lại."),
        ),
        Side.CONSUMER,
        "Message does not follow its structure",
        "The content sent does not follow the message structure of the operation and was not forwarded.",
        "Thông điệp có {n} chỗ không theo cấu trúc {profile}.",
        "The message departs from the structure {profile} in {n} places.",
        remedy_en="Mend what errors names by the structure, which the page of the service offers, and call again.",
        members=(
            ("profile", _PROFILE),
            (
                "errors",
                [
                    {
                        "pointer": "/congDan/soDinhDanh",
                        "code": "pattern",
                        "detail": "Giá trị không theo mẫu được quy định.",
                    }
                ],
            ),
        ),
    ),
    Kind(
        Problem(
            "provider-message-invalid",
            502,
            _("Trả lời của hệ thống nguồn không đúng cấu trúc"),
            _("Câu trả lời không theo cấu trúc thông điệp đã công bố, nên không được chuyển cho bên gọi."),
            _("Báo đầu mối của cơ quan cung cấp kèm mã yêu cầu; gọi lại chỉ có ích khi cơ quan đã sửa."),
        ),
        Side.PROVIDER,
        "Answer does not follow its structure",
        "The answer does not follow the message structure that was published and is not passed on.",
        "Câu trả lời có {n} chỗ không theo cấu trúc {profile}.",
        "The answer departs from the structure {profile} in {n} places.",
        remedy_en="Tell the contact of the providing agency, with the request id; call again once it is mended.",
        members=(
            ("profile", _PROFILE),
            (
                "errors",
                [
                    {
                        "pointer": "/congDan/hoTen",
                        "code": "type",
                        "detail": "Giá trị phải là chuỗi ký tự.",
                    }
                ],
            ),
        ),
    ),
)
