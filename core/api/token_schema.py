"""The token endpoint in the description of the API: it is answered by the broker, so no view of ours describes it."""

from typing import Any

TOKEN_ENDPOINT = "/api/oauth/token"  # noqa: S105  # an address
_FORM = "application/x-www-form-urlencoded"
_ERRORS = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
    "temporarily_unavailable",
    "server_error",
)
_REFUSALS = {
    "400": "Yêu cầu không đọc được, hoặc quyền khai thác không cấp cho hệ thống này.",
    "401": "Không xác thực được hệ thống xin mã truy cập.",
    "405": "Chỉ nhận POST.",
    "413": "Nội dung quá 16 KB.",
    "429": "Quá nhiều yêu cầu cùng lúc; chờ hết thời gian ở Retry-After.",
    "500": "Hệ thống gặp lỗi.",
    "503": "Nhật ký hoặc chính sách chưa sẵn sàng; chờ hết thời gian ở Retry-After.",
}
_REQUEST_ID = {
    "X-Request-Id": {
        "description": "Mã yêu cầu, dùng khi cần hỗ trợ.",
        "schema": {"type": "string", "format": "uuid"},
    }
}


def add_token_endpoint(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """Describe ``POST /api/oauth/token`` (a hook of drf-spectacular; RFC 6749 §4.4, docs/tokens.md)."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(
        {"TokenRequest": _request(), "TokenAnswer": _answer(), "TokenRefusal": _refusal()}
    )
    components.setdefault("securitySchemes", {})["client"] = {
        "type": "http",
        "scheme": "basic",
        "description": "Khóa truy xuất và khóa bí mật của hệ thống; hoặc gửi client_assertion trong nội dung.",
    }
    result["paths"][TOKEN_ENDPOINT] = {"post": _operation()}
    return result


def _operation() -> dict[str, Any]:
    refusals = {
        status: {
            "description": text,
            "headers": _REQUEST_ID,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TokenRefusal"}}},
        }
        for status, text in _REFUSALS.items()
    }
    example = {"access_token": "eyJhbGciOiJFZERTQSIs…", "token_type": "Bearer", "expires_in": 900}
    good = {
        "description": "Mã truy cập.",
        "headers": _REQUEST_ID,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/TokenAnswer"},
                "examples": {"Token": {"value": example}},
            }
        },
    }
    return {
        "operationId": "oauth_token_create",
        "summary": "Xin mã truy cập",
        "description": "Mã truy cập dùng thay chữ ký khi gọi dịch vụ dữ liệu, cho một quyền khai thác và một mục "
        "đích, tối đa 15 phút (OAuth 2, grant_type=client_credentials).",
        "tags": ["tokens"],
        "requestBody": {
            "required": True,
            "content": {_FORM: {"schema": {"$ref": "#/components/schemas/TokenRequest"}}},
        },
        "security": [{"client": []}, {}],
        "responses": {"200": good, **refusals},
    }


def _text(meaning: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": meaning, **more}


def _request() -> dict[str, Any]:
    jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {
        "type": "object",
        "description": "Biểu mẫu xin mã truy cập.",
        "properties": {
            "grant_type": _text("Cách xin.", enum=["client_credentials"]),
            "grant": _text("Mã quyền khai thác.", maxLength=64),
            "purpose": _text("Mã mục đích của quyền khai thác.", maxLength=64),
            "client_id": _text("Khóa truy xuất, nếu gửi phải trùng khóa dùng để xác thực.", maxLength=60),
            "client_assertion_type": _text("Kiểu lời khẳng định.", enum=[jwt_bearer]),
            "client_assertion": _text("Lời khẳng định ký bằng khóa Ed25519 của hệ thống.", maxLength=8192),
            "resource": _text("Địa chỉ dịch vụ dữ liệu của nền tảng.", format="uri", maxLength=200),
        },
        "required": ["grant_type", "grant", "purpose"],
    }


def _answer() -> dict[str, Any]:
    seconds = {"type": "integer", "minimum": 0, "maximum": 900, "description": "Số giây mã truy cập còn dùng được."}
    return {
        "type": "object",
        "description": "Mã truy cập vừa cấp.",
        "properties": {
            "access_token": _text("Mã truy cập, gửi ở tiêu đề Authorization khi gọi dịch vụ."),
            "token_type": _text("Loại mã.", enum=["Bearer"]),
            "expires_in": seconds,
        },
        "required": ["access_token", "token_type", "expires_in"],
    }


def _refusal() -> dict[str, Any]:
    properties = {
        "error": _text("Mã lỗi theo RFC 6749.", enum=list(_ERRORS)),
        "error_description": _text("Lý do, bằng tiếng Anh."),
        "error_uri": _text("Trang giải thích.", format="uri-reference"),
        "type": _text("Địa chỉ trang giải thích loại lỗi.", format="uri-reference"),
        "title": _text("Tên loại lỗi."),
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "Mã trạng thái HTTP."},
        "detail": _text("Điều đã xảy ra ở lần gọi này."),
        "code": _text("Mã lỗi của nền tảng.", pattern="^[a-z]+(-[a-z]+)*$"),
        "side": _text("Bên phải xử lý.", enum=["consumer", "platform", "provider"]),
        "request_id": _text("Mã yêu cầu, trùng tiêu đề X-Request-Id."),
    }
    return {
        "type": "object",
        "description": "Từ chối cấp mã truy cập.",
        "properties": properties,
        "required": list(properties),
    }
