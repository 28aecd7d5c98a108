"""Who may open what: every address of the product × everyone who might come, and what a GET answers them.

A row is ``name: Row(policy, kwargs)``. A policy says the answer for one visitor: an HTTP status, or ``SIGN_IN`` (led to
the sign-in page), or the name of the address one is led to. Staff pages of a model are generated from ``STAFF_MODELS``.
A new address without a row fails ``test_addresses.py``, and so does a row whose address is gone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts import roles

ANONYMOUS = "anonymous"
VISITORS = (ANONYMOUS, *roles.ROLES)
SIGN_IN = "account_login"
Answer = int | str
Policy = Callable[[str], Answer]
ENTER = "admin.enter"


@dataclass(frozen=True)
class Row:
    """One address: the answer for each visitor, and what fills its places."""

    policy: Policy
    kwargs: Callable[[Any], dict[str, Any]] = field(default=lambda world: {})


def _holds(visitor: str, *permissions: str) -> bool:
    return visitor != ANONYMOUS and bool(roles.ROLES[visitor].permissions & set(permissions))


def always(answer: Answer) -> Policy:
    """Answer everyone alike."""
    return lambda visitor: answer


def by_standing(visitors: Answer, people: Answer) -> Policy:
    """Answer visitors one thing, signed-in people another."""
    return lambda visitor: visitors if visitor == ANONYMOUS else people


def permission(*names: str) -> Policy:
    """Let people through who hold any of the permissions."""
    return lambda visitor: SIGN_IN if visitor == ANONYMOUS else 200 if _holds(visitor, *names) else 403


def staff(name: str | None = ENTER) -> Policy:
    """Let staff through who hold the permission (nobody for None); who is not staff learns nothing is here."""

    def answer(visitor: str) -> Answer:
        if not _holds(visitor, ENTER):
            return SIGN_IN if visitor == ANONYMOUS else 404
        return 200 if name and _holds(visitor, name) else 403

    return answer


def staff_always(answer: Answer) -> Policy:
    """Answer all staff alike; who is not staff learns nothing is here."""
    return lambda visitor: answer if _holds(visitor, ENTER) else SIGN_IN if visitor == ANONYMOUS else 404


PUBLIC = always(200)
SIGNED_IN = by_standing(SIGN_IN, 200)
POST_ONLY = always(405)
API = by_standing(401, 200)
GUESTS = by_standing(200, "workbench")


@dataclass(frozen=True)
class StaffModel:
    """Who may see, add and change the rows of a model; None is nobody. Nobody deletes."""

    view: str
    add: str | None = None
    change: str | None = None


STAFF_MODELS = {
    "accounts_agency": StaffModel(ENTER, "register.manage", "register.manage"),
    "accounts_dayoff": StaffModel(ENTER, "calendar.manage", "calendar.manage"),
    "accounts_makeupday": StaffModel(ENTER, "calendar.manage", "calendar.manage"),
    "accounts_deadlinepolicy": StaffModel(ENTER, "calendar.manage"),
    "accounts_regulationperiod": StaffModel(ENTER, None, "calendar.manage"),
    "accounts_user": StaffModel("people.view_all"),
    "accounts_membership": StaffModel("people.view_all"),
    "accounts_invitation": StaffModel("people.view_all"),
    "accounts_rolechange": StaffModel("people.view_all"),
    "audit_fact": StaffModel("facts.view"),
}


def _staff_rows() -> Iterator[tuple[str, Row]]:
    for name, model in STAFF_MODELS.items():
        row = _row_of(name)
        yield f"admin:{name}_changelist", Row(staff(model.view))
        yield f"admin:{name}_add", Row(staff(model.add))
        yield f"admin:{name}_change", Row(staff(model.view), row)
        yield f"admin:{name}_history", Row(staff(model.view), row)
        yield f"admin:{name}_delete", Row(staff(None), row)


def _row_of(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"object_id": world.rows[name].pk}


ADDRESSES: dict[str, Row] = {
    "livez": Row(PUBLIC),
    "readyz": Row(PUBLIC),
    "healthz": Row(PUBLIC),
    "problems": Row(PUBLIC),
    "problem": Row(PUBLIC, lambda world: {"code": "not-found"}),
    "theme": Row(POST_ONLY),
    "home": Row(PUBLIC),
    "workbench": Row(SIGNED_IN),
    "switch_agency": Row(POST_ONLY),
    "agencies": Row(PUBLIC),
    "agency": Row(PUBLIC, lambda world: {"code": world.home.code}),
    "calendar": Row(PUBLIC),
    "clauses": Row(PUBLIC),
    "clause": Row(PUBLIC, lambda world: {"clause_id": "QC10.4"}),
    "people": Row(permission("people.view_own", "people.manage_own")),
    "invite": Row(permission("people.manage_own")),
    "end_membership": Row(
        permission("people.manage_own", "people.stop_any"), lambda world: {"pk": world.colleague().pk}
    ),
    "extend_membership": Row(permission("people.manage_own"), lambda world: {"pk": world.colleague().pk}),
    "withdraw_invitation": Row(POST_ONLY, lambda world: {"pk": world.rows["accounts_invitation"].pk}),
    "role_changes": Row(permission("role.propose", "role.decide")),
    "decide_role_change": Row(permission("role.decide"), lambda world: {"pk": world.rows["accounts_rolechange"].pk}),
    "invitation": Row(PUBLIC, lambda world: {"token": world.token}),
    "account_login": Row(GUESTS),
    "account_logout": Row(by_standing("home", 200)),
    "account_signup": Row(GUESTS),
    "account_inactive": Row(PUBLIC),
    "account_reauthenticate": Row(SIGNED_IN),
    "account_reset_password": Row(GUESTS),
    "account_reset_password_done": Row(PUBLIC),
    "account_reset_password_from_key": Row(PUBLIC, lambda world: {"uidb36": "1", "key": "khong-dung-duoc"}),
    "account_reset_password_from_key_done": Row(PUBLIC),
    "account_change_password": Row(SIGNED_IN),
    "profile": Row(SIGNED_IN),
    "end_sessions": Row(POST_ONLY),
    "session_extend": Row(by_standing(401, 204)),
    "mfa_authenticate": Row(by_standing(SIGN_IN, "workbench")),
    "mfa_reauthenticate": Row(SIGNED_IN),
    "mfa_index": Row(SIGNED_IN),
    "mfa_activate_totp": Row(SIGNED_IN),
    "mfa_deactivate_totp": Row(SIGNED_IN),
    "mfa_view_recovery_codes": Row(SIGNED_IN),
    "mfa_generate_recovery_codes": Row(SIGNED_IN),
    "api-me": Row(API),
    "schema": Row(API),
    "api-agencies": Row(API),
    "api-agency": Row(API, lambda world: {"code": world.home.code}),
    "api-days-off": Row(API),
    "api-make-up-days": Row(API),
    "api-deadlines": Row(API),
    "admin:index": Row(staff()),
    "admin:app_list": Row(staff(), lambda world: {"app_label": "accounts"}),
    "admin:login": Row(by_standing(SIGN_IN, 404)),
    "admin:logout": Row(POST_ONLY),
    "admin:password_change": Row(staff()),
    "admin:password_change_done": Row(staff()),
    "admin:autocomplete": Row(staff_always(403)),
    "admin:search": Row(staff()),
    "admin:jsi18n": Row(PUBLIC),
    "admin:view_on_site": Row(staff_always(404), lambda world: {"content_type_id": 1, "object_id": 1}),
    **dict(_staff_rows()),
}
# Patterns without a name, by what their route ends in, and why they need no row.
NAMELESS = {
    "/<path:object_id>/": "Django's old address of a row: leads to the row's own address, which has one",
    "/(?P<url>.*)$": "Django's catch-all of the staff rooms: leads to sign-in or says there is no such page",
}
