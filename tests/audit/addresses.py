"""Who may open the addresses of audit."""

from tests.house.policies import NOBODY, STAFF, Page, holders

PAGES: dict[str, Page] = {
    "admin:audit_fact_changelist": ({}, STAFF & holders("facts.view")),
    "admin:audit_fact_add": ({}, NOBODY),
    "admin:audit_rowchange_changelist": ({}, STAFF & holders("facts.view")),
    "admin:audit_rowchange_add": ({}, NOBODY),
    "admin:audit_verification_changelist": ({}, STAFF & (holders("facts.view") | holders("calllog.view_all"))),
    "admin:audit_verification_add": ({}, NOBODY),
    "admin:audit_recovery_changelist": ({}, STAFF & (holders("facts.view") | holders("calllog.view_all"))),
    "admin:audit_recovery_add": ({}, NOBODY),
    "admin:audit_tombstone_changelist": ({}, STAFF & (holders("facts.view") | holders("calllog.view_all"))),
    "admin:audit_tombstone_add": ({}, NOBODY),
    "admin:audit_retention_changelist": ({}, STAFF),
    "admin:audit_retention_add": ({}, NOBODY),
    "admin:auditlog_logentry_changelist": ({}, STAFF & holders("history.view")),
    "admin:auditlog_logentry_add": ({}, NOBODY),
}
ELSEWHERE: frozenset[str] = frozenset()
