"""How much of a time a service's source systems answered; announced maintenance is left out, and it is said."""

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
from incidents.selectors.maintenance import excused_spans, in_spans

DAYS = 30
ANSWERED = (Health.UP, Health.SLOW)
GOOD, FAIR = 0.99, 0.95


def notes_of_service(service_id: int) -> list[Note]:
    """Return the share of checks of the live addresses in use that were answered; nothing where none was made."""
    until = clock.now()
    since = until - timedelta(days=DAYS)
    checks = HealthCheck.objects.filter(
        at__gte=since,
        upstream__environment=Environment.LIVE,
        upstream__active=True,
        upstream__version__service_id=service_id,
        upstream__version__state__in=CALLABLE,
    )
    planned = in_spans(excused_spans(since, until))
    made = checks.order_by().aggregate(
        all=Count("pk", filter=~planned),
        answered=Count("pk", filter=~planned & Q(state__in=ANSWERED)),
        planned=Count("pk", filter=planned),
    )
    if not made["all"]:
        return []
    text = _("%(share)s trong %(n)s lần kiểm tra") % {
        "share": percent(made["answered"], made["all"]),
        "n": number_format(made["all"], force_grouping=True),
    }
    if made["planned"]:
        left_out = number_format(made["planned"], force_grouping=True)
        text += _("; không tính %(n)s lần trong giờ bảo trì đã báo trước") % {"n": left_out}
    return [Note(_("Sẵn sàng trong 30 ngày qua"), text, kind_of(made["answered"], made["all"]))]


def kind_of(answered: int, made: int) -> str:
    """Return the kind of a share: live, progress or wrong; quiet where there is none."""
    if not made:
        return "quiet"
    share = answered / made
    return "live" if share >= GOOD else "progress" if share >= FAIR else "wrong"


def percent(answered: int, made: int) -> str:
    """Return a share as it is written, rounded down: one failure among many is never 100%."""
    return f"{number_format(answered * 1000 // made / 10, decimal_pos=1)}%"
