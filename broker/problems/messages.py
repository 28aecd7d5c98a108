"""Refusals of what a message is: its type, its form, what has no equal in the form the other side takes."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import Problem

_TYPES = ["application/json", "application/xml"]

KINDS: tuple[Kind, ...] = (
    Kind(
        Problem(
            "message-invalid",
            400,
            _("Nội dung không đọc được"),
            _("Nội dung gửi lên không đúng dạng ghi ở Content-Type, hoặc có phần không được nhận (DTD, thực thể)."),
            _("Sửa nội dung ở dòng được nêu, ký lại rồi gửi lại; yêu cầu chưa được chuyển đi."),
        ),
        Side.CONSUMER,
        "Content cannot be read",
        "The content is not what its Content-Type says, or holds what is not taken (a DTD, entities).",
        "{message}",
        "{message_en}",
        remedy_en="Mend the content at the line named, sign anew and send again; nothing was forwarded.",
        members=(("reason", "json-invalid"), ("line", 3)),
    ),
    Kind(
        Problem(
            "form-not-acceptable",
            406,
            _("Không có dạng dữ liệu được yêu cầu"),
            _("Trả lời của hệ thống nguồn không có hoặc không chuyển được sang dạng ghi ở tiêu đề Accept."),
            _("Ghi ở tiêu đề Accept một trong các dạng được nêu trong câu trả lời, hoặc bỏ tiêu đề này."),
        ),
        Side.CONSUMER,
        "No form the caller takes",
        "The answer is in none of the forms named in Accept, and cannot be converted into one.",
        "Hệ thống nguồn trả lời dạng {media}.",
        "The source system answered in {media}.",
        remedy_en="Name one of the forms listed in available in Accept, or leave the header out.",
        members=(("available", _TYPES),),
        step="provider",
    ),
    Kind(
        Problem(
            "content-type-not-supported",
            415,
            _("Kiểu nội dung không được nhận"),
            _("Dịch vụ nhận JSON hoặc XML; Content-Type ghi kiểu khác."),
            _("Gửi nội dung bằng một trong các kiểu được nêu, ghi đúng kiểu ở Content-Type."),
        ),
        Side.CONSUMER,
        "Content type not supported",
        "The service takes JSON or XML; Content-Type names something else.",
        "Các kiểu được nhận: {accepted}.",
        "Types taken: {accepted}.",
        remedy_en="Send one of the types listed in accepted, and name it in Content-Type.",
        headers=(("Accept", "application/json, application/xml"),),
        members=(("accepted", _TYPES),),
    ),
    Kind(
        Problem(
            "message-not-convertible",
            422,
            _("Nội dung không chuyển đổi được"),
            _("Nội dung đọc được nhưng không có dạng tương đương mà hệ thống nguồn nhận."),
            _("Gửi bằng dạng hệ thống nguồn nhận, hoặc sửa phần được nêu theo quy tắc chuyển đổi; chưa chuyển đi."),
        ),
        Side.CONSUMER,
        "Content cannot be converted",
        "The content can be read but has no equal in the form the source system takes.",
        "{message}",
        "{message_en}",
        remedy_en="Send the form the source system takes, or mend the part named; nothing was forwarded.",
        members=(("reason", "xml-mixed"), ("pointer", "/HoSo"), ("line", 3)),
    ),
)
