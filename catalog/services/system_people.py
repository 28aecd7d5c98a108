"""Deeds on who answers for a system, and on the papers of its security level."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record_fact
from catalog.choices import ContactSide, SystemState
from catalog.guards import SYSTEM_MANAGE, edits_system
from catalog.models import InformationSystem, SecurityDossier, SystemContact
from catalog.selectors.system_people import candidates
from catalog.services.judging import judge, store
from core import clock
from core.actor import Actor
from core.files import check_upload, stored_fields
from core.files.uploads import Given
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

# Papers of one system. Ours, not the law's.
MAX_DOSSIERS = 20


def may_name(actor: Actor, system: InformationSystem, side: str) -> bool:
    """Return whether *actor* names contacts of that side: the owner's people theirs, SKHCN's staff those of both."""
    return edits_system(system, actor) if side == ContactSide.OWNER else actor.may(SYSTEM_MANAGE)


@transaction.atomic
def name_contact(
    *, actor: Actor, system: InformationSystem, side: str, person: User | None, duty: str
) -> SystemContact:
    """Let *person* answer for *system* on *side* from today (QC3.2, QC9.5, QC12.3).

    Raises PermissionRefused, StateRefused for a system out of use, InvalidInput: "person" is nobody with a role on
    that side, or is its contact already; "duty" is empty.
    """
    stored = InformationSystem.objects.select_for_update().get(pk=system.pk)
    _judge(actor, stored, side)
    if stored.state == SystemState.RETIRED:
        raise StateRefused(_("Hệ thống đã ngừng sử dụng nên không thêm đầu mối được nữa."))
    if person is None or not candidates(stored, side).filter(pk=person.pk).exists():
        raise InvalidInput({"person": [_no_such_person(side)]})
    if stored.contacts.current().filter(side=side, person=person).exists():
        raise InvalidInput({"person": [_("%(name)s đang là đầu mối của hệ thống ở bên này") % {"name": person}]})
    made = SystemContact(system=stored, side=side, person=person, duty=tidy(duty), since=clock.today())
    judge(made)
    store(made, unique="person")
    after = {"person": person, "side": str(made.get_side_display()), "duty": made.duty}
    record_fact(actor=actor, deed="system.contact_named", subject=stored, after=after, clause="QC12.3")
    return made


@transaction.atomic
def end_contact(*, actor: Actor, contact: SystemContact, reason: str) -> SystemContact:
    """End a contact with a reason; the entry stays. Raises PermissionRefused, StateRefused, InvalidInput."""
    stored = SystemContact.objects.select_for_update(of=("self",)).select_related("system", "person")
    found = stored.get(pk=contact.pk)
    _judge(actor, found.system, found.side)
    if found.until is not None:
        raise StateRefused(_("Đầu mối này đã thôi từ trước."))
    reason = tidy(reason)
    if not reason or len(reason) > 300:
        raise InvalidInput({"reason": [_("Viết tối đa 300 ký tự") if reason else _("Nhập lý do")]})
    found.until, found.end_reason = clock.today(), reason
    found.save()
    before = {"person": found.person, "side": str(found.get_side_display()), "duty": found.duty}
    record_fact(
        actor=actor,
        deed="system.contact_ended",
        subject=found.system,
        before=before,
        reason=reason,
        clause="QC12.3",
    )
    return found


def keep_dossier(*, actor: Actor, system: InformationSystem, file: Given) -> SecurityDossier:
    """Keep a paper of the security level (QC9.4); older ones stay. Raises PermissionRefused, InvalidInput ("file")."""
    if not edits_system(system, actor):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan chủ quản hoặc cán bộ vận hành được lưu hồ sơ cấp độ."))
    values = stored_fields(check_upload(file))
    with transaction.atomic():
        stored = InformationSystem.objects.select_for_update().get(pk=system.pk)
        same = stored.dossiers.filter(sha256=values["sha256"], name=values["name"]).first()
        if same is not None:
            return same
        if stored.dossiers.count() >= MAX_DOSSIERS:
            raise InvalidInput({"file": [_("Một hệ thống lưu tối đa %(n)s tệp (hạn nội bộ)") % {"n": MAX_DOSSIERS}]})
        made = SecurityDossier(system=stored, added_by_id=actor.user_id, **values)
        made.save()
        after = {"name": made.name, "sha256": made.sha256}
        record_fact(actor=actor, deed="system.dossier_kept", subject=stored, after=after, clause="QC9.4")
    return made


@transaction.atomic
def read_dossier(*, actor: Actor, dossier: SecurityDossier) -> SecurityDossier:
    """Note that somebody outside the owner takes a paper away; who may was judged by visibility."""
    if actor.agency_id != dossier.system.owner_id:
        after = {"name": dossier.name, "sha256": dossier.sha256}
        record_fact(actor=actor, deed="system.dossier_read", subject=dossier.system, after=after, clause="QC9.4")
    return dossier


def _judge(actor: Actor, system: InformationSystem, side: str) -> None:
    if side not in ContactSide.values:
        raise InvalidInput({"side": [_("Chọn bên trong danh sách")]})
    if may_name(actor, system, side):
        return
    if side == ContactSide.OPERATOR:
        raise PermissionRefused(_("Đầu mối của cơ quan vận hành do cán bộ vận hành chỉ định."))
    raise PermissionRefused(_("Đầu mối của hệ thống do cơ quan chủ quản hoặc cán bộ vận hành chỉ định."))


def _no_such_person(side: str) -> str:
    if side == ContactSide.OWNER:
        return _("Chọn người đang giữ vai trò tại cơ quan chủ quản")
    return _("Chọn người đang giữ vai trò tại cơ quan vận hành")
