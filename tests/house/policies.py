"""The words in which address rows are written: who may open a page."""

from accounts.roles import ROLES, roles_with

VISITOR = "visitor"
EVERYBODY = frozenset({VISITOR, *ROLES})
SIGNED_IN = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
# (arguments of the address, who gets 200 on GET)
Page = tuple[dict[str, object], frozenset[str]]


def holders(*permissions: str) -> frozenset[str]:
    """Return the roles that hold any of *permissions*."""
    return frozenset(role for permission in permissions for role in roles_with(permission))


STAFF = holders("admin.enter")
