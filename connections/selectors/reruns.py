"""Which live connections a version of a structure affects, and what came of running their samples again (QC9.2)."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from catalog.choices import CALLABLE
from catalog.models import MessageProfile, ProfileUse
from connections.models import ConformanceRerun, Connection
from connections.selectors.compliance import in_operation
from connections.selectors.load import open_live_grants
from core import clock
from core.actor import Actor
from core.clock import VIETNAM

#: Rows a printed list holds at most; more come as a spreadsheet.
MOST = 1000
SHOWN_FAULTS = 3


def affected_by(profile: MessageProfile) -> QuerySet[Connection]:
    """Return the live connections that may call an operation whose messages follow a version of this structure.

    It counts what applies today and what is planned, whichever version of the structure it is.
    """
    today = clock.today()
    uses = ProfileUse.objects.filter(profile__code=profile.code, operation__version__state__in=CALLABLE)
    deciding = ProfileUse.objects.on(today).values("pk")
    counted = uses.filter(pk__in=deciding) | uses.filter(since__gt=today)
    operations: dict[int, set[str]] = defaultdict(set)
    for service, code in counted.values_list("operation__version__service_id", "operation__code"):
        operations[service].add(code)
    grants = open_live_grants().filter(service_id__in=list(operations))
    ids = {
        connection
        for connection, service, codes in grants.values_list("connection_id", "service_id", "operations")
        if operations[service] & set(codes)
    }
    return in_operation(Connection.objects.filter(pk__in=ids)).select_related("system__owner", "request")


def not_listed(profile: MessageProfile) -> QuerySet[Connection]:
    """Return the connections affected that are not on the list of this version."""
    return affected_by(profile).exclude(reruns__profile=profile)


def followed_up() -> QuerySet[MessageProfile]:
    """Return the newest version of each structure that has an earlier one and no list yet, if it still applies."""
    newest = MessageProfile.objects.order_by("code", "-valid_from", "-pk").distinct("code")
    earlier = MessageProfile.objects.filter(code=OuterRef("code")).exclude(pk=OuterRef("pk"))
    found = MessageProfile.objects.filter(Exists(earlier), pk__in=newest.values("pk"), reruns__isnull=True)
    return found.exclude(valid_to__lt=clock.today())


def versions_offered() -> QuerySet[MessageProfile]:
    """Return the versions a list may be asked for, the newest first."""
    return MessageProfile.objects.order_by("-pk").only("code", "version", "title", "illustration")


def reruns_of(actor: Actor, profile: MessageProfile) -> QuerySet[ConformanceRerun]:
    """Return the list of a version as the actor may see it, those that fail first."""
    found = ConformanceRerun.objects.visible_to(actor).filter(profile=profile)
    return found.select_related(
        "connection__system__owner", "connection__request", "run__request", "profile"
    ).order_by("run__passed", "connection__system__owner__sort_key", "pk")


@dataclass(frozen=True, slots=True)
class Entry:
    """One connection as the list names it; every value is ready text. ``kind`` is that of its tag."""

    system: str
    agency: str
    number: str
    ran: str
    result: str
    faults: str
    kind: str

    def cells(self) -> tuple[str, ...]:
        """Return the values in the order of :func:`heads`."""
        return (self.system, self.agency, self.number, self.ran, self.result, self.faults)


def heads() -> tuple[StrOrPromise, ...]:
    """Return what the columns are called, in order."""
    return (_("Kết nối"), _("Cơ quan"), _("Hồ sơ"), _("Chạy lần cuối"), _("Kết quả"), _("Chỗ chưa đúng"))


def entry_of(row: ConformanceRerun) -> Entry:
    """Return the line of a row that :func:`reruns_of` read; asks the database nothing."""
    run = row.run
    if run is not None:
        result, kind = (_("Đạt"), "live") if run.passed else (_("Chưa đạt"), "wrong")
    elif row.done_at is not None:
        result, kind = _("Hồ sơ chưa có mẫu"), "yours"
    else:
        result, kind = _("Chờ chạy"), "progress"
    return Entry(
        system=str(row.connection.system),
        agency=str(row.connection.system.owner),
        number=str(run.request if run else row.connection.request),
        ran=f"{row.done_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if row.done_at else "–",
        result=result,
        faults=_faults(run.details) if run else "–",
        kind=kind,
    )


def _faults(details: list[dict[str, object]]) -> str:
    wrong = [f"{line['pointer']} {line['text']}".strip() for line in details if not line["ok"]]
    more = len(wrong) - SHOWN_FAULTS
    shown = "; ".join(wrong[:SHOWN_FAULTS]) or "–"
    return _("%(shown)s; và %(n)s chỗ nữa") % {"shown": shown, "n": more} if more > 0 else shown
