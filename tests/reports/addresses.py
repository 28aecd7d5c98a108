"""Who may open the addresses of reports."""

from tests.house.policies import EVERYBODY, NOBODY, STAFF, Page, holders

READERS = holders("report.view", "report.draft")
PAGES: dict[str, Page] = {
    "clauses": ({}, EVERYBODY),
    "clause": ({"clause_id": "QC10.4"}, EVERYBODY),
    "developer_guides": ({}, EVERYBODY),
    "developer_guide": ({"slug": "bat-dau"}, EVERYBODY),
    "signature_vectors": ({}, EVERYBODY),
    "signature_check": ({}, holders("request.view_own")),
    "verify_report_entry": ({}, EVERYBODY),
    "reports": ({}, READERS),
    "ask_report": ({}, holders("report.draft")),
    "admin:reports_reporttemplate_changelist": ({}, READERS & STAFF),
    "admin:reports_reporttemplate_add": ({}, NOBODY),
}
# Pages of one report are judged in test_report_pages.py, the public check in test_verify.py.
ELSEWHERE: frozenset[str] = frozenset({"report", "download_report", "report_step", "verify_report"})
