"""Who may open the addresses of connections."""

from tests.house.policies import NOBODY, STAFF, Page, holders

READERS = holders("request.view_own")
PAGES: dict[str, Page] = {
    "requests": ({}, READERS),
    "developer": ({}, READERS),
    "admin:connections_connectionrequest_changelist": ({}, STAFF),
    "admin:connections_connectionrequest_add": ({}, NOBODY),
    "calls": ({}, holders("calllog.view_own")),
}
# Pages of one dossier or key, and deeds by POST, are judged in test_portal.py; steps at the desk in test_desk_*.py.
ELSEWHERE: frozenset[str] = frozenset(
    {
        "begin_request",
        "request",
        "request_part",
        "choose_service",
        "request_line",
        "remove_line",
        "check_request",
        "request_sent",
        "answer_completion",
        "trial",
        "withdraw_request",
        "discard_request",
        "new_key",
        "revoke_key",
        "admin:connections_request_receive",
        "admin:connections_request_return_parts",
        "admin:connections_request_assign",
        "admin:connections_request_close",
        "admin:connections_request_evaluate",
        "admin:connections_request_request_completion",
        "admin:connections_request_propose",
        "admin:connections_request_approve",
        "admin:connections_request_send_back",
        "admin:connections_request_set_up",
        "admin:connections_request_measure",
        "admin:connections_request_judge_case",
        "admin:connections_request_finish_tests",
        "admin:connections_request_start_over",
        "admin:connections_request_confirm",
        "admin:connections_request_disagree",
        "admin:connections_request_reopen_tests",
        "admin:connections_request_go_live",
        "admin:connections_request_terminate",
        "admin:connections_request_place_hold",
        "admin:connections_request_lift_hold",
    }
)
