"""Who may open which address: one row for each. An address without a row fails ``test_addresses``.

A policy is the set of roles that get the page; ``VISITOR`` stands for somebody not signed in. Everybody else is sent
away: visitors to sign in, others with 403 or 404.
"""

from accounts.roles import ROLES, roles_with

VISITOR = "visitor"
EVERYBODY = frozenset({VISITOR, *ROLES})
SIGNED_IN = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()


def holders(*permissions: str) -> frozenset[str]:
    """Return the roles that hold any of *permissions*."""
    return frozenset(role for permission in permissions for role in roles_with(permission))


STAFF = holders("admin.enter")
# name -> (arguments, who gets 200 on GET)
PAGES: dict[str, tuple[dict[str, object], frozenset[str]]] = {
    "home": ({}, EVERYBODY),
    "livez": ({}, EVERYBODY),
    "readyz": ({}, EVERYBODY),
    "healthz": ({}, EVERYBODY),
    "problems": ({}, EVERYBODY),
    "problem": ({"code": "not-found"}, EVERYBODY),
    "agencies": ({}, EVERYBODY),
    "agency": ({"code": "H60.02"}, EVERYBODY),
    "calendar": ({}, EVERYBODY),
    "clauses": ({}, EVERYBODY),
    "clause": ({"clause_id": "QC10.4"}, EVERYBODY),
    "workbench": ({}, SIGNED_IN),
    "profile": ({}, SIGNED_IN),
    "people": ({}, holders("people.view_own", "people.manage_own")),
    "invite": ({}, holders("people.manage_own")),
    "role_changes": ({}, holders("role.propose", "role.decide")),
    "api-me": ({}, SIGNED_IN),
    "api-agencies": ({}, SIGNED_IN),
    "api-agency": ({"code": "H60.02"}, SIGNED_IN),
    "api-days-off": ({}, SIGNED_IN),
    "api-make-up-days": ({}, SIGNED_IN),
    "api-deadlines": ({}, SIGNED_IN),
    "schema": ({}, SIGNED_IN),
    "admin:index": ({}, STAFF),
    "admin:accounts_agency_changelist": ({}, STAFF),
    "admin:accounts_agency_add": ({}, holders("register.manage")),
    "admin:accounts_dayoff_changelist": ({}, STAFF),
    "admin:accounts_dayoff_add": ({}, holders("calendar.manage")),
    "admin:accounts_makeupday_changelist": ({}, STAFF),
    "admin:accounts_makeupday_add": ({}, holders("calendar.manage")),
    "admin:accounts_deadlinepolicy_changelist": ({}, STAFF),
    "admin:accounts_deadlinepolicy_add": ({}, holders("calendar.manage")),
    "admin:accounts_regulationperiod_changelist": ({}, STAFF),
    "admin:accounts_regulationperiod_add": ({}, NOBODY),
    "admin:accounts_user_changelist": ({}, holders("people.view_all")),
    "admin:accounts_user_add": ({}, NOBODY),
    "admin:accounts_membership_changelist": ({}, holders("people.view_all")),
    "admin:accounts_membership_add": ({}, NOBODY),
    "admin:accounts_invitation_changelist": ({}, holders("people.view_all")),
    "admin:accounts_invitation_add": ({}, NOBODY),
    "admin:accounts_rolechange_changelist": ({}, holders("people.view_all")),
    "admin:accounts_rolechange_add": ({}, NOBODY),
    "admin:audit_fact_changelist": ({}, STAFF & holders("facts.view")),
    "admin:audit_fact_add": ({}, NOBODY),
}
# Sign-in and second step (tests/accounts/test_signin*.py), links with secrets and deeds by POST or on one object
# (tests/accounts/test_people_room.py, test_register_room.py), each judged by tests of its own.
ELSEWHERE = frozenset(
    {
        "account_login",
        "account_logout",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_change_password",
        "account_reauthenticate",
        "account_email",
        "mfa_authenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "session_extend",
        "end_sessions",
        "theme",
        "switch_agency",
        "invitation",
        "end_membership",
        "extend_membership",
        "withdraw_invitation",
        "renew_invitation",
        "decide_role_change",
        "admin:login",
        "admin:logout",
        "admin:password_change",
        "admin:password_change_done",
        "admin:autocomplete",
        "admin:jsi18n",
        "admin:view_on_site",
        "admin:app_list",
        "admin:search",
    }
)
# Pages of one row in the staff rooms take the rights of their list, from one base class (core.admin.BaseAdmin).
ROW_PAGES = ("_change", "_history", "_delete")
