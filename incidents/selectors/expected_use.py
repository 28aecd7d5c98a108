"""Reading what use was declared, and which grants nobody uses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from connections.models import Grant
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.notes import Part, PartRow
from incidents.alert_choices import Cadence
from incidents.models import ExpectedUse
from incidents.selectors.alert_audience import HANDLE
from incidents.selectors.detection.declared import live_grants, uses_of

DECLARE_OWN = "use.declare_own"


@dataclass(frozen=True, slots=True)
class Unused:
    """A grant nobody used for long: when it was used last (None: never), and for how many days nobody did."""

    grant: Grant
    last_at: datetime | None
    days: int


def unused_grants(days: int) -> list[Unused]:
    """Return the live grants that nobody used for *days*, never used ones by when they were given; three queries."""
    grants = list(live_grants().filter(opened_at__lt=clock.now() - timedelta(days=days)))
    uses, now, found = uses_of(grants), clock.now(), []
    for grant in grants:
        last = uses[grant.pk].at
        quiet = (now - (last or grant.opened_at)).days
        if quiet >= days:
            found.append(Unused(grant, last, quiet))
    return sorted(found, key=lambda item: (-item.days, item.grant.pk))


def declared_for(grant: Grant) -> ExpectedUse | None:
    """Return what was declared for *grant*."""
    return ExpectedUse.objects.filter(grant=grant).first()


def declares(actor: Actor, grant: Grant) -> bool:
    """Return whether the use of *grant* is for *actor* to declare: its agency's officer, or SKHCN's staff."""
    own = actor.may(DECLARE_OWN) and grant.system.owner_id == actor.agency_id
    return own or actor.may(HANDLE)


def parts_of_grant(grant_id: int, actor: Actor) -> list[Part]:
    """Return what was declared of a live grant, with the way to declare it for those who may."""
    grant = Grant.objects.visible_to(actor).select_related("system").filter(pk=grant_id).first()
    if grant is None or grant.environment != Environment.LIVE:
        return []
    known, may = declared_for(grant), declares(actor, grant) and grant.revoked_at is None
    said = _("Chưa khai báo; im lặng và gọi quá nhiều chưa được theo dõi")
    if known is not None:
        calls = number_format(known.daily_calls, force_grouping=True) if known.daily_calls else ""
        cadence = str(Cadence(known.cadence).label)
        said = _("%(cadence)s; %(calls)s lượt mỗi ngày") % {"cadence": cadence, "calls": calls} if calls else cadence
    rows = [PartRow(said)]
    if may:
        rows.append(PartRow(_("Khai báo mức khai thác"), reverse("expected_use", args=[grant.code])))
    return [Part("expected-use", _("Mức khai thác khai báo"), rows)]
