"""Who may use a service, as the dossiers say: asked by the floor below (``DOCUMENT_AUDIENCES``)."""

from connections.choices import LineOutcome, State
from connections.models import ConnectionRequest, RequestLine

APPROVED = (State.TECHNICALLY_APPROVED, State.TESTING, State.AWAITING_CONFIRMATION, State.READY, State.LIVE)


def agencies_approved_for(service_id: int | None) -> set[int]:
    """Return the agencies with an approved dossier that has not ended, for one service or (None) for any."""
    found = ConnectionRequest.objects.filter(state__in=APPROVED)
    if service_id is not None:
        granted = RequestLine.objects.filter(service=service_id).exclude(decision__outcome=LineOutcome.REFUSED)
        found = found.filter(pk__in=granted.values("request_id"))
    return set(found.values_list("agency_id", flat=True))
