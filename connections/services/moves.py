"""What every step of a dossier shares: lock, judge, move, record, tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from audit.models import Fact
from audit.record import record_fact
from connections.models import ConnectionRequest
from connections.permissions import judge, judge_actor, row_of, transitions
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, StateRefused
from core.text import fold, tidy

SUBJECT = ConnectionRequest._meta.label_lower


def lock(request: ConnectionRequest, *, version: int | None = None) -> ConnectionRequest:
    """Return *request* as it is now, locked until the deed ends.

    *version* is the one the person saw. Raises StateRefused, naming who was faster, when another is there now.
    """
    stored = ConnectionRequest.objects.select_for_update(of=("self",)).select_related("agency", "system", "purpose")
    found = stored.get(pk=request.pk)
    if version is not None and version != found.version:
        raise StateRefused(_changed_meanwhile(found))
    return found


def require(actor: Actor, request: ConnectionRequest, action: str, *, reason: str = "") -> str:
    """Judge *action* before the deed writes anything; return the tidied reason.

    Raises PermissionRefused, StateRefused, GuardRefused, or InvalidInput when a reason is asked for and missing.
    """
    refusal = judge(actor, request, action, complete=False)
    if refusal is not None:
        raise refusal
    said, reason = transitions()[action][0].custom, tidy(reason)
    if said.get("reason") and not reason:
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    return reason


@transaction.atomic
def move(
    *,
    actor: Actor,
    request: ConnectionRequest,
    action: str,
    reason: str = "",
    after: Mapping[str, Any] | None = None,
) -> ConnectionRequest:
    """Take the step *action* on a locked dossier that :func:`require` let through, and record it.

    Judges again, now with every condition, because the deed may have written since. *after* adds to the fact.
    """
    refusal = judge_actor(actor, request, action)
    if refusal is not None:
        raise refusal
    row, before = row_of(request, action), request.state
    try:
        getattr(request, row.name)()
    except TransitionNotAllowed as error:
        raise judge(actor, request, action) or error from error
    touch(request)
    record_fact(
        actor=actor,
        deed=f"request.{action}",
        subject=request,
        before={"state": before},
        after={"state": request.state, **(after or {})},
        reason=reason,
        clause=row.custom["clause"],
    )
    return request


def index(request: ConnectionRequest) -> None:
    """Bring the folded search text of a dossier up to date; the caller saves."""
    system = request.system
    words = (request.number, request.agency.name, request.agency.short_name, system.name if system else "")
    request.search = fold(" ".join((*words, system.code if system else "")))


def touch(request: ConnectionRequest) -> None:
    """Save a locked dossier under its next version."""
    request.version += 1
    request.changed_at = clock.now()
    request.save()


def last_fact(request: ConnectionRequest, **narrowed: Any) -> Fact | None:
    """Return the newest fact about a dossier, of those that *narrowed* keeps."""
    facts = Fact.objects.filter(subject_type=SUBJECT, subject_id=str(request.pk), **narrowed)
    return facts.order_by("-id").first()


def said_time(moment: datetime) -> str:
    """Return *moment* as a Vietnamese clock says it: the hour alone today, with the day otherwise."""
    local = moment.astimezone(clock.VIETNAM)
    return f"{local:%H:%M}" if local.date() == clock.today() else f"{local:%H:%M ngày %d/%m/%Y}"


def _changed_meanwhile(request: ConnectionRequest) -> str:
    fact = last_fact(request)
    if fact is None:
        return _("Hồ sơ vừa được thay đổi. Nội dung bạn nhập vẫn được giữ bên dưới.")
    text = _("%(name)s vừa thay đổi hồ sơ lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.")
    return text % {"name": fact.actor_name, "time": said_time(fact.at)}
