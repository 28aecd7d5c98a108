"""DRF and the description of the API."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.api.access.PortalSessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.access.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["core.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.PortalSchema",
    "EXCEPTION_HANDLER": "core.api.errors.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,  # the one address with formats judges the parameter itself
}

SPECTACULAR_SETTINGS = {
    "TITLE": "API quản trị LGSP Tuyên Quang",
    "DESCRIPTION": "Giao diện lập trình của cổng quản trị. Dịch vụ dữ liệu qua nền tảng có mô tả riêng.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SERVERS": [{"url": "/", "description": "Cổng đang phục vụ tài liệu này."}],
    "TAGS": [
        {"name": "me", "description": "Người đang gọi"},
        {"name": "agencies", "description": "Danh bạ cơ quan, đơn vị"},
        {"name": "days-off", "description": "Ngày nghỉ"},
        {"name": "make-up-days", "description": "Ngày làm bù"},
        {"name": "deadlines", "description": "Thời hạn đang áp dụng"},
        {"name": "connections", "description": "Kết nối của các hệ thống"},
        {"name": "grants", "description": "Quyền khai thác"},
        {"name": "access-requests", "description": "Đề nghị khai thác"},
        {"name": "keys", "description": "Khóa của hệ thống, không gồm khóa bí mật"},
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATION_PARAMETERS": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AgencyKindEnum": "accounts.choices.AgencyKind",
        "DayOffKindEnum": "accounts.choices.DayOffKind",
        "EnvironmentEnum": "core.choices.Environment",
        "AccessStateEnum": "connections.choices.AccessState",
        "OpinionEnum": "connections.choices.Opinion",
        "LineOutcomeEnum": "connections.choices.LineOutcome",
        "AlgorithmEnum": "connections.choices.Algorithm",
        "UnitLevelEnum": "accounts.choices.UnitLevel",
        "TermUnitEnum": "accounts.choices.TermUnit",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "core.api.schema.add_problems"],
}
