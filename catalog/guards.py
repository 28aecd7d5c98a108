"""Who may change the catalogue, and what a step of its things waits for."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core.actor import Actor
from core.transitions import Guard

SYSTEM_MANAGE, SYSTEM_EDIT_OWN = "system.manage", "system.edit_own"
# To enter a draft of a system of one's own agency, for trying services; registering it is the officer's.
SYSTEM_DRAFT_TRIAL = "system.draft_trial"
SERVICE_MANAGE, SERVICE_EDIT_OWN = "service.manage", "service.edit_own"
# How many fields a refusal names.
NAMED = 8


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


def provides_version(version: Any, actor: Actor) -> bool:
    """Return whether *actor* asks in the provider's name; whoever decides on publishing does not ask itself."""
    own = actor.kind == "system" or actor.agency_id == version.service.provider_id
    return own and actor.may(SERVICE_EDIT_OWN)


def system_gaps(system: Any) -> dict[str, str]:
    """Return the fields a registered system needs and this one lacks, with their names."""
    return _gaps(system, ("purpose", "security_level", "environments"))


def legal_gaps(service: Any) -> dict[str, str]:
    """Return which of the four legal items a service lacks (QC11.2); the providing agency is always there."""
    return _gaps(service, ("data_scope", "eligible_consumers", "sharing_method"))


def class_gaps(service: Any) -> dict[str, str]:
    """Return which classifications a service lacks (QC3.3)."""
    return _gaps(service, ("sharing_class", "importance", "personal_data", "data_layer", "sector"))


def _gaps(thing: Any, names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(thing._meta.get_field(name).verbose_name) for name in names if not getattr(thing, name)}


def _system_incomplete(system: Any) -> str:
    gaps = system_gaps(system)
    return _("Hệ thống còn thiếu: %(gaps)s.") % {"gaps": ", ".join(gaps.values())} if gaps else ""


def _legal_items_missing(version: Any) -> str:
    gaps = legal_gaps(version.service)
    text = _("Chưa đủ bốn nội dung bắt buộc, còn thiếu: %(gaps)s.")
    return text % {"gaps": ", ".join(gaps.values())} if gaps else ""


def _unclassified(version: Any) -> str:
    gaps = class_gaps(version.service)
    return _("Chưa phân loại dữ liệu: %(gaps)s.") % {"gaps": ", ".join(gaps.values())} if gaps else ""


def unclassed_fields(versions: Any) -> list[str]:
    """Return the names of fields of *versions* that have no class yet, each once."""
    found = versions.filter(operations__elements__data_class="").order_by("operations__elements__name")
    return list(found.values_list("operations__elements__name", flat=True).distinct())


def fields_above(versions: Any, personal_data: str) -> list[str]:
    """Return the names of fields of *versions* whose class says more personal data than the service's *personal_data*.

    A service that has said nothing yet is judged by :func:`class_gaps`.
    """
    above = {"none": ("personal", "sensitive"), "basic": ("sensitive",)}.get(personal_data, ())
    found = versions.filter(operations__elements__data_class__in=above).order_by("operations__elements__name")
    return list(found.values_list("operations__elements__name", flat=True).distinct()) if above else []


def some_of(names: list[str]) -> str:
    """Return the first names and how many more there are."""
    shown = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return _("%(names)s và %(n)s trường nữa") % {"names": shown, "n": more} if more > 0 else shown


def _this(version: Any) -> Any:
    return type(version).objects.filter(pk=version.pk)


def _fields_unclassed(version: Any) -> str:
    names = unclassed_fields(_this(version))
    text = _("Chưa phân loại trường dữ liệu: %(names)s.")
    return text % {"names": some_of(names)} if names else ""


def _fields_above(version: Any) -> str:
    service = version.service
    names = fields_above(_this(version), service.personal_data)
    text = _(
        "Dịch vụ ghi «%(said)s» nhưng có trường dữ liệu cá nhân ở mức cao hơn: %(names)s. "
        "Sửa mục dữ liệu cá nhân của dịch vụ hoặc phân loại của trường."
    )
    return text % {"said": service.get_personal_data_display(), "names": some_of(names)} if names else ""


def _no_operation(version: Any) -> str:
    return "" if version.operations.exists() else _("Phiên bản chưa có thao tác nào.")


def _no_upstream(version: Any) -> str:
    if version.upstreams.filter(active=True).exists():
        return ""
    return _("Chưa có địa chỉ hệ thống nguồn nào đang dùng.")


SYSTEM_COMPLETE = Guard("system_complete", _system_incomplete)
FOUR_LEGAL_ITEMS = Guard("four_legal_items", _legal_items_missing)
CLASSIFIED = Guard("classified", _unclassified)
FIELDS_CLASSED = Guard("fields_classed", _fields_unclassed)
PERSONAL_DATA_SAID = Guard("personal_data_said", _fields_above)
HAS_OPERATION = Guard("has_operation", _no_operation)
HAS_UPSTREAM = Guard("has_upstream", _no_upstream)
# What stands in the public catalogue is whole: every gap is told at once (QC11.2, QC3.3).
READY: list[Callable[[Any], bool]] = [
    FOUR_LEGAL_ITEMS,
    CLASSIFIED,
    HAS_OPERATION,
    FIELDS_CLASSED,
    PERSONAL_DATA_SAID,
    HAS_UPSTREAM,
]
