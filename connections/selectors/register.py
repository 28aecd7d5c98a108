"""The register of dossiers of a period (sổ theo dõi, ux.md P9)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from connections.choices import ENDED, State, Step
from connections.models import Clock, ConnectionRequest
from core.actor import Actor
from core.clock import VIETNAM, start_of

#: Rows a printed register holds at most; more come as a spreadsheet.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One dossier as the register names it; every value is ready text."""

    number: str
    agency: str
    system: str
    kind: str
    sent: str
    received: str
    promised: str
    answered: str
    state: str
    result: str

    def cells(self) -> tuple[str, ...]:
        """Return the values in the order of :func:`heads`."""
        return tuple(getattr(self, name) for name in self.__slots__)


def heads() -> tuple[StrOrPromise, ...]:
    """Return what the columns are called, in order."""
    return (
        _("Mã hồ sơ"),
        _("Cơ quan"),
        _("Hệ thống thông tin"),
        _("Loại hồ sơ"),
        _("Ngày gửi"),
        _("Ngày tiếp nhận"),
        _("Ngày hẹn trả"),
        _("Ngày có kết quả"),
        _("Tình trạng"),
        _("Thời hạn"),
    )


def sent_between(actor: Actor, first: date, last: date) -> QuerySet[ConnectionRequest]:
    """Return the dossiers sent from *first* up to the end of *last* that the actor may see, the oldest on top."""
    promised = Clock.objects.filter(request=OuterRef("pk"), step=Step.EVALUATION).order_by("-id")
    clocks = Clock.objects.filter(step__in=[Step.INTAKE, Step.EVALUATION, Step.RESULT]).order_by("id")
    found = ConnectionRequest.objects.visible_to(actor).filter(
        submitted_at__gte=start_of(first), submitted_at__lt=start_of(last, after=True)
    )
    return (
        found.select_related("agency", "system")
        .annotate(promised_at=Subquery(promised.values("due_at")[:1]))
        .prefetch_related(Prefetch("clocks", queryset=clocks, to_attr="office_clocks"))
        .order_by("submitted_at", "pk")
    )


def entry_of(request: ConnectionRequest) -> Entry:
    """Return the line of a dossier that :func:`sent_between` read; asks the database nothing."""
    answered = request.approved_at or (request.ended_at if request.state in ENDED else None)
    return Entry(
        number=request.number,
        agency=str(request.agency),
        system=str(request.system or ""),
        kind=str(request.get_kind_display()),
        sent=_day(request.submitted_at),
        received=_day(request.received_at),
        promised=_day(getattr(request, "promised_at", None)),
        answered=_day(answered),
        state=str(State(request.state).label),
        result=_result(getattr(request, "office_clocks", [])),
    )


def _result(clocks: list[Clock]) -> str:
    """Return how SKHCN kept its deadlines of this dossier so far."""
    ended = [item for item in clocks if item.ended_at is not None and item.due_at is not None]
    if any(item.ended_at > item.due_at for item in ended if item.ended_at and item.due_at):
        return _("Quá hạn")
    if any(item.ended_at is None for item in clocks):
        return _("Đang giải quyết")
    return _("Đúng hạn") if ended else "–"


def _day(at: object) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y}" if at else "–"  # type: ignore[attr-defined]
