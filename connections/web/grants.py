"""Grants: the list, and the page with its chain and with registry and broker side by side (QC4.6, QC11.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from audit.gates import gate_rows
from catalog.models import Operation
from connections.guards.access import FILL, SEND
from connections.models import Grant
from connections.projection import load_grants
from connections.selectors.access import may_ask
from connections.selectors.grant_chain import chain_of
from connections.selectors.grants import grants_listed
from connections.selectors.own_calls import callable_names
from connections.selectors.sandbox import operations_of
from connections.services.live_trying import ASKING, TRY_LIVE
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.hours import Span, said, spans_of
from core.text import tidy
from core.web.notes import parts_on

READ = ("request.view_own", "request.view_all", "grant.advise")
PAGE_SIZE = 25
STANDINGS = {
    "in-force": gettext_lazy("Đang có hiệu lực"),
    "ending": gettext_lazy("Hết hạn trong 30 ngày"),
    "expired": gettext_lazy("Đã hết hạn"),
    "revoked": gettext_lazy("Đã thu hồi"),
}


@require_safe
@never_cache
@needs(*READ)
def grants(request: Any) -> HttpResponse:
    """List the grants the actor may see: those held, those on services provided; what narrows is in the address."""
    words = tidy(request.GET.get("q", ""))[:100]
    environment, standing = request.GET.get("environment", ""), request.GET.get("standing", "")
    environment = environment if environment in Environment.values else ""
    found = grants_listed(request.actor, words=words, environment=environment, standing=standing)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "words": words,
        "environment": environment,
        "environments": Environment.choices,
        "standing": standing,
        "standings": STANDINGS.items(),
        "narrowed": bool(words or environment or standing in STANDINGS),
        "today": clock.today(),
        "may_ask": may_ask(request.actor),
    }
    return render(request, "grants/grants.html", context)


@require_safe
@never_cache
@needs(*READ)
def grant(request: Any, code: str) -> HttpResponse:
    """Show one grant: what it allows, each link of its chain, and what the broker holds of it."""
    related = (
        "system__owner",
        "service__provider",
        "purpose",
        "request",
        "connection__technical_contact",
        "access_line__access",
    )
    found = get_object_or_404(Grant.objects.visible_to(request.actor).select_related(*related), code=code)
    actor = request.actor
    own = actor.agency_id is not None and actor.agency_id == found.system.owner_id
    whole = own or actor.may("request.view_all")
    chain = chain_of(found)
    context = {
        "grant": found,
        "chain": chain,
        "closed": [link for link in chain if not link.passes],
        "rows": _side_by_side(found) if whole else [],
        "hours": said(found.hours),
        "rate_source": _rate_source(found),
        "whole": whole,
        "versions": callable_names(found.service_id),
        "live_tries": _live_tries(request.actor, found),
        "today": clock.today(),
        "may_renew": own
        and found.environment == Environment.LIVE
        and found.revoked_at is None
        and (actor.may(FILL) or actor.may(SEND)),
        "may_change": actor.may("environment.manage") and found.revoked_at is None,
        "parts": parts_on("grant", found.pk, actor),
    }
    return render(request, "grants/grant.html", context)


def _live_tries(actor: Actor, found: Grant) -> list[Operation]:
    """Return what the actor may ask live from the portal; one query, none for others."""
    own = actor.agency_id is not None and actor.agency_id == found.system.owner_id
    if not (own and actor.may(TRY_LIVE) and found.environment == Environment.LIVE and found.revoked_at is None):
        return []
    offered = operations_of([found.service_id])
    return [item for item in offered if item.code in found.operations and item.method in ASKING]


def _rate_source(found: Grant) -> str:
    """Say whose figure the rate is."""
    if not (found.rate_per_second or found.rate_per_minute):
        return ""
    if found.access_line_id is not None or found.environment == Environment.SANDBOX:
        return _("Mức của nền tảng; tính gần đúng khi nền tảng chạy nhiều tiến trình")
    return _("Theo số lượt lúc cao điểm của hồ sơ; tính gần đúng khi nền tảng chạy nhiều tiến trình")


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing of a grant, as the register has it and as the broker has it; ``same`` None: only one of them knows."""

    name: str
    register: str
    broker: str
    same: bool | None


def _side_by_side(found: Grant) -> list[Compared]:
    """Return what the register says beside what the broker goes by, read through the broker's own hatch and gate."""
    row, gate = load_grants([found.pk])[0], gate_rows([found.gate_id]).get(found.gate_id)
    pairs = [
        (_("Hệ thống"), found.system.code, _code(found.system, row.system_id)),
        (_("Dịch vụ"), found.service.code, _code(found.service, row.service_id)),
        (_("Môi trường"), _place(found.environment), _place(row.environment)),
        (_("Mục đích"), found.purpose.code, row.purpose),
        (_("Thao tác"), _listed(found.operations), _listed(row.operations)),
        (_("Trường dữ liệu"), _listed(found.fields), _listed(row.fields)),
        (_("Địa chỉ mạng"), _listed(found.networks), _listed(row.networks)),
        (_("Khung giờ"), _hours(found.hours), _hours(spans_of(row.hours))),
        (_("Lượt mỗi giây"), _rate(found.rate_per_second), _rate(row.rate_per_second)),
        (_("Lượt mỗi phút"), _rate(found.rate_per_minute), _rate(row.rate_per_minute)),
        (_("Hiệu lực"), _term(found), _term(row)),
        (_("Đã thu hồi"), _yes(found.revoked_at), _yes(row.reason == "grant-revoked")),
        (_("Hạn mức mỗi ngày"), _number(found.daily_quota), _number(gate.limit) if gate else "–"),
        (_("Phiên bản cổng kiểm soát"), str(row.gate_version), str(gate.version) if gate else "–"),
    ]
    compared = [Compared(name, mine, theirs, mine == theirs) for name, mine, theirs in pairs]
    if gate is not None:
        compared.append(Compared(_("Lượt đã dùng hôm nay"), "–", _number(gate.used), same=None))
    return compared


def _code(thing: Any, pk: int) -> str:
    return str(thing.code) if thing.pk == pk else f"#{pk}"


def _place(environment: str) -> str:
    return str(Environment(environment).label)


def _number(value: int) -> str:
    return number_format(value, force_grouping=True)


def _listed(values: Any) -> str:
    return _("tất cả") if values is None else ", ".join(sorted(values)) or "–"


def _hours(spans: Sequence[Span]) -> str:
    return "; ".join(said(spans)) or _("mọi lúc")


def _rate(value: int | None) -> str:
    return _number(value) if value else _("không giới hạn")


def _term(row: Any) -> str:
    until = f"{row.valid_to:%d/%m/%Y}" if row.valid_to else _("không thời hạn")
    return f"{row.valid_from:%d/%m/%Y} – {until}"


def _yes(value: object) -> str:
    return _("Có") if value else _("Không")
