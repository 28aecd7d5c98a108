"""Reading requests for use: lists, baskets, what waits for an opinion or a decision."""

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from catalog.models import DataService, InformationSystem
from connections.choices import AccessState
from connections.guards.access import ADVISE, DECIDE, FILL, PROPOSE, SEND
from connections.models import AccessLine, AccessRequest, Grant
from connections.selectors.answers import LineView, views_of
from connections.selectors.compliance import days_left
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.text import fold
from core.web.boards import Task
from core.web.notes import Part

MOST = 20


def access_seen(actor: Actor, *, words: str = "", state: str = "") -> QuerySet[AccessRequest]:
    """Return the requests the actor may see, newest first, with how many services each asks for."""
    found = AccessRequest.objects.visible_to(actor).select_related("agency", "system", "purpose")
    for word in fold(words).split():
        found = found.filter(search__contains=word)
    if state:
        found = found.filter(state=state)
    return found.annotate(services=Count("lines")).order_by("-id")


def lines_seen(actor: Actor, access: AccessRequest) -> list[LineView]:
    """Return the lines of *access* the actor may read; a provider reads those of its own services."""
    found = access.lines.select_related("service__provider", "access", "opinion_by", "renews").order_by("pk")
    if not (actor.may("request.view_all") or actor.agency_id == access.agency_id):
        found = found.filter(service__provider_id=actor.agency_id or 0)
    return views_of(found)


def systems_to_use(actor: Actor) -> QuerySet[InformationSystem]:
    """Return the own systems whose connection runs: those a basket can be filled for."""
    running = Q(connection__live_at__isnull=False, connection__closed_at__isnull=True)
    return InformationSystem.objects.filter(running, owner_id=actor.agency_id or 0).order_by("sort_key", "pk")


def asked_or_held(
    actor: Actor, service: DataService
) -> list[tuple[InformationSystem, Grant | None, AccessLine | None]]:
    """Return each own running system with the live grant it holds of *service* and the request that waits, if any."""
    systems = list(systems_to_use(actor)[:MOST])
    grants = Grant.objects.open().filter(system__in=systems, service=service, environment=Environment.LIVE)
    held = {grant.system_id: grant for grant in grants}
    waiting = AccessLine.objects.filter(
        access__system__in=systems,
        access__state__in=[AccessState.DRAFT, AccessState.SENT, AccessState.PROPOSED],
        service=service,
    )
    asked = {line.access.system_id: line for line in waiting.select_related("access")}
    return [(system, held.get(system.pk), asked.get(system.pk)) for system in systems]


def may_ask(actor: Actor) -> bool:
    """Return whether the actor fills baskets at all."""
    return actor.agency_id is not None and (actor.may(FILL) or actor.may(SEND))


def parts_of_service(service_id: int, actor: Actor) -> list[Part]:
    """Return the button by which the reader's agency asks to use a service, for who fills baskets."""
    if not may_ask(actor):
        return []
    code = DataService.objects.published().filter(pk=service_id).values_list("code", flat=True).first()
    if code is None:
        return []
    title = _("Đề nghị khai thác")
    return [Part("ask", title, place="action", template="access/service_action.html", context={"code": code})]


def access_tasks(actor: Actor) -> list[Task]:
    """Return what waits for the actor: opinions to give, proposals to write, decisions to take."""
    found: list[Task] = []
    if actor.may(ADVISE):
        lines = AccessLine.objects.filter(
            access__state=AccessState.SENT, opinion="", service__provider_id=actor.agency_id or 0
        )
        waiting = AccessRequest.objects.filter(pk__in=lines.values("access_id"))
        found += _tasks(waiting, _("Cho ý kiến về đề nghị khai thác %(code)s"), "access", "opinion_due_at")
    if actor.may(PROPOSE):
        waiting = AccessRequest.objects.filter(state=AccessState.SENT)
        found += _tasks(waiting, _("Trình quyết định về đề nghị khai thác %(code)s"), _WEIGH, "due_at")
    if actor.may(DECIDE):
        waiting = AccessRequest.objects.filter(state=AccessState.PROPOSED).exclude(proposed_by=actor.user_id or 0)
        found += _tasks(waiting, _("Duyệt quyết định về đề nghị khai thác %(code)s"), _WEIGH, "due_at")
    return found


_WEIGH = "admin:connections_accessrequest_weigh"


def _tasks(waiting: QuerySet[AccessRequest], title: str, address: str, due: str) -> list[Task]:
    rows = list(waiting.select_related("agency", "system").order_by(due, "pk")[:MOST])
    if not rows:
        return []
    calendar = work_calendar()
    tasks = []
    for row in rows:
        at = getattr(row, due)
        left = None if at is None else days_left(at.astimezone(clock.VIETNAM).date(), calendar)
        hint = f"{row.agency} – {row.system}"
        tasks.append(Task(title % {"code": row}, hint, reverse(address, args=[row.pk]), left))
    return tasks
