"""What every step of a request for use shares: lock, move, record."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.models import AccessRequest
from core.actor import Actor
from core.problems import StateRefused
from core.text import fold, tidy
from core.transitions import carry


def lock_access(access: AccessRequest, *, version: int | None = None) -> AccessRequest:
    """Return *access* as it is now, locked until the deed ends; *version* is the one the person saw.

    Raises StateRefused when another is there now.
    """
    stored = AccessRequest.objects.select_for_update(of=("self",)).select_related("agency", "system__owner", "purpose")
    found = stored.get(pk=access.pk)
    if version is not None and version != found.version:
        raise StateRefused(_("Đề nghị vừa được người khác thay đổi. Nội dung bạn nhập vẫn được giữ bên dưới."))
    return found


def touch_access(access: AccessRequest) -> None:
    """Save a locked request under its next version, with the text it is found by."""
    access.version += 1
    system = access.system
    words = (access.code, access.agency.name, access.agency.short_name, system.name if system else "")
    access.search = fold(" ".join((*words, system.code if system else "")))
    access.save()


def move_access(
    *,
    actor: Actor,
    access: AccessRequest,
    step: str,
    reason: str = "",
    after: Mapping[str, Any] | None = None,
) -> None:
    """Take *step* of the table on a locked request and record it; *after* adds to the fact.

    Raises StateRefused, PermissionRefused, InvalidInput (reason missing), GuardRefused; the transaction then undoes
    what the deed wrote.
    """
    before = access.state
    taken = carry(access, step, actor, reason=reason)
    touch_access(access)
    record_fact(
        actor=actor,
        deed=f"access.{step}",
        subject=access,
        before={"state": before},
        after={"state": access.state, **(after or {})},
        reason=tidy(reason),
        clause=taken.custom["clause"],
    )
