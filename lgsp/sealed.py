"""Which tables of evidence are sealed beside the call log, column by column (``audit.sealing.records``).

A column that is added later makes a new form of its table: rows sealed before keep theirs. What is evidence and stands
neither here nor in the log itself is named in ``tests/house/test_governed.py``, with the reason.
"""

from audit.sealing.records import Record

_FACT = (
    "id", "at", "deed", "actor_kind", "actor_id", "actor_name", "agency_id", "agency_name", "subject_type",
    "subject_id", "subject_name", "before", "after", "reason", "clause", "request_id", "address", "xact", "began",
)  # fmt: skip
_CHANGE = (
    "id", "at", "table", "key", "operation", "changes", "fact_id", "role", "application", "address", "claimed",
)  # fmt: skip
_HISTORY = (
    "id", "object_pk", "object_id", "object_repr", "action", "changes", "timestamp", "actor_id", "content_type_id",
    "remote_addr", "additional_data", "serialized_data", "cid", "changes_text", "remote_port", "actor_email",
)  # fmt: skip
_RECOVERY = (
    "id", "kind", "at", "done_by", "backup", "backup_at", "sound", "number", "size", "outside_number", "outside_at",
    "lost_rows", "revoked", "seconds", "detail",
)  # fmt: skip
_TOMBSTONE = (
    "id", "at", "month", "intents", "outcomes", "first_leaf", "last_leaf", "file", "size", "sha256", "ranges",
    "basis", "key_name", "mac",
)  # fmt: skip

SEALED = {
    "fact": Record("audit_fact", "at", {1: _FACT}),
    "change": Record("audit_row_change", "at", {1: _CHANGE}),
    "history": Record("auditlog_logentry", "timestamp", {1: _HISTORY}),
    "recovery": Record("audit_recovery", "at", {1: _RECOVERY}, whole=True),
    # Written later than the rest of its row, once.
    "acceptance": Record(
        "audit_recovery", "accepted_at", {1: ("id", "accepted_at", "accepted_by", "accept_reason")},
        condition="i.accepted_at is not null", whole=True,
    ),
    "tombstone": Record("audit_tombstone", "at", {1: _TOMBSTONE}, whole=True),
    "download": Record(
        "catalog_documentdownload", "at", {1: ("id", "at", "request_id", "agency_id", "person_id", "version_id")}
    ),
    "version": Record(
        "connections_requestversion", "sent_at",
        {1: ("id", "number", "sent_at", "content", "content_hash", "request_id", "sent_by_id")},
    ),
    "message": Record(
        "connections_threadmessage", "at",
        {1: ("id", "side", "text", "at", "form_token", "agency_id", "author_id", "point_id", "request_id")},
    ),
    "narrative": Record(
        "reports_narrativeversion", "at", {1: ("id", "version", "texts", "origin", "at", "by_id", "run_id")}
    ),
    "statement": Record(
        "reports_statementversion", "submitted_at",
        {1: (
            "id", "number", "code", "submitted_at", "content", "content_hash", "paper", "agency_id", "statement_id",
            "submitted_by_id",
        )},
    ),
}  # fmt: skip
