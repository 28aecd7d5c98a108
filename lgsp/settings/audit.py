"""Field history by django-auditlog, under our actor and request id."""

AUDITLOG_STORE_JSON_CHANGES = True
AUDITLOG_CID_GETTER = "core.web.middleware.current_request_id"
AUDITLOG_INCLUDE_ALL_MODELS = False
AUDITLOG_DISABLE_ON_RAW_SAVE = True
