"""What a person may do on a dossier at the desk: the steps of the transition table, and the work around them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from connections.choices import HoldSide, Side, State
from connections.guards import is_own
from connections.models import Confirmation, Connection, ConnectionRequest
from connections.permissions import Offer, judge, may_hold, offers, side_of, transitions
from connections.selectors.connection_rights import CONTACTS, DECLINING, answer_refused, contact_refused
from connections.selectors.connections import ending_of
from core.actor import Actor
from core.problems import DomainError, PermissionRefused, StateRefused

Judge = Callable[[Actor, ConnectionRequest], DomainError | None]
ASSIGNABLE = frozenset({State.SUBMITTED, State.EVALUATING, State.COMPLETION_REQUESTED})

ADJUSTABLE = frozenset({State.TESTING, State.AWAITING_CONFIRMATION, State.READY})


def desk_offers(actor: Actor, request: ConnectionRequest) -> list[Offer]:
    """Return everything the actor may do now, in the order of the procedure, with what still hinders each."""
    found = [*_works(actor, request), *(_judged(actor, request, offer) for offer in offers(actor, request))]
    hidden = _hidden(actor, request)
    return [offer for offer in found if offer.action not in hidden]


def hindrance(actor: Actor, request: ConnectionRequest, action: str) -> DomainError | None:
    """Return why *actor* may not do *action* now, None when its page may be shown; the deed judges again."""
    if action in WORKS:
        return WORKS[action][2](actor, request)
    refusal = judge(actor, request, action, complete=False)
    return refusal or (_another_evaluates(actor, request) if action == "request_completion" else None)


def connection_of(request: ConnectionRequest) -> Connection | None:
    """Return the connection that the dossier opened or changes, None before there is one; read once for a system."""
    if request.system is None:
        return None
    try:
        return request.system.connection
    except Connection.DoesNotExist:
        return None


def _hidden(actor: Actor, request: ConnectionRequest) -> frozenset[str]:
    """Return what is left out while a record waits: a side that has not spoken disagrees, one that has reopens."""
    if request.state == State.AWAITING_APPROVAL and (not is_own(request) or request.endorsed_by_id):
        return frozenset({"endorse"})
    if request.state != State.AWAITING_CONFIRMATION:
        return frozenset()
    said = Confirmation.objects.filter(trial__request=request, side=side_of(actor, request), voided_at__isnull=True)
    return frozenset({"confirm", "disagree"}) if said.exists() else frozenset({"reopen_tests"})


def _works(actor: Actor, request: ConnectionRequest) -> Iterator[Offer]:
    for action, (label, clause, test) in WORKS.items():
        if test(actor, request) is None:
            yield Offer(action, label, clause, needs_reason=False)


def _judged(actor: Actor, request: ConnectionRequest, offer: Offer) -> Offer:
    if offer.action == "request_completion" and (refusal := _another_evaluates(actor, request)):
        return replace(offer, refusal=refusal)
    return offer


def _another_evaluates(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    if request.evaluator_id in (None, actor.user_id):
        return None
    return PermissionRefused(_("Hồ sơ này do %(name)s thẩm định.") % {"name": request.evaluator})


def _state(request: ConnectionRequest, states: frozenset[State], label: StrOrPromise) -> DomainError | None:
    if request.state in states:
        return None
    text = _("Hồ sơ đang ở tình trạng «%(state)s», không có việc «%(work)s».")
    return StateRefused(text % {"state": State(request.state).label, "work": label})


def _assign(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    free = request.evaluator_id is None and actor.may("request.evaluate")
    if not (free or actor.may("request.intake") or actor.may("request.propose")):
        return PermissionRefused(_("Phân công thuộc Cán bộ tiếp nhận hoặc Trưởng phòng."))
    return _state(request, ASSIGNABLE, _("Phân công thẩm định"))


def _evaluate(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    if not actor.may("request.evaluate"):
        return PermissionRefused(_("Thẩm định thuộc vai trò Cán bộ thẩm định."))
    started = _state(request, frozenset({State.EVALUATING}), _("Đánh giá theo tiêu chí"))
    return started or _another_evaluates(actor, request)


def _test(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    if not actor.may("environment.manage"):
        return PermissionRefused(_("Kiểm thử kết nối thuộc Cán bộ vận hành."))
    return _state(request, frozenset({State.TESTING}), _("Lấy kết quả kiểm thử"))


def _adjust(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    if not actor.may("environment.manage"):
        return PermissionRefused(_("Điều chỉnh thông số kết nối thuộc Cán bộ vận hành."))
    return _state(request, ADJUSTABLE, _("Điều chỉnh thông số kết nối"))


def _disagree(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    return judge(actor, request, "confirm", complete=False)


def _hold(*, open_now: bool) -> Judge:
    """Return the judge of placing a hold (*open_now* false) or of lifting the one that is open."""

    def test(actor: Actor, request: ConnectionRequest) -> DomainError | None:
        connection = connection_of(request)
        if connection is None or connection.closed_at is not None:
            return StateRefused(_("Hồ sơ này không có kết nối đang mở."))
        if not may_hold(actor, connection, HoldSide.OPERATOR):
            return PermissionRefused(_("Tạm dừng, khôi phục kết nối thuộc Cán bộ vận hành."))
        if connection.holds.filter(side=HoldSide.OPERATOR, lifted_at__isnull=True).exists() == open_now:
            return None
        return StateRefused(
            _("Đơn vị vận hành chưa tạm dừng kết nối này.")
            if open_now
            else _("Đơn vị vận hành đã tạm dừng kết nối này.")
        )

    return test


def _decline(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    return answer_refused(actor, ending_of(request))


def _duty(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    return contact_refused(actor, connection_of(request), Side.OPERATOR)


#: Work that is no transition: name -> (label, clause, judge).
WORKS: dict[str, tuple[StrOrPromise, str, Judge]] = {
    "assign": (gettext_lazy("Phân công thẩm định"), "QC10.2", _assign),
    "evaluate": (gettext_lazy("Đánh giá theo tiêu chí"), "QC10.2", _evaluate),
    "measure": (gettext_lazy("Đo lại từ nhật ký"), "QC10.4", _test),
    "adjust_scope": (gettext_lazy("Điều chỉnh thông số"), "QC10.3", _adjust),
    "disagree": (gettext_lazy("Không nhất trí"), "QC10.4", _disagree),
    "place_hold": (gettext_lazy("Tạm dừng kết nối"), "Q50-15.4", _hold(open_now=False)),
    "lift_hold": (gettext_lazy("Khôi phục kết nối"), "Q50-15.4", _hold(open_now=True)),
    "replace_duty": (CONTACTS[Side.OPERATOR], "QC12.3", _duty),
    "decline_ending": (DECLINING, "Q50-8.3", _decline),
}


def label_of(action: str) -> StrOrPromise:
    """Return what a step or work is called."""
    label: StrOrPromise = WORKS[action][0] if action in WORKS else transitions()[action][0].custom["label"]
    return label
