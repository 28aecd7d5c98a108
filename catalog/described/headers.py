"""Headers of calls and answers, and the two ways to prove who calls."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from core.api.token_schema import TOKEN_ENDPOINT

Json = dict[str, Any]
# What goes with every answer to a proven caller of a version whose end is announced.
ENDING = ("Deprecation", "Sunset", "Link")


def answer_headers() -> dict[str, Json]:
    """Return the headers an answer may carry, by name."""

    def text(meaning: str, **more: Any) -> Json:
        return {"description": meaning, "schema": {"type": "string", **more}}

    whole = {"type": "integer", "minimum": 0}
    return {
        "X-Request-Id": text(_("Mã yêu cầu của nền tảng, dùng khi hỏi vì sao bị từ chối"), format="uuid"),
        "RateLimit-Policy": text(_("Các hạn mức của quyền khai thác")),
        "RateLimit": text(_("Số lượt còn lại của từng hạn mức")),
        "Retry-After": {"description": _("Số giây phải chờ trước khi gọi lại"), "schema": whole},
        "WWW-Authenticate": text(_("Cách xác thực được nhận")),
        "X-LGSP-Fields-Dropped": {
            "description": _("Số giá trị ngoài quyền khai thác đã bỏ khỏi câu trả lời"),
            "schema": whole,
        },
        "Deprecation": text(_("Thời điểm phiên bản bị báo ngừng (RFC 9745)")),
        "Sunset": text(_("Thời điểm phiên bản ngừng trả lời (RFC 8594)")),
        "Link": text(
            _("Trang về việc ngừng cung cấp và địa chỉ của bản thay thế (%(name)s)") % {"name": "successor-version"}
        ),
    }


def security_schemes() -> dict[str, Json]:
    """Return the ways in: a signed request of profile lgsp-1, whose headers go together, or a short-lived token."""

    def header(name: str, meaning: str) -> Json:
        return {"type": "apiKey", "in": "header", "name": name, "description": meaning}

    token_url = urljoin(settings.PUBLIC_URL, TOKEN_ENDPOINT)
    return {
        "signature": header("Signature", _("Chữ ký của yêu cầu theo hồ sơ lgsp-1 (RFC 9421), dạng lgsp=:base64:")),
        "signatureInput": header(
            "Signature-Input", _("Các thành phần được ký, thời điểm ký, nonce và khóa truy xuất")
        ),
        "contentDigest": header("Content-Digest", _("SHA-256 của nội dung, kể cả nội dung rỗng (RFC 9530)")),
        "grant": header("X-LGSP-Grant", _("Mã quyền khai thác, QK-…")),
        "purpose": header("X-LGSP-Purpose", _("Mã mục đích của quyền khai thác")),
        "token": {
            "type": "oauth2",
            "description": _(
                "Mã truy cập cho một quyền khai thác và một mục đích, gửi ở tiêu đề Authorization: Bearer"
            ),
            "flows": {"clientCredentials": {"tokenUrl": token_url, "scopes": {}}},
        },
    }


#: The two ways, either of which is enough.
SECURITY: list[dict[str, list[str]]] = [
    {"token": []},
    {"signature": [], "signatureInput": [], "contentDigest": [], "grant": [], "purpose": []},
]
