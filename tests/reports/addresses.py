"""Who may open the addresses of reports."""

from tests.house.policies import EVERYBODY, NOBODY, SIGNED_IN, STAFF, Page, holders

READERS = holders("report.view", "report.draft")
CAMPAIGN_READERS = holders("report.view") & STAFF
FEEDBACK = holders("feedback.file", "feedback.view_all")
FUNDS = holders("funding.view")
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
    "api-reports": ({}, READERS),
    "api-campaigns": ({}, holders("report.view", "campaign.manage")),
    "api-campaign-statements": (
        {},
        holders("report.view", "campaign.manage", "statement.draft", "statement.send"),
    ),
    "admin:reports_closingrule_changelist": ({}, READERS & STAFF),
    "admin:reports_closingrule_add": ({}, holders("report.draft")),
    "admin:reports_reporttemplate_changelist": ({}, READERS & STAFF),
    "admin:reports_reporttemplate_add": ({}, NOBODY),
    "budget_years": ({}, FUNDS),
    "training": ({}, SIGNED_IN),
    "feedback_list": ({}, FEEDBACK),
    "file_feedback": ({}, holders("feedback.file")),
    "feedback_answers": ({}, FEEDBACK),
    "reviews": ({}, holders("report.view", "review.draft", "review.approve")),
    "admin:reports_feedback_changelist": ({}, STAFF),
    "admin:reports_feedback_add": ({}, NOBODY),
    "admin:reports_feedbacktheme_changelist": ({}, STAFF),
    "admin:reports_feedbacktheme_add": ({}, holders("feedback.answer")),
    "admin:reports_yearlyreview_changelist": ({}, STAFF),
    "admin:reports_yearlyreview_add": ({}, holders("review.draft")),
    "admin:reports_reviewtheme_changelist": ({}, STAFF),
    "admin:reports_reviewtheme_add": ({}, NOBODY),
    "admin:reports_trainingsession_changelist": ({}, holders("training.manage")),
    "admin:reports_trainingsession_add": ({}, holders("training.manage")),
    "admin:reports_budgetterm_changelist": ({}, FUNDS & STAFF),
    "admin:reports_budgetterm_add": ({}, holders("funding.manage")),
    "admin:reports_budgetyear_changelist": ({}, FUNDS & STAFF),
    "admin:reports_budgetyear_add": ({}, holders("funding.manage")),
    "admin:reports_budgetline_changelist": ({}, FUNDS & STAFF),
    "admin:reports_budgetline_add": ({}, holders("funding.manage")),
}
# Pages of one report are judged in test_report_pages.py, the public check in test_verify.py, those of one campaign or
# statement in test_campaign_pages.py, test_statements.py and the tenants of tests/house, of money in test_funding.py.
ELSEWHERE: frozenset[str] = frozenset(
    {
        *("report", "download_report", "download_report_as", "report_step", "report_words", "report_history"),
        *("recount_report", "api-report", "verify_report", "api-campaign", "api-campaign-statement"),
        *("statement", "fill_statement", "check_statement", "statement_file", "statement_paper"),
        *(f"admin:reports_campaign_{name}" for name in ("audience", "extend", "compare", "late", "result", "step")),
        *(f"admin:reports_statement_{name}" for name in ("file", "paper", "step")),
        *("budget_year", "budget_line", "spending_file", "admin:reports_budgetline_file"),
        "admin:reports_budgetyear_step",
        *("feedback", "feedback_file", "review", "review_file", "admin:reports_feedback_file"),
        *("training_session", "admin:reports_trainingsession_participants"),
        "admin:reports_trainingsession_certificates",
        *(f"admin:reports_budgetyear_{name}" for name in ("import_lines", "lines_preview", "lines_template")),
        *(f"admin:reports_budgetyear_{name}" for name in ("export_lines", "lines", "spent")),
    }
)
