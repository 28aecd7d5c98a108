"""What was revoked since a backup is revoked again, through the deeds people use."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Agency, User
from accounts.services.replaying import end_again
from audit.sealing.revocations import Revocation
from connections.services.replaying import hold_again, revoke_grant_again, revoke_key_again
from core.actor import Actor
from core.problems import DomainError
from lgsp.survival.revoking import BY_HAND, UNDONE_BY

_DEEDS: dict[str, Callable[..., bool]] = {
    "key.revoked": revoke_key_again,
    "grant.revoked": revoke_grant_again,
    "hold.placed": hold_again,
    "membership.ended": end_again,
}


@dataclass(slots=True)
class Replayed:
    """What was done again, what was revoked already, what is younger than the backup and went with it (``unknown``),
    and what people have to do again (``by_hand``); each as deed and name."""

    done: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)


def replay(found: Iterable[Revocation], since: datetime) -> Replayed:
    """Do again every revocation of *found*, oldest first; suspensions that were lifted later are left out.

    All of them are looked at, for nothing is done twice. What cannot be done again is told, if it came after *since*.
    """
    given, result = list(found), Replayed()
    lifted = {(one.subject_id, one.after.get("side")): one.at for one in given if one.deed == UNDONE_BY}
    for one in given:
        over = lifted.get((one.subject_id, one.after.get("side")))
        if one.deed == "hold.placed" and over is not None and over > one.at:
            continue
        if one.deed in _DEEDS:
            _one(one, result)
        elif one.deed in BY_HAND and one.at > since:
            result.by_hand.append(_name(one))
    return result


def _one(one: Revocation, result: Replayed) -> None:
    try:
        done = _DEEDS[one.deed](
            actor=_actor(one),
            name=one.subject_name,
            pk=one.subject_id,
            at=one.at,
            after=one.after,
            reason=one.reason,
        )
    except LookupError:
        result.unknown.append(_name(one))
    except DomainError as refused:
        result.by_hand.append(f"{_name(one)}: {refused}")
    else:
        (result.done if done else result.there).append(_name(one))


def _name(one: Revocation) -> str:
    return f"{one.deed} {one.subject_name}"


def _actor(one: Revocation) -> Actor:
    """Return the platform, doing again what that person did for that agency, as far as the backup knows them."""
    return Actor(
        kind="system",
        name="Thực hiện lại thu hồi sau khôi phục",
        user_id=User.objects.filter(pk=one.actor_id or 0).values_list("pk", flat=True).first(),
        agency_id=Agency.objects.filter(pk=one.agency_id or 0).values_list("pk", flat=True).first(),
        agency_name=one.agency_name,
    )
