"""Who may change the catalogue, and what a step of its things waits for."""

from typing import Any

from django.utils.translation import gettext as _

from core.actor import Actor
from core.transitions import Guard

SYSTEM_MANAGE, SYSTEM_EDIT_OWN = "system.manage", "system.edit_own"
SERVICE_MANAGE, SERVICE_EDIT_OWN = "service.manage", "service.edit_own"


def may_edit_systems_of(actor: Actor, agency_id: int | None) -> bool:
    """Return whether *actor* may register and change systems of the agency: its own people, or the operator's."""
    own = agency_id is not None and actor.agency_id == agency_id
    return actor.may(SYSTEM_MANAGE) or (own and actor.may(SYSTEM_EDIT_OWN))


def may_edit_services_of(actor: Actor, agency_id: int | None) -> bool:
    """Return whether *actor* may enter services the agency provides and change their drafts."""
    own = agency_id is not None and actor.agency_id == agency_id
    return actor.may(SERVICE_MANAGE) or (own and actor.may(SERVICE_EDIT_OWN))


def edits_system(system: Any, actor: Actor) -> bool:
    """Return whether *actor* may change this system."""
    return may_edit_systems_of(actor, system.owner_id)


def manages_services(version: Any, actor: Actor) -> bool:
    """Return whether *actor* decides what is published: SKHCN keeps the catalogue (QC11.2)."""
    return actor.may(SERVICE_MANAGE)


def _system_gaps(system: Any) -> str:
    asked = {
        _("mục đích sử dụng"): system.purpose,
        _("cấp độ an toàn hệ thống thông tin"): system.security_level,
        _("môi trường"): system.environments,
    }
    gaps = [name for name, value in asked.items() if not value]
    return _("Hệ thống còn thiếu: %(gaps)s.") % {"gaps": ", ".join(gaps)} if gaps else ""


def _legal_gaps(version: Any) -> str:
    service = version.service
    asked = {
        _("phạm vi dữ liệu"): service.data_scope,
        _("đối tượng được khai thác"): service.eligible_consumers,
        _("phương thức chia sẻ"): service.sharing_method,
    }
    gaps = [name for name, value in asked.items() if not value]
    return _("Chưa đủ bốn nội dung bắt buộc, còn thiếu: %(gaps)s.") % {"gaps": ", ".join(gaps)} if gaps else ""


def _class_gaps(version: Any) -> str:
    service = version.service
    asked = {
        _("mức chia sẻ"): service.sharing_class,
        _("loại dữ liệu cá nhân"): service.personal_data,
        _("lớp dữ liệu"): service.data_layer,
    }
    gaps = [name for name, value in asked.items() if not value]
    return _("Chưa phân loại dữ liệu: %(gaps)s.") % {"gaps": ", ".join(gaps)} if gaps else ""


def _no_operation(version: Any) -> str:
    return "" if version.operations.exists() else _("Phiên bản chưa có thao tác nào.")


def _no_upstream(version: Any) -> str:
    if version.upstreams.filter(active=True).exists():
        return ""
    return _("Chưa có địa chỉ hệ thống nguồn nào đang dùng.")


SYSTEM_COMPLETE = Guard("system_complete", _system_gaps)
FOUR_LEGAL_ITEMS = Guard("four_legal_items", _legal_gaps)
CLASSIFIED = Guard("classified", _class_gaps)
HAS_OPERATION = Guard("has_operation", _no_operation)
HAS_UPSTREAM = Guard("has_upstream", _no_upstream)
