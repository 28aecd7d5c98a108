"""Who may open the addresses of reports."""

from tests.house.policies import EVERYBODY, NOBODY, STAFF, Page, holders

READERS = holders("report.view", "report.draft")
CAMPAIGN_READERS = holders("report.view") & STAFF
PAGES: dict[str, Page] = {
    "clauses": ({}, EVERYBODY),
    "clause": ({"clause_id": "QC10.4"}, EVERYBODY),
    "coverage": ({}, READERS),
    "developer_guides": ({}, EVERYBODY),
    "developer_guide": ({"slug": "bat-dau"}, EVERYBODY),
    "signature_vectors": ({}, EVERYBODY),
    "signature_check": ({}, holders("request.view_own")),
    "verify_report_entry": ({}, EVERYBODY),
    "reports": ({}, READERS),
    "ask_report": ({}, holders("report.draft")),
    "leadership": ({}, holders("report.view")),
    "leadership_waiting": ({}, holders("report.view")),
    "leadership_figure": ({"code": "ho-so"}, holders("report.view")),
    "api-leadership": ({}, holders("report.view")),
    "ranking": ({}, holders("report.view")),
    "ranking_file": ({}, holders("report.view")),
    "admin:reports_rankingpolicy_changelist": ({}, holders("report.view") & STAFF),
    "admin:reports_rankingpolicy_add": ({}, holders("report.draft")),
    "statements": ({}, holders("statement.draft", "statement.send")),
    "admin:reports_campaign_changelist": ({}, CAMPAIGN_READERS),
    "admin:reports_campaign_add": ({}, holders("campaign.manage")),
    "admin:reports_campaignquestion_changelist": ({}, CAMPAIGN_READERS),
    "admin:reports_campaignquestion_add": ({}, holders("campaign.manage")),
    "admin:reports_statement_changelist": ({}, CAMPAIGN_READERS),
    "admin:reports_statement_add": ({}, NOBODY),
    "admin:reports_reporttemplate_changelist": ({}, READERS & STAFF),
    "admin:reports_reporttemplate_add": ({}, NOBODY),
}
# Pages of one report are judged in test_report_pages.py, the public check in test_verify.py, those of one campaign or
# statement in test_campaign_pages.py, test_statements.py and the tenants of tests/house.
ELSEWHERE: frozenset[str] = frozenset(
    {
        *("report", "download_report", "report_step", "verify_report"),
        *("statement", "fill_statement", "check_statement", "statement_file", "statement_paper"),
        *(f"admin:reports_campaign_{name}" for name in ("audience", "extend", "compare", "late", "result", "step")),
        *(f"admin:reports_statement_{name}" for name in ("file", "paper", "step")),
    }
)
