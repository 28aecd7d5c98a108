"""What a person may do with a connection, and why not: one judgement for the pages and the deeds (ux.md A8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.roles import ROLES, roles_with
from connections.choices import HoldSide, Side
from connections.models import Connection, EndingRequest, Hold
from connections.permissions import HOLDERS, may_hold
from core import clock
from core.actor import Actor
from core.problems import DomainError, PermissionRefused, StateRefused

ASK = "request.send"
ANSWER = "environment.manage"
#: Who may name another contact, by side (QC12.3, QC12.4).
CONTACT_KEEPERS: dict[Side, tuple[str, ...]] = {
    Side.AGENCY: ("request.send", "people.manage_own"),
    Side.OPERATOR: ("environment.manage",),
}
HOLD, LIFT = gettext_lazy("Tạm dừng kết nối"), gettext_lazy("Khôi phục kết nối")
ASKING, TAKING_BACK = gettext_lazy("Đề nghị hủy kết nối"), gettext_lazy("Rút đề nghị hủy kết nối")
DECLINING = gettext_lazy("Không chấp nhận đề nghị hủy")
CONTACTS: dict[Side, StrOrPromise] = {
    Side.AGENCY: gettext_lazy("Đổi cán bộ kỹ thuật"),
    Side.OPERATOR: gettext_lazy("Đổi đầu mối trực"),
}
#: The side of a hold in an address.
SLUGS: dict[str, HoldSide] = {"co-quan": HoldSide.AGENCY, "cung-cap": HoldSide.PROVIDER}


@dataclass(frozen=True, slots=True)
class Choice:
    """A deed as the page of a connection offers it; ``refusal`` says why it cannot be done now."""

    label: StrOrPromise
    clause: str
    url: str
    refusal: DomainError | None = None


def choices_for(
    actor: Actor, connection: Connection, holds: Iterable[Hold], ending: EndingRequest | None
) -> list[Choice]:
    """Return what the reader's side does with *connection*, given its open *holds* and the *ending* asked for."""
    return list(_choices(actor, connection, list(holds), ending))


def _choices(
    actor: Actor, connection: Connection, holds: list[Hold], ending: EndingRequest | None
) -> Iterator[Choice]:
    own = is_of_owner(actor, connection)
    if own:
        yield _hold_choice(actor, connection, holds, HoldSide.AGENCY)
    if actor.may(HOLDERS[HoldSide.PROVIDER]) and may_hold(actor, connection, HoldSide.PROVIDER):
        yield _hold_choice(actor, connection, holds, HoldSide.PROVIDER)
    if own:
        label, name = (ASKING, "ask_ending") if ending is None else (TAKING_BACK, "withdraw_ending")
        refusal = ending_refused(actor, connection, label)
        yield Choice(label, "Q50-8.3", reverse(name, args=[connection.pk]), refusal)
        refusal = contact_refused(actor, connection, Side.AGENCY)
        yield Choice(CONTACTS[Side.AGENCY], "QC12.4", reverse("replace_contact", args=[connection.pk]), refusal)


def _hold_choice(actor: Actor, connection: Connection, holds: list[Hold], side: HoldSide) -> Choice:
    held = any(hold.side == side and hold.agency_id == actor.agency_id for hold in holds)
    label, name = (LIFT, "lift_hold") if held else (HOLD, "place_hold")
    slug = next(slug for slug, value in SLUGS.items() if value == side)
    refusal = hold_refused(actor, connection, side, label)
    return Choice(label, "Q50-15.4", reverse(name, args=[connection.pk, slug]), refusal)


def is_of_owner(actor: Actor, connection: Connection) -> bool:
    """Return whether the actor reads *connection* for the agency of its system."""
    reads = actor.may("request.view_own") or actor.may("people.manage_own")
    return reads and actor.agency_id == connection.system.owner_id


def hold_refused(actor: Actor, connection: Connection, side: HoldSide, label: StrOrPromise) -> DomainError | None:
    """Return why *actor* may not hold or resume *connection* for *side*; the deed also judges what is held."""
    if not may_hold(actor, connection, side):
        return _belongs_to(label, HOLDERS[side])
    return _closed(connection)


def ending_refused(actor: Actor, connection: Connection, label: StrOrPromise) -> DomainError | None:
    """Return why *actor* may not ask that *connection* ends, or take that back; the deed judges what is asked."""
    if not (actor.may(ASK) and actor.agency_id == connection.system.owner_id):
        return _belongs_to(label, ASK)
    return _closed(connection)


def answer_refused(actor: Actor, asked: EndingRequest | None) -> DomainError | None:
    """Return why *actor* may not answer what the agency *asked*; None: it asked nothing."""
    if not actor.may(ANSWER):
        return _belongs_to(DECLINING, ANSWER)
    if asked is None:
        return StateRefused(_("Kết nối không có đề nghị hủy nào đang chờ trả lời."))
    return None


def contact_refused(actor: Actor, connection: Connection | None, side: Side) -> DomainError | None:
    """Return why *actor* may not name another contact of *side*."""
    own = side == Side.OPERATOR or (connection is not None and actor.agency_id == connection.system.owner_id)
    if not (own and any(map(actor.may, CONTACT_KEEPERS[side]))):
        return _belongs_to(CONTACTS[side], *CONTACT_KEEPERS[side])
    if connection is None:
        return StateRefused(_("Hồ sơ này không có kết nối đang mở."))
    if side == Side.OPERATOR and connection.duty_contact_id is None and connection.closed_at is None:
        return StateRefused(_("Đầu mối trực được chọn khi thiết lập môi trường."))
    return _closed(connection)


def _closed(connection: Connection) -> DomainError | None:
    if connection.closed_at is None:
        return None
    text = _("Kết nối đã hủy từ ngày %(day)s; muốn kết nối lại phải gửi hồ sơ mới.")
    return StateRefused(text % {"day": f"{connection.closed_at.astimezone(clock.VIETNAM):%d/%m/%Y}"})


def _belongs_to(label: StrOrPromise, *permissions: str) -> DomainError:
    roles = sorted({str(ROLES[role].label) for permission in permissions for role in roles_with(permission)})
    text = _("«%(step)s» thuộc vai trò %(roles)s.")
    return PermissionRefused(text % {"step": label, "roles": ", ".join(roles)})
