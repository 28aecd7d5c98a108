"""Writing facts: the one function every deed ends with."""

from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model

from audit.models import Fact
from core import clock
from core.actor import Actor
from core.regulation import clause as known_clause

_ENCODER = DjangoJSONEncoder()
# Columns whose values are secrets, whole or sealed: no fact names them.
SECRETS = frozenset(
    [
        "password",
        "sealed_secret",
        "sealed_client_key",
        "sealed_old",
        "sealed_client_secret",
        "challenge",
        "token_digest",
        "code_digest",
        "lookup_code",
    ]
)


def record_fact(
    *,
    actor: Actor,
    deed: str,
    subject: Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    clause: str = "",
) -> Fact:
    """Record that *actor* did *deed* (``noun.verb``) to *subject*, inside the deed's own transaction.

    Raises RuntimeError outside a transaction (the fact and the change must stand or fall together) and for a secret
    in *before* or *after*; ``core.regulation.UnknownClause`` for a clause id that does not exist.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record_fact needs the transaction of its deed")
    if SECRETS & {*(before or ()), *(after or ())}:
        raise RuntimeError("a fact keeps no secret")
    if clause:
        known_clause(clause)
    return Fact.objects.create(
        at=clock.now(),
        deed=deed,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        actor_name=actor.name[:200],
        agency_id=actor.agency_id,
        agency_name=actor.agency_name[:300],
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_name=str(subject)[:300],
        before=_plain(before),
        after=_plain(after),
        reason=reason,
        clause=clause,
        request_id=actor.request_id,
        address=actor.address,
    )


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return *values* as JSON has them; a row stands as its id and name."""
    return {name: _plain_value(value) for name, value in (values or {}).items()}


def _plain_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    if isinstance(value, Model):
        return {"id": value.pk, "name": str(value)}
    return _ENCODER.default(value)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the two sides of only those fields that differ."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
