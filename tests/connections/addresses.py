"""Who may open the addresses of connections."""

from tests.house.policies import Page, holders

READERS = holders("request.view_own")
PAGES: dict[str, Page] = {
    "requests": ({}, READERS),
    "developer": ({}, READERS),
}
# Pages of one dossier or key, and deeds by POST, are judged in test_portal.py.
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
    }
)
