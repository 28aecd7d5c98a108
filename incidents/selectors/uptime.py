"""How much of the last 30 days a service's source systems answered, from the checks that were made."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE
from core import clock
from core.choices import Environment
from core.web.notes import Note
from incidents.choices import Health
from incidents.models import HealthCheck

DAYS = 30
ANSWERED = (Health.UP, Health.SLOW)


def notes_of_service(service_id: int) -> list[Note]:
    """Return the share of checks of the live addresses in use that were answered; nothing where none was made."""
    checks = HealthCheck.objects.filter(
        at__gte=clock.now() - timedelta(days=DAYS),
        upstream__environment=Environment.LIVE,
        upstream__active=True,
        upstream__version__service_id=service_id,
        upstream__version__state__in=CALLABLE,
    )
    made = checks.order_by().aggregate(all=Count("pk"), answered=Count("pk", filter=Q(state__in=ANSWERED)))
    if not made["all"]:
        return []
    share = made["answered"] / made["all"]
    kind = "live" if share >= 0.99 else "progress" if share >= 0.95 else "wrong"
    text = _("%(share)s%% trong %(n)s lần kiểm tra") % {
        # Rounded down: one failure among many is never 100%.
        "share": number_format(int(share * 1000) / 10, decimal_pos=1),
        "n": number_format(made["all"], force_grouping=True),
    }
    return [Note(_("Sẵn sàng trong 30 ngày qua"), text, kind)]
