"""The one door to django-guardian: rights of a person on one object, which roles cannot express (decisions, 26).

Guardian's own shortcuts disagree on whether a global right counts for an object; here it never does.
"""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from guardian.shortcuts import assign_perm, get_objects_for_user, get_users_with_perms, remove_perm

M = TypeVar("M", bound=Model)


def give(permission: str, *, user: Any, thing: Model) -> None:
    """Give *user* the object right ``app.codename`` on *thing*; giving twice changes nothing."""
    assign_perm(permission, user, thing)


def take(permission: str, *, user: Any, thing: Model) -> None:
    """Take the object right from *user*; taking what is not there changes nothing."""
    remove_perm(permission, user, thing)


def holds(permission: str, *, user: Any, thing: Model) -> bool:
    """Return whether *user* holds the right on exactly this object."""
    app_label, codename = permission.split(".", 1)
    return app_label == thing._meta.app_label and codename in _codenames(user, thing)


def _codenames(user: Any, thing: Model) -> set[str]:
    holders: Any = get_users_with_perms(thing, attach_perms=True, with_superusers=False, with_group_users=False)
    return set(holders.get(user, ()))


def things_with(permission: str, *, user: Any, among: QuerySet[M]) -> QuerySet[M]:
    """Return the rows of *among* on which *user* holds the right."""
    found: QuerySet[M] = get_objects_for_user(
        user, permission, klass=among, with_superuser=False, accept_global_perms=False, use_groups=False
    )
    return found
