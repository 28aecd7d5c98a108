"""Withdrawing versions on the day that was announced: the broker refuses by the date, the register follows."""

import structlog
from django.db import transaction

from catalog.choices import ServiceState
from catalog.models import DataService, ServiceVersion
from catalog.services.versions import move_version
from core import clock
from core.actor import system_actor

log = structlog.get_logger(__name__)
ACTOR = "Ngừng phiên bản đến ngày đã báo"


def end_versions() -> int:
    """Withdraw every version whose day has come, with the reason that was announced; return how many. Safe twice."""
    due = ServiceVersion.objects.filter(state=ServiceState.DEPRECATED, sunset_on__lte=clock.today())
    ended = 0
    for pk, service_id in list(due.order_by("pk").values_list("pk", "service_id")):
        try:
            ended += _end(pk, service_id)
        except Exception:
            # One that cannot be ended keeps no other; calls to it are refused all the same.
            log.exception("version.not_ended", version_id=pk)
    return ended


@transaction.atomic
def _end(pk: int, service_id: int) -> int:
    """Withdraw one, unless it was resumed or its day moved meanwhile."""
    DataService.objects.select_for_update().get(pk=service_id)
    stored = ServiceVersion.objects.select_for_update().select_related("service").get(pk=pk)
    if stored.state != ServiceState.DEPRECATED or stored.sunset_on is None or stored.sunset_on > clock.today():
        return 0
    move_version(actor=system_actor(ACTOR), version=stored, step="withdraw", reason=stored.sunset_reason)
    return 1
