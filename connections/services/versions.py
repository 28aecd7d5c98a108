"""Freezing what a dossier says at the moment the agency sends it."""

from connections.models import ConnectionRequest, RequestVersion
from connections.models.trials import content_hash
from connections.selectors.versions import content_of
from core import clock
from core.actor import Actor


def freeze_version(*, actor: Actor, request: ConnectionRequest) -> RequestVersion:
    """Freeze all parts of a locked dossier as its next version, inside the deed that sends it.

    That deed's fact names the number and the hash.
    """
    content = content_of(request)
    last = request.versions.order_by("-number").first()
    return RequestVersion.objects.create(
        request=request,
        number=last.number + 1 if last else 1,
        sent_at=clock.now(),
        sent_by_id=actor.user_id or 0,
        content=content,
        content_hash=content_hash(content),
    )
