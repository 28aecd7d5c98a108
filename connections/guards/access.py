"""Who may ask for, weigh and decide the use of services, and what each step waits for (QC4.6, QC11.3)."""

from typing import Any

from django.utils.translation import gettext as _

from catalog.choices import CALLABLE
from connections.choices import AccessState, LineOutcome
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.transitions import Guard

FILL, SEND, ADVISE, PROPOSE, DECIDE = (
    "request.draft",
    "request.send",
    "grant.advise",
    "request.evaluate",
    "request.approve",
)


def is_of_asker(actor: Actor, access: Any) -> bool:
    """Return whether *actor* speaks for the agency that asks."""
    return actor.agency_id is not None and actor.agency_id == access.agency_id


def fills(access: Any, actor: Actor) -> bool:
    """Return whether *actor* may put services into the basket and take them out."""
    return (actor.may(FILL) or actor.may(SEND)) and is_of_asker(actor, access)


def sends(access: Any, actor: Actor) -> bool:
    """Return whether *actor* sends for the agency: its representative, not the drafter alone."""
    return actor.may(SEND) and is_of_asker(actor, access)


def withdraws(access: Any, actor: Actor) -> bool:
    """Return whether *actor* may take it back: who fills a basket, the representative once it is sent."""
    return fills(access, actor) if access.state == AccessState.DRAFT else sends(access, actor)


def proposes(access: Any, actor: Actor) -> bool:
    """Return whether *actor* weighs what agencies ask for."""
    return actor.may(PROPOSE)


def decides(access: Any, actor: Actor) -> bool:
    """Return whether *actor* may decide: a leader, and not who proposed (four eyes)."""
    return actor.may(DECIDE) and actor.user_id != access.proposed_by_id


def gaps_of(access: Any) -> list[str]:
    """Return what a basket lacks before it can be sent, in words."""
    wanted = {
        _("hệ thống khai thác"): access.system_id,
        _("nhóm mục đích"): access.purpose_id,
        _("mục đích khai thác"): access.purpose_text,
        _("căn cứ pháp lý"): access.legal_basis,
        _("tần suất khai thác"): access.frequency,
        _("địa chỉ mạng"): access.networks,
        _("thời hạn khai thác"): access.wanted_until,
    }
    return [name for name, value in wanted.items() if not value]


def _incomplete(access: Any) -> str:
    lines = list(access.lines.select_related("service"))
    if not lines:
        return _("Giỏ đề nghị chưa có dịch vụ nào.")
    empty = [line.service.title for line in lines if not line.operations or not line.daily_quota]
    texts = [_("Chưa chọn thao tác, hạn mức của: %(names)s.") % {"names": "; ".join(empty)}] if empty else []
    if gaps := gaps_of(access):
        texts.append(_("Còn thiếu: %(gaps)s.") % {"gaps": ", ".join(gaps)})
    return " ".join(texts) or _past_wish(access)


def _past_wish(access: Any) -> str:
    until = access.wanted_until
    if until is None or until > clock.today():
        return ""
    return _("Ngày khai thác cuối cùng (%(day)s) phải sau hôm nay.") % {"day": f"{until:%d/%m/%Y}"}


def _not_connected(access: Any) -> str:
    connection = getattr(access.system, "connection", None) if access.system_id else None
    if connection is not None and connection.live_at is not None and connection.closed_at is None:
        return ""
    return _("Hệ thống chưa có kết nối đang vận hành; dịch vụ được đề nghị trong hồ sơ kết nối của hệ thống.")


def _asked_already(access: Any) -> str:
    others = access.lines.model.objects.filter(
        access__system_id=access.system_id,
        access__state__in=[AccessState.SENT, AccessState.PROPOSED],
        service__in=access.lines.values("service_id"),
    ).exclude(access_id=access.pk)
    found = others.select_related("access", "service").first()
    if found is None:
        return ""
    text = _("Dịch vụ «%(service)s» đã được đề nghị cho hệ thống này ngày %(day)s, xem đề nghị %(code)s.")
    sent = found.access.sent_at.astimezone(clock.VIETNAM)
    return text % {"service": found.service.title, "day": f"{sent:%d/%m/%Y}", "code": found.access.code}


def _opinions_missing(access: Any) -> str:
    waiting = [line.service.provider.name for line in unheard(access)]
    due = access.opinion_due_at
    if not waiting or (due is not None and due <= clock.now()):
        return ""
    text = _("Còn chờ ý kiến của %(names)s%(until)s.")
    until = _(" đến %(time)s") % {"time": f"{due.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"} if due else ""
    return text % {"names": ", ".join(sorted(set(waiting))), "until": until}


def unheard(access: Any) -> Any:
    """Return the lines whose provider has not said what it thinks."""
    return access.lines.filter(opinion="").select_related("service__provider")


def _unreachable(access: Any) -> str:
    """Name the first service that cannot be called as decided in the live environment."""
    offered: dict[int, set[str]] = {}
    reachable = access.lines.filter(
        service__versions__state__in=CALLABLE,
        service__versions__upstreams__environment=Environment.LIVE,
        service__versions__upstreams__active=True,
    )
    for line, code in reachable.values_list("pk", "service__versions__operations__code"):
        offered.setdefault(line, set()).add(code)
    for line in access.lines.exclude(outcome=LineOutcome.REFUSED).select_related("service", "access"):
        if gone := sorted(set(line.granted_operations) - offered.get(line.pk, set())):
            text = _("Dịch vụ «%(service)s» không gọi được thao tác %(operations)s ở môi trường chính thức.")
            return text % {"service": line.service.title, "operations": ", ".join(gone)}
    return ""


COMPLETE = Guard("access_complete", _incomplete)
CONNECTED = Guard("access_connected", _not_connected)
NOTHING_TWICE = Guard("access_nothing_twice", _asked_already)
OPINIONS_IN = Guard("access_opinions_in", _opinions_missing)
LIVE_REACHABLE = Guard("access_live_reachable", _unreachable)
WANTED_DAY_AHEAD = Guard("access_wanted_day_ahead", _past_wish)
