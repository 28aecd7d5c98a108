"""What a figure of the leadership page is made of: sums by body, step or class, never one thing by itself.

Leadership reads sums; who may open the things themselves finds them by the lists the page links to. What the page of a
figure shows comes from what the leadership page was read with, and is kept as long.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.selectors.rollups import CallSums
from catalog.models import DataService, ServiceVersion
from connections.choices import Step
from connections.models import Connection, Hold
from core.documents.wording import number
from incidents.models import Incident
from incidents.register_choices import IncidentState, Severity
from reports.queries.leadership import SERIOUS, calls_by
from reports.selectors.leadership import KEPT_SECONDS, Situation
from reports.selectors.leadership_words import share, valued

MOST = 200


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows under heads; the first cell of a row is its name, the others are numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def named(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return each row as its name and its numbers under their heads."""
        return [(row[0], list(zip(self.heads[1:], row[1:], strict=True))) for row in self.rows]


def tables_of(code: str, found: Situation) -> tuple[RowTable, ...]:
    """Return what the figure *code* (``leadership.CODES``) of *found* is made of, ``MOST`` rows a table.

    At most a minute older than *found*.
    """
    period = found.period
    key = f"reports.leadership_rows.1.{code}.{period.code}.{period.current.since:%Y%m%d}"
    tables: tuple[RowTable, ...] | None = cache.get(key)
    if tables is None:
        tables = tuple(RowTable(one.title, one.heads, one.rows[:MOST]) for one in _SOURCES[code](found))
        cache.set(key, tables, KEPT_SECONDS)
    return tables


def _connections(found: Situation) -> tuple[RowTable, ...]:
    period = found.period
    held = Exists(Hold.objects.filter(period.current.lasting("placed_at", "lifted_at"), connection=OuterRef("pk")))
    live = Connection.objects.filter(period.current.lasting("live_at", "closed_at")).annotate(is_held=held)
    by_owner = live.order_by("system__owner__sort_key").values_list("system__owner__name")
    rows = by_owner.annotate(n=Count("pk"), held=Count("pk", filter=Q(is_held=True)))
    return (
        RowTable(
            _("Hệ thống đang kết nối theo cơ quan"),
            (_("Cơ quan"), _("Đang kết nối"), _("Trong đó đang tạm dừng")),
            tuple((name, number(count), number(suspended)) for name, count, suspended in rows),
        ),
    )


def _services(found: Situation) -> tuple[RowTable, ...]:
    period = found.period
    versions = ServiceVersion.objects.filter(period.current.lasting("published_at", "withdrawn_at"))
    by_provider = versions.order_by("service__provider__sort_key").values_list("service__provider__name")
    rows = by_provider.annotate(n=Count("service", distinct=True))
    return (
        RowTable(
            _("Dịch vụ đang công bố theo cơ quan cung cấp"),
            (_("Cơ quan cung cấp"), _("Dịch vụ")),
            tuple((name, number(count)) for name, count in rows),
        ),
    )


def _calls(found: Situation) -> tuple[RowTable, ...]:
    agencies, services = found.agencies, calls_by(found.period.current, "service")
    names = dict(Agency.objects.filter(code__in=agencies).values_list("code", "name"))
    titles = dict(DataService.objects.filter(code__in=services).values_list("code", "title"))
    return (
        _shares(_("Lượt khai thác theo cơ quan khai thác"), _("Cơ quan"), agencies, names),
        _shares(_("Lượt khai thác theo dịch vụ dữ liệu"), _("Dịch vụ dữ liệu"), services, titles),
    )


def _shares(title: str, head: str, found: dict[str, CallSums], names: dict[str, str]) -> RowTable:
    most = sorted(found.items(), key=lambda pair: (-pair[1].calls, pair[0]))
    return RowTable(
        title,
        (head, _("Lượt khai thác"), _("Thành công"), _("Tỷ lệ thành công")),
        tuple(
            (
                names.get(code) or code or _("Không xác định"),
                number(told.calls),
                number(told.success),
                valued(share(told.success, told.calls), "%"),
            )
            for code, told in most
        ),
    )


def _dossiers(found: Situation) -> tuple[RowTable, ...]:
    counted = (_("Đúng hạn"), _("Quá hạn"), _("Đang quá hạn"))
    return (
        RowTable(
            _("Thời hạn theo bước"),
            (_("Bước"), *counted),
            tuple(
                (str(Step(row.step).label), number(row.on_time.now), number(row.late.now), number(row.overdue.now))
                for row in found.steps
                if row.on_time.now or row.late.now or row.overdue.now
            ),
        ),
        RowTable(
            _("Hồ sơ đang quá hạn theo cơ quan lập hồ sơ"),
            (_("Cơ quan"), _("Hồ sơ đang quá hạn"), _("Trong đó chờ cơ quan hoàn thiện")),
            tuple((row.name, number(row.number), number(row.own)) for row in found.waiting["overdue"]),
        ),
    )


def _incidents(found: Situation) -> tuple[RowTable, ...]:
    period = found.period
    begun = Incident.objects.filter(SERIOUS, period.current.happened("started_at"))
    begun = begun.exclude(state=IncidentState.DISMISSED).order_by("severity", "state")
    counted = begun.values_list("severity", "state").annotate(n=Count("pk"))
    return (
        RowTable(
            _("Sự cố nghiêm trọng trong kỳ theo mức độ và tình trạng"),
            (_("Mức độ, tình trạng"), _("Sự cố")),
            tuple(
                (f"{Severity(severity).label}, {str(IncidentState(state).label).lower()}", number(count))
                for severity, state, count in counted
            ),
        ),
    )


_SOURCES: dict[str, Callable[[Situation], tuple[RowTable, ...]]] = {
    "connections": _connections,
    "services": _services,
    "calls": _calls,
    "success_rate": _calls,
    "dossiers": _dossiers,
    "incidents": _incidents,
}
