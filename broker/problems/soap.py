"""Refusals of messages between SOAP and REST: envelopes that say too little, too much, or two things at once."""

from django.utils.translation import gettext_lazy as _

from broker.problems.kinds import Kind, Side
from core.problems import Problem

_WSDL = _("Tạo lại yêu cầu từ tệp WSDL của dịch vụ rồi gửi lại.")
_WSDL_EN = "Make the request anew from the WSDL of the service, then send again."

KINDS = (
    Kind(
        Problem(
            "soap-content-type",
            415,
            _("Kiểu nội dung không phải SOAP"),
            _("Địa chỉ SOAP nhận text/xml (SOAP 1.1) hoặc application/soap+xml (SOAP 1.2)."),
            _("Gửi lại với tiêu đề Content-Type đúng bản SOAP đang dùng."),
        ),
        Side.CONSUMER,
        "Content type is not SOAP's",
        "A SOAP address takes text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2).",
        remedy_en="Send again with the Content-Type of the SOAP version used.",
    ),
    Kind(
        Problem(
            "soap-envelope-invalid",
            400,
            _("Thông điệp SOAP không đọc được"),
            _("Thông điệp không phải một phong bì SOAP với đúng một yêu cầu của dịch vụ này."),
            _WSDL,
        ),
        Side.CONSUMER,
        "SOAP message cannot be read",
        "The message is not a SOAP envelope with exactly one request of this service.",
        "Thông điệp SOAP: {said}",
        "SOAP message: {said_en}",
        remedy_en=_WSDL_EN,
    ),
    Kind(
        Problem(
            "soap-version-mismatch",
            400,
            _("Sai bản SOAP"),
            _("Không gian tên của phong bì không phải SOAP 1.1 hay 1.2, hoặc khác bản mà Content-Type nêu."),
            _WSDL,
        ),
        Side.CONSUMER,
        "SOAP version mismatch",
        "The envelope's namespace is neither SOAP 1.1 nor 1.2, or not the version that Content-Type names.",
        remedy_en=_WSDL_EN,
    ),
    Kind(
        Problem(
            "soap-header-not-understood",
            400,
            _("Tiêu đề SOAP bắt buộc chưa được hiểu"),
            _("Phong bì có tiêu đề đánh dấu mustUnderstand mà nền tảng không xử lý, ví dụ WS-Security."),
            _("Bỏ tiêu đề này; xác thực bằng chữ ký hoặc mã truy cập ở tiêu đề HTTP như mọi lượt gọi."),
        ),
        Side.CONSUMER,
        "SOAP header not understood",
        "A header marked mustUnderstand is one the platform does not handle, WS-Security for example.",
        "Nền tảng không xử lý tiêu đề {where} đánh dấu mustUnderstand.",
        "The platform does not handle the header {where}, which is marked mustUnderstand.",
        remedy_en="Leave the header out; prove who calls by signature or token in the HTTP headers, as for any call.",
    ),
    Kind(
        Problem(
            "soap-action-mismatch",
            400,
            _("SOAPAction không khớp nội dung"),
            _("SOAPAction nêu một thao tác, phần tử trong Body nêu thao tác khác."),
            _("Gửi đúng SOAPAction ghi trong WSDL cho thao tác này, hoặc để trống."),
        ),
        Side.CONSUMER,
        "SOAPAction does not fit the body",
        "SOAPAction names one operation, the element in the body another.",
        "Thao tác trong Body là {operation}; SOAPAction của nó là {where}.",
        "The body asks for {operation}, whose SOAPAction is {where}.",
        remedy_en="Send the SOAPAction that the WSDL gives for this operation, or none.",
    ),
    Kind(
        Problem(
            "message-parameter-invalid",
            400,
            _("Tham số của thông điệp không dùng được"),
            _("Một tham số thiếu, thừa, gửi hai lần, hoặc chứa giá trị không chuyển được giữa SOAP và REST."),
            _("Đối chiếu từng tham số với mô tả của thao tác rồi gửi lại."),
        ),
        Side.CONSUMER,
        "Parameter of the message cannot be used",
        "A parameter is missing, not known, sent twice, or holds a value that does not pass between SOAP and REST.",
        "Tham số {where}: {said}.",
        "Parameter {where}: {said_en}.",
        remedy_en="Compare every parameter with the description of the operation, then send again.",
    ),
    Kind(
        Problem(
            "provider-rejected",
            422,
            _("Hệ thống nguồn không nhận yêu cầu"),
            _("Hệ thống nguồn trả lời rằng yêu cầu của bên gọi sai hoặc không có dữ liệu."),
            _("Xem nội dung trả lời, sửa tham số rồi gọi lại."),
        ),
        Side.CONSUMER,
        "Source system rejected the request",
        "The source system answered that the caller's request is wrong or finds nothing.",
        "Hệ thống nguồn trả lời: {said}",
        "The source system answered: {said_en}",
        remedy_en="Read what it says, mend the parameters and call again.",
        step="provider",
    ),
)
