"""Refusals of how a call is carried: a source system that is not whom we expect, deeds asked for twice."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import Problem

KINDS: tuple[Kind, ...] = (
    Kind(
        Problem(
            "provider-certificate",
            502,
            _("Chứng thư của hệ thống nguồn không đúng"),
            _(
                "Kết nối TLS tới hệ thống nguồn không thành: chứng thư hết hạn, sai tên, không do tổ chức được tin "
                "cậy cấp, hoặc hệ thống nguồn không chấp nhận chứng thư của nền tảng."
            ),
            _("Báo đơn vị vận hành nền tảng; bên gọi không cần sửa gì."),
        ),
        Side.PROVIDER,
        "Certificate of the source system not accepted",
        "TLS with the source system failed: its certificate is not the one expected, or it does not accept ours.",
        remedy_en="Tell the operator of the platform; there is nothing to change on your side.",
    ),
    Kind(
        Problem(
            "idempotency-key-invalid",
            400,
            _("Idempotency-Key không hợp lệ"),
            _("Giá trị của Idempotency-Key rỗng hoặc quá dài."),
            _("Gửi một giá trị ngẫu nhiên từ 1 đến 255 ký tự, ví dụ một UUID, cho mỗi việc cần thực hiện."),
        ),
        Side.CONSUMER,
        "Invalid Idempotency-Key",
        "The value of Idempotency-Key is empty or too long.",
        "Idempotency-Key phải có từ 1 đến {most} ký tự.",
        "Idempotency-Key has to have 1 to {most} characters.",
        remedy_en="Send a random value of 1 to 255 characters, such as a UUID, for each deed.",
    ),
    Kind(
        Problem(
            "idempotency-in-progress",
            409,
            _("Việc này đang được thực hiện"),
            _("Lượt gọi đầu tiên mang Idempotency-Key này chưa xong; lượt gọi lặp lại không được chuyển đi."),
            _("Chờ lượt gọi đầu tiên trả lời. Nếu không nhận được trả lời, tra cứu theo mã của lượt gọi đó."),
        ),
        Side.CONSUMER,
        "Deed in progress",
        "The first call with this Idempotency-Key is still running; the repetition was not forwarded.",
        "Lượt gọi đầu tiên mang khóa này là {first}.",
        "The first call with this key is {first}.",
        remedy_en="Wait for the answer to the first call; if it does not come, look the call up by its id.",
    ),
    Kind(
        Problem(
            "idempotency-key-used",
            409,
            _("Việc này đã được gửi"),
            _("Idempotency-Key này đã dùng cho một lượt gọi trước; lượt gọi lặp lại không được chuyển đi."),
            _(
                "Kiểm tra kết quả của lượt gọi đầu tiên theo mã của nó. Muốn thực hiện một việc mới thì dùng "
                "Idempotency-Key mới."
            ),
        ),
        Side.CONSUMER,
        "Deed already sent",
        "This Idempotency-Key was used by an earlier call; the repetition was not forwarded.",
        "Lượt gọi đầu tiên mang khóa này là {first}.",
        "The first call with this key is {first}.",
        remedy_en="Look up how the first call ended by its id. For a new deed use a new Idempotency-Key.",
    ),
)
