"""Where figures and waiting things of the leadership page lead: only to lists this reader may open."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.actor import Actor
from core.documents.wording import number
from incidents.register_choices import Severity
from reports.queries.leadership_attention import Waiting
from reports.selectors.leadership import Situation

_QUEUE = "admin:connections_connectionrequest_changelist"
# Figure or kind -> its list, how it is narrowed, and the permissions of which the reader needs one (none: everybody).
_LISTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "connections": ("admin:connections_connection_changelist", "", ("request.view_all",)),
    "services": ("catalogue", "", ()),
    "calls": ("calls", "", ("calllog.view_all",)),
    "success_rate": ("calls", "", ("calllog.view_all",)),
    "dossiers": (_QUEUE, "?tab=all", ("request.view_all",)),
    "incidents": ("incidents", "", ("incident.view_all",)),
    "overdue": (_QUEUE, "?tab=overdue", ("request.view_all",)),
    "unconnected": ("agencies", "", ()),
    "violations": ("violations", "", ("violation.view_all",)),
    "sharing": ("direct_sharing", "", ("service.view_all",)),
}
LIST_NAMES: dict[str, StrOrPromise] = {
    "connections": _("Danh sách kết nối"),
    "services": _("Danh mục dịch vụ dữ liệu"),
    "calls": _("Nhật ký cuộc gọi"),
    "success_rate": _("Nhật ký cuộc gọi"),
    "dossiers": _("Danh sách hồ sơ"),
    "incidents": _("Sổ sự cố"),
}
_TITLES: dict[str, StrOrPromise] = {
    "incidents": _("Sự cố nghiêm trọng đang mở"),
    "overdue": _("Hồ sơ đang quá hạn"),
    "violations": _("Vi phạm đang xử lý"),
    "sharing": _("Chia sẻ trực tiếp quá hạn"),
    "unconnected": _("Cơ quan chưa kết nối"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a group: what, how many or since when, and where it leads."""

    name: StrOrPromise
    told: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What waits of one kind: how many in all, the first ones, how many more there are."""

    kind: str
    title: StrOrPromise
    total: str
    lines: list[Line]
    more: int
    url: str


def list_of(code: str, actor: Actor) -> str:
    """Return the address of the list behind *code*, "" where this reader may not open it."""
    name, narrowed, wanted = _LISTS[code]
    return reverse(name) + narrowed if not wanted or any(map(actor.may, wanted)) else ""


def waiting_groups(found: Situation, actor: Actor, *, most: int | None = None) -> list[Group]:
    """Return what waits by kind, the gravest kind first, kinds without anything left out."""
    groups = []
    for kind, title in _TITLES.items():
        rows = found.waiting[kind]
        if rows:
            shown = rows if most is None else rows[:most]
            lines = [_line(kind, row, actor) for row in shown]
            total = len(rows) if kind in ("incidents", "unconnected") else sum(row.number for row in rows)
            groups.append(Group(kind, title, number(total), lines, len(rows) - len(shown), list_of(kind, actor)))
    return groups


def _line(kind: str, row: Waiting, actor: Actor) -> Line:
    if kind == "incidents":
        url = reverse("incident", args=[row.code]) if actor.may("incident.view_all") else ""
        name = f"{row.code} – {row.name}" if row.name else row.code
        return Line(name, str(Severity(row.number).label), url)
    if kind == "unconnected":
        return Line(row.name, "", reverse("agency", args=[row.code]))
    if kind == "overdue":
        own = _(", trong đó %(n)s chờ cơ quan hoàn thiện") % {"n": number(row.own)} if row.own else ""
        return Line(row.name, _("%(n)s hồ sơ%(own)s") % {"n": number(row.number), "own": own})
    return Line(row.name, _("%(n)s trường hợp") % {"n": number(row.number)})
