"""Who may open the addresses of reports."""

from tests.house.policies import EVERYBODY, NOBODY, STAFF, Page, holders

READERS = holders("report.view", "report.draft")
CAMPAIGN_READERS = holders("report.view") & STAFF
PAGES: dict[str, Page] = {
    "clauses": ({}, EVERYBODY),
    "clause": ({"clause_id": "QC10.4"}, EVERYBODY),
    "developer_guides": ({}, EVERYBODY),
    "developer_guide": ({"slug": "bat-dau"}, EVERYBODY),
    "signature_vectors": ({}, EVERYBODY),
    "signature_check": ({}, holders("request.view_own")),
    "reports": ({}, READERS),
    "ask_report": ({}, holders("report.draft")),
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
# Pages of one report are judged in test_report_pages.py, of one campaign or statement in test_campaign_pages.py,
# test_statements.py and the tenants of tests/house.
ELSEWHERE: frozenset[str] = frozenset(
    {
        *("report", "download_report", "report_step"),
        *("statement", "fill_statement", "check_statement", "statement_file", "statement_paper"),
        *(f"admin:reports_campaign_{name}" for name in ("audience", "extend", "compare", "late", "result", "step")),
        *(f"admin:reports_statement_{name}" for name in ("file", "paper", "step")),
    }
)
